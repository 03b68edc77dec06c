"""Each class is a saboteur: a storage that breaks one promise about versions and atomicity."""

from __future__ import annotations

import time

import attrs

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import Conflict, Exhausted, Unavailable
from omnicommerce.ports.storage import Batch, Committed, Key, Put


class LastWriteWins(MemoryStorage):
    """A put is stored whatever is there."""

    def commit(self, batch: Batch) -> Committed:
        puts = tuple(attrs.evolve(put, version=_version(self, put.key)) for put in batch.puts)
        return super().commit(attrs.evolve(batch, puts=puts))


class InsertsOverwrite(MemoryStorage):
    """A put of a new record replaces the one that is there."""

    def commit(self, batch: Batch) -> Committed:
        puts = tuple(
            attrs.evolve(put, version=_version(self, put.key)) if put.version == ABSENT else put
            for put in batch.puts
        )
        return super().commit(attrs.evolve(batch, puts=puts))


class IgnoresChecks(MemoryStorage):
    """A check is not looked at."""

    def commit(self, batch: Batch) -> Committed:
        return super().commit(attrs.evolve(batch, checks=()))


class IgnoresChecksOfAbsence(MemoryStorage):
    """What is not there is not guarded: there is no row to lock."""

    def commit(self, batch: Batch) -> Committed:
        checks = tuple(check for check in batch.checks if check.version != ABSENT)
        return super().commit(attrs.evolve(batch, checks=checks))


class DeletesUnseen(MemoryStorage):
    """A delete deletes whatever is there."""

    def commit(self, batch: Batch) -> Committed:
        deletes = tuple(attrs.evolve(delete, version=_version(self, delete.key)) for delete in batch.deletes)
        return super().commit(attrs.evolve(batch, deletes=deletes))


class ChecksBeforeTheLock(MemoryStorage):
    """Checks are judged first, and the rest is stored a moment later: snapshot isolation's write skew."""

    def commit(self, batch: Batch) -> Committed:
        for check in batch.checks:
            self._guard(check.key, check.version)
        if batch.checks:
            time.sleep(0.001)
        return super().commit(attrs.evolve(batch, checks=()))


class PutsWithoutTheLock(MemoryStorage):
    """Versions are compared first and written a moment later: rivals get lost in between."""

    def commit(self, batch: Batch) -> Committed:
        for put in batch.puts:
            self._guard(put.key, put.version)
        time.sleep(0.0005)
        with self._lock:
            puts = tuple(self._at_its_version(put) for put in batch.puts)
        return super().commit(attrs.evolve(batch, puts=puts))

    def _at_its_version(self, put: Put) -> Put:
        held = self._records.get(put.key)
        return attrs.evolve(put, version=ABSENT if held is None else held.version)


class SwallowsConflicts(MemoryStorage):
    """A conflict is answered as if it had been stored."""

    def commit(self, batch: Batch) -> Committed:
        try:
            return super().commit(batch)
        except Conflict:
            return Committed({})


class TornOnConflict(MemoryStorage):
    """What came before the stale put stays stored."""

    def commit(self, batch: Batch) -> Committed:
        try:
            return super().commit(batch)
        except Conflict:
            super().commit(Batch(batch.id, adds=batch.adds))
            raise


class TornOnExhausted(MemoryStorage):
    """Records are stored although a counter was at its bound."""

    def commit(self, batch: Batch) -> Committed:
        try:
            return super().commit(batch)
        except Exhausted:
            super().commit(attrs.evolve(batch, adds=()))
            raise


class OneByOne(MemoryStorage):
    """Every put is a commit of its own."""

    def commit(self, batch: Batch) -> Committed:
        for put in batch.puts:
            super().commit(Batch(batch.id, puts=(put,)))
        return super().commit(attrs.evolve(batch, puts=()))


class CountsVersions(MemoryStorage):
    """Versions are 1, 2, 3 and begin anew when the record does."""

    def _put(self, put: Put, version: Version) -> None:  # noqa: ARG002  # that it is not used is the fault
        held = self._records.get(put.key)
        super()._put(put, Version("1" if held is None else str(int(held.version) + 1)))


class KeepsTheFirstVersion(MemoryStorage):
    """A record has the version it was made with, however often it is changed."""

    def _put(self, put: Put, version: Version) -> None:
        held = self._records.get(put.key)
        super()._put(put, version if held is None else held.version)


class DropsStalePuts(MemoryStorage):
    """`UPDATE ... WHERE version = ?`, and nobody looks at the number of rows."""

    def commit(self, batch: Batch) -> Committed:
        puts = tuple(put for put in batch.puts if put.version == _version(self, put.key))
        return super().commit(attrs.evolve(batch, puts=puts))


class NeverRecovers(MemoryStorage):
    """After a conflict the transaction stays open, and nobody gets in any more."""

    is_stuck = False

    def commit(self, batch: Batch) -> Committed:
        if self.is_stuck:
            raise Conflict("a transaction is still open")
        try:
            return super().commit(batch)
        except Conflict:
            self.is_stuck = True
            raise


class ConfusesItsErrors(MemoryStorage):
    """Nothing is stored, but nobody is told that a rival was faster."""

    def commit(self, batch: Batch) -> Committed:
        try:
            return super().commit(batch)
        except Conflict as error:
            raise Unavailable("something went wrong") from error


class ComparesVersionsWithoutCase(MemoryStorage):
    """Versions are compared under the collation of their column."""

    def _guard(self, key: Key, version: Version) -> None:
        held = self._records.get(key)
        if (ABSENT if held is None else held.version).casefold() != version.casefold():
            raise Conflict(key.id)


def _version(storage: MemoryStorage, key: Key) -> Version:
    (held,) = storage.read((key,))
    return getattr(held, "version", ABSENT)
