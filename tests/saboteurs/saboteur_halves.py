"""Each class is a saboteur: it goes wrong if somebody acts between its first and its last step."""

from __future__ import annotations

import threading
from collections import defaultdict

import attrs

from omnicommerce.adapters.storage.checked import position_at
from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import Again, Conflict
from omnicommerce.ports.storage import (
    Batch,
    Check,
    Committed,
    Delete,
    Entry,
    Key,
    Page,
    Position,
    Put,
    Query,
    Record,
)
from tests.saboteurs.saboteur_restarts import Honest, Shared

WAITING_SECONDS = 0.0003
"""Who waits longer for the lock believes that something has gone wrong."""


class WritesRecordByRecord(Honest):
    """All guards are looked at first, and then the records are written one by one."""

    def commit(self, batch: Batch) -> Committed:
        with self._lock:
            guards: tuple[Check | Put | Delete, ...] = (*batch.checks, *batch.puts, *batch.deletes)
            for guard in guards:
                self._guard(guard.key, guard.version)
        for put in batch.puts:
            super().commit(Batch(batch.id, puts=(put,)))
        return super().commit(attrs.evolve(batch, checks=(), puts=()))


class RetriesOnItsOwn(Honest):
    """A batch that was right when it came is sent again over whatever is there by now."""

    def commit(self, batch: Batch) -> Committed:
        was_right = all(self._version(put.key) == put.version for put in batch.puts)
        try:
            return super().commit(batch)
        except Conflict:
            if not was_right:
                raise
            puts = tuple(attrs.evolve(put, version=self._version(put.key)) for put in batch.puts)
            return super().commit(attrs.evolve(batch, puts=puts))

    def _version(self, key: Key) -> Version:
        held = self._records.get(key)
        return ABSENT if held is None else held.version


class SendsAgainWhatIsStored(Honest):
    """Who has waited long sends its additions once more, to be sure."""

    def commit(self, batch: Batch) -> Committed:
        has_waited = self._has_to_wait()
        answer = super().commit(batch)
        if has_waited and batch.adds:
            return super().commit(Batch(batch.id, adds=batch.adds))
        return answer

    def _has_to_wait(self) -> bool:
        if self._lock.acquire(timeout=WAITING_SECONDS):
            self._lock.release()
            return False
        return True


class SaysStoredWhenItDoesNotKnow(SendsAgainWhatIsStored):
    """Who has waited long gives up, and says that all went well."""

    def commit(self, batch: Batch) -> Committed:
        return Committed({}) if self._has_to_wait() and not batch.adds else Honest.commit(self, batch)


class ConflictsAfterApplying(Honest):
    """A batch is stored, and then refused because somebody else has written something, too."""

    def __init__(self, disk: Shared | None = None) -> None:
        super().__init__(disk)
        self.known = self._number()

    def _number(self) -> int:
        return len(self.disk.log)

    def scan(self, query: Query) -> Page:
        self.known = self._number()
        return super().scan(query)

    def commit(self, batch: Batch) -> Committed:
        was_first = self.known in (0, self._number())
        answer = super().commit(batch)
        self.disk.log.append(batch)
        self.known = self._number()
        if batch.checks and not was_first:
            raise Conflict("somebody else has written")
        return answer


class ShowsWhatItMayUndo(Honest):
    """New records are there at once, and go away again if the batch is refused."""

    def commit(self, batch: Batch) -> Committed:
        with self._lock:
            new = [put for put in batch.puts if put.version == ABSENT and put.key not in self._records]
            for put in new:
                self._put(put, batch.id)
        keys = {put.key for put in new}
        puts = tuple(attrs.evolve(put, version=batch.id) if put.key in keys else put for put in batch.puts)
        try:
            return super().commit(attrs.evolve(batch, puts=puts))
        except Again:
            deletes = tuple(Delete(key, batch.id) for key in keys)
            super().commit(Batch(batch.id, deletes=deletes))
            raise


