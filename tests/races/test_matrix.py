"""Two, eight and thirty-two processes, one shop: nothing is oversold, and no two decide on the same state.

Each race is run once more without its guard, and must then go wrong: a race that cannot fail proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from tests.races import absence, burn, counter, coupon_limit, leases, linked_cards, person_guard
from tests.races.contest import Contest, Door
from tests.races.crew import Crew
from tests.races.places import STORAGES, Places

CONTESTS: Final = {
    "a bounded counter": counter.CONTEST,
    "an absence": absence.CONTEST,
    "a limit for each member": coupon_limit.CONTEST,
    "a burn of points": burn.CONTEST,
    "the guard of a person": person_guard.CONTEST,
    "two cards just linked": linked_cards.CONTEST,
    "leases": leases.CONTEST,
}

ROUNDS_MAX: Final = 10
"""Two that jump without a guard are lucky once, and not this often."""

contests: Final = pytest.mark.parametrize("contest", CONTESTS.values(), ids=CONTESTS.keys())
storages: Final = pytest.mark.parametrize("new", STORAGES.values(), ids=STORAGES.keys())
sizes: Final = pytest.mark.parametrize(
    "processes", [2, 8, pytest.param(32, marks=pytest.mark.prove)], ids=lambda number: f"{number} processes"
)


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    """As many processes as the largest race needs, started once."""
    made = Crew()
    yield made
    made.close()


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    made = Places(tmp_path_factory.mktemp("races"))
    yield made
    made.close()


def raced(crew: Crew, door: Door, contest: Contest, processes: int, *, is_guarded: bool) -> list[Any]:
    """Make a shop ready and let them loose on it; what came of all their tries."""
    with door() as storage:
        contest.ready(storage)
    return crew.raced(door, contest.tries, processes, is_guarded=is_guarded)


def assert_right(door: Door, contest: Contest, told: list[Any]) -> None:
    with door() as storage:
        assert 0 == contest.over(storage, told)
        assert () == contest.wrong(storage, told)


@contests
@storages
@sizes
def test_nothing_is_given_out_twice(
    crew: Crew, places: Places, contest: Contest, new: Callable[[Places], Door], processes: int
) -> None:
    door = new(places)
    told = raced(crew, door, contest, processes, is_guarded=True)

    assert_right(door, contest, told)


@contests
@storages
@sizes
def test_without_its_guard_it_is(
    crew: Crew,
    places: Places,
    contest: Contest,
    new: Callable[[Places], Door],
    processes: int,
    record_property: Callable[[str, object], None],
) -> None:
    """The negative control of the race above: the storage looks first, and writes a moment later."""
    for _ in range(ROUNDS_MAX):
        door = new(places)
        told = raced(crew, door, contest, processes, is_guarded=False)
        with door() as storage:
            over = contest.over(storage, told)
        if over:
            record_property("over", over)
            return
    raise AssertionError("a race that cannot fail proves nothing")


@contests
@storages
def test_whoever_comes_alone_needs_no_guard(
    crew: Crew, places: Places, contest: Contest, new: Callable[[Places], Door]
) -> None:
    """The control of the control: without a guard it is the race that goes wrong, and nothing else."""
    door = new(places)
    told = raced(crew, door, contest, 1, is_guarded=False)

    assert_right(door, contest, told)
