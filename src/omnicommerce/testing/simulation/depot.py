"""A small room of a host's own, over the very runner: cheap flows, and each is broken by one carelessness.

Slots are counted on, and a count is lost where a check is missing. Of two gates one may be passed, and both
are where a guard is missing. Crates are lent from a bounded counter until they run out. A parcel leaves a
to-do behind, and a process delivers it once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from omnicommerce.kernel.changes import Changes, Event, adding, adding_to, removing, replacing
from omnicommerce.kernel.collection import Collection, Counter, IndexRow, Keep, NotPersonal, Versioned
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.flow import Flow, FreshId, Get, GetMany, Now, Outcome, ask, ask_all
from omnicommerce.kernel.holders import Holders, held_at, take
from omnicommerce.kernel.instant import as_text
from omnicommerce.kernel.process import Process, Story, run, run_once
from omnicommerce.kernel.todo import TODOS, remembering, todo_id
from omnicommerce.kernel.verdict import at_least

SIDES: Final = ("left", "right")
CRATES: Final = Counter("depot/crates")


# --- what is kept --------------------------------------------------------------------------------


@attrs.frozen
class Slot:
    """Something that is counted on; a gate that was passed has counted to one."""

    size: int


@attrs.frozen
class Lease:
    """So many crates, lent until an instant."""

    quantity: int
    until: datetime
    is_open: bool = True


@attrs.frozen
class Parcel:
    """A parcel, and how often it has arrived."""

    arrivals: int = 0


def _by_holder(lease: Lease) -> tuple[IndexRow, ...]:
    return (("holder", held_at(CRATES, as_text(lease.until))),) if lease.is_open else ()


SLOTS: Final = Collection("depot.slot", Slot, personal=NotPersonal(), keep=Keep.AS_BOOKS)
GATES: Final = Collection("depot.gate", Slot, personal=NotPersonal(), keep=Keep.AS_BOOKS)
PARCELS: Final = Collection("depot.parcel", Parcel, personal=NotPersonal(), keep=Keep.AS_BOOKS)
LEASES: Final = Collection(
    "depot.lease", Lease, personal=NotPersonal(), keep=Keep.AS_BOOKS, indexes=_by_holder
)


# --- what happens --------------------------------------------------------------------------------


@attrs.frozen
class Counted:
    """A slot was counted on to this size."""

    slot: str
    size: int


@attrs.frozen
class GatePassed:
    """One of two gates was passed."""

    pair: str
    side: str


@attrs.frozen
class Stocked:
    """Crates came in."""

    quantity: int


@attrs.frozen
class Lent:
    """Crates were lent."""

    lease: str
    quantity: int


@attrs.frozen
class LeaseEnded:
    """Crates came back, or their time was over."""

    lease: str
    quantity: int


@attrs.frozen
class ParcelSent:
    """A parcel was sent."""

    parcel: str


@attrs.frozen
class ParcelArrived:
    """A parcel arrived, for this time."""

    parcel: str
    times: int


EVENTS: Final[Mapping[str, type[Any]]] = {
    "depot.counted": Counted,
    "depot.gate_passed": GatePassed,
    "depot.stocked": Stocked,
    "depot.lent": Lent,
    "depot.lease_ended": LeaseEnded,
    "depot.parcel_sent": ParcelSent,
    "depot.parcel_arrived": ParcelArrived,
}


# --- flows ---------------------------------------------------------------------------------------


def count_on(*, slot: str) -> Flow[int]:
    """Count a slot on by one, and say where it stands."""
    held, now = yield from ask_all(Get(SLOTS, slot), Now())
    size = (held.value.size if held.value is not None else 0) + 1
    return Outcome(size, replacing(held, Slot(size), Event(Counted(slot, size), at=now)))


def look_at(*, slot: str) -> Flow[int]:
    """Where a slot stands."""
    held = yield from ask(Get(SLOTS, slot))
    return Outcome(held.value.size if held.value is not None else 0)


def pass_gate(*, pair: str, side: str) -> Flow[bool]:
    """Pass one of two gates, unless the other was passed; whether it was passed."""
    gates, now = yield from ask_all(GetMany(GATES, tuple(f"{pair} {each}" for each in SIDES)), Now())
    mine = gates[SIDES.index(side)]
    other = gates[1 - SIDES.index(side)]
    if other.value is not None:
        return Outcome(False)
    if mine.value is not None:
        return Outcome(True)
    return Outcome(True, replacing(mine, Slot(1), Event(GatePassed(pair, side), at=now)))


def stock(*, quantity: int) -> Flow[int]:
    """Put crates on the shelf."""
    held, now = yield from ask_all(Get(SLOTS, "crates"), Now())
    size = (held.value.size if held.value is not None else 0) + quantity
    changes = replacing(held, Slot(size), Event(Stocked(quantity), at=now))
    return Outcome(size, adding_to(CRATES, quantity) + changes)


def _ended(lease: Versioned[Lease], now: datetime) -> Changes:
    was = lease.must()
    ended = replacing(
        lease, attrs.evolve(was, is_open=False), Event(LeaseEnded(lease.id, was.quantity), at=now)
    )
    return adding_to(CRATES, was.quantity) + ended


HOLDERS: Final = Holders(LEASES, "holder", _ended)


def lend(*, quantity: int, minutes: int) -> Flow[str]:
    """Lend crates; never more than there are.

    Raises:
        Refused: ``too_few_crates``.
    """
    id, now = yield from ask_all(FreshId("lease"), Now())
    free = yield from take(CRATES, quantity, HOLDERS, now)
    verdict = at_least("too_few_crates", actual=free, required=quantity)
    if not verdict.holds:
        raise Refused(verdict)
    lease = Lease(quantity, now + timedelta(minutes=minutes))
    lent = adding(LEASES, id, lease, Event(Lent(id, quantity), at=now))
    return Outcome(id, adding_to(CRATES, -quantity, floor=0) + lent)


def give_back(*, lease: str) -> Flow[bool]:
    """Bring crates back before their time; whether they were still out."""
    held, now = yield from ask_all(Get(LEASES, lease), Now())
    if not held.must().is_open:
        return Outcome(False)
    return Outcome(True, _ended(held, now))


def send(*, parcel: str) -> Flow[str]:
    """Send a parcel: what is to be done next is stored with it."""
    held, now = yield from ask_all(Get(PARCELS, parcel), Now())
    todo = yield from remembering("deliver", parcel, now)
    return Outcome(parcel, replacing(held, Parcel(), Event(ParcelSent(parcel), at=now)) + todo)


def arrive(*, parcel: str) -> Flow[int]:
    """The parcel arrives; once more, if this is done once more."""
    held, now = yield from ask_all(Get(PARCELS, parcel), Now())
    times = held.must().arrivals + 1
    return Outcome(times, replacing(held, Parcel(times), Event(ParcelArrived(parcel, times), at=now)))


def sign_off(*, parcel: str) -> Flow[bool]:
    """Nothing is left to do about a parcel; whether anything was."""
    held = yield from ask(Get(TODOS, todo_id("deliver", parcel)))
    return Outcome(held.value is not None, removing(held)) if held.value is not None else Outcome(False)


def deliver(subject: str) -> Process[None]:
    """Have a parcel arrive, and sign it off: two commits, with anything in between."""
    yield from run_once("arrive", arrive, parcel=subject)
    yield from run(sign_off, parcel=subject)


PROCESSES: Final[Mapping[str, Story]] = {"deliver": deliver}