class ShowsEntriesTooSoon(Honest):
    """Entries are sent out when a batch comes, and taken back when it is refused."""

    def __init__(self, disk: Shared | None = None) -> None:
        super().__init__(disk)
        self.disk.__dict__.setdefault("early", [])

    def commit(self, batch: Batch) -> Committed:
        early: list[str] = self.disk.__dict__["early"]
        ids = [entry.id for entry in batch.entries]
        early += ids
        try:
            for put in batch.puts:
                self._guard(put.key, put.version)
            return super().commit(batch)
        finally:
            for id in ids:
                early.remove(id)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        found = super().journal(after, limit)
        early = self.disk.__dict__["early"]
        shown = [Entry(position_at(self._last + nth), id, "{}") for nth, id in enumerate(early, start=1)]
        return [*found, *shown][:limit]


class WritesLongBodiesInPieces(Honest):
    """A long body is written in two pieces."""

    def commit(self, batch: Batch) -> Committed:
        long = {put.key: put.body for put in batch.puts if len(put.body) > 1 << 16}
        if not long:
            return super().commit(batch)
        puts = tuple(
            attrs.evolve(put, body=put.body[: 1 << 16]) if put.key in long else put for put in batch.puts
        )
        answer = super().commit(attrs.evolve(batch, puts=puts))
        for put in batch.puts:
            with self._lock:
                held = self._records.get(put.key)
                if put.key in long and held is not None and held.version == batch.id:
                    self._records[put.key] = Record(batch.id, long[put.key])
        return answer


class LocksInTheOrderOfTheBatch(Honest):
    """Each record has its lock, they are taken one after the other, and nobody notices a circle."""

    def commit(self, batch: Batch) -> Committed:
        locks = self.disk.__dict__.setdefault("locks", defaultdict(threading.Lock))
        taken: list[threading.Lock] = []
        try:
            for put in batch.puts:
                locks[put.key].acquire()
                taken.append(locks[put.key])
            return super().commit(batch)
        finally:
            for lock in taken:
                lock.release()


class OrdersEntriesByTheirBeginning(Honest):
    """An entry stands where its batch began, and is held back while an older batch is under way.

    So nothing is late; but who began earlier may build on somebody who began later.
    """

    def __init__(self, disk: Shared | None = None) -> None:
        super().__init__(disk)
        self.books: _Books = self.disk.__dict__.setdefault("books", _Books())

    def commit(self, batch: Batch) -> Committed:
        books = self.books
        number = books.begin()
        try:
            for _ in batch.entries:
                pass
            upto = None if batch.trim is None else int(batch.trim.upto or 0)
            answer = super().commit(attrs.evolve(batch, entries=(), trim=None))
            books.keep(number, batch, upto)
            return answer
        finally:
            books.under_way.discard(number)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        return self.books.behind(int(after or 0))[:limit]


class _Books:
    """No saboteur: where `OrdersEntriesByTheirBeginning` keeps its entries."""

    def __init__(self) -> None:
        self.number = 0
        self.under_way: set[int] = set()
        self.entries: dict[int, Entry] = {}
        self.lock = threading.Lock()

    def begin(self) -> int:
        with self.lock:
            self.number += 1
            self.under_way.add(self.number)
            return self.number

    def keep(self, number: int, batch: Batch, upto: int | None) -> None:
        with self.lock:
            if upto is not None:
                self.entries = {at: entry for at, entry in self.entries.items() if at > upto}
            for nth, entry in enumerate(batch.entries):
                at = number * 10_000 + nth
                self.entries[at] = Entry(position_at(at), entry.id, entry.body)

    def behind(self, after: int) -> list[Entry]:
        with self.lock:
            horizon = min(self.under_way, default=self.number + 1) * 10_000
            return [entry for at, entry in sorted(self.entries.items()) if after < at < horizon]
