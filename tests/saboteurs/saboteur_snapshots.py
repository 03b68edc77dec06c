"""Each class is a saboteur: it judges a batch by what this door has seen, not by what is there.

One caller alone never notices, since what he has seen is what is there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import attrs

from omnicommerce.adapters.storage.checked import moved
from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import Conflict
from omnicommerce.ports.storage import COUNTERS, Add, Batch, Check, Committed, Delete, Found, Key, Put, Record
from tests.saboteurs.saboteur_restarts import Honest, Shared


class _Remembering(Honest):
    """No saboteur yet: remembers what this door has looked at, and what it has written itself."""

    def __init__(self, disk: Shared | None = None) -> None:
        super().__init__(disk)
        self.seen: dict[Key, Found] = {}

    def read(self, keys: Sequence[Key]) -> list[Found]:
        found = super().read(keys)
        self.seen |= dict(zip(keys, found, strict=True))
        return found

    def _stored(self, batch: Batch) -> Committed:
        answer = Honest.commit(self, batch)
        self.seen |= {put.key: Record(batch.id, put.body) for put in batch.puts}
        self.seen |= {delete.key: None for delete in batch.deletes}
        self.seen |= {Key(COUNTERS, name): total for name, total in answer.totals.items()}
        return answer

    def _has_seen(self, key: Key, version: Version) -> bool:
        seen = self.seen.get(key)
        return isinstance(seen, Record) and seen.version == version


class ChecksItsSnapshot(_Remembering):
    """A check is judged by the last look: snapshot isolation, and its write skew."""

    def commit(self, batch: Batch) -> Committed:
        checks = tuple(check for check in batch.checks if not self._agrees(check))
        return self._stored(attrs.evolve(batch, checks=checks))

    def _agrees(self, check: Check) -> bool:
        if check.key not in self.seen:
            return False
        seen = self.seen[check.key]
        return check.version == (seen.version if isinstance(seen, Record) else ABSENT)


class RemembersWhatIsNotThere(_Remembering):
    """What was not there a moment ago may be made, whoever has made it meanwhile."""

    def commit(self, batch: Batch) -> Committed:
        return self._stored(attrs.evolve(batch, puts=tuple(map(self._made, batch.puts))))

    def _made(self, put: Put) -> Put:
        held = self._records.get(put.key)
        was_absent = put.key in self.seen and self.seen[put.key] is None
        if put.version == ABSENT and held is not None and was_absent:
            return attrs.evolve(put, version=held.version)
        return put


class ComparesBodies(_Remembering):
    """A record that looks as it did is taken for the one that was seen."""

    def commit(self, batch: Batch) -> Committed:
        return self._stored(
            attrs.evolve(
                batch,
                checks=tuple(Check(each.key, self._now(each)) for each in batch.checks),
                puts=tuple(attrs.evolve(each, version=self._now(each)) for each in batch.puts),
                deletes=tuple(Delete(each.key, self._now(each)) for each in batch.deletes),
            )
        )

    def _now(self, guard: Check | Put | Delete) -> Version:
        held, seen = self._records.get(guard.key), self.seen.get(guard.key)
        if held is None or not isinstance(seen, Record) or seen.version != guard.version:
            return guard.version
        return held.version if held.body == seen.body else guard.version


class DeletesWhatIsGone(_Remembering):
    """To delete what somebody else has deleted is no error: it is gone, is it not?"""

    def commit(self, batch: Batch) -> Committed:
        deletes = tuple(
            each
            for each in batch.deletes
            if each.key in self._records or not self._has_seen(each.key, each.version)
        )
        return self._stored(attrs.evolve(batch, deletes=deletes))


class PutsOverTheDeleted(_Remembering):
    """A record that somebody has deleted is made again by whoever had seen it."""

    def commit(self, batch: Batch) -> Committed:
        puts = tuple(
            attrs.evolve(put, version=ABSENT)
            if put.key not in self._records and self._has_seen(put.key, put.version)
            else put
            for put in batch.puts
        )
        return self._stored(attrs.evolve(batch, puts=puts))


class OverwritesTheFalse(_Remembering):
    """A record whose body is false in Python guards nothing."""

    def commit(self, batch: Batch) -> Committed:
        return self._stored(attrs.evolve(batch, puts=tuple(map(self._over, batch.puts))))

    def _over(self, put: Put) -> Put:
        held = self._records.get(put.key)
        if (
            put.version == ABSENT
            and held is not None
            and held.body[:1] in '0n"'
            and not json.loads(held.body)
        ):
            return attrs.evolve(put, version=held.version)
        return put


class SkipsWhatIsTheSame(Honest):
    """A put that changes nothing is not written, and so the version stays what it was."""

    def commit(self, batch: Batch) -> Committed:
        same = {put.key: put for put in batch.puts if put.version and self._is_the_same(put)}
        return super().commit(
            attrs.evolve(
                batch,
                puts=tuple(put for put in batch.puts if put.key not in same),
                checks=(*batch.checks, *(Check(key, put.version) for key, put in same.items())),
            )
        )

    def _is_the_same(self, put: Put) -> bool:
        has_same_rows = self._indexes.get(put.key, ()) == put.indexes
        return has_same_rows and self._records.get(put.key) == Record(put.version, put.body)


class LeavesTheOthers(_Remembering):
    """When a rival was faster at one record, the others are not undone."""

    def commit(self, batch: Batch) -> Committed:
        try:
            return self._stored(batch)
        except Conflict:
            is_late = any(
                self._has_seen(put.key, put.version) and not self._is_right(put) for put in batch.puts
            )
            if is_late:
                Honest.commit(self, Batch(batch.id, puts=tuple(filter(self._is_right, batch.puts))))
            raise

    def _is_right(self, put: Put) -> bool:
        held = self._records.get(put.key)
        return put.version == (ABSENT if held is None else held.version)


class TrustsTheTotalItSaw(_Remembering):
    """A bound is tested against the total that this door knows of."""

    def commit(self, batch: Batch) -> Committed:
        for add in batch.adds:
            known = self.seen.get(Key(COUNTERS, add.counter), 0)
            assert isinstance(known, int)
            moved(known, add)
        adds = tuple(Add(add.counter, add.delta) for add in batch.adds)
        return self._stored(attrs.evolve(batch, adds=adds))


class ReadsFromAReplica(Honest):
    """A look may be at a copy that has not heard of the last commit of somebody else yet."""

    def __init__(self, disk: Shared | None = None) -> None:
        super().__init__(disk)
        self.copy: dict[Key, Record] = dict(self._records)

    def read(self, keys: Sequence[Key]) -> list[Found]:
        stale = self.copy
        self.copy = dict(self._records)
        return [
            each if key.collection == COUNTERS else stale.get(key)
            for key, each in zip(keys, super().read(keys), strict=True)
        ]

    def commit(self, batch: Batch) -> Committed:
        answer = super().commit(batch)
        self.copy = dict(self._records)
        return answer


class ReusesItsAnswers(Honest):
    """Every look is given into the same list, which the caller of the last look still holds."""

    def __init__(self, disk: Shared | None = None) -> None:
        super().__init__(disk)
        self.answer: list[Found] = []

    def read(self, keys: Sequence[Key]) -> list[Found]:
        self.answer[:] = super().read(keys)
        return self.answer
