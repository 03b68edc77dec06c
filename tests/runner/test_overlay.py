"""What is staged is seen by every later question of the batch, and can be taken back."""

from __future__ import annotations

from contextlib import nullcontext, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.bounds import AMOUNT_MAX
from omnicommerce.kernel.changes import NOTHING, Event, adding, adding_to, happened, removing, replacing
from omnicommerce.kernel.collection import Collection, Counter, Keep, NotPersonal
from omnicommerce.kernel.errors import Conflict, Exhausted, PortFault, Refused
from omnicommerce.kernel.flow import (
    Count,
    Flow,
    Get,
    Look,
    Now,
    Outcome,
    Refusal,
    Scan,
    ask,
    ask_all,
    call,
    stage,
)
from omnicommerce.kernel.verdict import failed
from omnicommerce.ports.storage import COUNTERS, Key, Page, Query
from omnicommerce.testing import CountingStorage
from tests.backstage import NOON, command, journal, runner
from tests.lending import THINGS, Thing, ThingKept, grow, keep, kept
from tests.rivals import Rivalled

SHELF = Counter("free/s1")


def why(id: str, size: int = 0) -> Event:
    return Event(ThingKept(id, size), at=NOON)


def test_staged_records_and_counters_are_seen_by_later_questions() -> None:
    def staged() -> Flow[tuple[int, int, int]]:
        held, now = yield from ask_all(Get(THINGS, "a"), Now())
        yield from stage(kept(held, 4, now) + adding_to(SHELF, 3, why("a")))
        again, looked, free = yield from ask_all(Get(THINGS, "a"), Look(THINGS, "a"), Count(SHELF))
        return Outcome((again.must().size, looked.must().size, free))

    assert (4, 4, 3) == runner().run(command(staged))


def test_puts_of_one_record_collapse_to_the_first_version_and_the_last_body() -> None:
    storage = CountingStorage(MemoryStorage())
    shop = runner(storage)
    shop.run(command(keep, id="a", size=1))

    def twice() -> Flow[int]:
        yield from call(grow(id="a"))
        yield from call(grow(id="a"))
        return Outcome((yield from ask(Get(THINGS, "a"))).must().size)

    assert 3 == shop.run(command(twice))
    first, second, third = journal(storage)
    assert second["writes"][0][2] == first["writes"][0][3]
    assert third["writes"][0][2] == second["writes"][0][3] == third["writes"][0][3]


def test_a_called_flow_that_refuses_leaves_nothing_and_the_caller_goes_on() -> None:
    storage = MemoryStorage()

    def picky(*, id: str) -> Flow[int]:
        held, now = yield from ask_all(Get(THINGS, id), Now())
        yield from stage(kept(held, 9, now) + adding_to(SHELF, 5, why(id)))
        raise Refused(failed("not_today"))

    def caller() -> Flow[tuple[int, bool]]:
        yield from call(grow(id="a"))
        with suppress(Refused):
            yield from call(picky(id="a"))
        held, free = yield from ask_all(Get(THINGS, "a"), Count(SHELF))
        return Outcome((held.must().size, free == 0))

    assert (1, True) == runner(storage).run(command(caller))
    assert ["thing.kept"] == [entry["tag"] for entry in journal(storage)]
    assert [0] == storage.read([Key(COUNTERS, SHELF.name)])


def test_any_exception_of_a_called_flow_undoes_what_it_staged() -> None:
    def broken(*, id: str) -> Flow[int]:
        held, now = yield from ask_all(Get(THINGS, id), Now())
        yield from stage(kept(held, 9, now))
        raise KeyError("oops")

    def caller() -> Flow[bool]:
        with suppress(KeyError):
            yield from call(broken(id="a"))
        return Outcome((yield from ask(Get(THINGS, "a"))).value is None)

    assert runner().run(command(caller))


