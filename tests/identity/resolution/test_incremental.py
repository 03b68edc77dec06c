"""What is kept up to date, one piece at a time, is what resolving everything anew gives: exactly."""

from __future__ import annotations

import random
import statistics
import time
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnicommerce.identity.resolution.evidence import Piece, Strength, evidence
from omnicommerce.identity.resolution.incremental import Resolved, resolved
from omnicommerce.identity.resolution.reasons import (
    Blocked,
    Expired,
    Hub,
    KeptApart,
    NotYet,
    OverLimit,
    Retracted,
    ScoreAlone,
    TooLarge,
)
from omnicommerce.identity.resolution.resolving import resolve
from omnicommerce.kernel.errors import BadValue
from tests.identity.resolution.told import (
    HOUR,
    NOON,
    TIGHT,
    TOWN,
    distinct,
    end,
    histories,
    node,
    retracted,
    same,
)

BLOCKED = frozenset({node("till_member:3")})


@given(histories(), st.lists(st.integers(0, 6), min_size=1, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_after_each_piece_and_each_hour_it_is_what_resolving_all_anew_gives(
    told: tuple[Piece, ...], passing: list[int], dice: random.Random
) -> None:
    now = NOON - 8 * HOUR
    state = Resolved(TIGHT, now, BLOCKED)
    to_come = list(told)
    while to_come or passing:
        if passing and (not to_come or dice.random() < 0.3):
            now += passing.pop() * HOUR
            state.advance(now)
        else:
            state.add(to_come.pop())
        arrived = evidence(told[len(to_come) :])

        assert resolve(arrived, TIGHT, now, BLOCKED) == state.resolution()
        for name in TOWN[::5]:
            assert resolve(arrived, TIGHT, now, BLOCKED).person_of(node(name)) == state.person_of(node(name))


def test_dense_histories_in_which_every_limit_is_met_give_what_resolving_all_anew_gives() -> None:
    """Hypothesis tells short stories; these are long, about few identifiers, with hubs that come and go."""
    dice = random.Random(56)  # noqa: S311 - nothing here is a secret
    met: set[type[object]] = set()
    for _ in range(40):
        now = NOON
        state = Resolved(TIGHT, now, BLOCKED)
        told: list[Piece] = []
        for _ in range(60):
            if dice.random() < 0.1:
                now += HOUR
                state.advance(now)
            told.append(_anything(dice, told))
            state.add(told[-1])
            anew = resolve(evidence(told), TIGHT, now, BLOCKED)
            assert anew == state.resolution()
            met |= {type(each.reason) for each in anew.refused.values()}

    assert {Hub, KeptApart, OverLimit, TooLarge, ScoreAlone, Expired, NotYet, Blocked, Retracted} <= met


def _anything(dice: random.Random, told: list[Piece]) -> Piece:
    hours = dice.randrange(-4, 3)
    if told and dice.random() < 0.2:
        return retracted(dice.choice(told), hours)
    one, other = dice.sample(TOWN[:-1], 2)
    if dice.random() < 0.07:
        return distinct(one, other, hours)
    strength = dice.choice(list(Strength))
    score = dice.choice([900, 999]) if strength is Strength.SCORED else None
    until = dice.choice([None, None, NOON + (hours + 4) * HOUR])
    return same(one, other, hours, strength, score=score, valid_until=until)


@given(histories())
def test_a_piece_that_is_told_again_changes_nothing(told: tuple[Piece, ...]) -> None:
    once, twice = resolved(told, TIGHT, NOON), resolved(told + told[::-1], TIGHT, NOON)

    assert once.resolution() == twice.resolution()


def test_a_hub_that_loses_a_neighbour_joins_again_and_everybody_beside_it_is_told() -> None:
    told = [same("phone:1", f"unionid:{nth}") for nth in range(4)]
    state = resolved(told, TIGHT, NOON)
    assert frozenset() == state.resolution().persons

    state.add(retracted(told[3]))

    assert 2 == len(state.person_of(node("phone:1")))


def test_an_old_telephone_makes_room_when_its_window_has_passed_and_nothing_else_happens() -> None:
    told = [same("till_member:1", f"phone:{nth}", -nth) for nth in range(3)]
    state = resolved(told, TIGHT, NOON)
    assert 3 == len(state.person_of(node("till_member:1")))

    state.advance(NOON + 2 * HOUR - timedelta(microseconds=1))
    assert 3 == len(state.person_of(node("till_member:1")))

    state.advance(NOON + 2 * HOUR)
    assert 4 == len(state.person_of(node("till_member:1")))
    assert resolve(evidence(told), TIGHT, NOON + 2 * HOUR) == state.resolution()


def test_a_score_is_accepted_when_what_supports_it_comes_later_and_no_longer_when_that_goes() -> None:
    score = same("till_member:1", "till_member:2", strength=Strength.SCORED, score=950)
    shared = [same("phone:1", f"till_member:{nth}", -1) for nth in (1, 2, 3, 4)]
    state = resolved([score, *shared[:3]], TIGHT, NOON)
    told: list[Piece] = [score, *shared]

    state.add(shared[3])
    assert node("till_member:2") in state.person_of(node("till_member:1"))
    assert resolve(evidence(told), TIGHT, NOON) == state.resolution()

    # The telephone is shared by three again: it joins two of them by itself, and the score is not needed.
    for piece in (retracted(shared[0]), retracted(shared[1])):
        told.append(piece)
        state.add(piece)
        assert resolve(evidence(told), TIGHT, NOON) == state.resolution()
    assert ScoreAlone() == state.resolution().refused[score.id].reason


def test_time_does_not_run_backwards() -> None:
    state = Resolved(TIGHT, NOON)

    with pytest.raises(BadValue, match="not before"):
        state.advance(NOON - timedelta(microseconds=1))


def test_a_piece_that_is_refused_changes_nothing() -> None:
    state = resolved([same("phone:1", "till_member:1")], TIGHT, NOON)
    before = state.resolution()
    odd = same("phone:1", "till_member:9", b=end("till_member:9"), a=end("phone:1"))
    object.__setattr__(odd.a, "namespace", "email")

    with pytest.raises(BadValue, match="one namespace"):
        state.add(odd)

    assert before == state.resolution()
    state.add(same("till_member:9", "phone:1"))


def test_a_change_costs_what_its_own_people_are_and_not_what_there_is() -> None:
    """A ratio of medians, so that a slow machine is slow at both; a scan of everything would be 50 times."""

    def cost(people: int, now: datetime) -> float:
        state = Resolved(TIGHT, now)
        for nth in range(people):
            state.add(same(f"till_member:{nth}", f"phone:{nth}"))
            state.add(same(f"email:{nth}", f"phone:{nth}"))
        spent = []
        for nth in range(200):
            link = same(f"till_member:{nth % people}", f"device:{nth}")
            began = time.perf_counter()
            state.add(link)
            spent.append(time.perf_counter() - began)
        return statistics.median(spent)

    assert cost(5_000, NOON) < 10 * cost(100, NOON)
