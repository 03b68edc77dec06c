"""Each class is a saboteur: a storage that says "stored" and does not mean it. One of them is honest."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Self

import attrs

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.collection import Version
from omnicommerce.kernel.errors import Conflict, Exhausted
from omnicommerce.ports.storage import COUNTERS, Batch, Committed, Found, Key


class Shared:
    """No saboteur: a disk that outlives its storages; the classes below share one in different ways."""

    def __init__(self) -> None:
        self.storage = MemoryStorage()
        self.log: list[Batch] = []


class Honest(MemoryStorage):
    """Keeps a log of its batches on the disk; a restart repeats it. Every law must pass."""

    def __init__(self, disk: Shared | None = None) -> None:
        super().__init__()
        self.disk = Shared() if disk is None else disk
        self.__dict__ |= {name: value for name, value in vars(self.disk.storage).items() if name != "_last"}

    @property
    def _last(self) -> int:
        return self.disk.storage._last

    @_last.setter
    def _last(self, value: int) -> None:
        if "disk" in self.__dict__:
            self.disk.storage._last = value

    def reopened(self) -> Self:
        return type(self)(self.disk)


class LocksItsOwnDoorOnly(Honest):
    """Each opening of the shop has a lock of its own, and knows nothing of the others."""

    def __init__(self, disk: Shared | None = None) -> None:
        super().__init__(disk)
        self._lock = threading.Lock()
        self.naps = 500

    def _guard(self, key: Key, version: Version) -> None:
        super()._guard(key, version)
        # Not for ever: a batch may have ten thousand guards.
        if self.naps:
            self.naps -= 1
            time.sleep(0.0005)


class AcknowledgesTooSoon(MemoryStorage):
    """A commit reaches the disk with the next one: whoever pulls the plug loses the last."""

    def __init__(self, disk: Shared | None = None) -> None:
        super().__init__()
        self.disk = Shared() if disk is None else disk
        self.pending: list[Batch] = []
        for batch in self.disk.log:
            super().commit(batch)

    def commit(self, batch: Batch) -> Committed:
        answer = super().commit(batch)
        self.disk.log += self.pending
        self.pending = [batch]
        return answer

    def reopened(self) -> Self:
        return type(self)(self.disk)


class ForgetsItsCounters(MemoryStorage):
    """Counters live in memory and begin at 0 again."""

    def __init__(self, disk: Shared | None = None) -> None:
        super().__init__()
        self.disk = Shared() if disk is None else disk
        for batch in self.disk.log:
            super().commit(attrs.evolve(batch, adds=()))

    def commit(self, batch: Batch) -> Committed:
        answer = super().commit(batch)
        self.disk.log.append(batch)
        return answer

    def reopened(self) -> Self:
        return type(self)(self.disk)


class RevivesRefusedBatches(MemoryStorage):
    """A batch is written ahead before it is judged, and a restart brings the refused ones to life."""

    def __init__(self, disk: Shared | None = None) -> None:
        super().__init__()
        self.disk = Shared() if disk is None else disk
        for batch in self.disk.log:
            try:
                super().commit(batch)
            except (Conflict, Exhausted):
                super().commit(Batch(batch.id, entries=batch.entries))

    def commit(self, batch: Batch) -> Committed:
        self.disk.log.append(batch)
        return super().commit(batch)

    def reopened(self) -> Self:
        return type(self)(self.disk)


class ServesAStaleCache(Honest):
    """What was read once is not asked for again, whoever else has written meanwhile."""

    def __init__(self, disk: Shared | None = None) -> None:
        super().__init__(disk)
        self.cache: dict[Key, Found] = {}

    def read(self, keys: Sequence[Key]) -> list[Found]:
        missing = [key for key in keys if key not in self.cache]
        self.cache.update(zip(missing, super().read(missing), strict=True))
        return [self.cache[key] for key in keys]

    def commit(self, batch: Batch) -> Committed:
        answer = super().commit(batch)
        written = [put.key for put in batch.puts] + [delete.key for delete in batch.deletes]
        for key in (*written, *(Key(COUNTERS, add.counter) for add in batch.adds)):
            self.cache.pop(key, None)
        return answer


class RestartsItsJournal(MemoryStorage):
    """Positions are counted in memory: after a restart on an empty journal they begin anew."""

    def __init__(self, disk: Shared | None = None) -> None:
        super().__init__()
        self.disk = Shared() if disk is None else disk
        for batch in self.disk.log:
            super().commit(batch)
        if not self._entries:
            self._last = 0

    def commit(self, batch: Batch) -> Committed:
        answer = super().commit(batch)
        self.disk.log.append(batch)
        return answer

    def reopened(self) -> Self:
        return type(self)(self.disk)


class ForgetsWhenAllAreShut(Honest):
    """The shop lives for as long as somebody has it open."""

    def __init__(self, disk: Shared | None = None) -> None:
        super().__init__(disk)
        self.is_open = True
        self.disk.__dict__["doors"] = self.disk.__dict__.get("doors", 0) + 1

    def close(self) -> None:
        if self.is_open:
            self.is_open = False
            self.disk.__dict__["doors"] -= 1
        if not self.disk.__dict__["doors"]:
            self.disk.storage.__init__()  # type: ignore[misc]  # all is gone
