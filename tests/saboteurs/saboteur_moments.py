"""Each class is a saboteur: its guards, its entries and its records are not of the same moment."""

from __future__ import annotations

import threading

import attrs

from omnicommerce.adapters.storage.checked import checked_batch, moved
from omnicommerce.kernel.collection import ABSENT
from omnicommerce.ports.storage import Batch, Check, Committed, Delete, Put
from tests.saboteurs.saboteur_restarts import Honest, Shared


class ShowsEntriesBeforeTheirRecords(Honest):
    """Entries are there before their records: a reader of the journal, so it believes, needs no lock."""

    def __init__(self, disk: Shared | None = None) -> None:
        super().__init__(disk)
        self.writing: threading.Lock = self.disk.__dict__.setdefault("writing", threading.Lock())

    def commit(self, batch: Batch) -> Committed:
        checked_batch(batch)
        with self.writing:
            with self._lock:
                self._judge(batch)
                if batch.trim is not None:
                    self._trim(batch.trim.upto)
                for entry in batch.entries:
                    self._append(entry)
            puts = tuple(iter(batch.puts))  # here it may be held up
            return super().commit(attrs.evolve(batch, puts=puts, entries=(), trim=None))

    def _judge(self, batch: Batch) -> None:
        guards: tuple[Check | Put | Delete, ...] = (*batch.checks, *batch.puts, *batch.deletes)
        for guard in guards:
            self._guard(guard.key, guard.version)
        totals = dict(self._totals)
        for add in batch.adds:
            totals[add.counter] = moved(totals.get(add.counter, 0), add)


class GuardsOfAnAdditionOutsideTheLock(Honest):
    """A batch that writes no record, so it believes, needs no lock for its checks."""

    def commit(self, batch: Batch) -> Committed:
        if batch.puts or batch.deletes or not batch.checks:
            return super().commit(batch)
        for check in batch.checks:
            self._guard(check.key, check.version)
        adds = tuple(iter(batch.adds))  # here it may be held up
        return super().commit(attrs.evolve(batch, checks=(), adds=adds))


class GuardsOfAnEntryOutsideTheLock(Honest):
    """The same, for a batch that only appends to the journal."""

    def commit(self, batch: Batch) -> Committed:
        if batch.puts or batch.deletes or batch.adds or not batch.checks:
            return super().commit(batch)
        for check in batch.checks:
            self._guard(check.key, check.version)
        entries = tuple(iter(batch.entries))  # here it may be held up
        return super().commit(attrs.evolve(batch, checks=(), entries=entries))


class DeletesOfNothingOutsideTheLock(Honest):
    """That a record is not there is looked at before the lock: there is no row to delete."""

    def commit(self, batch: Batch) -> Committed:
        for delete in batch.deletes:
            if delete.version == ABSENT:
                self._guard(delete.key, ABSENT)
        puts = tuple(iter(batch.puts))  # here it may be held up
        deletes = tuple(delete for delete in batch.deletes if delete.version != ABSENT)
        return super().commit(attrs.evolve(batch, puts=puts, deletes=deletes))