def test_a_recorded_refusal_of_a_called_flow_is_staged_and_raised() -> None:
    storage = MemoryStorage()

    def counted(*, id: str) -> Flow[int]:
        held, now = yield from ask_all(Get(THINGS, id), Now())
        return Outcome(Refusal(failed("one_try_less")), kept(held, 1, now))

    def caller() -> Flow[str]:
        try:
            yield from call(counted(id="tries"))
        except Refused as refused:
            return Outcome(refused.code)
        return Outcome("no refusal")

    assert "one_try_less" == runner(storage).run(command(caller))
    assert ["thing.kept"] == [entry["tag"] for entry in journal(storage)]


def test_a_removed_record_is_absent_for_later_questions_and_may_be_stored_anew() -> None:
    storage = MemoryStorage()
    shop = runner(storage)
    shop.run(command(keep, id="a", size=1))

    def renewed() -> Flow[bool]:
        held = yield from ask(Get(THINGS, "a"))
        yield from stage(removing(held, why("a")))
        gone = yield from ask(Get(THINGS, "a"))
        return Outcome(gone.value is None, replacing(gone, Thing(5), why("a", 5)))

    assert shop.run(command(renewed))
    assert 6 == shop.run(command(grow, id="a"))


def test_a_record_added_and_removed_in_one_batch_leaves_no_trace() -> None:
    storage = MemoryStorage()

    def brief() -> Flow[bool]:
        yield from stage(adding(THINGS, "a", Thing(1), why("a")))
        held = yield from ask(Get(THINGS, "a"))
        return Outcome(True, removing(held, why("a")))

    assert runner(storage).run(command(brief))
    assert [None] == storage.read([Key("thing", "a")])


def test_a_receipt_before_a_draw_does_not_hide_that_too_little_was_there() -> None:
    """Netted, +10 and -5 would pass; in order, -5 with floor 0 comes first and must not."""
    storage = MemoryStorage()
    shop = runner(storage)

    def draw_then_receive() -> Flow[bool]:
        held, now = yield from ask_all(Get(THINGS, "a"), Now())
        return Outcome(True, kept(held, 1, now) + adding_to(SHELF, -5, floor=0) + adding_to(SHELF, 10))

    with pytest.raises(Exception, match="free/s1") as caught:
        shop.run(command(draw_then_receive))

    assert isinstance(caught.value.__cause__, Exhausted)
    assert [0] == storage.read([Key(COUNTERS, SHELF.name)])


bounds = st.sampled_from([(None, None), (0, None), (None, 6), (0, 6)])


@given(st.lists(st.tuples(st.integers(-5, 5).filter(bool), bounds), max_size=12))
def test_adds_of_a_batch_pass_exactly_when_they_would_pass_one_by_one(
    moves: list[tuple[int, tuple[int | None, int | None]]],
) -> None:
    total, passes = 3, True
    for delta, (floor, ceiling) in moves:
        total += delta
        passes = passes and not (delta < 0 and floor is not None and total < floor)
        passes = passes and not (delta > 0 and ceiling is not None and total > ceiling)
    storage = MemoryStorage()
    shop = runner(storage)

    def many() -> Flow[bool]:
        held, now = yield from ask_all(Get(THINGS, "a"), Now())
        changes = kept(held, 1, now) + adding_to(SHELF, 3)
        for delta, (floor, ceiling) in moves:
            changes += adding_to(SHELF, delta, floor=floor, ceiling=ceiling)
        return Outcome(True, changes)

    with nullcontext() if passes else pytest.raises(Conflict):
        shop.run(command(many))

    assert [total if passes else 0] == storage.read([Key(COUNTERS, SHELF.name)])


def test_a_change_without_an_event_is_a_mistake_of_the_flow() -> None:
    def silent() -> Flow[bool]:
        return Outcome(True, adding(THINGS, "a", Thing(1)))
        yield

    with pytest.raises(AssertionError, match="an event must say why"):
        runner().run(command(silent))


