"""What is due is found and done; what failed is put off, and in the end put aside for somebody to look at."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import attrs

from omnicommerce.kernel.changes import removing, replacing
from omnicommerce.kernel.collection import Version, Versioned
from omnicommerce.kernel.flow import Find, Flow, Get, Now, Outcome, Place, ask, ask_all
from omnicommerce.kernel.instant import as_text
from omnicommerce.kernel.todo import DUE, EXCEPTIONS, TODOS, Parked, Todo

TODOS_AT_ONCE: Final = 100
"""Few enough that a tick can be stopped between two pages without much lost."""

ATTEMPTS_MAX: Final = 8
BACK_OFF_FIRST: Final = timedelta(minutes=1)
"""Doubled with each failure: the eighth comes two hours after the first."""


class Fate(StrEnum):
    """What became of a to-do after its process was entered."""

    CALLED_OFF = "called_off"
    DONE = "done"
    POSTPONED = "postponed"
    PARKED = "parked"


def due_todos(*, until: datetime, after: Place | None = None) -> Flow[tuple[Place, ...]]:
    """Where the first to-dos stand that are due at *until*, the longest due first; *after* one already seen.

    They are not read here, so that one that nobody can read keeps none of the others from its turn.
    """
    # "~" sorts behind every text that begins with this very instant.
    found = yield from ask(Find(TODOS, DUE, until=as_text(until) + "~", limit=TODOS_AT_ONCE, after=after))
    return Outcome(found)


def still_due(*, id: str, until: datetime) -> Flow[Versioned[Todo] | None]:
    """The to-do, if it is still there and due: what went before it may have done it or called it off."""
    held = yield from ask(Get(TODOS, id))
    return Outcome(held if held.value is not None and held.value.due <= until else None)


def put_off(*, id: str, seen: Version, reason: str) -> Flow[Fate]:
    """Put off the to-do that is still as it was *seen*; its process failed for *reason*.

    A to-do that is gone or was put anew has moved on by itself.
    """
    held, parked, now = yield from ask_all(Get(TODOS, id), Get(EXCEPTIONS, id), Now())
    if held.value is None or held.version != seen:
        return Outcome(Fate.DONE)

    todo = held.value
    attempts = todo.attempts + 1
    if attempts < ATTEMPTS_MAX:
        later = attrs.evolve(todo, due=now + BACK_OFF_FIRST * 2**todo.attempts, attempts=attempts)
        return Outcome(Fate.POSTPONED, replacing(held, later))

    exception = Parked(todo.process, todo.subject, now, reason)
    return Outcome(Fate.PARKED, removing(held) + replacing(parked, exception))
