"""Laws of verdicts: every answer says what was found, what is asked and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.verdict import (
    PARTS_MAX,
    Joint,
    Verdict,
    at_least,
    at_most,
    before,
    either,
    every,
    failed,
    held,
    negated,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

leaves = st.builds(Verdict, st.sampled_from(["too_few", "too_late", "not_here"]), st.booleans())
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map(lambda parts: every("all_of", parts)),
        st.lists(inner, min_size=1, max_size=4).map(lambda parts: either("any_of", parts)),
        inner.map(lambda part: negated("none_of", part)),
    ),
    max_leaves=12,
)


def leaves_of(verdict: Verdict) -> Iterator[Verdict]:
    """The leaves and the negations, in reading order: what a failure can be pinned to."""
    if verdict.joint in (Joint.LEAF, Joint.NOT):
        yield verdict
    else:
        for part in verdict.parts:
            yield from leaves_of(part)


# --- leaves --------------------------------------------------------------------------------------


@given(st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_what_is_missing_would_flip_the_answer(actual: int, required: int) -> None:
    verdict = at_least("too_few_points", actual=Points(actual), required=Points(required))

    assert (actual >= required) == verdict.holds
    assert verdict.holds == (verdict.missing is None)
    if isinstance(verdict.missing, Points):
        enough = Points(actual) + verdict.missing

        assert at_least("too_few_points", actual=enough, required=Points(required)).holds
        assert not at_least("too_few_points", actual=enough - Points(1), required=Points(required)).holds


def test_every_measure_is_told_in_its_own_unit() -> None:
    assert "spend_too_low (actual 45.00 CNY, required 50.00 CNY, missing 5.00 CNY)" == str(
        at_least("spend_too_low", actual=Money(4500, "CNY"), required=Money(5000, "CNY"))
    )
    assert "too_few_points (actual 1 point, required 3 points, missing 2 points)" == str(
        at_least("too_few_points", actual=Points(1), required=Points(3))
    )
    assert "too_few_visits (actual 0, required 3, missing 3)" == str(
        at_least("too_few_visits", actual=0, required=3)
    )
    assert "not_a_member" == str(failed("not_a_member"))
    assert "no_consent (actual False)" == str(failed("no_consent", actual=False))


def test_an_instant_is_told_with_the_side_on_which_it_would_hold() -> None:
    eve = NOON - timedelta(days=1)
    early, late = Verdict("not_started", False, eve, NOON), Verdict("campaign_over", False, NOON, eve)

    assert f"not_started (actual {eve}, from {NOON})" == str(early)
    assert f"campaign_over (actual {NOON}, until {eve})" == str(late)


def test_a_whole_that_fails_tells_every_cause() -> None:
    few = at_least("too_few_visits", actual=0, required=3)
    inner = every("terms", (failed("not_targeted"), held("in_time")))

    assert f"coupon_refused: not_targeted; {few}" == str(every("coupon_refused", (inner, few)))
    assert "coupon_refused" == str(every("coupon_refused", (held("in_time"),)))
    assert "unless: not_here" == str(either("unless", (failed("not_here"),)))
    assert "nobody_else" == str(negated("nobody_else", held("somebody_else")))


def test_amounts_of_two_currencies_are_not_weighed_against_each_other() -> None:
    with pytest.raises(BadValue):
        at_least("spend_too_low", actual=Money(1, "JPY"), required=Money(1, "CNY"))


@pytest.mark.parametrize(("late", "holds"), [(-1, True), (0, False), (1, False)])
def test_the_last_instant_is_already_too_late(late: int, *, holds: bool) -> None:
    verdict = before("too_late", actual=NOON + timedelta(microseconds=late), required=NOON)

    assert (holds, NOON) == (verdict.holds, verdict.required)


@pytest.mark.parametrize(
    "code", ["", "Too_few", "too few", "too-few", "1st", "太少", "too_few!", "TOO_FEW", "a\n"]
)
def test_a_code_is_a_snake_case_phrase(code: str) -> None:
    with pytest.raises(BadValue) as bad:
        held(code)

    assert "code" == bad.value.path


def test_a_verdict_is_a_value() -> None:
    assert {every("a", (held("b"),))} == {every("a", iter([held("b")]))}
    with pytest.raises(AttributeError):
        held("a").holds = False  # type: ignore[misc]


# --- wholes --------------------------------------------------------------------------------------


@given(st.lists(leaves, max_size=8))
def test_a_whole_holds_as_all_any_or_none_of_its_parts_do(parts: list[Verdict]) -> None:
    assert all(part.holds for part in parts) == every("all_of", parts).holds
    assert any(part.holds for part in parts) == either("any_of", parts).holds
    for part in parts:
        assert part.holds != negated("none_of", part).holds


@given(st.lists(leaves, max_size=8))
def test_every_part_is_judged_and_kept_in_order(parts: list[Verdict]) -> None:
    assert tuple(parts) == every("all_of", iter(parts)).parts == either("any_of", iter(parts)).parts


@given(trees)
def test_a_failure_is_a_failed_leaf_and_there_is_one_if_and_only_if_the_whole_fails(verdict: Verdict) -> None:
    failures = list(verdict.failures())

    assert verdict.holds == (not failures)
    assert all(not each.holds and each in list(leaves_of(verdict)) for each in failures)
    assert (failures[0] if failures else verdict) == verdict.first_failure


def test_failures_come_in_reading_order_and_leave_out_what_does_no_harm() -> None:
    verdict = every(
        "may_redeem",
        (
            held("is_open"),
            either("is_known", (failed("no_phone"), held("has_card"))),
            either("is_here", (failed("not_in_store"), failed("not_online"))),
            negated("is_blocked", held("on_the_list")),
            failed("spend_too_low"),
        ),
    )

    assert ["not_in_store", "not_online", "is_blocked", "spend_too_low"] == [
        each.code for each in verdict.failures()
    ]
    assert "not_in_store" == verdict.first_failure.code


def test_a_whole_without_parts_is_its_own_reason() -> None:
    assert (True, "all_of") == (every("all_of", ()).holds, every("all_of", ()).first_failure.code)
    assert (False, "any_of") == (either("any_of", ()).holds, either("any_of", ()).first_failure.code)


@pytest.mark.parametrize("whole", [every, either])
def test_a_verdict_has_no_more_parts_than_a_person_could_read(whole: Any) -> None:
    assert PARTS_MAX == len(whole("whole", [held("part")] * PARTS_MAX).parts)
    with pytest.raises(BadValue, match=str(PARTS_MAX)):
        whole("whole", [held("part")] * (PARTS_MAX + 1))


def test_too_much_is_told_as_too_much() -> None:
    told = at_most("adjustment_too_large", actual=Points(130), required=Points(100))

    assert "adjustment_too_large (actual 130 points, at most 100 points, over by 30 points)" == str(told)
    assert told.is_too_much
    assert not at_most("adjustment_too_large", actual=Points(1), required=Points(100)).is_too_much


def test_a_condition_without_alternatives_is_blamed_itself() -> None:
    assert "no_way_in" == every("refused", [either("no_way_in", [])]).first_failure.code
