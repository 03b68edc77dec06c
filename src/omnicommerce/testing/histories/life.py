"""One random history: it is lived by the storage and by one in memory at once, and both must agree.

Calls follow each other, so there is one right answer to each. What goes wrong lies between a client and the
storage: a request that never arrives, an answer that is lost, a batch that is sent once more because of it,
a client or the whole shop that goes down and comes up again.
"""

from __future__ import annotations

import time
from functools import partial
from random import Random
from typing import Final, Protocol

import attrs

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.errors import Again, CommitUnknown, Unavailable
from omnicommerce.ports.storage import (
    COUNTERS,
    START,
    Batch,
    Committed,
    Entry,
    Key,
    Page,
    Position,
    Query,
    Storage,
    Trim,
)
from omnicommerce.testing.faults import LossyStorage
from omnicommerce.testing.histories.deeds import (
    COUNTS,
    INDEXES,
    NAMES,
    Client,
    Deed,
    Finds,
    Follows,
    Looks,
    Restarts,
    Stores,
    in_words,
    weather,
)
from omnicommerce.testing.litmus.world import entries_behind
from omnicommerce.testing.storage_laws.bench import patient

CLIENTS: Final = 3
STEPS: Final = 60
"""Enough that a record is made, changed, deleted and made again under several clients' eyes."""

STEPS_SHOWN: Final = 25
"""The last steps of a history that a failure shows; the seed brings back all of them."""


ATTEMPTS_MAX: Final = 100
"""Who is told so often that the storage has no time will never be served."""


class HistoryBench(Protocol):
    """Where a history gets its storages from."""

    is_durable: bool
    seeds: int

    def fresh(self) -> Storage:
        """A new, empty storage."""
        ...

    def again(self, storage: Storage) -> Storage:
        """Another door to the same data."""
        ...

    def shut(self, storage: Storage) -> None:
        """Close one door."""
        ...

    def played(self, what: str, number: int) -> None:
        """Take note of how many histories were lived."""
        ...


@attrs.define
class _Mark:
    """The same place in both journals."""

    model: Position = START
    real: Position = START


class Disagreement(Exception):
    """The storage's answer is not the right one."""

    def __init__(self, expected: object, seen: object) -> None:
        super().__init__(expected, seen)
        self.expected = expected
        self.seen = seen


