"""Each oracle of the litmus kit finds what it is there for, also when the others are silent."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.collection import ABSENT
from omnicommerce.ports.storage import Batch, Committed, Entry, Position
from omnicommerce.testing import StorageConformance
from omnicommerce.testing.litmus import entries, linear, records
from omnicommerce.testing.litmus.law import law
from omnicommerce.testing.litmus.program import Program


class Bench(StorageConformance):
    is_durable = False
    stuck_seconds = 0.3

    def __init__(self, kind: type[MemoryStorage]) -> None:
        self.kind = kind

    def make(self) -> Any:
        return self.kind()


class GuardsNothing(MemoryStorage):
    """The last write wins, and a check is not looked at."""

    def commit(self, batch: Batch) -> Committed:
        held = {put.key: self._records.get(put.key) for put in batch.puts}
        versions = {key: ABSENT if record is None else record.version for key, record in held.items()}
        puts = tuple(attrs.evolve(put, version=versions[put.key]) for put in batch.puts)
        return super().commit(attrs.evolve(batch, checks=(), puts=puts))


@pytest.mark.parametrize("program", [records.LOST_UPDATE, records.WRITE_SKEW, records.SKEW_OF_THREE])
def test_the_serial_orders_alone_find_it(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "unexplained", lambda _: None)

    with pytest.raises(AssertionError, match="is the outcome of no order of the transactions"):
        law(program)(Bench(GuardsNothing))


@pytest.mark.parametrize("program", [records.LOST_UPDATE, records.WRITE_SKEW, records.SKEW_OF_THREE])
def test_the_order_of_the_calls_alone_finds_it(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omnicommerce.testing.litmus.serial.is_serial", lambda _: False)

    with pytest.raises(AssertionError, match="no order of the calls explains"):
        law(program)(Bench(GuardsNothing))


class LosesEntries(MemoryStorage):
    """Of two entries the second is not written."""

    def commit(self, batch: Batch) -> Committed:
        return super().commit(attrs.evolve(batch, entries=batch.entries[:1]))


class RepeatsEntries(MemoryStorage):
    """Each entry is written twice."""

    def commit(self, batch: Batch) -> Committed:
        return super().commit(attrs.evolve(batch, entries=(*batch.entries, *batch.entries)))


class TurnsEntriesRound(MemoryStorage):
    """The last entry of a batch comes first."""

    def commit(self, batch: Batch) -> Committed:
        return super().commit(attrs.evolve(batch, entries=batch.entries[::-1]))


class HoldsTheFirstBack(MemoryStorage):
    """The first batch of a run is written to the journal behind the second."""

    def commit(self, batch: Batch) -> Committed:
        held = self.__dict__.setdefault("held", [])
        if "start" in batch.id or held:
            entries = (*batch.entries, *held)
            held.clear()
        else:
            held += batch.entries
            entries = ()
        return super().commit(attrs.evolve(batch, entries=entries))


class ForgetsTheLimit(MemoryStorage):
    """As many entries as there are."""

    def journal(self, after: Position, limit: int) -> list[Entry]:
        return super().journal(after, min(1_000, 2 * limit))


@pytest.mark.parametrize(
    ("kind", "complaint"),
    [
        (LosesEntries, "the entries of what was stored are in the journal"),
        (RepeatsEntries, "only the entries of what was stored are in the journal"),
        (TurnsEntriesRound, "the entries of one batch lie side by side"),
        (HoldsTheFirstBack, "what was stored before has its entries before"),
        (ForgetsTheLimit, "at most 1 entries"),
    ],
)
def test_the_journal_is_looked_at(kind: type[MemoryStorage], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        law(entries.ENTRIES_SIDE_BY_SIDE)(Bench(kind))
