"""Reading what has nothing inside it: a number, a word, an instant. Nothing is taken for anything else."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Never, TypeAlias

from omnicommerce.kernel.errors import FAULTS_MAX, BadInput, Fault
from omnicommerce.kernel.ids import checked_id
from omnicommerce.kernel.instant import parse_instant
from omnicommerce.wire.shapes import COUNTED, NO_SPAN, SECONDS_MAX, Choice
from omnicommerce.wire.text import NOT_FINITE, SURROGATE, flaws, is_plain, is_text, name_of

Reader: TypeAlias = Callable[..., Any]
"""Takes plain data, and after it the kind, which cattrs passes and nobody looks at."""

EXACT_MAX: Final = 2**53
"""Up to here a float holds every whole number, so reading 31 as 31.0 loses nothing."""

SHARED_MAX: Final = 256
"""Most counts on a receipt are below this. Each is one value, however often it is read: it cannot change."""

TEXTS_KEPT: Final = 4_096
"""The instants and days of some hundred sales: each is written in several records and entries of its time."""

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Unreadable(Exception):
    """The data does not fit: a BadWire in the making. The paths of its faults begin where the data does."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        super().__init__()
        self.faults = tuple(faults)[:FAULTS_MAX]

    def under(self, path: str) -> list[Fault]:
        """The same faults, seen from where the data lies at *path*."""
        return [Fault(path + fault.path, fault.reason) for fault in self.faults]


def refuse(reason: str, path: str = "") -> Never:
    """Say what is wrong with the data."""
    raise Unreadable((Fault(path, reason),))


def expected(kind: str, data: object) -> Never:
    """Say that the data is of another type."""
    refuse(f"expected {kind}, got {name_of(data)}")


def read_str(data: Any, _: Any = None) -> str:
    """Text that can be written as UTF-8."""
    if type(data) is not str:
        expected("str", data)
    return data if data.isascii() or is_text(data) else refuse(SURROGATE)


def read_id(data: Any, _: Any = None) -> str:
    """Text that can name a record."""
    if type(data) is not str:
        expected("str", data)
    try:
        return checked_id(data, "")
    except BadInput as bad:
        refuse(bad.reason)


def read_nothing(data: Any, _: Any = None) -> None:
    """None."""
    if data is not None:
        expected("None", data)


def read_anything(data: Any, _: Any = None) -> Any:
    """Plain data, as it is."""
    if is_plain(data):
        return data
    raise Unreadable(flaws(data, ""))


def _bool(data: Any, _: Any = None) -> bool:
    return data if type(data) is bool else expected("bool", data)


def _int(data: Any, _: Any = None) -> int:
    return data if type(data) is int else expected("int", data)


def _float(data: Any, _: Any = None) -> float:
    # JSON has one kind of number: what was 31.0 here may come back from elsewhere as 31.
    if type(data) is int and -EXACT_MAX <= data <= EXACT_MAX:
        return float(data)
    if type(data) is not float:
        expected("float", data)
    return data if math.isfinite(data) else refuse(NOT_FINITE)


def _instant(data: Any, _: Any = None) -> datetime:
    if type(data) is not str:
        expected("an instant as str", data)
    try:
        return _instant_of(data)
    except BadInput as bad:
        refuse(bad.reason)


@lru_cache(maxsize=TEXTS_KEPT)
def _instant_of(text: str) -> datetime:
    return parse_instant(text, "")


def _date(data: Any, _: Any = None) -> date:
    if type(data) is not str:
        expected("a date as str", data)
    try:
        return _day_of(data)
    except ValueError:
        refuse("expected a date such as 2026-11-22, got another text")


def _span(data: Any, _: Any = None) -> timedelta:
    if type(data) is not int:
        expected("a number of seconds as int", data)
    return timedelta(seconds=data) if 0 <= data <= SECONDS_MAX else refuse(NO_SPAN)


@lru_cache(maxsize=TEXTS_KEPT)
def _day_of(text: str) -> date:
    if _DAY.fullmatch(text) is None:
        raise ValueError(text)
    return date.fromisoformat(text)


def _counted(kind: type[Any]) -> Reader:
    shared = tuple([kind(count) for count in range(SHARED_MAX)])

    def read(data: Any, _: Any = None) -> Any:
        if type(data) is not int:
            expected("int", data)
        if 0 <= data < SHARED_MAX:
            return shared[data]
        try:
            return kind(data)
        except BadInput as bad:
            refuse(bad.reason)

    return read


def choice_reader(shape: Choice) -> Reader:
    """Read one word of a closed list."""
    by_word = {word: member for member, word in shape.words.items()}
    words = f"expected one of {', '.join(by_word)}, got another text"

    def read(data: Any, _: Any = None) -> Any:
        if type(data) is not str:
            expected("str", data)
        return by_word[data] if data in by_word else refuse(words)

    return read


LEAVES: Final[Mapping[Any, Reader]] = {
    bool: _bool,
    int: _int,
    str: read_str,
    float: _float,
    datetime: _instant,
    date: _date,
    timedelta: _span,
    **{kind: _counted(kind) for kind in COUNTED},
}
