"""Whose turn is it? Two ways to choose, and the faults that come between two calls.

Any; or the one of the highest priority, which changes now and then (S. Burckhardt and others, "A Randomized
Scheduler with Probabilistic Guarantees of Finding Bugs", ASPLOS 2010). In either case tasks may be stopped
one by one and go on in another order ("swizzle-clogging", as FoundationDB is tested).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

from omnicommerce.ports.storage import Query
from omnicommerce.runner.steps import Commit, Pause, Read
from omnicommerce.testing.simulation.faults import Fault, Moment
from omnicommerce.testing.simulation.life import Life, Task
from omnicommerce.testing.simulation.servers import restart, restart_all

HOLD_TURNS_MAX: Final = 60
"""How long a task is held so that somebody else may come first; then it goes on anyway."""

SLEEP_S_MAX: Final = 12 * 3_600


class Policy(StrEnum):
    """How the next task is chosen."""

    UNIFORM = "uniform"
    PRIORITIES = "priorities"


def chosen(life: Life, policy: Policy) -> Task:
    """The task whose turn it is; it is no longer ready."""
    ready = life.ready
    if policy is Policy.PRIORITIES:
        # The first of equals, and nobody has equals: priorities are drawn.
        place = max(range(len(ready)), key=lambda nth: ready[nth].priority)
    else:
        place = int(life.random.random() * len(ready))
    return ready.pop(place)


def passed_over(life: Life, task: Task) -> bool:
    """Whether something comes between this task and its next call; then it is not to be made now."""
    fault = life.dials.strike(Moment.TURN)
    return fault is not None and BETWEEN[fault](life, task)


def release(life: Life, *, by: Task | None) -> None:
    """Somebody has committed: whoever was held for that goes on, on a look that no longer holds."""
    if not life.held:
        return
    waiting, life.held = life.held, []
    for task, fault in waiting:
        if not task.is_dead:
            if by is not None:
                life.strike(fault, task.errand.number)
            life.ready.append(task)


# --- what comes between two calls: whether it did ------------------------------------------------


def _stale(life: Life, task: Task) -> bool:
    return isinstance(task.step, Commit) and _hold(life, task, Fault.STALE_LOOK)


def _torn(life: Life, task: Task) -> bool:
    return bool(task.looks) and isinstance(task.step, Read | Query) and _hold(life, task, Fault.TORN_LOOK)


def _hold(life: Life, task: Task, fault: Fault) -> bool:
    """Let somebody else commit first. It counts as a fault if somebody does."""
    if not life.ready:
        return False
    held = (task, fault)
    life.held.append(held)

    def give_up() -> None:
        if held in life.held:
            life.held.remove(held)
            if not task.is_dead:
                life.ready.append(task)

    life.later(life.random.randint(1, HOLD_TURNS_MAX), give_up)
    return True


def _slow(life: Life, task: Task) -> bool:
    if isinstance(task.step, Pause):
        return False
    life.strike(Fault.SLOW_TASK, task.errand.number)
    hours = timedelta(seconds=life.random.randint(1, SLEEP_S_MAX))

    def awake() -> None:
        life.now += hours
        if not task.is_dead:
            life.ready.append(task)

    life.later(life.random.randint(1, HOLD_TURNS_MAX), awake)
    return True


def _stall(life: Life, task: Task) -> bool:
    """Stop every task that could go on, one after the other, and let them go on in another order."""
    if not life.ready:
        return False
    stalled, life.ready = [task, *life.ready], []
    life.random.shuffle(stalled)
    life.strike(Fault.STALLED, len(stalled))
    for each in stalled:

        def go_on(one: Task = each) -> None:
            if not one.is_dead:
                life.ready.append(one)

        life.later(life.random.randint(1, HOLD_TURNS_MAX), go_on)
    return True


def _overtaken(life: Life, task: Task) -> bool:
    if not life.ready:
        return False
    life.strike(Fault.OVERTAKEN, task.errand.number)
    task.priority = min(each.priority for each in life.ready) - 1
    life.ready.append(task)
    return True


def _restarted(life: Life, task: Task) -> bool:
    life.strike(Fault.PROCESS_RESTARTED, task.server.number)
    life.ready.append(task)
    restart(life, task.server)
    return True


def _all_restarted(life: Life, task: Task) -> bool:
    life.strike(Fault.SHOP_RESTARTED, "all")
    life.ready.append(task)
    restart_all(life)
    return True


BETWEEN: Final[Mapping[Fault, Callable[[Life, Task], bool]]] = {
    Fault.STALE_LOOK: _stale,
    Fault.TORN_LOOK: _torn,
    Fault.SLOW_TASK: _slow,
    Fault.STALLED: _stall,
    Fault.OVERTAKEN: _overtaken,
    Fault.PROCESS_RESTARTED: _restarted,
    Fault.SHOP_RESTARTED: _all_restarted,
}
"""What each of the faults between two calls does."""
