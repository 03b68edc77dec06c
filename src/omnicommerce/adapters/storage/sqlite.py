"""The shop's records in one SQLite file: the default of a shop that fits on one machine.

Threads and processes may share the file; a process may be killed at any moment. Not for network
drives, whose locks do not hold. Fork only while no call is on its way: a child that is forked in the
midst of one inherits a lock that nobody gives back. New processes that are spawned know no such care.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from omnicommerce.adapters.storage.checked import (
    checked_batch,
    checked_keys,
    checked_limit,
    checked_query,
    place,
    position_at,
)
from omnicommerce.adapters.storage.sqlite_batch import written
from omnicommerce.adapters.storage.sqlite_connections import Connections
from omnicommerce.adapters.storage.sqlite_file import JournalMode, as_port_error, checked_path, prepare
from omnicommerce.kernel.errors import CommitUnknown, Unavailable
from omnicommerce.ports.storage import (
    COUNTERS,
    Batch,
    Committed,
    Entry,
    Found,
    Key,
    Page,
    Position,
    Query,
    Record,
    Row,
)

KEYS_AT_ONCE: Final = 32
"""More than a command looks at in one turn; a statement of its own is kept for each number of keys."""

# One statement for all keys costs half of one for each. SQLite would scan the table for `IN (VALUES ...)`;
# CROSS JOIN is its word for "in this order": for each key that is wanted, one look into the primary key.
_READ: Final = [
    f"WITH wanted (n, collection, id) AS (VALUES {', '.join(['(?, ?, ?)'] * number)})"  # noqa: S608  # marks
    " SELECT w.n, r.version, r.body FROM wanted w CROSS JOIN record r"
    " ON r.collection = w.collection AND r.id = w.id"
    for number in range(KEYS_AT_ONCE + 1)
]
_COUNT = "SELECT total FROM counter WHERE name = ?"
_JOURNAL = "SELECT position, id, body FROM entry WHERE position > ? ORDER BY position LIMIT ?"
_EVERYTHING = (
    "SELECT collection, id, version, body FROM record WHERE (collection, id) > (?, ?)"
    " ORDER BY collection, id LIMIT ?"
)

T = TypeVar("T")


class SqliteStorage:
    """Keeps the shop's records in the file at *path*, which is created if there is none.

    `wait_seconds` is how long a call waits for another writer before it is Unavailable.
    `journal_mode` is chosen by the version of SQLite unless the host says otherwise: "wal" where
    it is safe, else "delete". Call `close` at the end, or use it as a context manager.

    Raises:
        BadValue: *path* cannot be a file, or not be opened.
        PortFault: the file there is something else, damaged, or newer; it was not changed.
        Unavailable: somebody else kept the file locked for too long.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        wait_seconds: float = 10.0,
        journal_mode: JournalMode | None = None,
    ) -> None:
        self.path: Final = checked_path(path)
        prepare(self.path, wait_seconds, journal_mode)
        self._connections = Connections(self.path, wait_seconds)

    def __repr__(self) -> str:
        return f"SqliteStorage({str(self.path)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection; a later call is Unavailable."""
        self._connections.close()

    def read(self, keys: Sequence[Key]) -> list[Found]:
        """See `Storage.read`."""
        checked_keys(keys)
        db = self._connections.take()
        try:
            return _looked_up(db, keys)
        except sqlite3.Error as error:
            if not _is_no_text(error):
                raise as_port_error(error, self.path) from error
            _undo(db)
            return _as_it_lies(db, lambda: _looked_up(db, keys))
        finally:
            self._connections.give_back(db)

    def scan(self, query: Query) -> Page:
        """See `Storage.scan`."""
        checked_query(query)
        statement, values = selection(query)
        found = [Row(at, id, Record(version, body)) for at, id, version, body in self._all(statement, values)]
        return Page(tuple(found[: query.limit]), has_more=len(found) > query.limit)

    def commit(self, batch: Batch) -> Committed:
        """See `Storage.commit`."""
        checked_batch(batch)
        db = self._connections.take()
        try:
            db.execute("BEGIN IMMEDIATE")
            totals = written(db, batch)
            self._finish(db)
        except sqlite3.Error as error:
            raise as_port_error(error, self.path) from error
        else:
            return Committed(totals)
        finally:
            _undo(db)
            self._connections.give_back(db)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        """See `Storage.journal`."""
        checked_limit(limit, "limit")
        found = self._all(_JOURNAL, (place(after, "after"), limit))
        return [Entry(position_at(number), id, body) for number, id, body in found]

    def everything(self, after: Key, limit: int) -> list[tuple[Key, Record]]:
        """Not part of the port: every record of any kind behind *after*, for whoever checks them all."""
        checked_limit(limit, "limit")
        found = self._all(_EVERYTHING, (*after, limit))
        return [(Key(collection, id), Record(version, body)) for collection, id, version, body in found]

    def scrub(self) -> None:
        """Leave no deleted text in any file of the shop: empties the write-ahead log, if there is one.

        Raises:
            Unavailable: somebody is still reading an older state; try again later.
        """
        ((is_busy, *_),) = self._all("PRAGMA wal_checkpoint(TRUNCATE)", ())
        if is_busy:
            raise Unavailable(f"{self.path} is being read; its log could not be emptied")

    def _all(self, statement: str, values: tuple[object, ...]) -> list[Any]:
        db = self._connections.take()
        try:
            return db.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            if not _is_no_text(error):
                raise as_port_error(error, self.path) from error
            return _as_it_lies(db, lambda: db.execute(statement, values).fetchall())
        finally:
            self._connections.give_back(db)

    def _finish(self, db: sqlite3.Connection) -> None:
        try:
            db.execute("COMMIT")
        except sqlite3.Error as error:
            if db.in_transaction:
                # SQLite kept the transaction open, so it will be undone and nothing is stored.
                raise
            # In a write-ahead log the batch may lie complete, though not acknowledged, and a recovery
            # would bring it to life. Another write goes over it or comes behind it, and that settles it.
            _settle(db)
            raise CommitUnknown(f"{self.path}: {error}; it may be stored") from error


