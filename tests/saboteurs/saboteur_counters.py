"""Each class is a saboteur: a storage that breaks one promise about counters."""

from __future__ import annotations

import time

import attrs

from omnicommerce.adapters.storage.checked import moved
from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.errors import Exhausted
from omnicommerce.ports.storage import COUNTERS, Add, Batch, Committed, Key


class IgnoresFloors(MemoryStorage):
    """Everybody may take."""

    def commit(self, batch: Batch) -> Committed:
        adds = tuple(attrs.evolve(add, floor=None) for add in batch.adds)
        return super().commit(attrs.evolve(batch, adds=adds))


class IgnoresCeilings(MemoryStorage):
    """Everybody may add."""

    def commit(self, batch: Batch) -> Committed:
        adds = tuple(attrs.evolve(add, ceiling=None) for add in batch.adds)
        return super().commit(attrs.evolve(batch, adds=adds))


class BoundsBothWays(MemoryStorage):
    """A bound is a bound, also for those who give back."""

    def commit(self, batch: Batch) -> Committed:
        for add in batch.adds:
            (total,) = self.read((Key(COUNTERS, add.counter),))
            assert isinstance(total, int)
            if add.floor is not None and total + add.delta < add.floor:
                raise Exhausted(add.counter)
            if add.ceiling is not None and total + add.delta > add.ceiling:
                raise Exhausted(add.counter)
        return super().commit(batch)


class NetsAdds(MemoryStorage):
    """All adds of one counter are summed before they are tested."""

    def commit(self, batch: Batch) -> Committed:
        netted: dict[str, Add] = {}
        for add in batch.adds:
            so_far = netted.get(add.counter, Add(add.counter, 0))
            netted[add.counter] = Add(
                add.counter,
                so_far.delta + add.delta,
                so_far.floor if add.floor is None else add.floor,
                so_far.ceiling if add.ceiling is None else add.ceiling,
            )
        return super().commit(attrs.evolve(batch, adds=tuple(netted.values())))


class CountsThenWrites(MemoryStorage):
    """The total is read and tested first, and moved a moment later."""

    def commit(self, batch: Batch) -> Committed:
        for add in batch.adds:
            (total,) = self.read((Key(COUNTERS, add.counter),))
            assert isinstance(total, int)
            moved(total, add)
        time.sleep(0.0005)
        adds = tuple(Add(add.counter, add.delta) for add in batch.adds)
        return super().commit(attrs.evolve(batch, adds=adds))


class LocksOnlyWhatIsBounded(MemoryStorage):
    """A counter that nothing bounds is read, and written a moment later, without a lock."""

    def commit(self, batch: Batch) -> Committed:
        free = [add for add in batch.adds if add.floor is None and add.ceiling is None]
        bounded = tuple(add for add in batch.adds if add not in free)
        totals = dict(super().commit(attrs.evolve(batch, adds=bounded)).totals)
        for add in free:
            total = self._totals.get(add.counter, 0) + add.delta
            time.sleep(0.0005)
            self._totals[add.counter] = totals[add.counter] = total
        return Committed(totals)


class TellsTheDelta(MemoryStorage):
    """`totals` says by how much a counter was moved, not where it stands."""

    def commit(self, batch: Batch) -> Committed:
        super().commit(batch)
        return Committed({add.counter: add.delta for add in batch.adds})


class CountsInFloats(MemoryStorage):
    """Counters are kept with 24 bits, as a float of a small database is."""

    def commit(self, batch: Batch) -> Committed:
        answer = super().commit(batch)
        for name, total in answer.totals.items():
            self._totals[name] = total >> 26 << 26 if abs(total) >> 26 else total
        return answer


class KeepsCountersAmongRecords(MemoryStorage):
    """A counter and a record of the same name get in each other's way."""

    def commit(self, batch: Batch) -> Committed:
        answer = super().commit(batch)
        for delete in batch.deletes:
            self._totals.pop(delete.key.id, None)
        return answer


class KnowsNoOuterBound(MemoryStorage):
    """None is no bound at all, and totals grow beyond AMOUNT_MAX."""

    def commit(self, batch: Batch) -> Committed:
        with self._lock:
            totals = dict(self._totals)
            for add in batch.adds:
                total = totals[add.counter] = totals.get(add.counter, 0) + add.delta
                if add.delta < 0 and add.floor is not None and total < add.floor:
                    raise Exhausted(add.counter)
                if add.delta > 0 and add.ceiling is not None and total > add.ceiling:
                    raise Exhausted(add.counter)
        answer = super().commit(attrs.evolve(batch, adds=()))
        self._totals.update(totals)
        return Committed({add.counter: totals[add.counter] for add in batch.adds} | dict(answer.totals))


class TakesZeroForNone(MemoryStorage):
    """``if add.ceiling:`` is wrong for a ceiling of 0."""

    def commit(self, batch: Batch) -> Committed:
        adds = tuple(attrs.evolve(add, ceiling=add.ceiling or None) for add in batch.adds)
        return super().commit(attrs.evolve(batch, adds=adds))


class NamesTheFirstCounter(MemoryStorage):
    """Whichever counter is at its bound, the first of the batch is named."""

    def commit(self, batch: Batch) -> Committed:
        try:
            return super().commit(batch)
        except Exhausted:
            raise Exhausted(batch.adds[0].counter) from None
