"""Leases: crates are lent out of a bounded counter until an instant, and all of them have just run out.

Everybody comes at this moment: some lend and so end what is overdue, some bring back what they think they
still have, and several tick. Every lease ends once, and no more crates go out than there are. The depot
is that of the simulator; what is overdue is freed by a to-do, as the library keeps them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from omnicommerce import Commerce, DemoKeys
from omnicommerce.kernel.changes import removing
from omnicommerce.kernel.errors import Again, Refused
from omnicommerce.kernel.flow import Flow, Get, Now, Outcome, ask, ask_all, call
from omnicommerce.kernel.process import Process, Story, run
from omnicommerce.kernel.todo import TODOS, remembering, todo_id
from omnicommerce.ports.storage import COUNTERS, Key, Storage
from omnicommerce.processes.tick import Ticked
from omnicommerce.testing import FrozenClock
from omnicommerce.testing.simulation.depot import CRATES, EVENTS, HOLDERS, LEASES, give_back, lend, stock
from tests.races.contest import ATTEMPTS_MAX, Contest, Try, broken, patiently, shared
from tests.races.shop import NOW, RULES
from tests.races.shop import told as told_of

STOCK: Final = 16
TRIES: Final = 48
"""Half of them want a crate, and so half of those get none."""
MINUTES: Final = 10
OVERDUE: Final = NOW + timedelta(minutes=MINUTES + 1)
THE_END: Final = OVERDUE + timedelta(minutes=MINUTES + 1)


# --- a depot whose leases end by themselves ------------------------------------------------------


def lend_one() -> Flow[str]:
    """Lend a crate, and remember that it is overdue one day."""
    now = yield from ask(Now())
    lease = yield from call(lend(quantity=1, minutes=MINUTES))
    todo = yield from remembering("end_lease", lease, now + timedelta(minutes=MINUTES))
    return Outcome(lease, todo)


def free(*, lease: str) -> Flow[bool]:
    """End a lease that has run out, unless somebody has; whether it was still open."""
    todo, held, now = yield from ask_all(Get(TODOS, todo_id("end_lease", lease)), Get(LEASES, lease), Now())
    done = removing(todo)
    if not held.must().is_open:
        return Outcome(False, done)
    return Outcome(True, HOLDERS.end(held, now) + done)


def end_lease(subject: str) -> Process[None]:
    """What a tick does about a lease that is overdue."""
    yield from run(free, lease=subject)


PROCESSES: Final[Mapping[str, Story]] = {"end_lease": end_lease}


def depot_at(storage: Storage, now: datetime) -> Commerce:
    return Commerce(
        storage, RULES, keys=DemoKeys(), clock=FrozenClock(now), processes=PROCESSES, events=EVENTS
    )


# --- the race ------------------------------------------------------------------------------------


def ready(storage: Storage) -> None:
    """Every crate is out."""
    depot = depot_at(storage, NOW)
    depot.run(stock, quantity=STOCK)
    for _ in range(STOCK):
        depot.run(lend_one)


def tries(storage: Storage, number: int, processes: int) -> list[Try]:
    depot = depot_at(storage, OVERDUE)
    overdue = [fact["lease"] for fact in told_of(storage, "depot.lent")]
    return [partial(_done, depot, overdue, n) for n in shared(TRIES, number, processes)]


def _done(depot: Commerce, overdue: list[str], n: int) -> bool:
    """Lend, bring back or tick, in turn; whether a crate was lent."""
    if n % 3 == 1:
        patiently(lambda: depot.run(give_back, lease=overdue[n % STOCK]))
    if n % 6 == 2:
        patiently(depot.tick)
    if n % 3 == 1 or n % 6 == 2:
        return False
    try:
        patiently(lambda: depot.once(f"crate {n}").run(lend_one))
    except Refused as refused:
        assert refused.code == "too_few_crates", refused  # noqa: PT017  # any other is a fault
        return False
    return True


def over(storage: Storage, told: list[Any]) -> int:
    ends = Counter(fact["lease"] for fact in told_of(storage, "depot.lease_ended"))
    return max(0, told.count(True) - STOCK) + sum(times - 1 for times in ends.values())


def wrong(storage: Storage, told: list[Any]) -> tuple[str, ...]:
    out = len(told_of(storage, "depot.lent")) - len(told_of(storage, "depot.lease_ended"))
    free_then = _free(storage)
    depot = depot_at(storage, THE_END)
    _settled(depot)
    lent = Counter(fact["lease"] for fact in told_of(storage, "depot.lent"))
    ended = Counter(fact["lease"] for fact in told_of(storage, "depot.lease_ended"))
    return broken(
        whoever_may_have_one_gets_one=told.count(True) == STOCK,
        what_is_out_is_not_there=free_then == STOCK - out,
        whatever_was_got_is_told=len(lent) == STOCK + told.count(True),
        in_the_end_each_lease_has_ended_once=ended == lent,
        in_the_end_every_crate_is_there=_free(storage) == STOCK,
        nothing_is_left_to_do=depot.tick() == Ticked() and not depot.exceptions.list().parked,
        the_books_balance=not [
            each for each in depot.audit().findings if "nobody knows how" not in each.what
        ],
    )


def _settled(depot: Commerce) -> None:
    for _ in range(ATTEMPTS_MAX):
        try:
            ticked = depot.tick()
        except Again:
            continue
        if not ticked.done and not ticked.postponed:
            return


def _free(storage: Storage) -> int:
    (total,) = storage.read((Key(COUNTERS, CRATES.name),))
    assert isinstance(total, int)
    return total


CONTEST: Final = Contest(ready, tries, over, wrong)
