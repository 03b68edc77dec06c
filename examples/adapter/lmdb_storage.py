"""A shop's records in LMDB, a B-tree in a memory-mapped file: one writer at a time, readers never wait.

LMDB sorts keys by their bytes, gives every reader one moment of the file, and needs no recovery when a
process is killed. Its keys hold 511 bytes at most, and ours may be longer: so records and counters lie
under a hash of their names, and index rows under the first bytes of what they sort by; rows whose first
bytes are the same share one entry, which keeps them in order.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import lmdb

from examples.adapter.environments import Environment, borrowed, given_back
from omnicommerce.adapters.storage.checked import (
    checked_batch,
    checked_keys,
    checked_limit,
    checked_query,
    moved,
    place,
    position_at,
)
from omnicommerce.kernel.collection import ABSENT, IndexRow
from omnicommerce.kernel.errors import CommitUnknown, Conflict, PortFault, Unavailable
from omnicommerce.ports.storage import (
    COUNTERS,
    Batch,
    Check,
    Committed,
    Delete,
    Entry,
    Found,
    Key,
    Page,
    Position,
    Put,
    Query,
    Record,
    Row,
)

HASH_BYTES: Final = 16
"""So many bytes of a hash tell shops, collections and indexes apart."""

ROW_BYTES: Final = 511 - HASH_BYTES
"""What is left of a key for a row's text and id."""

_LAST: Final = b"last"


