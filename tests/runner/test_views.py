"""A projection is built once for a version of its head, and proposes without guarding."""

from __future__ import annotations

import pytest

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.collection import Collection, Keep, NotPersonal, Versioned
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.flow import (
    Flow,
    Get,
    Look,
    Now,
    Outcome,
    Projection,
    View,
    ask,
    ask_all,
    call,
    stage,
)
from omnicommerce.kernel.verdict import failed
from omnicommerce.testing import CountingStorage
from tests.backstage import command, runner, world
from tests.lending import THINGS, Thing, discard, grow, keep, kept
from tests.rivals import Rivalled

built: list[tuple[str, ...]] = []


def names_in(head: Thing | None) -> tuple[str, ...]:
    return () if head is None else tuple(f"part {n}" for n in range(head.size))


def sizes(parts: tuple[Versioned[Thing], ...]) -> int:
    built.append(tuple(part.id for part in parts))
    return sum(part.must().size for part in parts)


HEADS: Collection[Thing] = Collection("thing", Thing, personal=NotPersonal(), keep=Keep.AS_BOOKS)
TOTAL = Projection("total", HEADS, "head", THINGS, names_in, sizes)


def total() -> Flow[int]:
    return Outcome((yield from ask(View(TOTAL))))


def test_a_view_is_built_again_only_when_its_head_has_moved() -> None:
    built.clear()
    storage = CountingStorage(MemoryStorage())
    shop = runner(storage)
    for n in range(3):
        shop.run(command(keep, id=f"part {n}", size=n + 1))
    shop.run(command(keep, id="head", size=2))

    before = storage.counts["read"]
    assert [3, 3] == [shop.run(command(total)), shop.run(command(total))]
    assert 3 == storage.counts["read"] - before
    assert 1 == len(built)

    shop.run(command(keep, id="head", size=3))
    assert 6 == shop.run(command(total))
    assert [("part 0", "part 1"), ("part 0", "part 1", "part 2")] == built


def test_a_view_without_a_head_is_built_from_nothing() -> None:
    assert 0 == runner().run(command(total))


def test_a_view_rides_with_other_questions() -> None:
    storage = CountingStorage(MemoryStorage())
    shop = runner(storage)
    shop.run(command(keep, id="part 0", size=5))
    shop.run(command(keep, id="head", size=1))
    shop.run(command(total))

    def both() -> Flow[int]:
        view, held = yield from ask_all(View(TOTAL), Get(THINGS, "part 0"))
        return Outcome(view + held.must().size)

    before = storage.counts["read"]
    assert 10 == shop.run(command(both))
    assert 1 == storage.counts["read"] - before


def test_a_view_of_staged_records_is_never_remembered() -> None:
    around = world()
    shop = runner(MemoryStorage(), around)
    shop.run(command(keep, id="part 0", size=5))

    def dreaming() -> Flow[int]:
        held, now = yield from ask_all(Get(HEADS, "head"), Now())
        yield from stage(kept(held, 1, now))
        seen = yield from ask(View(TOTAL))
        raise KeyError(seen)

    with pytest.raises(KeyError) as told:
        shop.run(command(dreaming))
    assert (5,) == told.value.args

    assert {} == around.views
    assert 0 == shop.run(command(total))


def test_a_view_does_not_guard_its_head() -> None:
    inner = MemoryStorage()
    shop = runner(inner)

    def viewing() -> Flow[int]:
        seen = yield from ask(View(TOTAL))
        runner(inner).run(command(keep, id="head", size=0))
        yield from call(grow(id="mine"))
        return Outcome(seen)

    assert 0 == shop.run(command(viewing))


def test_a_view_sees_what_the_batch_has_staged_since_it_was_last_asked() -> None:
    shop = runner()
    shop.run(command(keep, id="part 0", size=5))
    shop.run(command(keep, id="head", size=0))
    shop.run(command(total))

    def before_and_after() -> Flow[tuple[int, int]]:
        before = yield from ask(View(TOTAL))
        yield from call(grow(id="head"))
        return Outcome((before, (yield from ask(View(TOTAL)))))

    assert (0, 5) == shop.run(command(before_and_after))


def test_a_view_of_a_part_that_was_read_before_its_head_is_good_for_this_flow_alone() -> None:
    """A rival publishes between the two reads: the old part must not be remembered under the new head."""
    inner, around = MemoryStorage(), world()
    shop = runner(inner)
    shop.run(command(keep, id="part 0", size=1))
    shop.run(command(keep, id="head", size=1))

    def publish() -> None:
        shop.run(command(keep, id="part 0", size=2))
        shop.run(command(grow, id="head", by=0))

    def looked_then_viewed() -> Flow[int]:
        yield from ask(Look(THINGS, "part 0"))
        return Outcome((yield from ask(View(TOTAL))))

    runner(Rivalled(inner, publish, before_read=2), around).run(command(looked_then_viewed))

    assert 2 == runner(inner, around).run(command(total))


def test_a_view_of_a_staged_part_is_not_remembered_if_its_flow_is_refused() -> None:
    storage, around = MemoryStorage(), world()
    shop = runner(storage, around)
    shop.run(command(keep, id="part 0", size=1))
    shop.run(command(keep, id="head", size=1))

    def dreaming() -> Flow[int]:
        held, now = yield from ask_all(Get(THINGS, "part 0"), Now())
        yield from stage(kept(held, 99, now))
        assert (yield from ask(View(TOTAL))) == 99
        raise Refused(failed("only_a_dream"))

    with pytest.raises(Refused):
        shop.run(command(dreaming))

    assert 1 == shop.run(command(total))


def test_a_view_that_stumbles_over_a_torn_look_is_built_again() -> None:
    inner = MemoryStorage()
    shop = runner(inner)
    shop.run(command(keep, id="part 0", size=1))
    shop.run(command(keep, id="head", size=1))

    def withdraw() -> None:
        shop.run(command(keep, id="head", size=0))
        shop.run(command(discard, id="part 0"))

    assert 0 == runner(Rivalled(inner, withdraw, before_read=2)).run(command(total))


def test_a_view_that_cannot_be_built_says_why() -> None:
    shop = runner()
    shop.run(command(keep, id="head", size=1))

    with pytest.raises(AssertionError, match="thing/part 0 must exist here"):
        shop.run(command(total))
