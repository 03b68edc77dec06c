"""Shops that are broken: careless clients, careless flows, and storages that do not keep their word.

Each is what somebody might well write, and each passes any test that asks it one thing at a time.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import attrs

from omnicommerce import Commerce, MemoryStorage
from omnicommerce.kernel.changes import Event, adding, adding_to, replacing
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.flow import Flow, FreshId, Get, Look, Now, Outcome, ask, ask_all
from omnicommerce.kernel.holders import take
from omnicommerce.kernel.process import Process, run, run_once
from omnicommerce.kernel.todo import remembering
from omnicommerce.kernel.verdict import at_least
from omnicommerce.ports.storage import Batch, Committed, Found, Key
from omnicommerce.testing import Heard, Wish
from omnicommerce.testing.simulation import depot
from omnicommerce.testing.simulation.depot_days import DepotDays
from omnicommerce.testing.simulation.wishes import Told

# --- clients -------------------------------------------------------------------------------------


class ForgetsItsKey(DepotDays):
    """A client that asks again without the key under which it asked the first time."""

    def next(self, now: datetime, /) -> Wish:
        return attrs.evolve(super().next(now), key=None)


class InHalves:
    """A till of a host's own: each sale counts "sold" on and then "paid", so the two are always equal.

    In one commit they are; in two, whoever goes away in between leaves one behind.
    """

    def __init__(self, _: random.Random, *, commits: int) -> None:
        self.number = 0
        self.commits = commits

    def next(self, _: datetime, /) -> Wish:
        self.number += 1
        return Wish(f"sale {self.number}", self._told(self.number), about="sale")

    def _told(self, number: int) -> Any:
        def one_by_one(shop: Any) -> Generator[Any, Any, None]:
            yield from shop.once(f"{number} sold").run(depot.count_on, slot="sold")
            yield from shop.once(f"{number} paid").run(depot.count_on, slot="paid")

        def at_once(shop: Any) -> Any:
            return shop.once(f"{number}").run(count_both)

        return one_by_one if self.commits > 1 else at_once

    def hear(self, _: Heard, /) -> Iterable[str]:
        return ()

    def last(self) -> Iterable[Wish]:
        return ()

    def wrong(self, _: Commerce, told: Sequence[Told], __: Sequence[Heard], /) -> Iterable[str]:
        counted = Counter(each["fact"]["slot"] for each in told if each["tag"] == "depot.counted")
        if counted["sold"] != counted["paid"]:
            yield f"{counted['sold']} were sold and {counted['paid']} were paid"


def count_both() -> Flow[int]:
    """Count "sold" and "paid" on, in one commit."""
    sold, paid, now = yield from ask_all(Get(depot.SLOTS, "sold"), Get(depot.SLOTS, "paid"), Now())
    size = (sold.value.size if sold.value is not None else 0) + 1
    changes = [
        replacing(held, depot.Slot(size), Event(depot.Counted(held.id, size), at=now))
        for held in (sold, paid)
    ]
    return Outcome(size, changes[0] + changes[1])


# --- flows of a host's own -----------------------------------------------------------------------


def passes_unguarded(*, pair: str, side: str) -> Flow[bool]:
    """Looks at the other gate instead of getting it, so that nobody checks it at the commit."""
    other_side = depot.SIDES[1 - depot.SIDES.index(side)]
    mine, other, now = yield from ask_all(
        Get(depot.GATES, f"{pair} {side}"), Look(depot.GATES, f"{pair} {other_side}"), Now()
    )
    if other.value is not None or mine.value is not None:
        return Outcome(mine.value is not None)
    return Outcome(True, replacing(mine, depot.Slot(1), Event(depot.GatePassed(pair, side), at=now)))


def lends_without_a_floor(*, quantity: int, minutes: int) -> Flow[str]:
    """Looks whether there are enough, and takes them without saying so to the storage."""
    id, now = yield from ask_all(FreshId("lease"), Now())
    free = yield from take(depot.CRATES, quantity, depot.HOLDERS, now)
    verdict = at_least("too_few_crates", actual=free, required=quantity)
    if not verdict.holds:
        raise Refused(verdict)
    lease = depot.Lease(quantity, now + minutes * MINUTE)
    lent = adding(depot.LEASES, id, lease, Event(depot.Lent(id, quantity), at=now))
    return Outcome(id, adding_to(depot.CRATES, -quantity) + lent)


MINUTE: Final = datetime(2026, 1, 1, 0, 1) - datetime(2026, 1, 1)  # noqa: DTZ001  # only their difference counts


def delivers_twice(subject: str) -> Process[None]:
    """A process whose first step has no name, so that it is done again whenever it is entered again."""
    yield from run(depot.arrive, parcel=subject)
    yield from run(depot.sign_off, parcel=subject)


def never_signs_off(subject: str) -> Process[None]:
    """A process that puts its own to-do again whenever it is entered."""
    yield from run_once("arrive", depot.arrive, parcel=subject)
    yield from run(put_again, parcel=subject)


def put_again(*, parcel: str) -> Flow[bool]:
    """Tomorrow is another day."""
    now = yield from ask(Now())
    return Outcome(True, (yield from remembering("deliver", parcel, now + 1_440 * MINUTE)))


# --- storages ------------------------------------------------------------------------------------


class LagsBehind(MemoryStorage):
    """Every third read is answered by a replica that has not seen the last commit."""

    def __init__(self) -> None:
        super().__init__()
        self._before: dict[Key, Any] = {}
        self._reads = 0

    def read(self, keys: Sequence[Key]) -> list[Found]:
        self._reads += 1
        if self._reads % 3:
            return super().read(keys)
        now, self._records = self._records, self._before
        try:
            return super().read(keys)
        finally:
            self._records = now

    def commit(self, batch: Batch) -> Committed:
        self._before = dict(self._records)
        return super().commit(batch)


class LosesTheLast(MemoryStorage):
    """Says "stored" before it is on the disk: whoever pulls the plug loses the last commit."""

    def __init__(self) -> None:
        super().__init__()
        self._saved: tuple[Any, ...] = ({}, {}, {}, {}, [], 0)

    def commit(self, batch: Batch) -> Committed:
        saved = (
            dict(self._records),
            dict(self._indexes),
            {name: list(rows) for name, rows in self._rows.items()},
            dict(self._totals),
            list(self._entries),
            self._last,
        )
        committed = super().commit(batch)
        self._saved = saved
        return committed


def without_the_last(storage: LosesTheLast) -> LosesTheLast:
    """The storage as a new process finds it on the disk."""
    again = LosesTheLast()
    again._records, again._indexes, again._rows, again._totals, again._entries, again._last = storage._saved
    again._saved = storage._saved
    return again


class AcknowledgesFirst(MemoryStorage):
    """Judges a batch, says that it is stored, and stores it when it is called the next time."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: Batch | None = None

    def read(self, keys: Sequence[Key]) -> list[Found]:
        found = super().read(keys)
        self._store()
        return found

    def commit(self, batch: Batch) -> Committed:
        self._store()
        for key, version in [(each.key, each.version) for each in batch.puts]:
            self._guard(key, version)
        self._waiting = batch
        return Committed({})

    def _store(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            super().commit(waiting)
