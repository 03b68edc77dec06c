"""How a statement becomes text: values by their order, as many keys or rows as there are."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import BigInteger, Text, bindparam, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ClauseElement

from omnicommerce.ports.storage import KEYS_MAX

KEYS_BY_NAME: Final = 24
"""So many keys are looked up one by one, which needs no statistics; more are joined as a list."""

SIZES: Final[tuple[int, ...]] = (*range(KEYS_BY_NAME + 1), 32, 64, 128, 256, 512, KEYS_MAX)
"""Statements are kept by their number of keys: a list in between is filled up with its last key."""

ROWS_AT_ONCE: Final = 500
"""Rows written by one statement; with five values each they stay below what SQLite and PostgreSQL take."""

DIALECTS: Final[dict[str, Any]] = {
    "postgresql": postgresql.dialect(paramstyle="format"),  # type: ignore[no-untyped-call]
    "sqlite": sqlite.dialect(paramstyle="qmark"),
}
"""How each database wants its statements written."""

INSERTS: Final[dict[str, Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}

NOTHING: Final[Any] = literal_column("0")
"""Said aloud, since SQLAlchemy would otherwise hand SQLite a value of its own for it."""

_ROW: Final = re.compile(r"VALUES (\((?:[^()]|\([^()]*\))*\))")

_numbers: Final = itertools.count(1)


def a_text() -> Any:
    """The place of a text in a statement."""
    return bindparam(f"v{next(_numbers)}", type_=Text)


def a_number() -> Any:
    """The place of a whole number."""
    return bindparam(f"v{next(_numbers)}", type_=BigInteger)


def worded(clause: ClauseElement, dialect: Any) -> str:
    """A statement as the driver wants it; its values stand in the order in which their places were made."""
    compiled: Any = clause.compile(dialect=dialect)
    names: list[str] = list(compiled.positiontup or ())
    assert names == sorted(names, key=_nth), f"the values of {compiled} stand in another order"
    return str(compiled)


def filled(keys: Sequence[tuple[str, ...]]) -> tuple[int, list[str]]:
    """The size of the statement for *keys*, and its values: the last key fills up what is left."""
    size = SIZES[bisect_left(SIZES, len(keys))]
    every = [*keys, *(keys[-1] for _ in range(size - len(keys)))]
    return size, [part for key in every for part in key]


@lru_cache(maxsize=500)
def repeated(text: str, number: int) -> str:
    """A statement with its one row of values so many times over."""
    found = _ROW.search(text)
    assert found is not None, f"{text} has a row of values"
    row = found[1]
    return f"{text[: found.start(1)]}{', '.join([row] * number)}{text[found.end(1) :]}"


def _nth(name: str) -> int:
    return int(name.removeprefix("v"))
