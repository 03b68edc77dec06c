"""What is left to do: a next step that an earlier commit made necessary."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from omnicommerce.kernel.changes import Changes, replacing
from omnicommerce.kernel.collection import Collection, IndexRow, Keep, NotPersonal
from omnicommerce.kernel.flow import Asking, Get, ask
from omnicommerce.kernel.ids import checked_word
from omnicommerce.kernel.instant import as_text

DUE: Final = "due"
"""The index in which to-dos lie by the instant at which they are due."""

SINCE: Final = "since"
"""The index in which parked to-dos lie by the instant at which they were parked."""


@attrs.frozen
class Todo:
    """A process to be entered for a subject, not before `due`; `attempts` counts those that failed."""

    process: str
    subject: str
    due: datetime
    attempts: int = 0


@attrs.frozen
class Parked:
    """A to-do that failed too often: somebody has to look. `reason` is the kind of its last error."""

    process: str
    subject: str
    since: datetime
    reason: str


def _by_due(todo: Todo) -> tuple[IndexRow, ...]:
    return ((DUE, as_text(todo.due)),)


def _by_since(parked: Parked) -> tuple[IndexRow, ...]:
    return ((SINCE, as_text(parked.since)),)


TODOS: Final = Collection(
    "todo", Todo, personal=NotPersonal(), keep=Keep.UNTIL_DONE, indexes=_by_due, is_journaled=False
)

EXCEPTIONS: Final = Collection(
    "exception", Parked, personal=NotPersonal(), keep=Keep.UNTIL_DONE, indexes=_by_since, is_journaled=False
)


def todo_id(process: str, subject: str) -> str:
    """There is one to-do a process and subject, however often it is put.

    Raises:
        BadValue: *process* is not made of lower-case words, so a slash of its could end the name too early.
    """
    return f"{checked_word(process, 'process')}/{subject}"


def remembering(process: str, subject: str, due: datetime) -> Asking[Changes]:
    """Store the to-do that a process is to be entered for *subject* at *due*.

    If it is there already, the earlier of the two times holds, and failed attempts are forgotten.
    """
    held = yield from ask(Get(TODOS, todo_id(process, subject)))
    earliest = due if held.value is None else min(due, held.value.due)
    return replacing(held, Todo(process, subject, earliest))