@attrs.define
class Life:
    """A history as it is being lived."""

    bench: HistoryBench
    seed: int
    faults: frozenset[str]
    model: MemoryStorage = attrs.Factory(MemoryStorage)
    told: list[tuple[int, Deed]] = attrs.Factory(list)
    clients: list[Client] = attrs.Factory(list)
    doors: list[Storage] = attrs.Factory(list)
    marks: list[_Mark] = attrs.Factory(list)

    def live(self) -> None:
        """Live it to its end.

        Raises:
            AssertionError: the storage and the one in memory disagree; says the seed and the last steps.
        """
        lot = Random(f"{self.seed} {sorted(self.faults)}")  # noqa: S311  # a lot, no secret
        sky = weather(lot, self.faults)
        self.clients = [Client(f"client {number + 1}") for number in range(CLIENTS)]
        self.marks = [_Mark() for _ in self.clients]
        first = self.bench.fresh()
        self.doors = [first, *(self.bench.again(first) for _ in self.clients[1:])]
        try:
            for step in range(STEPS):
                number = lot.randrange(CLIENTS)
                deed = self.clients[number].next_deed(lot, sky, f"s{self.seed}.{step}")
                self.told.append((number, deed))
                self._do(number, deed)
            self._look_at_everything()
            self._restart(range(CLIENTS))
            self._look_at_everything()
        except Disagreement as wrong:
            raise AssertionError(
                self._failure(f"expected: {wrong.expected}\n    seen: {wrong.seen}")
            ) from None
        except AssertionError:
            raise
        except Exception as error:
            reason = "expected: an answer, or one of the port's errors\n"
            raise AssertionError(
                self._failure(f"{reason}    seen: {type(error).__name__}: {error}")
            ) from error
        finally:
            # Without a restart all doors may be one.
            for door in {id(door): door for door in self.doors}.values():
                self.bench.shut(door)

    def _do(self, number: int, deed: Deed) -> None:
        client, door = self.clients[number], self.doors[number]
        match deed:
            case Looks(keys):
                found = patient(lambda: door.read(keys))
                self._agree(self.model.read(keys), found)
                for key, each in zip(keys, found, strict=True):
                    client.saw(key, each)
            case Finds(query):
                page = patient(lambda: door.scan(query))
                self._agree(self.model.scan(query), page)
                client.last_row = _last_row(page, client.last_row)
            case Follows(limit):
                self._follow(self.marks[number], door, limit)
            case Stores():
                self._store(number, deed)
            case Restarts(everybody):
                self._restart(range(CLIENTS) if everybody else (number,))

    def _store(self, number: int, deed: Stores) -> None:
        client, door, mark = self.clients[number], self.doors[number], self.marks[number]
        ours = theirs = deed.batch
        if deed.trims:
            ours, theirs = (
                attrs.evolve(ours, trim=Trim(mark.model)),
                attrs.evolve(theirs, trim=Trim(mark.real)),
            )
        match deed.fate:
            case "request lost":
                self._unknown(LossyStorage(door, 1, "request"), theirs)
            case "answer lost":
                expected = _outcome(self.model, ours)
                if isinstance(expected, Committed):
                    self._unknown(LossyStorage(door, 1, "answer"), theirs)
                else:
                    self._agree_on_outcome(expected, _outcome(door, theirs))
                self._settle(number, deed.batch)
            case fate:
                expected = _outcome(self.model, ours)
                self._agree_on_outcome(expected, _outcome(door, theirs))
                if isinstance(expected, Committed):
                    client.stored(deed.batch)
                    if fate == "sent twice" and deed.batch.puts:
                        self._agree_on_outcome(_outcome(self.model, ours), _outcome(door, theirs))

    def _unknown(self, door: LossyStorage, batch: Batch) -> None:
        try:
            answer = door.commit(batch)
        except CommitUnknown:
            return
        raise Disagreement("CommitUnknown", answer)

    def _settle(self, number: int, batch: Batch) -> None:
        """Whoever does not know whether its batch is stored reads one of its records."""
        for put in batch.puts[:1]:
            self._do(number, Looks((put.key,)))
            if self.clients[number].seen[put.key.id] == batch.id:
                self.clients[number].stored(batch)

    def _follow(self, mark: _Mark, door: Storage, limit: int) -> None:
        found = patient(lambda: door.journal(mark.real, limit))
        expected = self.model.journal(mark.model, limit)
        # A journal may lag behind what is committed; what it gives must be what comes next.
        self._agree(_entries(expected[: len(found)]), _entries(found))
        if found:
            mark.real, mark.model = found[-1].position, expected[len(found) - 1].position

    def _restart(self, numbers: range | tuple[int, ...]) -> None:
        for number in numbers:
            old = self.doors[number]
            self.doors[number] = self.bench.again(old)
            if self.doors[number] is not old:
                self.bench.shut(old)

    def _look_at_everything(self) -> None:
        keys = [*(Key("things", name) for name in NAMES), *(Key(COUNTERS, name) for name in COUNTS)]
        for door, mark in zip(self.doors, self.marks, strict=True):
            self._agree(self.model.read(keys), patient(partial(door.read, keys)))
            for index in INDEXES:
                query = Query("things", index)
                self._agree(self.model.scan(query), patient(partial(door.scan, query)))
            expected = self.model.journal(mark.model, 1_000)
            found, _ = entries_behind(door, mark.real, len(expected))
            self._agree(_entries(expected), _entries(found))

    def _agree(self, expected: object, seen: object) -> None:
        if expected != seen:
            raise Disagreement(expected, seen)

    def _agree_on_outcome(self, expected: Committed | Again, seen: Committed | Again) -> None:
        if isinstance(expected, Committed) and isinstance(seen, Committed):
            self._agree(dict(expected.totals), dict(seen.totals))
        elif type(expected) is not type(seen):
            raise Disagreement(repr(expected), repr(seen))

    def _failure(self, what: str) -> str:
        first = max(0, len(self.told) - STEPS_SHOWN)
        steps = "\n".join(
            f"{step:3}. {self.clients[number].name} {in_words(deed)}"
            for step, (number, deed) in enumerate(self.told[first:], start=first + 1)
        )
        return (
            "promised: whatever goes wrong around it, a storage answers as the one in memory does\n"
            f"{what}\nhistory of seed {self.seed}, faults: {', '.join(sorted(self.faults)) or 'none'}; "
            f"the last of {len(self.told)} steps:\n{steps}"
        )


def _outcome(storage: Storage, batch: Batch) -> Committed | Again:
    for _ in range(ATTEMPTS_MAX):
        try:
            return storage.commit(batch)
        except Unavailable:  # nothing was stored, so it may be sent again
            time.sleep(0.001)
        except Again as error:
            return error
    raise Disagreement("that the storage has time once", f"Unavailable {ATTEMPTS_MAX} times")


def _entries(entries: list[Entry]) -> list[tuple[str, str]]:
    return [(entry.id, entry.body) for entry in entries]


def _last_row(page: Page, before: tuple[str, str] | None) -> tuple[str, str] | None:
    return (page.rows[-1].at, page.rows[-1].id) if page.rows else before