def test_an_event_may_stand_alone() -> None:
    storage = MemoryStorage()

    def seen() -> Flow[bool]:
        return Outcome(True, happened(why("a")))
        yield

    runner(storage).run(command(seen))

    assert ["thing.kept"] == [entry["tag"] for entry in journal(storage)]


def test_a_flow_without_changes_commits_nothing() -> None:
    storage = CountingStorage(MemoryStorage())

    def idle() -> Flow[bool]:
        yield from stage(NOTHING)
        return Outcome(True)

    runner(storage).run(command(idle))

    assert 0 == storage.counts["commit"]


# --- scans -----------------------------------------------------------------------------------------


def found(colour: str, limit: int = 100, after: tuple[str, str] | None = None) -> Flow[tuple[str, ...]]:
    things = yield from ask(Scan(THINGS, "colour", colour, colour + "~", limit=limit, after=after))
    return Outcome(tuple(thing.id for thing in things))


def test_a_scan_sees_staged_records_and_not_what_they_replace() -> None:
    shop = runner()
    for id, colour in (("a", "red"), ("b", "red"), ("c", "blue")):
        shop.run(command(keep, id=id, size=1, colour=colour))

    def repainted() -> Flow[tuple[str, ...]]:
        yield from call(keep(id="a", size=1, colour="blue"))
        yield from call(keep(id="d", size=1, colour="red"))
        held = yield from ask(Get(THINGS, "b"))
        yield from stage(removing(held, why("b")))
        return (yield from found("red"))

    assert ("d",) == shop.run(command(repainted))


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(["red", "blue"]), max_size=8),
    st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(["red", "blue", None]), max_size=8),
    st.integers(1, 4),
)
def test_a_scan_over_staged_records_equals_a_scan_after_the_commit(
    before: dict[str, str], staged: dict[str, str | None], limit: int
) -> None:
    shop = runner()
    for id, colour in before.items():
        shop.run(command(keep, id=id, size=1, colour=colour))

    def painted() -> Flow[tuple[tuple[str, ...], tuple[str, ...]]]:
        for id, colour in staged.items():
            held = yield from ask(Get(THINGS, id))
            if colour is None:
                if held.value is not None:
                    yield from stage(removing(held, why(id)))
            else:
                yield from call(keep(id=id, size=1, colour=colour))
        first = (yield from found("red", limit)).answer
        assert isinstance(first, tuple)
        rest = (yield from found("red", 100, ("red", first[-1]))).answer if first else ()
        assert isinstance(rest, tuple)
        return Outcome((first, rest))

    colours: dict[str, str | None] = {**before, **staged}
    expected = tuple(sorted(id for id, colour in colours.items() if colour == "red"))
    first, rest = shop.run(command(painted))

    assert expected[:limit] == first
    assert expected == first + rest
    after: tuple[str, ...] = shop.run(command(red_ids))
    assert expected == after


def red_ids() -> Flow[tuple[str, ...]]:
    return (yield from found("red"))


def test_a_scan_reads_on_while_what_is_staged_hides_what_is_stored() -> None:
    storage = CountingStorage(MemoryStorage())
    shop = runner(storage)
    for id in "abcde":
        shop.run(command(keep, id=id, size=1, colour="red"))

    def hidden() -> Flow[tuple[str, ...]]:
        for id in "abc":
            yield from call(keep(id=id, size=1, colour="blue"))
        return (yield from found("red", limit=1))

    storage.forget()
    assert ("d",) == shop.run(command(hidden))
    assert 4 == storage.counts["scan"]


