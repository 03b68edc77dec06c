"""What every storage refuses before it looks at its records, so that all of them refuse the same.

An adapter calls `checked_keys`, `checked_query` and `checked_batch` first. They cost about a microsecond,
so a path such as ``puts[3].key.id`` is only put into words once something is wrong.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

from omnicommerce.kernel.bounds import AMOUNT_MAX, checked_amount
from omnicommerce.kernel.collection import Version
from omnicommerce.kernel.errors import BadValue, Exhausted
from omnicommerce.kernel.ids import ID_LENGTH_MAX, checked_id
from omnicommerce.ports.storage import (
    BODY_LENGTH_MAX,
    COUNTERS,
    KEYS_MAX,
    OPERATIONS_MAX,
    PAGE_MAX,
    Add,
    Append,
    Batch,
    Check,
    Delete,
    Key,
    Position,
    Put,
    Query,
)

INDEX_TEXT_MAX: Final = 2 * ID_LENGTH_MAX
"""The longest text a record is found at: an id and an instant, with room to spare."""

POSITION_DIGITS: Final = 19
"""As many as the largest 64-bit number has, so that positions also sort as texts."""

POSITION_MAX: Final = 2**63 - 1
"""The last number that databases count to."""


def checked_keys(keys: Sequence[Key]) -> None:
    """Make sure that *keys* can be looked up.

    Raises:
        BadValue: there are too many, or one cannot name a record.
    """
    if len(keys) > KEYS_MAX:
        raise BadValue("keys", f"expected at most {KEYS_MAX}, got {len(keys)}")
    for n, (collection, id) in enumerate(keys):
        if not (_is_name(collection) and _is_name(id)):
            _refuse_key(collection, id, f"keys[{n}]")


def checked_query(query: Query) -> None:
    """Make sure that *query* can be answered.

    Raises:
        BadValue: a name, a text or the limit is out of bounds.
    """
    if not (_is_name(query.collection) and _is_name(query.index)):
        checked_id(query.collection, "query.collection")
        checked_id(query.index, "query.index")
    _checked_text(query.since, "query.since")
    if query.until is not None:
        _checked_text(query.until, "query.until")
    if query.after is not None:
        _checked_text(query.after[0], "query.after[0]")
        _checked_text(query.after[1], "query.after[1]")
    checked_limit(query.limit, "query.limit")


def checked_limit(limit: int, path: str) -> None:
    """Make sure that *limit* is the size of a page.

    Raises:
        BadValue: it is not an int from 1 to PAGE_MAX.
    """
    checked_amount(limit, path, 1, PAGE_MAX)


def checked_batch(batch: Batch) -> None:
    """Make sure that *batch* can be stored, whatever the records are.

    Raises:
        BadValue: it is too large, names a record twice, or holds a text or a number out of bounds.
    """
    checks, puts, deletes = batch.checks, batch.puts, batch.deletes
    named = len(checks) + len(puts) + len(deletes)
    if named + len(batch.adds) + len(batch.entries) > OPERATIONS_MAX:
        raise BadValue("batch", f"expected at most {OPERATIONS_MAX} operations")
    if not _is_name(batch.id):
        checked_id(batch.id, "batch.id")
    for n, check in enumerate(checks):
        _checked_guard(check.key, check.version, "checks", n)
    for n, put in enumerate(puts):
        _checked_put(put, n)
    for n, delete in enumerate(deletes):
        _checked_guard(delete.key, delete.version, "deletes", n)
    for n, add in enumerate(batch.adds):
        _checked_add(add, n)
    for n, entry in enumerate(batch.entries):
        _checked_entry(entry, n)
    if named > 1:
        _refuse_doubles(batch)
    if batch.trim is not None:
        place(batch.trim.upto, "trim.upto")


def moved(total: int, add: Add) -> int:
    """The running total after *add*; a bound is tested only if the counter moves towards it.

    Raises:
        Exhausted: the bound would be passed, or the counter would leave what a whole number may be.
    """
    total += add.delta
    if add.delta < 0:
        is_within = total >= (-AMOUNT_MAX if add.floor is None else add.floor)
    else:
        is_within = add.delta == 0 or total <= (AMOUNT_MAX if add.ceiling is None else add.ceiling)
    if not is_within:
        raise Exhausted(add.counter)
    return total


def place(position: Position, path: str) -> int:
    """The number behind a position; the start is 0.

    Raises:
        BadValue: no storage of ours ever handed out such a position.
    """
    if position == "":
        return 0
    if (
        type(position) is str
        and len(position) == POSITION_DIGITS
        and position.isascii()
        and position.isdigit()
        and int(position) <= POSITION_MAX
    ):
        return int(position)
    raise BadValue(path, "expected a position that this storage handed out")


def position_at(number: int) -> Position:
    """The position of the entry with this *number*."""
    return Position(f"{number:0{POSITION_DIGITS}d}")


def _is_name(text: object) -> bool:
    return type(text) is str and 0 < len(text) <= ID_LENGTH_MAX and text.isprintable()


def _is_body(text: object) -> bool:
    return (
        type(text) is str
        and len(text) <= BODY_LENGTH_MAX
        and (text.isascii() or _can_be_encoded(text))
        and "\0" not in text
    )


def _can_be_encoded(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _checked_put(put: Put, n: int) -> None:
    _checked_guard(put.key, put.version, "puts", n)
    if not _is_body(put.body):
        _refuse_body(put.body, f"puts[{n}].body")
    if put.indexes:
        for m, (index, text) in enumerate(put.indexes):
            if not _is_name(index):
                checked_id(index, f"puts[{n}].indexes[{m}][0]")
            _checked_text(text, f"puts[{n}].indexes[{m}][1]")


def _checked_guard(key: Key, version: Version, kind: str, n: int) -> None:
    collection, id = key
    if not (_is_name(collection) and _is_name(id)):
        _refuse_key(collection, id, f"{kind}[{n}].key")
    if collection == COUNTERS:
        raise BadValue(f"{kind}[{n}].key", "expected a record; a counter is moved by an Add")
    if version != "" and not _is_name(version):
        checked_id(version, f"{kind}[{n}].version")


def _checked_add(add: Add, n: int) -> None:
    if not _is_name(add.counter):
        checked_id(add.counter, f"adds[{n}].counter")
    checked_amount(add.delta, f"adds[{n}].delta")
    if add.floor is not None:
        checked_amount(add.floor, f"adds[{n}].floor")
    if add.ceiling is not None:
        checked_amount(add.ceiling, f"adds[{n}].ceiling")


def _checked_entry(entry: Append, n: int) -> None:
    if not _is_name(entry.id):
        checked_id(entry.id, f"entries[{n}].id")
    if not _is_body(entry.body):
        _refuse_body(entry.body, f"entries[{n}].body")


def _checked_text(text: object, path: str) -> None:
    if type(text) is not str:
        raise BadValue(path, f"expected text, got {type(text).__name__}")
    if len(text) > INDEX_TEXT_MAX:
        raise BadValue(path, f"expected at most {INDEX_TEXT_MAX} characters, got {len(text)}")
    # A text to sort by may hold unusual blanks, and the end of a range the very last code point;
    # what databases disagree about are control characters and halves of pairs.
    if not text.isprintable() and any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text):
        raise BadValue(path, "expected no control characters and no lone surrogates")


def _refuse_key(collection: object, id: object, path: str) -> None:
    checked_id(collection, f"{path}.collection")
    checked_id(id, f"{path}.id")


def _refuse_body(body: object, path: str) -> None:
    if type(body) is not str:
        raise BadValue(path, f"expected text, got {type(body).__name__}")
    if len(body) > BODY_LENGTH_MAX:
        raise BadValue(path, f"expected at most {BODY_LENGTH_MAX} characters, got {len(body)}")
    raise BadValue(path, "expected text without NUL and without lone surrogates")


def _refuse_doubles(batch: Batch) -> None:
    named: tuple[tuple[str, Sequence[Check | Put | Delete]], ...] = (
        ("checks", batch.checks),
        ("puts", batch.puts),
        ("deletes", batch.deletes),
    )
    seen: set[Key] = set()
    for kind, operations in named:
        for n, operation in enumerate(operations):
            if operation.key in seen:
                raise BadValue(f"{kind}[{n}].key", "expected each record once in a batch")
            seen.add(operation.key)