def selection(query: Query) -> tuple[str, tuple[object, ...]]:
    """The statement that answers *query*, one row more than asked for, and its values."""
    where = ["p.collection = ? AND p.name = ?"]
    values: list[object] = [query.collection, query.index]
    if query.after is not None and query.after[0] >= query.since:
        where.append("(p.at, p.id) > (?, ?)")
        values += query.after
    else:
        where.append("p.at >= ?")
        values.append(query.since)
    if query.until is not None:
        where.append("p.at < ?")
        values.append(query.until)
    # CROSS JOIN is SQLite's word for "in this order": along the index, one record at a time.
    statement = (
        "SELECT p.at, p.id, r.version, r.body FROM place p CROSS JOIN record r"  # noqa: S608  # fixed parts
        f" ON r.collection = p.collection AND r.id = p.id WHERE {' AND '.join(where)}"
        " ORDER BY p.at, p.id LIMIT ?"
    )
    return statement, (*values, query.limit + 1)


def _looked_up(db: sqlite3.Connection, keys: Sequence[Key]) -> list[Found]:
    is_counted = COUNTERS in {collection for collection, _ in keys}
    if 0 < len(keys) <= KEYS_AT_ONCE and not is_counted:
        return _records(db, keys)
    # One transaction sees one state of the file, however many statements it takes.
    db.execute("BEGIN")
    found: list[Found] = []
    for start in range(0, len(keys), KEYS_AT_ONCE):
        found += _records(db, keys[start : start + KEYS_AT_ONCE])
    if is_counted:
        for n, (collection, id) in enumerate(keys):
            if collection == COUNTERS:
                found[n] = _total(db, id)
    db.execute("COMMIT")
    return found


def _is_no_text(error: sqlite3.Error) -> bool:
    """Whether a stored text is not UTF-8 any more: somebody has changed a byte of it."""
    return isinstance(error, sqlite3.OperationalError) and "decode to UTF-8" in str(error)


def _as_it_lies(db: sqlite3.Connection, look: Callable[[], T]) -> T:
    """Look once more, with damaged bytes as lone surrogates: whoever reads the body names it as damaged."""
    db.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        return look()
    finally:
        db.text_factory = str


def _records(db: sqlite3.Connection, keys: Sequence[Key]) -> list[Found]:
    """The records under *keys*, by one statement; None where there is none."""
    found: list[Found] = [None] * len(keys)
    values = [value for n, key in enumerate(keys) for value in (n, *key)]
    for n, version, body in db.execute(_READ[len(keys)], values).fetchall():
        found[n] = Record(version, body)
    return found


def _total(db: sqlite3.Connection, counter: str) -> int:
    row = db.execute(_COUNT, (counter,)).fetchone()
    return 0 if row is None else int(row[0])


def _undo(db: sqlite3.Connection) -> None:
    if db.in_transaction:
        try:
            db.execute("ROLLBACK")
        except sqlite3.Error:
            # It will be closed within its transaction, and that undoes it.
            return


def _settle(db: sqlite3.Connection) -> None:
    try:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        db.execute(f"PRAGMA user_version = {version}")
    except sqlite3.Error:
        # The file cannot be written at all; whoever opens it next recovers it once and for all.
        return
