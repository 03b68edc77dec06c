"""The second oracle: the outcomes of all serial orders of the transactions, any of them left out.

A transaction that guards all it looked at must be as if it had happened at one moment. So what such
transactions saw, which of them were stored and what lies there at the end must be the outcome of running
some of them one after the other, and the others not at all.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import permutations
from typing import TypeAlias

import attrs

from omnicommerce.kernel.errors import BadInput
from omnicommerce.ports.storage import Batch, Committed, Page, Record, Storage
from omnicommerce.testing.litmus.history import Seen
from omnicommerce.testing.litmus.party import Answer, Naming, answer_of
from omnicommerce.testing.litmus.program import Program, is_wholly_guarded
from omnicommerce.testing.litmus.stage import Call
from omnicommerce.testing.litmus.world import World, last_looks, reference

Told: TypeAlias = tuple[object, ...] | str | int | None
"""An answer in the short names of the program, so that two runs of it can be compared."""


@attrs.frozen
class Outcome:
    """What each transaction that happened saw, and what lies there at the end."""

    happened: tuple[tuple[int, tuple[Told, ...]], ...]
    state: tuple[Told, ...]


def is_serial(program: Program) -> bool:
    """Whether the oracle has something to say: every transaction guards all that it looked at."""
    return all(map(is_wholly_guarded, program.transactions))


def outcome(seen: Seen) -> Outcome:
    """What came of a run."""
    short = seen.world.naming
    happened = []
    for number, transaction in enumerate(seen.world.program.transactions):
        calls = sorted((call for call in seen.calls if call.party == number), key=lambda call: call.nth)
        if len(calls) == len(transaction.steps) and not isinstance(calls[-1].answer, BaseException):
            happened.append((number, _saw(calls, short)))
    state = tuple(told(look.answer, short) for _, look in seen.looks)
    return Outcome(tuple(happened), state)


@lru_cache(maxsize=256)
def serial_outcomes(program: Program) -> frozenset[Outcome]:
    """The outcome of every order of every choice of the transactions."""
    numbers = range(len(program.transactions))
    orders = [order for length in range(len(numbers) + 1) for order in permutations(numbers, length)]
    return frozenset(_run(program, order) for order in orders)


def nobody_stands_in_the_way(seen: Seen) -> list[Call]:
    """If every commit of a run was refused: those that nothing stood against."""
    if seen.stored or seen.unknown:
        return []
    free = []
    for call in seen.refused:
        world = reference(seen.world.program, seen.world.naming)
        if isinstance(answer_of(world.shops[seen.shop_of(call)], call.request), Committed):
            free.append(call)
    # Who had no time because of one who was rightly refused is not accused.
    rightly = [call for call in seen.refused if call not in free]
    return [call for call in free if all(call.is_before(each) or each.is_before(call) for each in rightly)]


def told(answer: Answer, naming: Naming) -> Told:
    """An answer without the run's prefix; a record is told by its writer and its body."""
    match answer:
        case Committed(totals):
            return tuple(sorted((naming.short(name), total) for name, total in totals.items()))
        case Page(rows, has_more):
            found = tuple((row.at, naming.short(row.id), *_record(row.record, naming)) for row in rows)
            return (*found, has_more)
        case list():
            return tuple(
                _record(each, naming) if isinstance(each, Record) else _plain(each) for each in answer
            )
        case _:
            return type(answer).__name__


def _record(record: Record, naming: Naming) -> tuple[str, str]:
    return naming.short(record.version), record.body


def _plain(found: object) -> Told:
    return found if isinstance(found, int) else None


def _saw(calls: list[Call], naming: Naming) -> tuple[Told, ...]:
    return tuple(told(call.answer, naming) for call in calls if not isinstance(call.request, Batch))


def _run(program: Program, order: tuple[int, ...]) -> Outcome:
    world = reference(program, Naming("serial"))
    happened = []
    for number in order:
        saw = _performed(world, number)
        if saw is not None:
            happened.append((number, saw))
    state = tuple(
        told(answer_of(shop, request), world.naming) for shop in world.shops for request in last_looks(world)
    )
    return Outcome(tuple(sorted(happened)), state)


def _performed(world: World, number: int) -> tuple[Told, ...] | None:
    """What the transaction saw when it ran on its own, or None if it did not come to its end."""
    party = world.parties()[number]
    shop: Storage = world.shops[party.transaction.shop]
    saw: list[Told] = []
    for _ in party.transaction.steps:
        request = party.request()
        if request is None:
            return None
        answer = answer_of(shop, request)
        assert not isinstance(answer, BadInput), f"{world.program.name}: {answer}"
        party.hear(request, answer)
        if isinstance(answer, BaseException):
            return None
        if not isinstance(request, Batch):
            saw.append(told(answer, world.naming))
    return tuple(saw)
