"""One life from its seed: a time in which everything goes wrong, one in which nothing does, and the books."""

from __future__ import annotations

import json
import random
from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final

from omnicommerce.kernel.todo import DUE, TODOS
from omnicommerce.ports.storage import PAGE_MAX, START, Query
from omnicommerce.processes.tick import Ticked
from omnicommerce.runner.steps import Commit, Pause, Read
from omnicommerce.testing import invariants
from omnicommerce.testing.faults import SimulatedCrash
from omnicommerce.testing.simulation import clients, servers
from omnicommerce.testing.simulation.faults import Fault, Moment, drawn
from omnicommerce.testing.simulation.life import A_TURN, Life, Stage, Task
from omnicommerce.testing.simulation.line import carried_out
from omnicommerce.testing.simulation.turns import Policy, chosen, passed_over, release
from omnicommerce.testing.simulation.wishes import Told, Wish

TURNS_MAX: Final = 2_000
"""Turns for each wish while faults strike; a wish takes some ten calls, and some ten tries at the worst."""

LIVELY_TURNS_MAX: Final = 500
"""Turns for each wish that is open once nothing is disturbed; it needs no more than one undisturbed try."""

TICKS_MAX: Final = 40
"""Ticks in which everything that is left to do must be done or put on the list of exceptions."""

TICK_HOURS: Final = 3
"""A to-do that has failed is put off for two hours at the most."""

A_REST: Final = timedelta(days=8)
"""Between what is still wanted in the end: whatever runs out within a week has run out by then."""

CLIENTS: Final = (2, 8)
"""At the fewest and at the most, at the same time."""

SERVERS: Final = (1, 3)

PACES: Final = (
    (timedelta(seconds=1), 40),
    (timedelta(minutes=5), 30),
    (timedelta(hours=3), 20),
    (timedelta(days=1), 9),
    (timedelta(days=20), 1),
)
"""How much time passes before somebody wants something, and how often in a hundred."""


def lived(seed: int, operations: int, stage: Stage, faults: Collection[Fault]) -> Life:
    """The whole life that *seed* stands for, with *operations* wishes in it."""
    die = random.Random(f"life {seed}")  # noqa: S311  # a seed is to be guessed
    workload = stage.workload(random.Random(f"workload {seed}"))  # noqa: S311  # likewise
    life = Life(seed, stage, stage.make(), workload, die, drawn(seed, faults))
    servers.begin(life, die.randint(*SERVERS))
    _disturbed(life, operations)
    try:
        _undisturbed(life)
        _settled(life)
        _judged(life)
    except Exception as error:  # noqa: BLE001  # a broken shop may fail in any way, and that is a finding
        life.wrong.append(f"undisturbed, the shop failed: {error!r}")
    stage.close(life.storage)
    return life


# --- the time in which everything goes wrong -----------------------------------------------------


def _disturbed(life: Life, operations: int) -> None:
    crowd = life.random.randint(*CLIENTS)
    policy = life.random.choice(tuple(Policy))
    paces = [pace for pace, often in PACES for _ in range(often)]
    wanted = 0
    while wanted < operations:
        if life.moment > TURNS_MAX * operations:
            life.wrong.append(f"after {life.moment} turns {operations - wanted} wishes had not begun")
            return
        if life.open < crowd and (not life.ready or life.random.random() < 0.3):
            wanted += 1
            life.now += life.random.choice(paces)
            _want(life, life.workload.next(life.now))
            continue
        _turn(life, policy)


def _want(life: Life, wish: Wish) -> None:
    fault = life.dials.strike(Moment.WISH)
    if fault is not None and fault is not Fault.DUPLICATED_AT_ONCE:
        servers.skew(life, fault)
    clients.want(life, wish)
    if fault is Fault.DUPLICATED_AT_ONCE:
        clients.duplicate(life, life.errands[-1])


def _turn(life: Life, policy: Policy) -> None:
    """Let one task make one call."""
    life.moment += 1
    life.now += A_TURN
    life.wake(leap=not life.ready)
    if not life.ready:
        # Whoever is held waits for somebody who is not coming.
        release(life, by=None)
        return
    task = chosen(life, policy)
    if not passed_over(life, task):
        _call(life, task)


def _call(life: Life, task: Task) -> None:
    """Carry out the call that a task waits for, and let it run until its next one."""
    step = task.step
    reply: Any = None
    error: Exception | None = None
    if not isinstance(step, Pause):
        try:
            reply = carried_out(life, task, step)
        except SimulatedCrash:
            life.ready.append(task)
            servers.restart(life, task.server)
            return
        except Exception as raised:  # noqa: BLE001  # the run decides what a failed call means
            error = raised
    task.looks = task.looks + 1 if isinstance(step, Read | Query) else 0
    if isinstance(step, Commit) and error is None:
        release(life, by=task)
    _go_on(life, task, reply, error)


def _go_on(life: Life, task: Task, reply: Any, error: Exception | None) -> None:
    try:
        task.step = task.steps.send(reply) if error is None else task.steps.throw(error)
    except StopIteration as end:
        clients.ended(life, task, end.value)
    except Exception as raised:  # noqa: BLE001  # the client hears of it, whatever it is
        clients.failed(life, task, raised)
    else:
        life.ready.append(task)


# --- the time in which nothing goes wrong --------------------------------------------------------


def _undisturbed(life: Life) -> None:
    """Nothing is disturbed any more: whoever still wants something gets it, in so many turns."""
    life.dials.is_on = False
    life.is_away = life.is_full = False
    for server in life.servers:
        server.skew = timedelta()
    for wish in life.workload.last():
        _finish(life)
        life.now += A_REST
        clients.want(life, wish)
    _finish(life)


def _finish(life: Life) -> None:
    """Let everybody come to an end who is still on the way."""
    left = LIVELY_TURNS_MAX * (1 + sum(len(each.tasks) + (not each.is_over) for each in life.errands))
    while life.open or life.ready or life.held or life.has_more:
        if not left:
            names = [each.wish.name for each in life.errands if not each.is_over]
            life.wrong.append(f"undisturbed, nobody answers {', '.join(names) or 'what was asked twice'}")
            return
        left -= 1
        _turn(life, Policy.UNIFORM)


def _settled(life: Life) -> None:
    """Whatever is left to do is done by so many ticks."""
    shop = life.opened()
    ticked = Ticked()
    for _ in range(TICKS_MAX):
        ticked = shop.tick()
        left = life.storage.scan(Query(TODOS.name, DUE)).rows
        if not left and ticked == Ticked():
            return
        if left or ticked.postponed:
            life.now += timedelta(hours=TICK_HOURS)
    life.wrong.append(f"after {TICKS_MAX} ticks there is still something to do: {ticked}")


def _judged(life: Life) -> None:
    """Hold the books to their invariants, and to what clients were told."""
    shop = life.opened()
    life.wrong += map(str, invariants.findings(shop))
    life.wrong += life.workload.wrong(shop, _journal(life), [each.heard for each in life.errands])


def _journal(life: Life) -> list[Told]:
    told: list[Told] = []
    position = START
    while page := life.storage.journal(position, PAGE_MAX):
        told += (json.loads(entry.body) for entry in page)
        position = page[-1].position
    return told
