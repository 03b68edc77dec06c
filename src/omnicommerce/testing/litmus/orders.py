"""All orders in which calls may follow each other, and those in which one of them is held up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from random import Random

from omnicommerce.testing.litmus.program import Program
from omnicommerce.testing.litmus.stage import Hold


def all_turns(program: Program) -> Iterator[tuple[int, ...]]:
    """Every order of the calls of all transactions that keeps the order within each."""
    return _merged(tuple(len(transaction.steps) for transaction in program.transactions))


def held_turns(
    program: Program, takings: Mapping[tuple[int, int], int], at_most: int
) -> list[tuple[tuple[int, ...], Hold]]:
    """Orders in which one call is held up while all rivals go on to their end; *at_most* so many of them.

    Before the call is made each rival has come so far, in every combination. If there are more orders than
    are wanted, they are drawn by lot, the same ones each time.
    """
    lengths = [len(transaction.steps) for transaction in program.transactions]
    found: list[tuple[tuple[int, ...], Hold]] = []
    for (party, nth), times in sorted(takings.items()):
        rivals = [number for number in range(len(lengths)) if number != party]
        for done in product(*(range(lengths[rival] + 1) for rival in rivals)):
            left = [lengths[rival] - so_far for rival, so_far in zip(rivals, done, strict=True)]
            if not any(left):
                continue
            before = [party] * nth
            for rival, so_far in zip(rivals, done, strict=True):
                before += [rival] * so_far
            meanwhile = [rival for rival, more in zip(rivals, left, strict=True) for _ in range(more)]
            after = [party] * (lengths[party] - nth - 1)
            turns = (*before, party, *meanwhile, *after)
            found += [(turns, Hold(party, nth, taking)) for taking in range(1, times + 1)]
    if len(found) <= at_most:
        return found
    return Random(program.name).sample(found, at_most)  # noqa: S311  # a lot, no secret


def _merged(lengths: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    if not any(lengths):
        yield ()
        return
    for number, length in enumerate(lengths):
        if length:
            left = (*lengths[:number], length - 1, *lengths[number + 1 :])
            yield from ((number, *others) for others in _merged(left))
