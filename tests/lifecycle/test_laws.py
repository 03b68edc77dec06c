"""Random lives against the oracle: however they are told, the stage of a day is the same."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given as examples
from hypothesis import strategies as st

from omnicommerce.lifecycle import (
    Signs,
    StageState,
    Visit,
    advance,
    history_needed,
    next_stage_day,
    replay,
    why,
)
from omnicommerce.lifecycle.signs import are_seen, chronicle, turning_days
from tests.lifecycle.histories import (
    CASES,
    DAYS_MAX,
    EASIER_MAX,
    LIFE_DAYS,
    NAMES,
    Case,
    number_of,
    on,
    signs,
)
from tests.lifecycle.oracle import holds, stages

DAYS = st.integers(0, LIFE_DAYS + DAYS_MAX + EASIER_MAX + 2)


def told(case: Case, until: int) -> dict[int, str]:
    """The stages by the oracle, from the day before all purchases on."""
    return stages(case.rows, case.bought, -1, until, case.window)


def begun(case: Case, day: int) -> StageState:
    return replay(case.visits, case.first, on(-1), on(day), case.rules)


@examples(CASES, DAYS)
def test_a_replay_finds_the_stage_of_every_day_by_itself(case: Case, day: int) -> None:
    oracle = told(case, day)

    assert StageState(oracle[day], on(day), oracle[day - 1]) == begun(case, day)


@examples(CASES, st.lists(DAYS, min_size=1, max_size=6))
def test_the_stage_may_be_told_in_any_steps_from_no_more_than_the_history_needed(
    case: Case, steps: list[int]
) -> None:
    rules, state = case.rules, StageState("", on(-1), "")
    for day in sorted(steps):
        oldest = history_needed(state.day, rules)
        near = {each: visit for each, visit in case.visits.items() if each >= oldest}
        state = advance(state, near, case.first, on(day), rules)

        assert begun(case, day) == state


@examples(CASES, DAYS)
def test_the_same_day_is_judged_again_with_every_further_fact_of_it(case: Case, day: int) -> None:
    known = {each: visit for each, visit in case.bought.items() if each < day}
    before = Case(case.rows, case.window, known)
    state = begun(before, day)
    today = Case(case.rows, case.window, {each: row for each, row in case.bought.items() if each <= day})

    assert begun(case, day) == advance(state, today.visits, today.first, on(day), case.rules)
    assert begun(before, day) == advance(state, before.visits, before.first, on(day), case.rules)
    # And what was bought today may come back today.
    bought = begun(today, day)
    assert begun(before, day) == advance(bought, before.visits, before.first, on(day), case.rules)


@examples(CASES, DAYS, st.integers(0, 10))
def test_it_does_not_matter_since_when_a_member_was_known_before_they_bought(
    case: Case, day: int, early: int
) -> None:
    """Told from the day of the registration or from that of the first purchase: the stage is the same."""
    start = case.first or on(day)
    since = on(min(number_of(start), day) - early)

    assert (
        replay(case.visits, case.first, start, on(day), case.rules).stage
        == replay(case.visits, case.first, since, on(day), case.rules).stage
    )


@examples(CASES, DAYS, st.permutations(range(LIFE_DAYS + 1)), st.data())
def test_facts_that_come_late_are_told_again_as_if_they_had_come_in_time(
    case: Case, day: int, order: list[int], data: st.DataObject
) -> None:
    """Purchases become known in any order, each on its own day or later; each late one is a replay."""
    told_on = {each: data.draw(st.integers(each, LIFE_DAYS)) for each in case.bought}
    visits: dict[date, Visit] = {}
    state, rules = StageState("", on(-1), ""), case.rules
    for bought in sorted(case.bought, key=lambda each: (told_on[each], order.index(each))):
        visits[on(bought)] = Visit(*case.bought[bought])
        first = min((each for each, visit in visits.items() if visit.purchases), default=None)
        today = on(told_on[bought])
        if on(bought) < state.day:
            state = replay(visits, first, on(-1), today, rules)
        else:
            state = advance(state, visits, first, today, rules)
    if on(day) < state.day:
        return

    assert begun(case, day) == advance(state, visits, case.first, on(day), rules)


@examples(CASES, DAYS)
def test_the_next_change_is_the_first_day_on_which_the_stage_is_another(case: Case, day: int) -> None:
    """Also where a till's clock ran ahead, and something was bought tomorrow."""
    oracle = told(case, max([day, *case.bought]) + DAYS_MAX + EASIER_MAX + 3)
    expected = next((on(later) for later in oracle if later > day and oracle[later] != oracle[day]), None)

    assert expected == next_stage_day(begun(case, day), case.visits, case.first, case.rules)


@examples(CASES, st.sampled_from(["purchases_min", "spend_min"]), st.integers(1, 8))
def test_purchases_that_leave_the_window_are_passed_over_until_too_few_are_left(
    case: Case, name: str, bound: int
) -> None:
    """Else whoever bought on every day of a year would be judged for every day of the next."""
    asked: Signs = signs({name: bound})
    seen, last = chronicle(case.visits, case.first, case.rules), on(LIFE_DAYS).toordinal()
    later = range(last, last + case.window + 1)
    expected = [
        day for before, day in pairwise(later) if are_seen(asked, seen, before) != are_seen(asked, seen, day)
    ]

    assert expected == list(turning_days(asked, seen, last))


@examples(CASES, DAYS)
def test_on_every_day_before_the_next_change_the_stage_is_the_same_and_on_it_another(
    case: Case, day: int
) -> None:
    """The same by the library alone: the tick that comes on that day, and no earlier one, finds something."""
    rules, state = case.rules, begun(case, day)
    due = next_stage_day(state, case.visits, case.first, rules)
    if due is None:
        return

    passed = [
        advance(state, case.visits, case.first, on(later), rules).stage
        for later in range(day, number_of(due) + 1)
    ]

    assert {state.stage} == set(passed[:-1])
    assert state.stage != passed[-1]


@examples(CASES, DAYS)
def test_why_judges_every_stage_by_the_signs_that_were_asked_of_this_member(case: Case, day: int) -> None:
    state = begun(case, day)
    asked = [
        (
            name,
            holds(
                stay if name == state.before and stay is not None else enter, case.bought, day, case.window
            ),
        )
        for name, enter, stay in case.rows
    ]
    verdict = why(state, case.visits, case.first, case.rules)

    assert asked == [(part.actual, part.holds) for part in verdict.parts]
    assert verdict.holds
    assert state.stage == verdict.actual == next(part.actual for part in verdict.parts if part.holds)


@examples(CASES)
def test_a_stage_is_only_ever_one_of_the_merchants(case: Case) -> None:
    names = {name for name, _, _ in case.rows}

    assert names <= set(NAMES)
    assert {begun(case, day).stage for day in range(0, LIFE_DAYS + 10, 3)} <= names


@examples(CASES, DAYS)
def test_of_two_days_the_state_of_the_second_knows_the_stage_of_the_first(case: Case, day: int) -> None:
    for former, latter in pairwise((day, day + 1, day + 2)):
        assert begun(case, former).stage == begun(case, latter).before
