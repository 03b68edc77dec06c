"""Each class is a saboteur: it forgets the books of others, too many of its own, or at another moment."""

from __future__ import annotations

import attrs

from omnicommerce.adapters.storage.checked import moved, place
from omnicommerce.ports.storage import START, Batch, Check, Committed, Delete, Put
from tests.saboteurs.saboteur_restarts import Honest
from tests.saboteurs.saboteur_tenants import Housed


class TrimsTheWholeHouse(Housed):
    """The statement that forgets lacks the shop."""

    def commit(self, batch: Batch) -> Committed:
        answer = super().commit(batch)
        if batch.trim is not None and batch.trim.upto != START:
            for shop in self.others:
                shop._trim(batch.trim.upto)
        return answer


class TrimsByNumber(Honest):
    """It counts the entries to be forgotten first, and takes so many from the front a moment later."""

    def commit(self, batch: Batch) -> Committed:
        if batch.trim is None:
            return super().commit(batch)
        number = self._behind(place(batch.trim.upto, "upto"))
        entries = [*batch.entries]  # here it may be held up
        answer = super().commit(attrs.evolve(batch, trim=None, entries=()))
        with self._lock:
            del self._entries[:number]
            for entry in entries:
                self._append(entry)
        return answer


class TrimsFirst(Honest):
    """The trim is a transaction of its own, and goes before the rest as soon as that is known to be right."""

    def commit(self, batch: Batch) -> Committed:
        if batch.trim is None:
            return super().commit(batch)
        with self._lock:
            guards: tuple[Check | Put | Delete, ...] = (*batch.checks, *batch.puts, *batch.deletes)
            for guard in guards:
                self._guard(guard.key, guard.version)
            totals = dict(self._totals)
            for add in batch.adds:
                totals[add.counter] = moved(totals.get(add.counter, 0), add)
        super().commit(Batch(batch.id, trim=batch.trim))
        puts = tuple(iter(batch.puts))  # here it may be held up
        return super().commit(attrs.evolve(batch, puts=puts, trim=None))