class LmdbStorage:
    """One shop in the folder at *path*; several shops may share the folder. Call `close` at the end.

    Threads share the storage, and processes the folder. A call that finds the file full is Unavailable
    and has stored nothing: open the folder with a larger `map_bytes` in all processes.
    """

    def __init__(self, path: str | os.PathLike[str], *, shop: str = "shop", map_bytes: int = 1 << 30) -> None:
        self.path: Final = os.path.realpath(path)
        self.shop: Final = shop
        self._shop = _hashed(shop)
        self._lmdb: Environment = borrowed(self.path, map_bytes)
        self._closing = threading.Lock()
        self._is_open = True

    def close(self) -> None:
        """Give the folder back; a second call does nothing."""
        with self._closing:
            if self._is_open:
                self._is_open = False
                given_back(self.path)

    def read(self, keys: Sequence[Key]) -> list[Found]:
        """See `Storage.read`: one transaction sees one moment."""
        checked_keys(keys)
        with self._looking() as txn:
            return [
                self._total(txn, key.id) if key.collection == COUNTERS else self._record(txn, key)
                for key in (Key(*key) for key in keys)
            ]

    def scan(self, query: Query) -> Page:
        """See `Storage.scan`: along the B-tree, one row more than asked for."""
        checked_query(query)
        found: list[Row] = []
        with self._looking() as txn:
            for at, id in self._rows(txn, query):
                record = self._record(txn, Key(query.collection, id))
                if record is None:
                    raise PortFault(
                        f"{self.path}: the row {at!r} of {id!r} has no record; the file is damaged"
                    )
                found.append(Row(at, id, record))
                if len(found) > query.limit:
                    break
        return Page(tuple(found[: query.limit]), has_more=len(found) > query.limit)

    def commit(self, batch: Batch) -> Committed:
        """See `Storage.commit`: LMDB has one writer at a time, among threads and processes."""
        checked_batch(batch)
        try:
            txn = self._lmdb.env.begin(write=True)
        except lmdb.Error as error:
            raise Unavailable(f"{self.path}: {error}") from error
        try:
            totals = self._written(txn, batch)
        except lmdb.Error as error:
            txn.abort()
            raise Unavailable(f"{self.path}: {error}; nothing was stored") from error
        except BaseException:
            txn.abort()
            raise
        try:
            txn.commit()
        except lmdb.Error as error:
            raise CommitUnknown(f"{self.path}: {error}; it may be stored") from error
        return Committed(totals)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        """See `Storage.journal`: with one writer, numbers are drawn in the order of the commits."""
        checked_limit(limit, "limit")
        first = self._shop + struct.pack(">Q", place(after, "after") + 1)
        found: list[Entry] = []
        with self._looking() as txn:
            for key, value in _from(txn, first, self._shop, self._lmdb.entries):
                id, body = json.loads(value)
                found.append(Entry(position_at(_number(key)), id, body))
                if len(found) == limit:
                    break
        return found

    @contextmanager
    def _looking(self) -> Iterator[lmdb.Transaction[bytes]]:
        """One moment of the file."""
        try:
            with self._lmdb.env.begin() as txn:
                yield txn
        except lmdb.Error as error:
            raise Unavailable(f"{self.path}: {error}") from error

    # Within one write transaction.

    def _written(self, txn: lmdb.Transaction[bytes], batch: Batch) -> dict[str, int]:
        guards: tuple[Check | Put | Delete, ...] = (*batch.checks, *batch.puts, *batch.deletes)
        for guard in guards:
            self._guard(txn, guard)
        totals: dict[str, int] = {}
        for add in batch.adds:
            before = totals.get(add.counter)
            totals[add.counter] = moved(self._total(txn, add.counter) if before is None else before, add)

        for put in batch.puts:
            self._file(txn, put.key, put.indexes)
            rows = sorted(set(put.indexes))
            txn.put(self._key(put.key), _text([batch.id, put.body, rows]), db=self._lmdb.records)
        for delete in batch.deletes:
            self._file(txn, delete.key, ())
            txn.delete(self._key(delete.key), db=self._lmdb.records)
        for name, total in totals.items():
            txn.put(self._key(Key(COUNTERS, name)), struct.pack(">q", total), db=self._lmdb.counters)
        self._keep_books(txn, batch)
        return totals

    def _guard(self, txn: lmdb.Transaction[bytes], guard: Check | Put | Delete) -> None:
        held = self._record(txn, guard.key)
        if guard.version != (ABSENT if held is None else held.version):
            raise Conflict(f"{guard.key.collection}/{guard.key.id} is not at the version stated")

    def _keep_books(self, txn: lmdb.Transaction[bytes], batch: Batch) -> None:
        entries = self._lmdb.entries
        if batch.trim is not None:
            upto = place(batch.trim.upto, "trim.upto")
            for key in [
                key for key, _ in _from(txn, self._shop, self._shop, entries) if _number(key) <= upto
            ]:
                txn.delete(key, db=entries)
        if not batch.entries:
            return
        # Kept beside the entries, so that a number never comes back when all of them are trimmed.
        last = int(txn.get(self._shop + _LAST, b"0", db=self._lmdb.counters))
        for entry in batch.entries:
            last += 1
            txn.put(self._shop + struct.pack(">Q", last), _text([entry.id, entry.body]), db=entries)
        txn.put(self._shop + _LAST, str(last).encode(), db=self._lmdb.counters)

    def _file(self, txn: lmdb.Transaction[bytes], key: Key, indexes: tuple[IndexRow, ...]) -> None:
        """Take the record's rows out of the indexes and put these in."""
        held = txn.get(self._key(key), db=self._lmdb.records)
        old = {(index, text) for index, text in json.loads(held)[2]} if held is not None else set()
        new = set(indexes)
        for index, text in old - new:
            self._change(txn, key, index, text, is_there=False)
        for index, text in new - old:
            self._change(txn, key, index, text, is_there=True)

    def _change(
        self, txn: lmdb.Transaction[bytes], key: Key, index: str, text: str, *, is_there: bool
    ) -> None:
        at = self._index(key.collection, index) + _sorted_by(text, key.id)
        held = txn.get(at, db=self._lmdb.rows)
        rows = {(text, id) for text, id in json.loads(held)} if held is not None else set()
        rows = rows | {(text, key.id)} if is_there else rows - {(text, key.id)}
        if rows:
            txn.put(at, _text(sorted(rows)), db=self._lmdb.rows)
        else:
            txn.delete(at, db=self._lmdb.rows)

    # Looking things up.

    def _record(self, txn: lmdb.Transaction[bytes], key: Key) -> Record | None:
        held = txn.get(self._key(key), db=self._lmdb.records)
        if held is None:
            return None
        version, body, _ = json.loads(held)
        return Record(version, body)

    def _total(self, txn: lmdb.Transaction[bytes], name: str) -> int:
        held = txn.get(self._key(Key(COUNTERS, name)), db=self._lmdb.counters)
        return 0 if held is None else int(struct.unpack(">q", held)[0])

    def _rows(self, txn: lmdb.Transaction[bytes], query: Query) -> Iterator[tuple[str, str]]:
        """The rows of the query's range, in order, from where it begins."""
        prefix = self._index(query.collection, query.index)
        since, behind = (query.since, ""), query.after
        first = since if behind is None else max(since, behind)
        for _, value in _from(txn, prefix + _sorted_by(*first), prefix, self._lmdb.rows):
            rows = [(text, id) for text, id in json.loads(value)]
            start = (
                bisect_left(rows, since)
                if behind is None
                else max(bisect_left(rows, since), bisect_right(rows, behind))
            )
            for text, id in rows[start:]:
                if query.until is not None and text >= query.until:
                    return
                yield text, id

    def _key(self, key: Key) -> bytes:
        return self._shop + hashlib.sha256(f"{key.collection}\0{key.id}".encode()).digest()

    def _index(self, collection: str, index: str) -> bytes:
        return _hashed(f"{self.shop}\0{collection}\0{index}")


def _from(
    txn: lmdb.Transaction[bytes], first: bytes, prefix: bytes, db: Any
) -> Iterator[tuple[bytes, bytes]]:
    """Everything under the prefix, in order, from *first* on."""
    with txn.cursor(db) as cursor:
        is_there = cursor.set_range(first)
        while is_there and cursor.key().startswith(prefix):
            yield cursor.key(), cursor.value()
            is_there = cursor.next()


def _sorted_by(text: str, id: str) -> bytes:
    # No text holds a NUL, so a shorter text comes before every text that goes on.
    return f"{text}\0{id}".encode()[:ROW_BYTES]


def _hashed(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()[:HASH_BYTES]


def _number(key: bytes) -> int:
    return int(struct.unpack(">Q", key[HASH_BYTES:])[0])


def _text(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
