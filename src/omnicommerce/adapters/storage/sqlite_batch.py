"""How a batch is written into the file, within a transaction that somebody else begins and ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

from omnicommerce.adapters.storage.checked import moved, place
from omnicommerce.kernel.collection import ABSENT, IndexRow, Version
from omnicommerce.kernel.errors import Conflict
from omnicommerce.ports.storage import Batch, Key, Put

SEPARATOR: Final = "\x1f"
"""Between the parts of `places`. It is a control character, and so never part of a name or a text."""

_VERSION = "SELECT version, places FROM record WHERE collection = ? AND id = ?"
_INSERT = (
    "INSERT INTO record (collection, id, version, body, places) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
_UPDATE_IN_PLACE = (
    "UPDATE record SET version = ?, body = ? WHERE collection = ? AND id = ? AND version = ? AND places = ?"
)
_UPDATE = "UPDATE record SET version = ?, body = ?, places = ? WHERE collection = ? AND id = ?"
_DELETE = "DELETE FROM record WHERE collection = ? AND id = ?"
_ENTER = "INSERT INTO place (collection, name, at, id) VALUES (?, ?, ?, ?)"
_LEAVE = "DELETE FROM place WHERE collection = ? AND name = ? AND at = ? AND id = ?"
_ADD = (
    "INSERT INTO counter (name, total) VALUES (?, ?)"
    " ON CONFLICT (name) DO UPDATE SET total = total + excluded.total RETURNING total"
)
_APPEND = "INSERT INTO entry (id, body) VALUES (?, ?)"
_TRIM = "DELETE FROM entry WHERE position <= ?"


def written(db: sqlite3.Connection, batch: Batch) -> dict[str, int]:
    """Write all of *batch* into the open transaction and return where its counters stand.

    Raises:
        Conflict: a record is not at the version stated; the transaction is to be undone.
        Exhausted: a counter would pass its bound; likewise.
    """
    for check in batch.checks:
        _held(db, check.key, check.version)
    new = [put for put in batch.puts if put.version == ABSENT]
    if new:
        _insert(db, new, batch.id)
    for put in batch.puts:
        if put.version != ABSENT:
            _update(db, put, batch.id)
    for delete in batch.deletes:
        places = _held(db, delete.key, delete.version)
        if delete.version != ABSENT:
            db.execute(_DELETE, delete.key)
            _index(db, delete.key, places, "")
    totals: dict[str, int] = {}
    for add in batch.adds:
        total = int(db.execute(_ADD, (add.counter, add.delta)).fetchone()[0])
        totals[add.counter] = moved(total - add.delta, add)
    if batch.trim is not None:
        db.execute(_TRIM, (place(batch.trim.upto, "trim.upto"),))
    if batch.entries:
        db.executemany(_APPEND, [(entry.id, entry.body) for entry in batch.entries])
    return totals


def _held(db: sqlite3.Connection, key: Key, version: Version) -> str:
    """The places of a record that is at this version; a conflict if it is not."""
    row = db.execute(_VERSION, key).fetchone()
    if (ABSENT if row is None else row[0]) != version:
        raise _moved_on(key)
    return "" if row is None else row[1]


def _insert(db: sqlite3.Connection, puts: list[Put], version: Version) -> None:
    rows = [(*put.key, version, put.body, _places(put.indexes)) for put in puts]
    if db.executemany(_INSERT, rows).rowcount != len(rows):
        raise Conflict("a record is already there") if len(puts) > 1 else _moved_on(puts[0].key)
    entered = [(put.key[0], *row, put.key[1]) for put in puts for row in dict.fromkeys(put.indexes)]
    if entered:
        db.executemany(_ENTER, entered)


def _update(db: sqlite3.Connection, put: Put, version: Version) -> None:
    places = _places(put.indexes)
    if db.execute(_UPDATE_IN_PLACE, (version, put.body, *put.key, put.version, places)).rowcount == 1:
        return
    old = _held(db, put.key, put.version)
    db.execute(_UPDATE, (version, put.body, places, *put.key))
    _index(db, put.key, old, places)


def _index(db: sqlite3.Connection, key: Key, old: str, new: str) -> None:
    before, after = _rows(old), _rows(new)
    db.executemany(_LEAVE, [(key[0], *row, key[1]) for row in before if row not in after])
    db.executemany(_ENTER, [(key[0], *row, key[1]) for row in after if row not in before])


def _places(indexes: Iterable[IndexRow]) -> str:
    return SEPARATOR.join([part for row in indexes for part in row])


def _rows(places: str) -> dict[IndexRow, None]:
    parts = places.split(SEPARATOR) if places else []
    return dict.fromkeys(zip(parts[::2], parts[1::2], strict=True))


def _moved_on(key: Key) -> Conflict:
    return Conflict(f"{key[0]}/{key[1]} is not at the version stated")
