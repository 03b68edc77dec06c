"""The stages as a shop means them: two sets of them, thresholds that nobody goes to and fro over, and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

import attrs
import pytest

from omnicommerce.kernel.money import Money
from omnicommerce.kernel.verdict import Joint
from omnicommerce.lifecycle import (
    Signs,
    Stage,
    StageRules,
    StageState,
    Visit,
    advance,
    history_needed,
    next_stage_day,
    replay,
    why,
)
from tests.lifecycle.histories import on

ONE: Final = Visit(1, 5_000)


def visits(*days: int) -> dict[date, Visit]:
    return dict.fromkeys(map(on, days), ONE)


def stage_on(day: int, bought: Iterable[int], rules: StageRules) -> str:
    return state_on(day, bought, rules).stage


def state_on(day: int, bought: Iterable[int], rules: StageRules) -> StageState:
    days = sorted(bought)
    return replay(visits(*days), on(days[0]) if days else None, on(0), on(day), rules)


def told(bought: Iterable[int], days: Iterable[int], rules: StageRules) -> list[str]:
    known = list(bought)
    return [stage_on(day, known, rules) for day in days]


# --- new, active, at risk, lost ------------------------------------------------------------------

SILENCE: Final = StageRules(
    stages=(
        Stage("lost", enter=Signs(silent_days_min=120)),
        Stage("at risk", enter=Signs(silent_days_min=60), stay=Signs(silent_days_min=15)),
        Stage("new", enter=Signs(age_days_max=29)),
        Stage("active"),
    )
)


def test_a_customer_is_new_for_thirty_days_at_risk_after_sixty_silent_ones_and_lost_after_120() -> None:
    assert ["new", "new", "active", "active", "at risk", "at risk", "lost", "lost"] == told(
        [0], [0, 29, 30, 59, 60, 119, 120, 5_000], SILENCE
    )


def test_whoever_buys_again_is_back_at_once() -> None:
    assert ["at risk", "active"] == told([0, 70], [69, 70], SILENCE)
    assert ["lost", "active", "at risk"] == told([0, 300], [299, 300, 360], SILENCE)


def test_time_alone_moves_a_customer_from_stage_to_stage_and_the_days_are_known() -> None:
    state, bought = StageState("new", on(0), ""), visits(0)
    told = []
    while (due := next_stage_day(state, bought, on(0), SILENCE)) is not None:
        state = advance(state, bought, on(0), due, SILENCE)
        told.append((due, state.stage))

    assert [(on(30), "active"), (on(60), "at risk"), (on(120), "lost")] == told


# --- 潜在, 新手, 成熟, 忠诚 -----------------------------------------------------------------------

PURCHASES: Final = StageRules(
    stages=(
        Stage("忠诚", enter=Signs(purchases_min=10), stay=Signs(purchases_min=8)),
        Stage("成熟", enter=Signs(purchases_min=4), stay=Signs(purchases_min=3)),
        Stage("新手", enter=Signs(purchases_min=1)),
        Stage("潜在"),
    ),
    window_days=365,
)


def test_a_customer_ripens_with_every_purchase_of_the_year() -> None:
    bought = range(0, 100, 10)

    assert ["新手", "新手", "成熟", "成熟", "忠诚"] == told(bought, [0, 20, 30, 80, 90], PURCHASES)


def test_a_customer_who_never_bought_is_a_prospect_for_ever() -> None:
    assert ["潜在", "潜在"] == told([], [0, 5_000], PURCHASES)
    assert next_stage_day(state_on(0, [], PURCHASES), {}, None, PURCHASES) is None


def test_a_loyal_customer_who_buys_less_ripens_backwards_and_stays_a_little_longer_than_it_takes() -> None:
    """Of the ten purchases on days 0 to 90, one leaves the year every ten days from day 365 on."""
    bought = range(0, 100, 10)
    # 9, 8 and 7 are left; then 3 and 2; then 1 and none.
    days = [365, 375, 385, 425, 435, 445, 455]

    assert ["忠诚", "忠诚", "成熟", "成熟", "新手", "新手", "潜在"] == told(bought, days, PURCHASES)
    assert on(385) == next_stage_day(state_on(90, bought, PURCHASES), visits(*bought), on(0), PURCHASES)


def test_what_came_back_was_never_bought() -> None:
    bought = visits(0, 10, 20, 30)
    assert "成熟" == replay(bought, on(0), on(0), on(30), PURCHASES).stage

    returned = {**bought, on(30): Visit(0, 0)}

    assert "新手" == replay(returned, on(0), on(0), on(30), PURCHASES).stage


# --- nobody goes to and fro ----------------------------------------------------------------------

EASY_TO_STAY: Final = StageRules(
    (Stage("regular", enter=Signs(purchases_min=3), stay=Signs(purchases_min=2)), Stage("guest")),
    window_days=10,
)
ONE_THRESHOLD: Final = StageRules(
    (Stage("regular", enter=Signs(purchases_min=3)), Stage("guest")), window_days=10
)
EVERY_FOUR_DAYS: Final = range(0, 80, 4)
"""Whoever buys every fourth day has two or three purchases in ten days, now this and now that."""


def moves(rules: StageRules, bought: Iterable[int], days: Iterable[int]) -> int:
    seen = told(bought, days, rules)
    return sum(before != after for before, after in pairwise(seen))


def test_between_the_threshold_to_leave_and_that_to_enter_nothing_changes() -> None:
    assert {"regular"} == set(told(EVERY_FOUR_DAYS, range(8, 80), EASY_TO_STAY))
    assert 0 == moves(EASY_TO_STAY, EVERY_FOUR_DAYS, range(8, 80))


def test_with_one_threshold_for_both_the_same_customer_goes_to_and_fro() -> None:
    """The control: without it, the test above would also pass for rules that never change anything."""
    assert 30 < moves(ONE_THRESHOLD, EVERY_FOUR_DAYS, range(8, 80))


def test_whoever_was_never_above_the_threshold_to_enter_is_not_in() -> None:
    """Two purchases are enough to stay, and not to come in."""
    assert {"guest"} == set(told([0, 4], range(20), EASY_TO_STAY))
    assert "regular" == stage_on(13, [0, 4, 8], EASY_TO_STAY)
    assert "guest" == stage_on(14, [0, 4, 8], EASY_TO_STAY)


def test_what_is_bought_and_brought_back_on_one_day_lets_nobody_stay() -> None:
    """Two purchases are enough to stay, but whoever was a guest yesterday has to come in first."""
    regular = state_on(8, [0, 4, 8], EASY_TO_STAY)

    assert StageState("regular", on(8), "guest") == regular
    assert StageState("guest", on(8), "guest") == advance(regular, visits(0, 4), on(0), on(8), EASY_TO_STAY)


def test_of_two_stages_whose_signs_are_seen_the_first_is_taken() -> None:
    rules = StageRules(
        (
            Stage("big", enter=Signs(spend_min=Money(5_000, "CNY"))),
            Stage("small", Signs(purchases_min=1)),
            Stage("none"),
        )
    )
    other = attrs.evolve(rules, stages=(rules.stages[1], rules.stages[0], rules.stages[2]))

    assert "big" == stage_on(0, [0], rules)
    assert "small" == stage_on(0, [0], other)


def test_a_stage_that_comes_first_is_entered_even_from_one_that_may_be_stayed_in() -> None:
    """Staying is easier than entering; it is not stronger."""
    rules = StageRules(
        (Stage("top", Signs(purchases_min=2)), Stage("middle", Signs(purchases_min=1), Signs()), Stage("low"))
    )

    assert ["middle", "top"] == told([0, 1], [0, 1], rules)
    assert "middle" == stage_on(5_000, [0], rules)


# --- edges ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signs", "days"),
    [
        (Signs(silent_days_min=3), {3, 4, 5, 6}),
        (Signs(silent_days_max=3), {0, 1, 2, 3}),
        (Signs(age_days_min=3), {3, 4, 5, 6}),
        (Signs(age_days_max=3), {0, 1, 2, 3}),
        (Signs(purchases_min=1), {0, 1, 2, 3, 4}),
        (Signs(spend_min=Money(5_000, "CNY")), {0, 1, 2, 3, 4}),
        (Signs(purchases_min=2), set()),
        (Signs(spend_min=Money(5_001, "CNY")), set()),
        (Signs(age_days_min=1, silent_days_max=2), {1, 2}),
        (Signs(), {0, 1, 2, 3, 4, 5, 6}),
    ],
)
def test_bounds_are_included_and_all_signs_must_be_seen(signs: Signs, days: set[int]) -> None:
    """One purchase on day 0; purchases and spend count for five days, the day itself being the first."""
    rules = StageRules((Stage("seen", signs), Stage("other")), window_days=5)

    def again(state: StageState) -> StageState:
        return advance(state, visits(0), on(0), state.day, rules)

    assert days == {day for day in range(7) if stage_on(day, [0], rules) == "seen"}
    # The days in between are passed over; a further fact of one of them has it judged by itself.
    assert days == {day for day in range(7) if again(state_on(day, [0], rules)).stage == "seen"}


@pytest.mark.parametrize(
    "signs",
    [Signs(silent_days_min=0), Signs(silent_days_max=9), Signs(age_days_min=0), Signs(age_days_max=9)],
)
def test_who_never_bought_is_neither_silent_nor_old(signs: Signs) -> None:
    rules = StageRules((Stage("seen", signs), Stage("other")))

    assert {"other"} == set(told([], range(20), rules))


def test_without_stages_there_is_none() -> None:
    rules = StageRules()
    state = state_on(10, [0], rules)

    assert StageState("", on(10), "") == state
    assert next_stage_day(state, visits(0), on(0), rules) is None


def test_a_stage_that_the_merchant_has_given_up_is_left_as_soon_as_anybody_looks() -> None:
    old = StageState("vip", on(9), "vip")

    assert StageState("new", on(9), "vip") == advance(old, visits(0), on(0), on(9), SILENCE)
    assert StageState("active", on(40), "active") == advance(old, visits(0), on(0), on(40), SILENCE)


def test_who_bought_too_long_ago_to_be_read_is_as_silent_as_they_were() -> None:
    """Of the purchases, only the day of the first is still known; without it they would be active again."""
    lost = StageState("lost", on(500), "lost")

    assert on(0) < history_needed(on(500), SILENCE)
    assert StageState("lost", on(600), "lost") == advance(lost, {}, on(0), on(600), SILENCE)
    assert "active" == advance(lost, {}, None, on(600), SILENCE).stage


@pytest.mark.parametrize("rules", [SILENCE, PURCHASES])
def test_years_of_silence_are_passed_over(rules: StageRules) -> None:
    """Day by day, the eight thousand years would take minutes."""
    start = StageState(rules.stages[-2].name, on(0), "")
    far = advance(start, visits(0), on(0), date.max, rules)

    assert StageState(far.stage, date.max, far.stage) == far
    assert far.stage == stage_on(1_000, [0], rules)
    assert next_stage_day(far, {}, on(0), rules) is None


def test_a_change_past_the_end_of_the_calendar_never_comes() -> None:
    last = date.max - timedelta(days=10)
    state = replay({last: ONE}, last, last, date.max, SILENCE)

    assert "new" == state.stage
    assert next_stage_day(state, {last: ONE}, last, SILENCE) is None

    last = date.max - timedelta(days=30)
    state = replay({last: ONE}, last, last, last, SILENCE)

    assert date.max == next_stage_day(state, {last: ONE}, last, SILENCE)


def test_the_history_needed_begins_with_the_calendar_at_the_latest() -> None:
    assert date.min == history_needed(date.min + timedelta(days=3), SILENCE)


def test_the_history_needed_is_the_longest_that_any_sign_looks_back() -> None:
    counted = StageRules((Stage("a", Signs(purchases_min=1)), Stage("b")), window_days=200)

    assert on(-200) <= history_needed(on(0), counted) <= on(-199)
    assert history_needed(on(0), SILENCE) <= on(-120)
    assert on(-1) <= history_needed(on(0), StageRules((Stage("a", Signs(age_days_min=500)), Stage("b"))))


def test_the_history_needed_is_also_that_of_whoever_stays() -> None:
    """A regular may be silent for longer than who becomes one: the last purchase must still be found."""
    rules = StageRules(
        (Stage("regular", enter=Signs(silent_days_max=2), stay=Signs(silent_days_max=30)), Stage("guest"))
    )
    oldest = history_needed(on(50), rules)
    known = {day: visit for day, visit in visits(0, 20).items() if day >= oldest}

    assert "regular" == advance(StageState("regular", on(50), "regular"), known, on(0), on(50), rules).stage
    assert "guest" == advance(StageState("regular", on(50), "regular"), known, on(0), on(51), rules).stage


# --- why -----------------------------------------------------------------------------------------


def test_why_says_of_every_stage_what_is_asked_and_what_was_seen() -> None:
    state = state_on(70, [0, 40], SILENCE)
    verdict = why(state, visits(0, 40), on(0), SILENCE)

    assert ("stage", True, "active", Joint.ANY) == (
        verdict.code,
        verdict.holds,
        verdict.actual,
        verdict.joint,
    )
    assert [("lost", False), ("at risk", False), ("new", False), ("active", True)] == [
        (part.actual, part.holds) for part in verdict.parts
    ]
    lost, risk, new, active = verdict.parts
    assert [("silent_too_short", 30, 120, 90)] == [
        (each.code, each.actual, each.required, each.missing) for each in lost.parts
    ]
    assert [("silent_too_short", 30, 60, 30)] == [
        (each.code, each.actual, each.required, each.missing) for each in risk.parts
    ]
    assert [("too_long_known", 70, 29, 41)] == [
        (each.code, each.actual, each.required, each.missing) for each in new.parts
    ]
    assert () == active.parts


def test_why_asks_of_whoever_is_in_a_stage_only_what_it_takes_to_stay() -> None:
    rules = EASY_TO_STAY
    state = state_on(10, [0, 4, 8], rules)
    verdict = why(state, visits(0, 4, 8), on(0), rules)

    assert "regular" == state.stage
    assert [("too_few_purchases", 2, 2)] == [
        (each.code, each.actual, each.required) for each in verdict.parts[0].parts
    ]


@pytest.mark.parametrize(
    ("day", "stage", "actual", "required"),
    [(4, "regular", 3, 3), (5, "regular", 3, 2), (11, "guest", 1, 2), (12, "guest", 1, 3)],
)
def test_why_asks_on_the_day_of_a_change_what_was_asked_of_who_they_were(
    day: int, stage: str, actual: int, required: int
) -> None:
    state = state_on(day, [0, 1, 4], EASY_TO_STAY)
    asked = why(state, visits(0, 1, 4), on(0), EASY_TO_STAY).parts[0].parts[0]

    assert stage == state.stage
    assert (actual, required) == (asked.actual, asked.required)


def test_why_counts_spend_in_money() -> None:
    rules = StageRules((Stage("big", Signs(spend_min=Money(8_000, "CNY"))), Stage("small")))
    verdict = why(state_on(0, [0], rules), visits(0), on(0), rules)

    assert [("spend_too_low", Money(5_000, "CNY"), Money(8_000, "CNY"), Money(3_000, "CNY"))] == [
        (each.code, each.actual, each.required, each.missing) for each in verdict.parts[0].parts
    ]


def test_why_says_that_somebody_never_bought() -> None:
    verdict = why(state_on(9, [], SILENCE), {}, None, SILENCE)

    assert "active" == verdict.actual
    assert [["never_bought"]] * 3 == [[each.code for each in part.parts] for part in verdict.parts[:3]]
