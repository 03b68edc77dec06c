"""Batches and keys that can be held up whenever an adapter takes the next out of them.

An adapter that looks at a guard now and relies on it a moment later goes wrong only if a rival acts in
between. Threads hit that moment by luck; a batch that holds still at its third operation hits it at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import attrs

from omnicommerce.ports.storage import Batch
from omnicommerce.testing.litmus.party import Asked, Request

T = TypeVar("T")


class Handed(tuple[T, ...]):  # noqa: SLOT001  # a tuple with items of its own cannot have slots
    """A tuple like any other, but that it tells whenever the next of it is taken out, and at its end."""

    taken: Callable[[], None]

    def __iter__(self) -> Iterator[T]:
        for item in super().__iter__():
            self.taken()
            yield item
        self.taken()

    def __reduce__(self) -> Any:
        # Whoever sends a batch elsewhere sends an ordinary tuple.
        return tuple, (list(super().__iter__()),)


def holdable(request: Request, taken: Callable[[], None]) -> Request:
    """The same request, which calls *taken* at each moment at which it can be held up."""

    def handed(items: tuple[T, ...]) -> tuple[T, ...]:
        if not items:
            return items
        made = Handed(items)
        made.taken = taken
        return made

    match request:
        case Asked(keys):
            return Asked(handed(keys))
        case Batch():
            return attrs.evolve(
                request,
                checks=handed(request.checks),
                puts=handed(request.puts),
                deletes=handed(request.deletes),
                adds=handed(request.adds),
                entries=handed(request.entries),
            )
        case _:
            return request
