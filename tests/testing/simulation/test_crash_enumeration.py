"""Whatever call of whatever verb goes wrong, and whatever goes wrong while that is put right: it ends well.

tests/flows/test_crashes.py kills processes and loses answers at every call of its stories. Here are the
stories of all other verbs, what else can go wrong with a call, and two things that go wrong one after the
other, also in the very try that was to put the first one right.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import attrs
import pytest

from omnicommerce.kernel.errors import Again, CommitUnknown, Conflict, Unavailable
from omnicommerce.testing import CountingIds, SimulatedCrash, invariants
from tests.flows.test_crashes import (
    NOTHING_EARNED,
    InMemory,
    Story,
    Undisturbed,
    all_wrong_ends,
    books,
    told_in_two_commits,
    undisturbed,
)
from tests.shopfront import SHOP_OPENS
from tests.shopfront import opened as shop_opened
from tests.testing.simulation.disturbing import (
    ALL_STORIES,
    MORE_STORIES,
    Mishap,
    Plan,
    Planned,
    mishaps_at,
    opened,
    verbs_in,
    verbs_of,
)

MAIN: Final = (
    "a member is registered",
    "a sale that burns, with a coupon",
    "a part comes back",
    "all of it comes back",
    "points are spent",
    "a tick",
    "two cards are one person's",
)
"""The main flows."""

PAIRS_MIN: Final = 200
"""A main flow has more pairs than this; were there fewer, some call would not be disturbed any more."""

GROUPS: Final = ("a tick", "many at once")
"""What they could not do at once they do one by one, and each for itself is whole; the audit knows."""


@attrs.frozen
class Ended:
    """How a story came out that was told until it was answered."""

    wrong: list[str]
    methods: list[str]
    """Every call that it took, over all tries."""


def told_until_answered(home: InMemory, right: Undisturbed, plan: Plan) -> Ended:
    """Tell the story again after each mishap of the plan; every try is a new process."""
    story, wrong = home.story, []
    answer: Any = None
    ids = CountingIds("again")
    with home.lived() as storage:
        planned = Planned(storage, plan)
        for _ in range(len(plan) + 1):
            with suppress(SimulatedCrash, Again):
                answer = story.told(opened(planned, story, ids))
                if not is_open(answer):
                    break
            if story.name not in GROUPS and books(storage) not in right.seen:
                wrong.append("something was done by halves")
        if answer != right.answer:
            wrong.append(f"it was answered {answer}")
        if books(storage) != right.seen[-1]:
            wrong.append("the books end otherwise")
        wrong += map(str, invariants.findings(storage))
    said = ", ".join(f"{mishap} call {nth}" for nth, mishap in plan.items())
    return Ended([f"{said}: {each}" for each in wrong], planned.methods)


def is_open(answer: Any) -> bool:
    """Whether one of a group was not done, and is to be told again."""
    return any(
        f"Failed(error={kind.__name__}" in str(answer) for kind in (Unavailable, Conflict, CommitUnknown)
    )


def singles(methods: list[str], first: int = 1) -> Iterator[tuple[int, Mishap]]:
    """Every mishap at every call from the *first* on."""
    for nth, method in enumerate(methods[first - 1 :], first):
        yield from ((nth, mishap) for mishap in mishaps_at(method))


def pairs_of(home: InMemory) -> Iterator[Ended]:
    """Every pair of mishaps: the second at any call after the first, also where a later try makes it."""
    right = undisturbed(home)
    calm = told_until_answered(home, right, {})
    for nth, mishap in singles(calm.methods):
        once = told_until_answered(home, right, {nth: mishap})
        for later, other in singles(once.methods, nth + 1):
            yield told_until_answered(home, right, {nth: mishap, later: other})


# --- every verb ----------------------------------------------------------------------------------


def test_every_public_verb_is_in_a_story_that_is_disturbed() -> None:
    used: set[str] = set()
    for story in ALL_STORIES:
        with InMemory(story).lived() as storage:
            used |= verbs_in(story, storage)

    assert set(verbs_of(shop_opened().commerce)) == used


@pytest.mark.parametrize("story", MORE_STORIES, ids=lambda story: story.name)
def test_whatever_call_a_process_dies_at_asking_again_ends_as_if_nothing_had_happened(story: Story) -> None:
    assert [] == all_wrong_ends(InMemory(story))


@pytest.mark.parametrize("story", ALL_STORIES, ids=lambda story: story.name)
def test_whatever_goes_wrong_with_a_call_it_ends_as_if_nothing_had_happened(story: Story) -> None:
    home = InMemory(story)
    right = undisturbed(home)
    calm = told_until_answered(home, right, {})
    ends = [told_until_answered(home, right, {nth: mishap}) for nth, mishap in singles(calm.methods)]

    assert [] == [each for end in (calm, *ends) for each in end.wrong]
    assert len(ends) >= 3 * right.calls, "each call can go wrong in three ways at least"


# --- two things that go wrong --------------------------------------------------------------------


def test_a_second_crash_while_the_first_is_put_right_changes_nothing() -> None:
    """One story in every run of the tests; the others are in the proof."""
    story = next(each for each in MORE_STORIES if each.name == MAIN[0])
    ends = list(pairs_of(InMemory(story)))

    assert [] == [each for end in ends for each in end.wrong]
    assert len(ends) > 100


every_pair = pytest.mark.parametrize(
    "story",
    [
        pytest.param(
            story, id=story.name, marks=pytest.mark.prove if story.name in MAIN else pytest.mark.soak
        )
        for story in ALL_STORIES
    ],
)


@every_pair
def test_every_pair_of_mishaps_ends_as_if_nothing_had_happened(story: Story) -> None:
    ends = list(pairs_of(InMemory(story)))

    assert [] == [each for end in ends for each in end.wrong]
    assert len(ends) >= (PAIRS_MIN if story.name in MAIN else 1)


def test_a_till_that_commits_in_two_halves_is_found_out() -> None:
    """The control: the same pairs, and points that are lost or given twice."""
    story = Story(
        "in two commits", SHOP_OPENS, lambda shop: shop.member(), told_in_two_commits, (), NOTHING_EARNED
    )
    home = InMemory(story)
    right = undisturbed(home)
    wrong = [
        each
        for nth, mishap in singles(told_until_answered(home, right, {}).methods)
        for each in told_until_answered(home, right, {nth: mishap}).wrong
    ]

    assert any("the books end otherwise" in each for each in wrong)
