"""Each class is a saboteur: a storage that breaks one promise about the journal."""

from __future__ import annotations

import itertools
import random
import time

import attrs

from omnicommerce.adapters.storage.checked import place, position_at
from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.errors import Conflict, Exhausted
from omnicommerce.ports.storage import START, Batch, Committed, Entry, Position


class DrawsPositionsTooSoon(MemoryStorage):
    """A position is drawn when a commit begins, as from a sequence, and seen when it ends."""

    def __init__(self) -> None:
        super().__init__()
        self.sequence = itertools.count(1)
        self.seen: dict[int, Entry] = {}

    def commit(self, batch: Batch) -> Committed:
        drawn = [(next(self.sequence), entry) for entry in batch.entries]
        if drawn:
            time.sleep(random.random() / 1000)  # noqa: S311  # no secret
        answer = super().commit(attrs.evolve(batch, entries=()))
        for number, entry in drawn:
            self.seen[number] = Entry(position_at(number), entry.id, entry.body)
        return answer

    def journal(self, after: Position, limit: int) -> list[Entry]:
        number = place(after, "after")
        return [entry for at, entry in sorted(self.seen.copy().items()) if at > number][:limit]


class WritesEntriesOfRefusedBatches(MemoryStorage):
    """The outbox is written outside the transaction."""

    def commit(self, batch: Batch) -> Committed:
        try:
            return super().commit(batch)
        except (Conflict, Exhausted):
            super().commit(Batch(batch.id, entries=batch.entries))
            raise


class RepeatsTheLastEntry(MemoryStorage):
    """A reader gets the entry at its mark once more."""

    def journal(self, after: Position, limit: int) -> list[Entry]:
        before = START if after == START else position_at(int(after) - 1)
        return super().journal(before, limit)


class ForgetsTheLimit(MemoryStorage):
    """A page has as many entries as there are."""

    def journal(self, after: Position, limit: int) -> list[Entry]:
        return super().journal(after, min(limit * 2, 1_000))


class SortsEntriesById(MemoryStorage):
    """Entries come by their names, not by their commits."""

    def journal(self, after: Position, limit: int) -> list[Entry]:
        return sorted(super().journal(after, limit), key=lambda entry: entry.id)


class ReusesPositions(MemoryStorage):
    """An empty journal begins to count anew, as a table without AUTOINCREMENT does."""

    def _trim(self, upto: Position) -> None:
        super()._trim(upto)
        if not self._entries:
            self._last = 0


class TrimsOneTooFew(MemoryStorage):
    """The entry at the position stays."""

    def _trim(self, upto: Position) -> None:
        if upto != START:
            super()._trim(position_at(int(upto) - 1))


class TrimsItsOwnBatch(MemoryStorage):
    """The checkpoint that is written along with a trim is trimmed, too."""

    def commit(self, batch: Batch) -> Committed:
        return super().commit(batch if batch.trim is None else attrs.evolve(batch, entries=()))


class MissesTheSecondEntry(MemoryStorage):
    """Of several entries of one batch only the first is written."""

    def commit(self, batch: Batch) -> Committed:
        return super().commit(attrs.evolve(batch, entries=batch.entries[:1]))
