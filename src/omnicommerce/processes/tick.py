"""The shop's heartbeat: whatever is due is done, each thing once, and what fails blocks nobody."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Final

import attrs

from omnicommerce.flows.settle_person import due_persons, settle_person
from omnicommerce.flows.todos import Fate, due_todos, put_off, still_due
from omnicommerce.kernel.errors import Refused, Unavailable
from omnicommerce.kernel.flow import Place
from omnicommerce.kernel.process import Enter, Process, do, run, run_each
from omnicommerce.kernel.shard import WHOLE, Shard
from omnicommerce.kernel.todo import Todo

PAGES_MAX: Final = 100
"""A tick ends even if processes keep putting their to-dos due; the next tick goes on."""


PERSONS_PAGES_MAX: Final = 10_000
"""A million persons a tick: each is due once, because settling moves what is next due into the future."""

SETTLING: Final = "settle"
"""Under this name a tick tells of persons whom it could not settle."""

FAILURES_MAX: Final = 100
"""Enough to see what is wrong; the to-dos themselves are all kept."""


@attrs.frozen
class Failure:
    """A process that failed for a subject: the code of a refusal, or the kind of the error.

    A process that ends without deleting its to-do is ``unfinished``. The error's own text is not kept,
    since it may hold personal data.
    """

    process: str
    subject: str
    reason: str


@attrs.frozen
class Ticked:
    """How many to-dos were done, put off because they failed, and put aside because they failed too often.

    `settled` is how many persons were due: points had run out, tier or stage had turned, or might have and
    had not, since what was bought meanwhile puts that off. `failures` names the first of whatever failed,
    FAILURES_MAX at the most; a person whose settling failed is tried again in the next tick.
    """

    done: int = 0
    postponed: int = 0
    parked: int = 0
    settled: int = 0
    failures: tuple[Failure, ...] = ()


def tick(until: datetime, shard: Shard = WHOLE) -> Process[Ticked]:
    """Settle every person whom time has changed, and enter every process that is due at *until*, once.

    Only those of *shard* are looked after. The last step of a process must delete its to-do.
    """
    failures: list[Failure] = []
    settled = yield from _persons(until, shard, failures)
    fates = yield from _todos(until, shard, failures)
    return Ticked(fates[Fate.DONE], fates[Fate.POSTPONED], fates[Fate.PARKED], settled, tuple(failures))


def _persons(until: datetime, shard: Shard, failures: list[Failure]) -> Process[int]:
    settled = 0
    after: Place | None = None
    for _ in range(PERSONS_PAGES_MAX):
        due = yield from run(due_persons, until=until, after=after)
        if not due:
            break
        ours = [id for _, id in due if shard.has(id)]
        ended = yield from run_each(settle_person, [{"id": id, "until": until} for id in ours])
        for id, end in zip(ours, ended, strict=True):
            if isinstance(end, Unavailable):
                raise end
            if isinstance(end, Exception):
                # One person's trouble is no other's.
                _note(failures, Failure(SETTLING, id, type(end).__name__))
            else:
                settled += end
        after = due[-1]
    return settled


def _todos(until: datetime, shard: Shard, failures: list[Failure]) -> Process[Counter[Fate]]:
    fates: Counter[Fate] = Counter()
    after: Place | None = None
    for _ in range(PAGES_MAX):
        due = yield from run(due_todos, until=until, after=after)
        if not due:
            break
        for id in (id for _, id in due if shard.has(id)):
            fate, failure = yield from _entered(id, until)
            fates[fate] += 1
            if failure is not None:
                _note(failures, failure)
        after = due[-1]
    return fates


def _note(failures: list[Failure], failure: Failure) -> None:
    if len(failures) < FAILURES_MAX:
        failures.append(failure)


def _entered(id: str, until: datetime) -> Process[tuple[Fate, Failure | None]]:
    """Enter one process, and put its to-do off if it failed. Only a storage that is away stops the tick."""
    process, _, subject = id.partition("/")
    try:
        held = yield from run(still_due, id=id, until=until)
        if held is None:
            return Fate.CALLED_OFF, None
        reason = yield from _reason(held.must())
        fate = yield from run(put_off, id=id, seen=held.version, reason=reason)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001  # a to-do that nobody can read stays, and blocks nobody
        return Fate.POSTPONED, Failure(process, subject, type(error).__name__)
    return fate, None if fate is Fate.DONE else Failure(process, subject, reason)


def _reason(todo: Todo) -> Process[str]:
    """Enter the process; why its to-do will be put off, if it is still there afterwards."""
    try:
        yield from do(Enter(todo.process, todo.subject))
    except Refused as refused:
        return refused.code
    except Exception as error:  # noqa: BLE001  # whatever failed, the next to-do has its turn
        return type(error).__name__
    return "unfinished"
