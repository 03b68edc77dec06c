"""Each class is a saboteur over a file: it believes its own copies, or commits in two steps."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import attrs

from omnicommerce.adapters.storage.sqlite import SqliteStorage
from omnicommerce.kernel.collection import ABSENT
from omnicommerce.ports.storage import Batch, Check, Committed, Entry, Found, Key, Page, Position, Put, Query

LOCKS: Final[dict[str, threading.RLock]] = defaultdict(threading.RLock)
COPIES: Final[dict[str, dict[Any, tuple[float, Any]]]] = defaultdict(dict)
POOLS: Final[dict[str, tuple[int, int]]] = {}
"""All three for each file, and for this process alone."""

BELIEVED_SECONDS: Final = 0.1
PAUSE_SECONDS: Final = 0.003
BLOCK: Final = 1_000


class BelievesItsCopies(SqliteStorage):
    """What a process has read it believes for a tenth of a second; its own commits empty the cache."""

    def read(self, keys: Sequence[Key]) -> list[Found]:
        with LOCKS[str(self.path)]:
            copies, asked = COPIES[str(self.path)], tuple(keys)
            since, found = copies.get(asked, (0.0, None))
            if found is None or time.monotonic() - since >= BELIEVED_SECONDS:
                found = super().read(keys)
                copies[asked] = time.monotonic(), found
            return list(found)

    def commit(self, batch: Batch) -> Committed:
        with LOCKS[str(self.path)]:
            try:
                return super().commit(batch)
            finally:
                COPIES[str(self.path)].clear()


class ScansItsCopies(SqliteStorage):
    """The same, of the pages of an index."""

    def scan(self, query: Query) -> Page:
        with LOCKS[str(self.path)]:
            copies = COPIES[f"pages of {self.path}"]
            page: Page | None
            since, page = copies.get(query, (0.0, None))
            if page is None or time.monotonic() - since >= BELIEVED_SECONDS:
                page = super().scan(query)
                copies[query] = time.monotonic(), page
            return page

    def commit(self, batch: Batch) -> Committed:
        with LOCKS[str(self.path)]:
            try:
                return super().commit(batch)
            finally:
                COPIES[f"pages of {self.path}"].clear()


class _Alone(SqliteStorage):
    """No saboteur yet: one call at a time, of all processes, so that nobody looks between two steps."""

    @contextmanager
    def alone(self) -> Iterator[None]:
        with LOCKS[str(self.path)], Path(f"{self.path}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def read(self, keys: Sequence[Key]) -> list[Found]:
        with self.alone():
            return super().read(keys)

    def scan(self, query: Query) -> Page:
        with self.alone():
            return super().scan(query)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        with self.alone():
            return super().journal(after, limit)

    def commit(self, batch: Batch) -> Committed:
        with self.alone():
            return self.in_steps(batch)

    def in_steps(self, batch: Batch) -> Committed:
        return super().commit(batch)


class DeletesInASecondStep(_Alone):
    """Deletes follow in a transaction of their own."""

    def in_steps(self, batch: Batch) -> Committed:
        if not batch.deletes:
            return super().in_steps(batch)
        checks = tuple(Check(delete.key, delete.version) for delete in batch.deletes)
        answer = super().in_steps(attrs.evolve(batch, deletes=(), checks=(*batch.checks, *checks)))
        time.sleep(PAUSE_SECONDS)
        super().in_steps(Batch(batch.id, deletes=batch.deletes))
        return answer


class TrimsInASecondStep(_Alone):
    """First the old books are forgotten, and then the new ones are opened."""

    def in_steps(self, batch: Batch) -> Committed:
        if batch.trim is None:
            return super().in_steps(batch)
        answer = super().in_steps(attrs.evolve(batch, trim=None, entries=()))
        super().in_steps(Batch(batch.id, trim=batch.trim))
        time.sleep(PAUSE_SECONDS)
        super().in_steps(Batch(batch.id, entries=batch.entries))
        return answer


class LeavesOldRowsToASecondStep(_Alone):
    """Index rows that a put no longer has are taken out in a transaction of their own."""

    def in_steps(self, batch: Batch) -> Committed:
        old = {put.key: self._old_rows(put) for put in batch.puts if put.version != ABSENT}
        kept = tuple(attrs.evolve(put, indexes=(*put.indexes, *old.get(put.key, ()))) for put in batch.puts)
        answer = super().in_steps(attrs.evolve(batch, puts=kept))
        if any(old.values()):
            time.sleep(PAUSE_SECONDS)
            versions = {
                put.key: attrs.evolve(put, version=batch.id) for put in batch.puts if old.get(put.key)
            }
            super().in_steps(Batch(batch.id, puts=tuple(versions.values())))
        return answer

    def _old_rows(self, put: Put) -> list[tuple[str, str]]:
        asked = "SELECT name, at FROM place WHERE collection = ? AND id = ?"
        with closing(sqlite3.connect(self.path)) as database:
            return [row for row in database.execute(asked, tuple(put.key)) if row not in put.indexes]


class DrawsPositionsFromAPool(_Alone):
    """Each process draws its positions from a block of its own, as from a cached sequence."""

    def in_steps(self, batch: Batch) -> Committed:
        answer = super().in_steps(batch)
        if not batch.entries:
            return answer
        number, end = POOLS.get(str(self.path), (0, 0))
        if number + len(batch.entries) > end:
            blocks = Path(f"{self.path}.blocks")
            first = int(blocks.read_text()) if os.path.exists(blocks) else 0  # noqa: PTH110  # a file beside
            blocks.write_text(str(first + BLOCK))
            number, end = first + 1, first + BLOCK
        with closing(sqlite3.connect(self.path)) as database:
            last = "SELECT position FROM entry ORDER BY rowid DESC LIMIT ?"
            drawn = sorted(row[0] for row in database.execute(last, (len(batch.entries),)))
            for position in drawn:
                database.execute("UPDATE entry SET position = ? WHERE position = ?", (number, position))
                number += 1
            database.commit()
        POOLS[str(self.path)] = number, end
        return answer
