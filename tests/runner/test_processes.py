"""Processes: steps that happen once, to-dos that are entered from the top, and a tick that does what is due.

The process here sends a parcel in three steps; it stands in for those that come with later rooms.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

import pytest

from omnicommerce import AsyncCommerce, AsyncMemoryStorage, Commerce, DemoKeys, MemoryStorage, Rulebook, wire
from omnicommerce.flows.todos import ATTEMPTS_MAX
from omnicommerce.kernel.changes import Event, happened, removing
from omnicommerce.kernel.collection import Version, Versioned
from omnicommerce.kernel.errors import BadValue, Refused, Unavailable
from omnicommerce.kernel.flow import Flow, Get, Now, Outcome, Scan, ask, ask_all
from omnicommerce.kernel.process import Process, do, run, run_once
from omnicommerce.kernel.todo import EXCEPTIONS, TODOS, Todo, remembering, todo_id
from omnicommerce.kernel.verdict import failed
from omnicommerce.ports.storage import Batch, Key, Put, Record, Storage
from omnicommerce.processes.tick import Failure, Ticked
from omnicommerce.testing import CrashingStorage, FrozenClock, RefusingStorage, SimulatedCrash
from tests.backstage import NOON, command, runner, world
from tests.lending import EVENTS, THINGS, ThingKept, grow, kept, size_of
from tests.rivals import Rivalled


def order(*, parcel: str) -> Flow[bool]:
    """Take the order, and remember that the parcel is to be sent."""
    held, now = yield from ask_all(Get(THINGS, f"order {parcel}"), Now())
    todo = yield from remembering("send", parcel, now)
    return Outcome(True, kept(held, 1, now) + todo)


def finish(*, parcel: str) -> Flow[bool]:
    """The last step deletes the to-do."""
    todo, now = yield from ask_all(Get(TODOS, todo_id("send", parcel)), Now())
    if todo.value is None:
        return Outcome(False)
    return Outcome(True, removing(todo, Event(ThingKept(parcel, 0), at=now)))


def send(parcel: str) -> Process[int]:
    """Pack, label, finish."""
    packed = yield from run_once("pack", grow, id=f"packed {parcel}")
    yield from run_once("label", grow, id=f"labels {parcel}", by=2)
    yield from run(finish, parcel=parcel)
    return packed


def refuse(_parcel: str) -> Process[int]:
    raise Refused(failed("out_of_paper"))
    yield


def forget(parcel: str) -> Process[int]:
    """Ends without deleting its to-do."""
    yield from run(size_of, id=parcel)
    return 0


STORIES = {"send": send}


def shop_over(storage: Storage, clock: FrozenClock, **stories: object) -> Commerce:
    return Commerce(
        storage,
        Rulebook(),
        keys=DemoKeys(),
        clock=clock,
        processes={**STORIES, **stories},  # type: ignore[dict-item]
        events=EVENTS,
    )


def todos(storage: Storage) -> list[Versioned[Todo]]:
    def every() -> Flow[tuple[Versioned[Todo], ...]]:
        return Outcome((yield from ask(Scan(TODOS, "due"))))

    found: tuple[Versioned[Todo], ...] = runner(storage).run(command(every))
    return list(found)


def fates(done: int = 0, postponed: int = 0, parked: int = 0) -> tuple[int, int, int]:
    return (done, postponed, parked)


def told(ticked: Ticked) -> tuple[int, int, int]:
    assert ticked.postponed + ticked.parked == len(ticked.failures)
    return (ticked.done, ticked.postponed, ticked.parked)


def size(storage: Storage, id: str) -> int:
    return runner(storage).run(command(size_of, id=id))


def test_a_tick_enters_what_is_due_and_nothing_else() -> None:
    storage, clock = MemoryStorage(), FrozenClock(NOON)
    shop = shop_over(storage, clock)
    around = world(clock)
    runner(storage, around).run(command(order, parcel="p1"))

    assert fates() == told(shop.tick(NOON - timedelta(seconds=1)))
    assert fates(done=1) == told(shop.tick(NOON))
    assert fates() == told(shop.tick(NOON))
    assert (1, 2) == (size(storage, "packed p1"), size(storage, "labels p1"))
    assert [] == todos(storage)


def test_a_crash_between_any_two_calls_is_made_good_by_the_next_tick() -> None:
    """Crash before and after every storage call of the tick; each step has happened once all the same."""
    crashes = 0
    for when in ("before", "after"):
        for nth in range(1, 40):
            storage, clock = MemoryStorage(), FrozenClock(NOON)
            runner(storage, world(clock)).run(command(order, parcel="p1"))
            try:
                shop_over(CrashingStorage(storage, nth, when), clock).tick()
            except SimulatedCrash:
                crashes += 1
            shop_over(storage, clock).tick()

            assert (1, 2) == (size(storage, "packed p1"), size(storage, "labels p1"))
            assert [] == todos(storage)

    assert crashes >= 18


def test_without_named_steps_a_crash_packs_twice() -> None:
    """The negative control: the same process with unnamed steps does a step again."""

    def careless(parcel: str) -> Process[int]:
        yield from run(grow, id=f"packed {parcel}")
        yield from run(finish, parcel=parcel)
        return 0

    packed = set()
    for nth in range(1, 20):
        storage, clock = MemoryStorage(), FrozenClock(NOON)
        runner(storage, world(clock)).run(command(order, parcel="p1"))
        with suppress(SimulatedCrash):
            shop_over(CrashingStorage(storage, nth, "after"), clock, send=careless).tick()
        shop_over(storage, clock, send=careless).tick()
        packed.add(size(storage, "packed p1"))

    assert {1, 2} == packed


def test_a_failing_todo_backs_off_blocks_nobody_and_ends_in_the_exceptions() -> None:
    storage, clock = MemoryStorage(), FrozenClock(NOON)
    shop = shop_over(storage, clock, refuse=refuse)
    around = runner(storage, world(clock))

    def two() -> Flow[bool]:
        now = yield from ask(Now())
        why = Event(ThingKept("x", 0), at=now)
        first = yield from remembering("refuse", "a", now)
        second = yield from remembering("send", "b", now)
        return Outcome(True, first + second + happened(why))

    around.run(command(two))

    assert fates(done=1, postponed=1) == told(shop.tick())
    dues = []
    for _ in range(ATTEMPTS_MAX - 2):
        (todo,) = todos(storage)
        dues.append(todo.must().due)
        assert fates() == told(shop.tick(todo.must().due - timedelta(seconds=1)))
        assert fates(postponed=1) == told(shop.tick(todo.must().due))
    assert [timedelta(minutes=2**n) for n in range(1, len(dues))] == [b - a for a, b in pairwise(dues)]

    (todo,) = todos(storage)
    assert fates(parked=1) == told(shop.tick(todo.must().due))
    assert [] == todos(storage)
    record = storage.read([Key(EXCEPTIONS.name, "refuse/a")])[0]
    assert isinstance(record, Record)
    assert '"reason":"out_of_paper"' in record.body

    def parked() -> Flow[tuple[str, ...]]:
        exceptions = yield from ask(Scan(EXCEPTIONS, "since"))
        return Outcome(tuple(each.must().subject for each in exceptions))

    assert ("a",) == around.run(command(parked))


def test_a_process_the_host_no_longer_brings_is_put_off_and_not_lost() -> None:
    storage, clock = MemoryStorage(), FrozenClock(NOON)
    runner(storage, world(clock)).run(command(order, parcel="p1"))

    shop = Commerce(storage, Rulebook(), keys=DemoKeys(), clock=clock)

    assert fates(postponed=1) == told(shop.tick())
    assert 1 == len(todos(storage))


def test_a_tick_says_what_failed_and_why() -> None:
    storage, clock = MemoryStorage(), FrozenClock(NOON)
    runner(storage, world(clock)).run(command(order, parcel="p1"))
    runner(storage, world(clock)).run(command(order, parcel="p2"))

    def broken(parcel: str) -> Process[int]:
        if parcel == "p1":
            raise Refused(failed("out_of_paper"))
        raise KeyError(parcel)
        yield

    ticked = shop_over(storage, clock, send=broken).tick()

    assert {Failure("send", "p1", "out_of_paper"), Failure("send", "p2", "KeyError")} == set(ticked.failures)


def test_a_process_that_forgets_its_todo_is_put_off() -> None:
    storage, clock = MemoryStorage(), FrozenClock(NOON)
    runner(storage, world(clock)).run(command(order, parcel="p1"))

    assert fates(postponed=1) == told(shop_over(storage, clock, send=forget).tick())


def test_a_silent_storage_ends_the_tick() -> None:
    inner, clock = MemoryStorage(), FrozenClock(NOON)
    runner(inner, world(clock)).run(command(order, parcel="p1"))

    def away() -> None:
        raise Unavailable("no answer")

    # The first commit puts the rulebook in force.
    storage = Rivalled(inner, away, before_commit=2, every=True)
    with pytest.raises(Unavailable):
        shop_over(storage, clock).tick()

    # A step, and then the to-do that cannot be put off either.
    assert 3 == storage.commits
    assert 0 == size(inner, "packed p1")
    assert 1 == len(todos(inner))


def test_a_storage_that_is_silent_from_the_first_ends_the_tick_before_it_begins() -> None:
    inner, clock = MemoryStorage(), FrozenClock(NOON)
    runner(inner, world(clock)).run(command(order, parcel="p1"))

    with pytest.raises(Unavailable):
        shop_over(RefusingStorage(inner, 1, Unavailable("no answer")), clock).tick()

    assert 0 == todos(inner)[0].must().attempts


def test_a_storage_that_is_silent_for_a_moment_puts_the_todo_off() -> None:
    inner, clock = MemoryStorage(), FrozenClock(NOON)
    runner(inner, world(clock)).run(command(order, parcel="p1"))

    assert fates(postponed=1) == told(
        shop_over(RefusingStorage(inner, 2, Unavailable("no answer")), clock).tick()
    )
    assert 1 == len(todos(inner))


def test_a_process_sees_what_its_deeds_raise() -> None:
    def stubborn() -> Process[str]:
        try:
            yield from run(size_of, id="")
        except BadValue as bad:
            return bad.path
        return "no error"

    assert "thing" == runner().follow(stubborn, "stubborn")


def test_a_process_may_only_have_deeds_done() -> None:
    def rogue() -> Process[int]:
        yield from do("what?")  # type: ignore[arg-type]
        return 0

    with pytest.raises(AssertionError, match="only have deeds done"):
        runner().follow(rogue, "rogue")


async def _async_tick() -> tuple[Ticked, Ticked]:
    storage, clock = MemoryStorage(), FrozenClock(NOON)
    runner(storage, world(clock)).run(command(order, parcel="p1"))
    shop = AsyncCommerce(
        AsyncMemoryStorage(storage),
        Rulebook(),
        keys=DemoKeys(),
        clock=clock,
        processes=STORIES,
        events=EVENTS,
    )
    return await shop.tick(), await shop.tick()


def test_the_async_door_ticks_alike() -> None:
    assert (Ticked(done=1), Ticked()) == asyncio.run(_async_tick())


def test_a_todo_may_be_put_as_often_as_one_likes_and_the_earliest_time_holds() -> None:
    storage = MemoryStorage()
    shop = runner(storage)

    def remember(*, minutes: int) -> Flow[bool]:
        now = yield from ask(Now())
        todo = yield from remembering("send", "p1", now + timedelta(minutes=minutes))
        return Outcome(True, todo + happened(Event(ThingKept("p1", 0), at=now)))

    for minutes in (5, 3, 9):
        shop.run(command(remember, minutes=minutes))

    assert [NOON + timedelta(minutes=3)] == [todo.must().due for todo in todos(storage)]


def test_a_todo_that_was_called_off_in_this_very_tick_is_not_entered() -> None:
    storage, clock = MemoryStorage(), FrozenClock(NOON)
    for parcel in ("p1", "p2"):
        runner(storage, world(clock)).run(command(order, parcel=parcel))
    entered: list[str] = []

    def call_off(parcel: str) -> Process[int]:
        entered.append(parcel)
        yield from run(finish, parcel="p1")
        yield from run(finish, parcel="p2")
        return 0

    assert fates(done=1) == told(shop_over(storage, clock, send=call_off).tick())
    assert 1 == len(entered)


def test_a_todo_that_nobody_can_read_keeps_none_of_the_others_from_its_turn() -> None:
    storage, clock = MemoryStorage(), FrozenClock(NOON)
    for parcel in ("p1", "p2"):
        runner(storage, world(clock)).run(command(order, parcel=parcel))
    (record,) = storage.read([Key("todo", "send/p1")])
    assert isinstance(record, Record)
    todo = Todo("send", "p1", NOON)
    newer = wire.record_text(todo, "todo", Todo, NOON, wire.Vocabulary(upgrades={"todo": (dict,)}))
    put = Put(Key("todo", "send/p1"), newer, (("due", "2026"),), record.version)
    storage.commit(Batch(Version("newer"), puts=(put,)))

    ticked = shop_over(storage, clock).tick()

    assert (1, 1) == (ticked.done, ticked.postponed)
    assert (Failure("send", "p1", "PortFault"),) == ticked.failures
    assert 1 == size(storage, "packed p2")


def test_a_step_answers_as_it_did_the_first_time_whatever_it_is_given_by_now() -> None:
    shop = runner()
    given = iter([2, 5])

    def twice() -> Process[int]:
        return (yield from run_once("pack", grow, id="a", by=next(given)))

    assert [2, 2] == [shop.follow(twice, "twice", "a") for _ in range(2)]


def test_no_key_of_a_host_and_no_other_step_names_the_receipt_of_a_step() -> None:
    storage = MemoryStorage()
    shop = runner(storage)
    shop.run(command(grow, id="mine"), "send/p1/pack")
    shop.run(command(grow, id="mine"), '["send","p1","pack"]')

    def step(name: str) -> Process[int]:
        return (yield from run_once(name, grow, id="a"))

    assert 1 == shop.follow(lambda: step("pack"), "send", "p1")
    assert 2 == shop.follow(lambda: step("c/d"), "a", "b")
    assert 3 == shop.follow(lambda: step("d"), "a", "b/c")
