"""Checking the arguments of a verb at the front door. They are values already: nothing is converted."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import checked_id
from omnicommerce.kernel.instant import utc
from omnicommerce.kernel.money import Money
from omnicommerce.wire.shapes import (
    NO_SPAN,
    SECONDS_MAX,
    Anything,
    Choice,
    Fields,
    Fixed,
    Group,
    Leaf,
    Maybe,
    Name,
    Nothing,
    Row,
    Shape,
    Table,
    Tagged,
    fields_of,
    shape_of,
)
from omnicommerce.wire.text import NOT_FINITE, SURROGATE, at_key, flaws, is_text, name_of

Checker: TypeAlias = Callable[[object, str], None]
"""Takes a value and the path to name it by; returns nothing, or raises BadValue."""

_MADE: Final[dict[Any, Checker]] = {}

_CHECKED_WHEN_MADE: Final = frozenset({Money})
"""Their own constructors refuse every wrong part, so no other instance can exist."""


def checker(annotation: Any) -> Checker:
    """A check of one argument against its annotation.

    Raises:
        TypeError: the wire knows no such kind.
    """
    return _MADE.get(annotation) or _made(annotation)


def _made(annotation: Any) -> Checker:
    making: dict[Any, Checker] = {}
    check = _of(shape_of(annotation), making)
    _MADE[annotation] = check
    return check


def _of(shape: Shape, making: dict[Any, Checker]) -> Checker:  # noqa: C901, PLR0911 - an arm a shape
    match shape:
        case Leaf(kind):
            return _LEAVES.get(kind) or _exactly(kind)
        case Name(_, is_id):
            return _id if is_id else _str
        case Choice(kind):
            return _exactly(kind)
        case Anything():
            return _anything
        case Nothing():
            return _nothing
        case Maybe(inner):
            return _maybe(_of(inner, making))
        case Row(item):
            return _row(_of(item, making))
        case Fixed(items):
            return _fixed(tuple(_of(item, making) for item in items))
        case Group(item):
            return _group(_of(item, making))
        case Table(key, value):
            return _table(_of(key, making), _of(value, making))
        case Fields(kind):
            return _fields(kind, making)
        case Tagged():
            return _tagged(shape, making)


def _expected(kind: str, value: object, path: str) -> BadValue:
    return BadValue(path, f"expected {kind}, got {name_of(value)}")


def _exactly(kind: type[Any]) -> Checker:
    name = kind.__name__

    # Exactly this class: a bool is an int to isinstance, and a word of any list is a str.
    def check(value: object, path: str) -> None:
        if type(value) is not kind:
            raise _expected(name, value, path)

    return check


def _str(value: object, path: str) -> None:
    if type(value) is not str:
        raise _expected("str", value, path)
    if not value.isascii() and not is_text(value):
        raise BadValue(path, SURROGATE)


def _id(value: object, path: str) -> None:
    if type(value) is not str:
        raise _expected("str", value, path)
    checked_id(value, path)


def _float(value: object, path: str) -> None:
    if type(value) is not float:
        raise _expected("float", value, path)
    if not math.isfinite(value):
        raise BadValue(path, NOT_FINITE)


def _instant(value: object, path: str) -> None:
    if type(value) is not datetime:
        raise _expected("datetime", value, path)
    utc(value, path)
    if value.utcoffset():
        raise BadValue(path, f"expected an instant in UTC, got one of {value.strftime('%z')}")


def _span(value: object, path: str) -> None:
    if type(value) is not timedelta:
        raise _expected("timedelta", value, path)
    seconds, rest = divmod(value, timedelta(seconds=1))
    if rest or not 0 <= seconds <= SECONDS_MAX:
        raise BadValue(path, NO_SPAN)


def _nothing(value: object, path: str) -> None:
    if value is not None:
        raise _expected("None", value, path)


def _anything(value: object, path: str) -> None:
    for fault in flaws(value, path):
        raise BadValue(fault.path, fault.reason)


_LEAVES: Final[Mapping[Any, Checker]] = {str: _str, float: _float, datetime: _instant, timedelta: _span}


def _maybe(inner: Checker) -> Checker:
    def check(value: object, path: str) -> None:
        if value is not None:
            inner(value, path)

    return check


def _row(item: Checker) -> Checker:
    def check(value: object, path: str) -> None:
        if type(value) is not tuple:
            raise _expected("tuple", value, path)
        for place, each in enumerate(value):
            item(each, f"{path}[{place}]")

    return check


def _fixed(items: tuple[Checker, ...]) -> Checker:
    def check(value: object, path: str) -> None:
        if type(value) is not tuple:
            raise _expected("tuple", value, path)
        if len(value) != len(items):
            raise BadValue(path, f"expected {len(items)} items, got {len(value)}")
        for place, (item, each) in enumerate(zip(items, value, strict=True)):
            item(each, f"{path}[{place}]")

    return check


def _group(item: Checker) -> Checker:
    def check(value: object, path: str) -> None:
        if type(value) is not frozenset:
            raise _expected("frozenset", value, path)
        for each in value:
            item(each, path)

    return check


def _table(key: Checker, value: Checker) -> Checker:
    def check(table: object, path: str) -> None:
        if not isinstance(table, Mapping):
            raise _expected("Mapping", table, path)
        for name, each in table.items():
            there = at_key(path, name)
            key(name, there)
            value(each, there)

    return check


def _fields(kind: type[Any], making: dict[Any, Checker]) -> Checker:
    if kind in _CHECKED_WHEN_MADE:
        return _exactly(kind)
    if kind in making:
        return making[kind]
    fields: list[tuple[str, Checker]] = []
    name = kind.__name__

    # attrs checks no types by itself, so a field may hold anything that was handed to the constructor.
    def check(value: object, path: str) -> None:
        if type(value) is not kind:
            raise _expected(name, value, path)
        for field, inner in fields:
            inner(getattr(value, field), f"{path}.{field}")

    making[kind] = check
    fields += [(field, _of(shape_of(each), making)) for field, each in fields_of(kind).items()]
    return check


def _tagged(shape: Tagged, making: dict[Any, Checker]) -> Checker:
    by_kind = {kind: _of(shape.by_tag[tag], making) for kind, tag in shape.kinds.items()}
    by_kind |= {kind: _of(Leaf(kind), making) for kind in shape.plain}
    names = " or ".join(sorted(kind.__name__ for kind in by_kind))

    def check(value: object, path: str) -> None:
        inner = by_kind.get(type(value))
        if inner is None:
            raise _expected(names, value, path)
        inner(value, path)

    return check
