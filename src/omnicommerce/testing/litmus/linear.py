"""The first oracle: is there an order of the calls that explains every answer?

Calls that did not overlap keep their order; those that did may have taken effect in any. In such an order
the storage in memory must give the very same answers, the entries of one record must lie in the journal in
the order in which its versions follow each other, and the last looks must find what is there then.
(Linearizability, after Herlihy and Wing 1990, searched for by trying all orders: histories here are short.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations

import attrs

from omnicommerce.kernel.errors import Conflict, Exhausted
from omnicommerce.ports.storage import PAGE_MAX, START, Batch, Committed, Entry, Key
from omnicommerce.testing.litmus.history import Seen
from omnicommerce.testing.litmus.party import Answer, Followed, answer_of
from omnicommerce.testing.litmus.stage import Call
from omnicommerce.testing.litmus.world import World, reference


@attrs.frozen
class DeadEnd:
    """As far as an order got: these calls in this order, then one whose answer nothing explains.

    `call` is None where all answers are explained and the journal is not. `expected` is what the storage
    in memory said at that place.
    """

    order: tuple[Call, ...]
    call: Call | None
    expected: object


def unexplained(seen: Seen) -> DeadEnd | None:
    """None if some order explains all that was seen, else the longest that came close."""
    ends: list[DeadEnd] = []
    for stored in _some(seen.unknown):
        end = _Search(seen).explain([], [*seen.answered, *stored])
        if end is None:
            return None
        ends.append(end)
    return max(ends, key=lambda end: len(end.order))


def _some(unknown: Sequence[Call]) -> Iterator[tuple[Call, ...]]:
    """Every choice of those that may have been stored."""
    return chain.from_iterable(combinations(unknown, number) for number in range(len(unknown) + 1))


@attrs.frozen
class _Search:
    seen: Seen

    def explain(self, done: list[Call], left: list[Call]) -> DeadEnd | None:
        """Go on while only one call can be next; where several can, try each."""
        world = self._world_after(done)
        while left:
            firsts = [call for call in left if not any(other.is_before(call) for other in left)]
            if len(firsts) > 1:
                return self._tried(done, left, firsts)
            (call,) = firsts
            expected = self._told(world, call)
            if not _is_same(expected, call.answer):
                return DeadEnd(tuple(done), call, expected)
            done, left = [*done, call], [other for other in left if other is not call]
        return self._the_end(world, done)

    def _tried(self, done: list[Call], left: list[Call], firsts: list[Call]) -> DeadEnd | None:
        ends: list[DeadEnd] = []
        for call in firsts:
            expected = self._told(self._world_after(done), call)
            if not _is_same(expected, call.answer):
                ends.append(DeadEnd(tuple(done), call, expected))
                continue
            end = self.explain([*done, call], [other for other in left if other is not call])
            if end is None:
                return None
            ends.append(end)
        return max(ends, key=lambda end: len(end.order))

    def _world_after(self, done: Sequence[Call]) -> World:
        world = reference(self.seen.world.program, self.seen.world.naming)
        for call in done:
            self._told(world, call)
        return world

    def _told(self, world: World, call: Call) -> Answer:
        if isinstance(call.request, Followed) and isinstance(call.answer, list):
            # A journal may lag behind. What it shows is committed, so from then on everybody sees it.
            there = {entry.id for entry in world.shops[self.seen.shop_of(call)].journal(START, PAGE_MAX)}
            return [entry for entry in call.answer if isinstance(entry, Entry) and entry.id in there]
        return answer_of(world.shops[self.seen.shop_of(call)], call.request)

    def _the_end(self, world: World, done: list[Call]) -> DeadEnd | None:
        for shop, look in self.seen.looks:
            expected = answer_of(world.shops[shop], look.request)
            if not _is_same(expected, look.answer):
                return DeadEnd(tuple(done), look, expected)
        for shop, journal in enumerate(self.seen.journals):
            batches = [_batch(call) for call in done if self.seen.shop_of(call) == shop and _wrote(call)]
            if not _is_chained(batches, journal):
                ids = tuple(entry.id for batch in batches for entry in batch.entries)
                return DeadEnd(tuple(done), None, ids)
        return None


def _is_same(expected: Answer, answer: Answer) -> bool:
    if isinstance(answer, Exhausted | Conflict):
        return type(expected) is type(answer)
    if isinstance(answer, BaseException):  # unknown, and taken as stored here
        return isinstance(expected, Committed)
    return expected == answer


def _is_chained(batches: Sequence[Batch], journal: tuple[str, ...]) -> bool:
    """Whether batches that share a record have their entries in the order in which they took effect."""
    places = {id: place for place, id in enumerate(journal)}
    for earlier, later in combinations(batches, 2):
        if _share(earlier, later) and earlier.entries and later.entries:
            last = max(places.get(entry.id, -1) for entry in earlier.entries)
            first = min(places.get(entry.id, -1) for entry in later.entries)
            if last > first:
                return False
    return True


def _share(one: Batch, other: Batch) -> bool:
    return bool(_written(one) & _named(other) or _written(other) & _named(one))


def _written(batch: Batch) -> set[Key]:
    return {put.key for put in batch.puts} | {delete.key for delete in batch.deletes}


def _named(batch: Batch) -> set[Key]:
    return _written(batch) | {check.key for check in batch.checks}


def _wrote(call: Call) -> bool:
    return isinstance(call.request, Batch) and not isinstance(call.answer, Exhausted | Conflict)


def _batch(call: Call) -> Batch:
    assert isinstance(call.request, Batch), "only commits write"
    return call.request
