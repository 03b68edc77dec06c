"""Writing values as plain data, so exactly that what is written can be read again.

What is written here is what is stored, so a value of another kind than the one declared is stopped
before the commit and not found after it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, Never

from omnicommerce.kernel.instant import as_text
from omnicommerce.wire.converter import Writer, class_writer
from omnicommerce.wire.shapes import (
    COUNTED,
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
from omnicommerce.wire.text import is_plain, text

_MADE: Final[dict[Any, Writer]] = {}


def dump(value: Any, kind: Any) -> Any:
    """Write *value*, which is of *kind*, as plain data.

    Raises:
        TypeError: the value is of another kind, or the wire knows no such kind.
        BadValue: an instant is none (see `omnicommerce.kernel.instant.utc`).
    """
    return (_MADE.get(kind) or _made(kind))(value)


def _made(kind: Any) -> Writer:
    making: dict[Any, Writer] = {}
    writer = _of(shape_of(kind), making)
    # Only now, when all of it is made, may another thread find the writer of a class inside.
    _MADE.update(making)
    _MADE[kind] = writer
    return writer


def _of(shape: Shape, making: dict[Any, Writer]) -> Writer:  # noqa: C901, PLR0911 - an arm a shape
    match shape:
        case Leaf(kind):
            return _LEAVES[kind]
        case Name():
            return _LEAVES[str]
        case Choice():
            return _choice(shape)
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


def _expected(kind: str, value: object) -> Never:
    raise TypeError(f"expected {kind}, got {type(value).__name__}")


def _bool(value: Any) -> Any:
    return value if type(value) is bool else _expected("bool", value)


def _int(value: Any) -> Any:
    return value if type(value) is int else _expected("int", value)


def _str(value: Any) -> Any:
    return value if type(value) is str else _expected("str", value)


def _float(value: Any) -> Any:
    return value if type(value) is float and math.isfinite(value) else _expected("a finite float", value)


def _date(value: Any) -> Any:
    return value.isoformat() if type(value) is date else _expected("date", value)


def _span(value: Any) -> Any:
    if type(value) is not timedelta:
        _expected("timedelta", value)
    seconds, rest = divmod(value, timedelta(seconds=1))
    if rest or not 0 <= seconds <= SECONDS_MAX:
        raise TypeError(NO_SPAN)
    return seconds


def _nothing(value: Any) -> Any:
    return value if value is None else _expected("None", value)


def _anything(value: Any) -> Any:
    return value if is_plain(value) else _expected("plain data", value)


def _counted(kind: type[Any]) -> Writer:
    def write(value: Any) -> Any:
        return value.count if type(value) is kind else _expected(kind.__name__, value)

    return write


_LEAVES: Final[Mapping[Any, Writer]] = {
    bool: _bool,
    int: _int,
    str: _str,
    float: _float,
    datetime: as_text,
    date: _date,
    timedelta: _span,
    **{kind: _counted(kind) for kind in COUNTED},
}


def _choice(shape: Choice) -> Writer:
    # A table, because `.value` of an enumeration is a descriptor, and five times as slow.
    words = shape.words
    kind = shape.kind

    def write(value: Any) -> Any:
        return words[value] if type(value) is kind else _expected(kind.__name__, value)

    return write


def _maybe(inner: Writer) -> Writer:
    def write(value: Any) -> Any:
        return None if value is None else inner(value)

    return write


def _row(item: Writer) -> Writer:
    def write(value: Any) -> Any:
        return [item(each) for each in value] if type(value) is tuple else _expected("tuple", value)

    return write


def _fixed(items: tuple[Writer, ...]) -> Writer:
    def write(value: Any) -> Any:
        if type(value) is not tuple or len(value) != len(items):
            _expected(f"tuple of {len(items)}", value)
        return [item(each) for item, each in zip(items, value, strict=True)]

    return write


def _group(item: Writer) -> Writer:
    def write(value: Any) -> Any:
        if type(value) is not frozenset:
            _expected("frozenset", value)
        # A set has no order, and equal sets must have equal texts.
        return sorted((item(each) for each in value), key=text)

    return write


def _table(key: Writer, value: Writer) -> Writer:
    def write(table: Any) -> Any:
        if not isinstance(table, Mapping):
            _expected("Mapping", table)
        return {key(name): value(each) for name, each in table.items()}

    return write


def _fields(kind: type[Any], making: dict[Any, Writer]) -> Writer:
    made = making.get(kind)
    if made is not None:
        return made
    # A class that mentions itself, such as Verdict, finds this in its own place until it is made.
    itself: list[Writer] = []
    making[kind] = lambda value: itself[0](value)  # noqa: PLW0108 - there is none yet
    writers = {name: _of(shape_of(annotation), making) for name, annotation in fields_of(kind).items()}
    writer = class_writer(kind, writers)
    itself.append(writer)
    making[kind] = writer
    return writer


def _tagged(shape: Tagged, making: dict[Any, Writer]) -> Writer:
    writers = {kind: _of(shape.by_tag[tag], making) for kind, tag in shape.kinds.items()}
    is_inside = shape.is_inside

    def write(value: Any) -> Any:
        kind = type(value)
        if kind in shape.plain:
            return value
        tag = shape.kinds.get(kind)
        if tag is None:
            _expected(f"one of {', '.join(shape.by_tag)}", value)
        written = writers[kind](value)
        return {"is": tag, **written} if is_inside else {tag: written}

    return write
