"""The shop's records in memory: the reference for every other storage, and gone with the process.

One lock makes every call a single step. All values are frozen, so nobody can reach in from outside.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence

from omnicommerce.adapters.storage.checked import (
    checked_batch,
    checked_keys,
    checked_limit,
    checked_query,
    moved,
    place,
    position_at,
)
from omnicommerce.kernel.collection import ABSENT, IndexRow, Version
from omnicommerce.kernel.errors import Conflict
from omnicommerce.ports.storage import (
    COUNTERS,
    Append,
    Batch,
    Committed,
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


class MemoryStorage:
    """Keeps the shop's records for as long as the process lives; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: dict[Key, Record] = {}
        self._indexes: dict[Key, tuple[IndexRow, ...]] = {}
        # Of each index, its (text, id) in order; Python's order of texts is that of their UTF-8 bytes.
        self._rows: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._totals: dict[str, int] = {}
        self._entries: list[Entry] = []
        self._last = 0

    def read(self, keys: Sequence[Key]) -> list[Found]:
        """See `Storage.read`."""
        checked_keys(keys)
        records, totals = self._records, self._totals
        with self._lock:
            return [
                totals.get(key[1], 0) if key[0] == COUNTERS else records.get(key)
                for key in keys
            ]  # fmt: skip

    def scan(self, query: Query) -> Page:
        """See `Storage.scan`."""
        checked_query(query)
        with self._lock:
            rows = self._rows.get((query.collection, query.index), [])
            first = bisect_left(rows, (query.since, ""))
            if query.after is not None:
                first = max(first, bisect_right(rows, query.after))
            end = len(rows) if query.until is None else bisect_left(rows, (query.until, ""))
            found = rows[first : min(first + query.limit, end)]
            records, collection = self._records, query.collection
            return Page(
                tuple(Row(text, id, records[Key(collection, id)]) for text, id in found),
                has_more=first + query.limit < end,
            )

    def everything(self, after: Key, limit: int) -> list[tuple[Key, Record]]:
        """Not part of the port: every record of any kind behind *after*, for whoever checks them all."""
        with self._lock:
            found = sorted(key for key in self._records if key > after)[:limit]
            return [(key, self._records[key]) for key in found]

    def commit(self, batch: Batch) -> Committed:
        """See `Storage.commit`."""
        checked_batch(batch)
        with self._lock:
            for check in batch.checks:
                self._guard(check.key, check.version)
            for put in batch.puts:
                self._guard(put.key, put.version)
            for delete in batch.deletes:
                self._guard(delete.key, delete.version)
            totals: dict[str, int] = {}
            for add in batch.adds:
                name = add.counter
                totals[name] = moved(totals[name] if name in totals else self._totals.get(name, 0), add)

            # Nothing from here on can be refused, so a refusal above has left no trace.
            for put in batch.puts:
                self._put(put, batch.id)
            for delete in batch.deletes:
                self._index(delete.key, ())
                self._records.pop(delete.key, None)
            self._totals.update(totals)
            if batch.trim is not None:
                self._trim(batch.trim.upto)
            for entry in batch.entries:
                self._append(entry)
            return Committed(totals)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        """See `Storage.journal`."""
        checked_limit(limit, "limit")
        number = place(after, "after")
        with self._lock:
            first = self._behind(number)
            return self._entries[first : first + limit]

    def _guard(self, key: Key, version: Version) -> None:
        held = self._records.get(key)
        if (ABSENT if held is None else held.version) != version:
            raise Conflict(f"{key.collection}/{key.id} is not at the version stated")

    def _put(self, put: Put, version: Version) -> None:
        self._records[put.key] = Record(version, put.body)
        self._index(put.key, put.indexes)

    def _index(self, key: Key, indexes: tuple[IndexRow, ...]) -> None:
        old = self._indexes.get(key, ())
        if old == indexes:
            return
        for index, text in dict.fromkeys(old):
            rows = self._rows[key.collection, index]
            del rows[bisect_left(rows, (text, key.id))]
        for index, text in dict.fromkeys(indexes):
            insort(self._rows.setdefault((key.collection, index), []), (text, key.id))
        if indexes:
            self._indexes[key] = indexes
        else:
            del self._indexes[key]

    def _behind(self, number: int) -> int:
        """Where in the list the first entry behind this *number* stands."""
        return min(max(number - (self._last - len(self._entries)), 0), len(self._entries))

    def _trim(self, upto: Position) -> None:
        del self._entries[: self._behind(place(upto, "trim.upto"))]

    def _append(self, entry: Append) -> None:
        self._last += 1
        self._entries.append(Entry(position_at(self._last), entry.id, entry.body))


class AsyncMemoryStorage:
    """A `MemoryStorage` with the same four methods as coroutines."""

    def __init__(self, storage: MemoryStorage | None = None) -> None:
        self._storage = MemoryStorage() if storage is None else storage

    async def read(self, keys: Sequence[Key]) -> list[Found]:
        """See `Storage.read`."""
        return self._storage.read(keys)

    async def scan(self, query: Query) -> Page:
        """See `Storage.scan`."""
        return self._storage.scan(query)

    async def commit(self, batch: Batch) -> Committed:
        """See `Storage.commit`."""
        return self._storage.commit(batch)

    async def journal(self, after: Position, limit: int) -> list[Entry]:
        """See `Storage.journal`."""
        return self._storage.journal(after, limit)

    async def everything(self, after: Key, limit: int) -> list[tuple[Key, Record]]:
        """See `MemoryStorage.everything`."""
        return self._storage.everything(after, limit)
