"""Each class is a saboteur: all goes well within one process, but not between two, nor after a kill."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from pathlib import Path
from queue import SimpleQueue
from typing import Final

import attrs

from omnicommerce.adapters.storage.sqlite import SqliteStorage
from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import Conflict, Unavailable
from omnicommerce.ports.storage import (
    COUNTERS,
    Add,
    Batch,
    Check,
    Committed,
    Entry,
    Found,
    Key,
    Position,
    Put,
    Record,
)

LOCKS: Final[dict[str, threading.RLock]] = defaultdict(threading.RLock)
"""One for each file, and for this process alone."""

PAUSE_SECONDS: Final = 0.003


class LooksBeforeItLocks(SqliteStorage):
    """Guards and bounds are looked at under the process's own lock, and written a moment later."""

    def commit(self, batch: Batch) -> Committed:
        with LOCKS[str(self.path)]:
            self._judge(batch)
            time.sleep(PAUSE_SECONDS)
            for _ in range(1_000):
                puts = tuple(attrs.evolve(put, version=self._version(put.key)) for put in batch.puts)
                adds = tuple(Add(add.counter, add.delta) for add in batch.adds)
                try:
                    return super().commit(attrs.evolve(batch, checks=(), puts=puts, adds=adds))
                except Conflict:
                    continue
        raise Unavailable("no luck")

    def _judge(self, batch: Batch) -> None:
        guards: tuple[Check | Put, ...] = (*batch.checks, *batch.puts)
        for guard in guards:
            if self._version(guard.key) != guard.version:
                raise Conflict(guard.key.id)
        for add in batch.adds:
            (total,) = self.read((Key(COUNTERS, add.counter),))
            assert isinstance(total, int)
            if add.floor is not None and total + add.delta < add.floor:
                SqliteStorage.commit(self, Batch(batch.id, adds=(add,)))  # which is refused as it should be

    def _version(self, key: Key) -> Version:
        (found,) = self.read((key,))
        return found.version if isinstance(found, Record) else ABSENT


class AddsToWhatItSaw(SqliteStorage):
    """What a counter comes to is worked out under the process's own lock, and written a moment later."""

    def commit(self, batch: Batch) -> Committed:
        with LOCKS[str(self.path)]:
            aims = {add.counter: self._total(add) + add.delta for add in batch.adds if add.floor is None}
            time.sleep(PAUSE_SECONDS)
            adds = tuple(
                attrs.evolve(add, delta=aims[add.counter] - self._total(add)) if add.counter in aims else add
                for add in batch.adds
            )
            return super().commit(attrs.evolve(batch, adds=adds))

    def _total(self, add: Add) -> int:
        (total,) = self.read((Key(COUNTERS, add.counter),))
        assert isinstance(total, int)
        return total


class StoresInHalves(SqliteStorage):
    """The entries follow in a commit of their own; nobody in this process can look in between."""

    def commit(self, batch: Batch) -> Committed:
        with LOCKS[str(self.path)]:
            answer = super().commit(attrs.evolve(batch, entries=()))
            time.sleep(PAUSE_SECONDS)
            super().commit(Batch(batch.id, entries=batch.entries))
            return answer

    def read(self, keys: tuple[Key, ...]) -> list[Found]:  # type: ignore[override]
        with LOCKS[str(self.path)]:
            return super().read(keys)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        with LOCKS[str(self.path)]:
            return super().journal(after, limit)


class AcknowledgesThenWrites(SqliteStorage):
    """A commit is acknowledged as soon as it is known to be right, and is written a little later."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(path)
        self.waiting: SimpleQueue[Batch] = SimpleQueue()
        threading.Thread(target=self._write, daemon=True).start()

    def commit(self, batch: Batch) -> Committed:
        self.waiting.put(batch)
        return Committed({})

    def _write(self) -> None:
        while True:
            batch = self.waiting.get()
            time.sleep(PAUSE_SECONDS)
            super().commit(batch)


class LeavesItsLockBehind(SqliteStorage):
    """The lock is a file, and whoever is killed leaves it there."""

    def commit(self, batch: Batch) -> Committed:
        lock = Path(f"{self.path}.lock")
        while True:
            try:
                lock.touch(exist_ok=False)
                break
            except FileExistsError:
                time.sleep(0.0002)
        try:
            time.sleep(PAUSE_SECONDS)
            return super().commit(batch)
        finally:
            lock.unlink()
