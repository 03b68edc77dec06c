"""A group of commands commits once and gives the books that one by one would give."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from omnicommerce import wire
from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.collection import Version
from omnicommerce.kernel.errors import CommitUnknown, NotTheSame, Refused, Unavailable
from omnicommerce.kernel.flow import Flow, Get, Now, Outcome, Refusal, ask_all, call
from omnicommerce.kernel.verdict import failed
from omnicommerce.ports.storage import START, Batch, Committed, Key, Put, Record
from omnicommerce.runner import Command, Done, Ended, Failed
from omnicommerce.runner.drivers import blocking
from omnicommerce.runner.runner import job
from omnicommerce.runner.running import GROUP_MAX, group
from omnicommerce.testing import CountingStorage, LossyStorage
from tests.backstage import NOON, command, journal, runner, world
from tests.lending import THINGS, Thing, grow, keep, kept, lend, size_of, stock
from tests.rivals import Rivalled

IDS = ("a", "b", "c")


def shrink(*, id: str, by: int) -> Flow[int]:
    """Refuses if there is less."""
    held, now = yield from ask_all(Get(THINGS, id), Now())
    size = (held.value.size if held.value else 0) - by
    if size < 0:
        raise Refused(failed("too_small", missing=-size))
    return Outcome(size, kept(held, size, now))


def grow_then_refuse(*, id: str) -> Flow[int]:
    yield from call(grow(id=id))
    raise Refused(failed("changed_my_mind"))


def fragile(*, id: str) -> Flow[int]:
    held, now = yield from ask_all(Get(THINGS, id), Now())
    return Outcome(1, kept(held, {0: 1}[held.value.size if held.value else 0], now))


def answers(ended: tuple[Ended[object], ...]) -> list[object]:
    return [each.answer if isinstance(each, Done) else type(each.error).__name__ for each in ended]


def test_a_group_is_one_commit_and_each_command_sees_those_before_it() -> None:
    storage = CountingStorage(MemoryStorage())

    ended = runner(storage).run_group([(command(grow, id="a"), None)] * 3)

    assert [1, 2, 3] == answers(ended)
    assert 1 == storage.counts["commit"]


def test_each_command_keeps_its_own_receipt_and_its_own_entries() -> None:
    storage = MemoryStorage()
    shop = runner(storage)

    shop.run_group([(command(grow, id="a"), "k1"), (command(grow, id="b", by=2), "k2")])

    assert [1, 2] == [entry["fact"]["size"] for entry in journal(storage)]
    assert 1 == shop.run(command(grow, id="a"), "k1")
    assert 2 == shop.run(command(grow, id="b", by=2), "k2")


def test_the_same_key_twice_in_one_group_is_once() -> None:
    ended = runner().run_group([(command(grow, id="a"), "k1"), (command(grow, id="a"), "k1")])

    assert [1, 1] == answers(ended)


def test_a_refused_command_drops_only_its_own_changes() -> None:
    storage = CountingStorage(MemoryStorage())
    shop = runner(storage)

    ended = shop.run_group(
        [
            (command(grow, id="a"), None),
            (command(grow_then_refuse, id="a"), None),
            (command(grow, id="a"), None),
        ]
    )

    assert [1, "Refused", 2] == answers(ended)
    assert 1 == storage.counts["commit"]


def test_a_recorded_refusal_is_committed_with_the_group() -> None:
    def tried() -> Flow[int]:
        held, now = yield from ask_all(Get(THINGS, "tries"), Now())
        return Outcome(Refusal(failed("wrong_code")), kept(held, 1, now))

    shop = runner()
    ended = shop.run_group([(command(tried), "k1"), (command(grow, id="a"), None)])

    assert ["Refused", 1] == answers(ended)
    assert 1 == shop.run(command(size_of, id="tries"))
    with pytest.raises(Refused):
        shop.run(command(tried), "k1")


def test_a_group_that_loses_a_race_runs_one_by_one() -> None:
    inner = MemoryStorage()
    rival = runner(inner)
    storage = Rivalled(inner, lambda: rival.run(command(grow, id="a", by=10)), before_commit=1)

    ended = runner(storage).run_group([(command(grow, id="a"), None), (command(grow, id="b"), None)])

    assert [11, 1] == answers(ended)
    assert 3 == storage.commits


def test_a_counter_that_runs_short_in_a_group_refuses_only_whom_it_must() -> None:
    storage = MemoryStorage()
    shop = runner(storage)
    shop.run(command(stock, counter="free/s1", quantity=3))

    ended = shop.run_group([(command(lend, counter="free/s1", quantity=2), None)] * 2)

    assert isinstance(ended[0], Done)
    assert isinstance(ended[1], Failed)
    assert [1] == storage.read([Key("#", "free/s1")])


def test_an_error_of_one_command_is_its_own_and_the_others_go_through() -> None:
    shop = runner()
    shop.run(command(keep, id="odd", size=7))

    ended = shop.run_group(
        [(command(grow, id="a"), None), (command(fragile, id="odd"), None), (command(grow, id="a"), None)]
    )

    assert [1, "KeyError", 2] == answers(ended)


def test_a_used_key_in_a_group_fails_alone() -> None:
    shop = runner()
    shop.run(command(grow, id="a"), "k1")

    ended = shop.run_group([(command(grow, id="b"), "k1"), (command(grow, id="b"), "k2")])

    assert isinstance(ended[0], Failed)
    assert isinstance(ended[0].error, NotTheSame)
    assert Done(1) == ended[1]


def test_a_group_whose_commit_is_unknown_is_not_run_again() -> None:
    """Run one by one after a commit that did happen, each command without a key would happen twice."""
    inner = MemoryStorage()

    class Silent:
        read, scan, journal = inner.read, inner.scan, inner.journal
        commits = 0

        def commit(self, batch: Batch) -> Committed:
            Silent.commits += 1
            inner.commit(batch)
            # Others write over everything the batch put before anybody can look.
            runner(inner).run(command(grow, id="a"))
            raise CommitUnknown("no answer")

    with pytest.raises(CommitUnknown):
        runner(Silent()).run_group([(command(grow, id="a"), None)])

    assert 1 == Silent.commits
    assert 2 == len(inner.journal(START, 10))


def test_a_storage_that_goes_away_midway_loses_no_answer() -> None:
    inner = MemoryStorage()
    runner(inner).run(command(keep, id="odd", size=7))
    commits = 0

    def goes_away() -> None:
        nonlocal commits
        commits += 1
        if commits == 2:
            raise Unavailable("no answer")

    storage = Rivalled(inner, goes_away, before_commit=1, every=True)
    group = [(command(grow, id="a"), "k1"), (command(fragile, id="odd"), None)]
    ended = runner(storage).run_group([*group, (command(grow, id="a"), "k2"), (command(grow, id="a"), "k3")])

    assert [1, "KeyError", "Unavailable", "Unavailable"] == answers(ended)
    assert 1 == runner(inner).run(command(size_of, id="a"))


def test_a_lost_answer_of_a_large_group_is_settled_within_one_look() -> None:
    storage = LossyStorage(MemoryStorage(), 1, "answer")
    around = world()
    jobs = [job(command(grow, id=f"a{n}"), f"k{n}", around) for n in range(700)]

    ended = blocking(group(jobs, around), storage)

    assert [1] * 700 == answers(ended)
    assert 1 == storage.commits


def test_a_long_row_of_commands_is_committed_group_by_group() -> None:
    storage = CountingStorage(MemoryStorage())
    jobs = [(command(grow, id=f"a{n}"), None) for n in range(2 * GROUP_MAX + 1)]

    assert [1] * len(jobs) == answers(runner(storage).run_group(jobs))
    assert 3 == storage.counts["commit"]


def test_when_the_storage_goes_away_the_rest_is_not_tried() -> None:
    class Gone(MemoryStorage):
        commits = 0

        def commit(self, _batch: Batch) -> Committed:
            self.commits += 1
            raise Unavailable("gone")

    storage = Gone()
    jobs = [(command(grow, id=f"a{n}"), None) for n in range(3 * GROUP_MAX)]

    assert ["Unavailable"] * len(jobs) == answers(runner(storage).run_group(jobs))
    assert 2 == storage.commits


def test_a_refusal_in_a_group_stands_only_if_what_it_rests_on_still_holds() -> None:
    inner = MemoryStorage()
    rival = runner(inner)
    jobs = [(command(grow, id="a"), None), (command(shrink, id="b", by=1), None)]
    storage = Rivalled(inner, lambda: rival.run(command(grow, id="b")), before_commit=1)

    assert [1, 0] == answers(runner(storage).run_group(jobs))


def test_a_group_that_only_asks_never_mixes_two_moments() -> None:
    inner = MemoryStorage()
    rival = runner(inner)

    def both() -> Flow[int]:
        left, right = yield from ask_all(Get(THINGS, "left"), Get(THINGS, "right"))
        return Outcome(sum(each.value.size for each in (left, right) if each.value))

    def move() -> None:
        rival.run(command(keep, id="left", size=5))
        rival.run(command(keep, id="right", size=5))

    jobs = [(command(size_of, id="left"), None), (command(both), None)]
    ended = answers(runner(Rivalled(inner, move, before_read=2)).run_group(jobs))

    assert ended in ([0, 0], [0, 10], [5, 10])


def test_a_record_that_nobody_can_read_fails_only_whoever_needs_it() -> None:
    storage = MemoryStorage()
    shop = runner(storage)
    shop.run(command(keep, id="bad", size=1))
    (record,) = storage.read([Key("thing", "bad")])
    assert isinstance(record, Record)
    newer = wire.record_text(Thing(1), "thing", Thing, NOON, wire.Vocabulary(upgrades={"thing": (dict,)}))
    put = Put(Key("thing", "bad"), newer, (), record.version)
    storage.commit(Batch(Version("newer"), puts=(put,)))

    jobs = [(command(grow, id=id), None) for id in ("bad", "a", "b")]

    ended = runner(storage).run_group(jobs)

    assert ["PortFault", 1, 1] == answers(ended)
    assert isinstance(ended[0], Failed)
    assert "version 2 is newer than 1" in str(ended[0].error)


step = st.one_of(
    st.tuples(st.just("grow"), st.sampled_from(IDS), st.integers(1, 3)),
    st.tuples(st.just("shrink"), st.sampled_from(IDS), st.integers(1, 4)),
    st.tuples(st.just("refuse"), st.sampled_from(IDS), st.just(0)),
    st.tuples(st.just("fragile"), st.sampled_from(IDS), st.just(0)),
)


def as_command(told: tuple[str, str, int]) -> Command[int]:
    verb, id, by = told
    match verb:
        case "grow":
            return command(grow, id=id, by=by)
        case "shrink":
            return command(shrink, id=id, by=by)
        case "refuse":
            return command(grow_then_refuse, id=id)
        case _:
            return command(fragile, id=id)


@example(
    told=[(("fragile", "a", 0), "k2"), (("refuse", "a", 0), "k2")], widths=[2]
)  # a key used twice in one group: the second is another request, and must be told so
@given(
    st.lists(st.tuples(step, st.sampled_from([None, "k1", "k2", "k3"])), max_size=12),
    st.lists(st.integers(1, 4), min_size=1, max_size=12),
)
def test_any_grouping_gives_the_books_of_one_by_one(
    told: list[tuple[tuple[str, str, int], str | None]], widths: list[int]
) -> None:
    alone, grouped = MemoryStorage(), MemoryStorage()
    one_by_one = [answers(runner(alone).run_group([(as_command(each), key)]))[0] for each, key in told]
    in_groups: list[object] = []
    rest = list(told)
    for width in widths * len(told):
        part, rest = rest[:width], rest[width:]
        in_groups += answers(runner(grouped).run_group([(as_command(each), key) for each, key in part]))

    assert one_by_one == in_groups
    assert [(e["tag"], e["fact"]) for e in journal(alone)] == [
        (e["tag"], e["fact"]) for e in journal(grouped)
    ]
    for id in IDS:
        assert runner(alone).run(command(size_of, id=id)) == runner(grouped).run(command(size_of, id=id))
