"""Words for a race: how a shop is made ready, what every process tries in it, and what came of that."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final, TypeAlias, TypeVar

import attrs

from omnicommerce.kernel.errors import Again
from omnicommerce.ports.storage import Storage

T = TypeVar("T")

Try: TypeAlias = Callable[[], object]
"""Something a process does once; what it returns is told to the judge."""

Tries: TypeAlias = Callable[[Storage, int, int], list[Try]]
"""The tries of one process: it is told the shop, its number, and how many processes there are."""

Door: TypeAlias = Callable[[], AbstractContextManager[Storage]]
"""How a shop is opened, here and in any other process."""

ATTEMPTS_MAX: Final = 400
"""Who met others so often, eight times within each attempt, will never get through."""


@attrs.frozen
class Contest:
    """Something that many processes want of one shop at once.

    What all of them were told is judged in two ways. `over` is how many were given out beyond what there was,
    or how many decisions were taken on what was no longer so. `wrong` names whatever else does not hold of
    the books, or of what the processes were told.
    """

    ready: Callable[[Storage], None]
    tries: Tries
    over: Callable[[Storage, list[Any]], int]
    wrong: Callable[[Storage, list[Any]], tuple[str, ...]]


def shared(total: int, number: int, processes: int) -> range:
    """The share of one process in *total* tries, or in one for each."""
    return range(number, max(total, processes), processes)


def patiently(ask: Callable[[], T]) -> T:
    """Ask again for as long as nobody is to blame.

    Raises:
        Again: it was in vain for ATTEMPTS_MAX times.
    """
    for attempt in itertools.count(1):
        try:
            return ask()
        except Again:
            if attempt == ATTEMPTS_MAX:
                raise
    raise AssertionError("counting never ends")


def broken(**held: bool) -> tuple[str, ...]:
    """The names of those that do not hold."""
    return tuple(name.replace("_", " ") for name, holds in held.items() if not holds)
