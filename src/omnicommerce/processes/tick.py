"""The shop's heartbeat: whatever is due is done, each thing once, and what fails blocks nobody."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Final

import attrs

from omnicommerce.flows.todos import Fate, due_todos, put_off
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.process import Enter, Process, do, run

PAGES_MAX: Final = 100
"""A tick ends even if processes keep putting their to-dos due; the next tick goes on."""


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

    `failures` names the first of those that failed, FAILURES_MAX at the most.
    """

    done: int = 0
    postponed: int = 0
    parked: int = 0
    failures: tuple[Failure, ...] = ()


def tick(until: datetime) -> Process[Ticked]:
    """Enter every process that is due at *until*; its last step must delete its to-do."""
    fates: Counter[Fate] = Counter()
    failures: list[Failure] = []
    for _ in range(PAGES_MAX):
        due = yield from run(due_todos, until=until)
        for held in due:
            todo = held.must()
            reason = "unfinished"
            try:
                yield from do(Enter(todo.process, todo.subject))
            except Refused as refused:
                reason = refused.code
            except Exception as error:  # noqa: BLE001  # whatever failed, the next to-do has its turn
                reason = type(error).__name__
            fate = yield from run(put_off, id=held.id, seen=held.version, reason=reason)
            fates[fate] += 1
            if fate is not Fate.DONE and len(failures) < FAILURES_MAX:
                failures.append(Failure(todo.process, todo.subject, reason))
        if not due:
            break
    return Ticked(fates[Fate.DONE], fates[Fate.POSTPONED], fates[Fate.PARKED], tuple(failures))
