"""In a transaction of the host's nothing is run again: what collides, and what is lost, goes to the host."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Literal

import attrs
import pytest

from omnicommerce import Commerce, DemoKeys
from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.actor import Staff
from omnicommerce.kernel.changes import adding_to
from omnicommerce.kernel.collection import Counter
from omnicommerce.kernel.errors import (
    Again,
    BadValue,
    CommitUnknown,
    Conflict,
    Exhausted,
    Refused,
    Unavailable,
)
from omnicommerce.kernel.flow import Flow, Get, Now, Outcome, ask, ask_all
from omnicommerce.kernel.process import Process, run
from omnicommerce.kernel.verdict import failed
from omnicommerce.ports.storage import Key, Storage
from omnicommerce.rulebook import HEAD, HEAD_ID, Rulebook
from omnicommerce.runner import Done, Failed, Runner
from omnicommerce.testing import CountingStorage, FrozenClock, LossyStorage, RefusingStorage
from tests.backstage import NOON, command, runner, world
from tests.lending import EVENTS, THINGS, grow, keep, kept, size_of
from tests.rivals import Rivalled


def bound(storage: Storage) -> Runner:
    return runner(storage, attrs.evolve(world(), is_bound=True))


@pytest.fixture
def inner() -> MemoryStorage:
    storage = MemoryStorage()
    runner(storage).run(command(keep, id="a", size=1))
    return storage


@pytest.fixture
def rival(inner: MemoryStorage) -> Callable[[], int]:
    return lambda: runner(inner).run(command(grow, id="a", by=10))


def over_draw(*, id: str) -> Flow[int]:
    held, now = yield from ask_all(Get(THINGS, id), Now())
    return Outcome(0, kept(held, 0, now) + adding_to(Counter("van"), -1, floor=0))


def refuse_after_two_looks(*, id: str) -> Flow[int]:
    yield from ask(Get(THINGS, id))
    yield from ask(Get(THINGS, "other"))
    raise Refused(failed("changed_my_mind"))


def test_a_conflict_is_told_at_once(inner: MemoryStorage, rival: Callable[[], int]) -> None:
    storage = Rivalled(inner, rival, before_commit=1)

    with pytest.raises(Conflict, match="roll your transaction back, and run all of it again"):
        bound(storage).run(command(grow, id="a"))
    assert (1, 1, 11) == (storage.reads, storage.commits, runner(inner).run(command(size_of, id="a")))


def test_the_control_elsewhere_it_is_run_again(inner: MemoryStorage, rival: Callable[[], int]) -> None:
    storage = Rivalled(inner, rival, before_commit=1)

    assert 12 == runner(storage).run(command(grow, id="a"))
    assert (2, 2) == (storage.reads, storage.commits)


def test_an_exhausted_counter_is_a_conflict_at_once(inner: MemoryStorage) -> None:
    storage = CountingStorage(inner)

    with pytest.raises(Conflict, match="van") as caught:
        bound(storage).run(command(over_draw, id="a"))
    assert isinstance(caught.value.__cause__, Exhausted)
    assert 1 == storage.counts["commit"]


def test_nobody_is_refused_on_a_torn_look_there_either(
    inner: MemoryStorage, rival: Callable[[], int]
) -> None:
    storage = Rivalled(inner, rival, before_read=2)

    with pytest.raises(Conflict, match="while it was being looked at"):
        bound(storage).run(command(refuse_after_two_looks, id="a"))
    with pytest.raises(Refused, match="changed_my_mind"):
        bound(inner).run(command(refuse_after_two_looks, id="a"))


@pytest.mark.parametrize("error", [Unavailable("away"), Conflict("a rival")])
def test_a_group_that_failed_is_not_run_one_by_one(inner: MemoryStorage, error: Again) -> None:
    storage = CountingStorage(RefusingStorage(inner, 1, error))

    with pytest.raises(type(error)):
        bound(storage).run_group([(command(grow, id="a"), None), (command(grow, id="b"), None)])
    assert 1 == storage.counts["commit"]
    assert 1 == runner(inner).run(command(size_of, id="a"))


def test_a_group_that_could_not_look_is_not_run_one_by_one(inner: MemoryStorage) -> None:
    def vanish() -> None:
        raise Unavailable("away")

    storage = Rivalled(inner, vanish, before_read=1)

    with pytest.raises(Unavailable, match="away"):
        bound(storage).run_group([(command(grow, id="a"), None), (command(grow, id="b"), None)])
    assert (1, 0) == (storage.reads, storage.commits)


def test_a_collision_within_a_group_that_runs_one_by_one_is_no_answer(inner: MemoryStorage) -> None:
    """The first fails on its own account, so they run one by one; the second then meets a rival."""

    def stumble() -> Flow[int]:
        yield from ask(Now())
        raise ValueError("my own mistake")

    refusing = RefusingStorage(inner, 1, Conflict("a rival"))
    group = [(command(stumble), None), (command(grow, id="a"), None)]
    with pytest.raises(Conflict, match="roll your"):
        bound(refusing).run_group(group)

    first, second = bound(inner).run_group(group)
    assert isinstance(first, Failed)
    assert isinstance(first.error, ValueError)
    assert Done(2) == second


@pytest.mark.parametrize(("lost", "size"), [("answer", 2), ("request", 1)])
def test_nothing_is_sent_again_when_an_answer_is_lost(
    inner: MemoryStorage, lost: Literal["answer", "request"], size: int
) -> None:
    storage = LossyStorage(inner, 1, lost)
    if lost == "answer":
        assert 2 == bound(storage).run(command(grow, id="a"))
    else:
        with pytest.raises(Unavailable, match="was not stored"):
            bound(storage).run(command(grow, id="a"))

    assert (1, size) == (storage.commits, runner(inner).run(command(size_of, id="a")))


def test_what_cannot_be_settled_is_told_to_the_host(inner: MemoryStorage) -> None:
    storage = LossyStorage(inner, 1, "request")

    with pytest.raises(CommitUnknown):
        bound(storage).run(command(keep, id="new", size=1))
    assert 1 == storage.commits


def test_a_record_from_the_future_is_nobody_in_the_way(inner: MemoryStorage) -> None:
    """The clock is behind: that is no collision, and no roll-back would help."""
    late = attrs.evolve(world(lambda: NOON - timedelta(days=1)), is_bound=True)

    assert 2 == runner(inner, late).run(command(grow, id="a"))


def test_a_process_is_refused_before_its_first_deed(inner: MemoryStorage) -> None:
    def story() -> Process[int]:
        return (yield from run(grow, id="a"))

    with pytest.raises(BadValue, match="story takes several"):
        bound(inner).follow(story, "story")
    assert 1 == runner(inner).run(command(size_of, id="a"))


# --- how a shop knows ----------------------------------------------------------------------------


class Bound(Rivalled):
    """A storage in a transaction of the host's, as a third party might write one."""

    bound_to = "a connection"


def test_a_shop_knows_a_storage_that_says_what_it_is_bound_to(
    inner: MemoryStorage, rival: Callable[[], int]
) -> None:
    """Its other commits put the rulebook in force, and keep "a"; the rival comes before the last."""
    storage = Bound(inner, rival, before_commit=3)
    shop = Commerce(storage, Rulebook(), keys=DemoKeys(), clock=FrozenClock(NOON), events=EVENTS)
    shop.run(keep, id="b", size=1)

    with pytest.raises(Conflict, match="roll your"):
        shop.acting(Staff("anna")).once("key").run(grow, id="a")
    assert 3 == storage.commits


def test_a_rulebook_that_the_host_has_taken_back_is_put_in_force_again() -> None:
    """The storage forgets everything, as when a savepoint of the host is undone."""
    storage = Bound(MemoryStorage(), lambda: None)
    shop = Commerce(storage, Rulebook(), keys=DemoKeys(), events=EVENTS)
    shop.run(keep, id="a", size=1)
    storage.storage = MemoryStorage()
    shop.run(keep, id="a", size=1)

    assert [None] != storage.read([Key(HEAD.name, HEAD_ID)])
