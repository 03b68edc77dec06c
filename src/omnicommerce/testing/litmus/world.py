"""Where a program plays: one shop or two, what is stored there first, and what lies there at the end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final, cast

import attrs

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.ports.storage import PAGE_MAX, START, Committed, Entry, Position, Query, Storage
from omnicommerce.testing.litmus.party import COLLECTION, Asked, Followed, Naming, Party, Request, settled
from omnicommerce.testing.litmus.program import Program

SETTLING_SECONDS: Final = 10.0
"""A journal may hold back entries while an older writer is under way; later than this it never gives them."""

ENTRIES_MAX: Final = 5_000
"""No program and no history writes more."""


@attrs.frozen
class World:
    """One storage for each shop of the program, under this run's names."""

    program: Program
    naming: Naming
    shops: tuple[Storage, ...]
    marks: tuple[Position, ...]

    def parties(self) -> list[Party]:
        """The program's transactions, before their first call."""
        return [
            Party(number, transaction, self.naming, self.marks[transaction.shop])
            for number, transaction in enumerate(self.program.transactions)
        ]


def begun(program: Program, naming: Naming, shops: Sequence[Storage], marks: Sequence[Position]) -> World:
    """Store what the program starts with in each of its shops; the journals stood at these *marks*.

    Raises:
        AssertionError: a storage refused it, though nothing stood against it.
    """
    first = naming.batch("start", program.start, {})
    ends = []
    for shop, mark in zip(shops, marks, strict=True):
        answer = settled(shop, first)
        if not isinstance(answer, Committed):
            raise AssertionError(f"promised: {first} is stored, since it is all new\n    seen: {answer!r}")  # noqa: TRY004
        ends.append(entries_behind(shop, mark, len(first.entries))[1])
    return World(program, naming, tuple(shops), tuple(ends))


def reference(program: Program, naming: Naming) -> World:
    """The same world in memory."""
    shops = [MemoryStorage() for _ in program.shops]
    return begun(program, naming, shops, [START] * len(shops))


def last_looks(world: World) -> list[Request]:
    """What the one asks who comes when all is over: every name, and the whole index."""
    names = (*world.program.records, *world.program.counters)
    return [Asked(tuple(map(world.naming.key, names))), Query(COLLECTION, world.naming.of("when"))]


def entries_behind(
    shop: Storage, mark: Position, number: int, seconds: float = SETTLING_SECONDS
) -> tuple[list[Entry], Position]:
    """The journal behind the mark; waits for a while until as many entries are there as were stored."""
    until = time.monotonic() + seconds
    while True:
        found: list[Entry] = []
        after = mark
        while page := _page(shop, after):
            found += page
            after = page[-1].position
            if len(found) > ENTRIES_MAX:
                raise AssertionError(
                    "promised: a journal comes to its end\n    seen: it goes round in circles"
                )
        if len(found) >= number or time.monotonic() > until:
            return found, after
        time.sleep(0.001)


def _page(shop: Storage, after: Position) -> list[Entry]:
    answer = settled(shop, Followed(after, PAGE_MAX))
    if isinstance(answer, list):
        return cast("list[Entry]", answer)
    raise AssertionError(f"promised: a journal can be read\n    seen: {answer!r}")