def test_a_scan_over_a_record_that_changed_since_the_batch_first_saw_it_is_run_again() -> None:
    inner = MemoryStorage()
    shop = runner(inner)
    shop.run(command(keep, id="a", size=1, colour="red"))
    rivalled = Rivalled(inner, lambda: shop.run(command(keep, id="a", size=2, colour="red")), before_read=2)

    def seen_twice() -> Flow[int]:
        looked = yield from ask(Look(THINGS, "a"))
        (found,) = yield from ask(Scan(THINGS, "colour", "red", "red~"))
        assert looked == found
        return Outcome(found.must().size)

    assert 2 == runner(rivalled).run(command(seen_twice))


def test_an_endless_scan_is_the_storages_fault() -> None:
    class Endless(MemoryStorage):
        def scan(self, query: Query) -> Page:
            return Page((), has_more=bool(query.limit))

    with pytest.raises(PortFault, match="has more rows but returned none"):
        runner(Endless()).run(command(red_ids))


def test_a_record_that_was_only_seen_in_passing_is_no_blank_page() -> None:
    """A scan that found more than it was asked for knows the rest, too; adding one of them is a conflict."""
    shop = runner()
    for id in "bc":
        shop.run(command(keep, id=id, size=1, colour="red"))

    def careless() -> Flow[bool]:
        yield from call(keep(id="a", size=1, colour="red"))
        yield from found("red", limit=2)
        return Outcome(True, adding(THINGS, "c", Thing(9), why("c")))

    with pytest.raises(Conflict, match="thing/c is no longer what it was decided on"):
        shop.run(command(careless))


def test_sums_of_adds_stay_within_what_a_storage_counts() -> None:
    storage = MemoryStorage()
    shop = runner(storage)

    def far(*, delta: int) -> Flow[bool]:
        held, now = yield from ask_all(Get(THINGS, "a"), Now())
        twice = adding_to(SHELF, delta) + adding_to(SHELF, delta)
        return Outcome(True, kept(held, 1, now) + twice)

    shop.run(command(far, delta=-(AMOUNT_MAX // 2)))
    shop.run(command(far, delta=AMOUNT_MAX))

    assert [AMOUNT_MAX] == storage.read([Key(COUNTERS, SHELF.name)])


def test_what_was_added_and_removed_in_one_batch_must_still_be_absent() -> None:
    inner = MemoryStorage()
    shop = runner(inner)
    attempts = 0

    def brief() -> Flow[bool]:
        nonlocal attempts
        attempts += 1
        held = yield from ask(Get(THINGS, "a"))
        if held.value is not None:
            return Outcome(False)
        yield from stage(replacing(held, Thing(1), why("a")))
        again = yield from ask(Get(THINGS, "a"))
        return Outcome(True, removing(again, why("a")))

    storage = Rivalled(inner, lambda: shop.run(command(keep, id="a", size=1)), before_commit=1)

    assert not runner(storage).run(command(brief))
    assert 2 == attempts


def test_the_end_of_a_scan_is_not_part_of_it_also_for_what_is_staged() -> None:
    def at_the_end() -> Flow[tuple[str, ...]]:
        yield from call(keep(id="a", size=1, colour="red"))
        yield from call(keep(id="b", size=1, colour="redder"))
        things = yield from ask(Scan(THINGS, "colour", "red", "redder"))
        return Outcome(tuple(thing.id for thing in things))

    assert ("a",) == runner().run(command(at_the_end))


def test_a_record_that_names_an_index_row_twice_is_found_once() -> None:
    twice: Collection[Thing] = Collection(
        "tests.twice",
        Thing,
        personal=NotPersonal(),
        keep=Keep.AS_BOOKS,
        indexes=lambda thing: (("colour", thing.colour), ("colour", thing.colour)),
    )

    def found_ids() -> Flow[int]:
        return Outcome(len((yield from ask(Scan(twice, "colour")))))

    def store_and_look() -> Flow[int]:
        yield from stage(adding(twice, "a", Thing(1), why("a")))
        return Outcome(len((yield from ask(Scan(twice, "colour")))))

    shop = runner()
    assert [1, 1] == [shop.run(command(store_and_look)), shop.run(command(found_ids))]
