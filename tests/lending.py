"""A tiny room for the runner's tests: things are kept, lent from a bounded counter, and given back.

It stands in for rooms that do not exist yet, and holds nothing that the library ships.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs

from omnicommerce import wire
from omnicommerce.kernel.changes import Changes, Event, adding, adding_to, removing, replacing
from omnicommerce.kernel.collection import Collection, Counter, IndexRow, Keep, NotPersonal, Versioned
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.flow import (
    Count,
    Flow,
    FreshId,
    Get,
    Now,
    Outcome,
    ask,
    ask_all,
)
from omnicommerce.kernel.holders import Holders, held_at, take
from omnicommerce.kernel.instant import as_text
from omnicommerce.kernel.verdict import at_least


@attrs.frozen
class Thing:
    size: int
    colour: str = "grey"


@attrs.frozen
class ThingKept:
    id: str
    size: int


@attrs.frozen
class ThingGone:
    id: str


@attrs.frozen
class Lease:
    counter: str
    quantity: int
    until: datetime
    is_open: bool = True


@attrs.frozen
class Lent:
    lease: str
    quantity: int


@attrs.frozen
class LeaseEnded:
    lease: str


def by_colour(thing: Thing) -> tuple[IndexRow, ...]:
    return (("colour", thing.colour),)


def by_holder(lease: Lease) -> tuple[IndexRow, ...]:
    if not lease.is_open:
        return ()
    return (("holder", held_at(Counter(lease.counter), as_text(lease.until))),)


THINGS: Collection[Thing] = Collection(
    "thing", Thing, personal=NotPersonal(), keep=Keep.AS_BOOKS, indexes=by_colour
)
LEASES: Collection[Lease] = Collection(
    "lease", Lease, personal=NotPersonal(), keep=Keep.AS_BOOKS, indexes=by_holder
)

EVENTS: dict[str, type[Any]] = {
    "thing.kept": ThingKept,
    "thing.gone": ThingGone,
    "lease.lent": Lent,
    "lease.ended": LeaseEnded,
}

VOCABULARY = wire.SHIPPED.joined_with(wire.Vocabulary(events=EVENTS))


def kept(held: Versioned[Thing], size: int, now: datetime, colour: str = "grey") -> Changes:
    return replacing(held, Thing(size, colour), Event(ThingKept(held.id, size), at=now))


def keep(*, id: str, size: int, colour: str = "grey") -> Flow[int]:
    """Keep a thing of this size, whatever was there."""
    held, now = yield from ask_all(Get(THINGS, id), Now())
    return Outcome(size, kept(held, size, now, colour))


def grow(*, id: str, by: int = 1) -> Flow[int]:
    """Read, add, write."""
    held, now = yield from ask_all(Get(THINGS, id), Now())
    size = (held.value.size if held.value else 0) + by
    return Outcome(size, kept(held, size, now))


def discard(*, id: str) -> Flow[bool]:
    """Throw a thing away."""
    held, now = yield from ask_all(Get(THINGS, id), Now())
    if held.value is None:
        return Outcome(False)
    return Outcome(True, removing(held, Event(ThingGone(id), at=now)))


def size_of(*, id: str) -> Flow[int]:
    """Only ask."""
    held = yield from ask(Get(THINGS, id))
    return Outcome(held.value.size if held.value else 0)


def stock(*, counter: str, quantity: int) -> Flow[int]:
    """Put *quantity* on the shelf."""
    shelf = Counter(counter)
    free, now, held = yield from ask_all(Count(shelf), Now(), Get(THINGS, f"shelf {counter}"))
    changes = kept(held, quantity, now) + adding_to(shelf, quantity)
    return Outcome(free + quantity, changes)


def ended(lease: Versioned[Lease], now: datetime) -> Changes:
    was = lease.must()
    return replacing(
        lease, attrs.evolve(was, is_open=False), Event(LeaseEnded(lease.id), at=now)
    ) + adding_to(Counter(was.counter), was.quantity)


HOLDERS = Holders(LEASES, "holder", ended)


def lend(*, counter: str, quantity: int, minutes: int = 10) -> Flow[str]:
    """Lend from the shelf until the lease runs out; never more than is there."""
    shelf = Counter(counter)
    id, now = yield from ask_all(FreshId("lease"), Now())
    free = yield from take(shelf, quantity, HOLDERS, now)
    verdict = at_least("too_few_left", actual=free, required=quantity)
    if not verdict.holds:
        raise Refused(verdict)
    lease = Lease(counter, quantity, now + timedelta(minutes=minutes))
    return Outcome(
        id,
        adding(LEASES, id, lease, Event(Lent(id, quantity), at=now)) + adding_to(shelf, -quantity, floor=0),
    )
