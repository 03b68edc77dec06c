"""The points book: double entry, never below zero, and every condition judged."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from omnicommerce.kernel.actor import Actor, Customer, Staff, System, Till
from omnicommerce.kernel.errors import BadValue, Refused
from omnicommerce.kernel.ids import MemberId, StoreId
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty import (
    Account,
    Adjustment,
    PointsAdjusted,
    PointsBook,
    PointsRules,
    Posting,
    adjust,
    apply,
)
from omnicommerce.testing import given

MARY = MemberId("mary")
SHOP = System("shop")
RULES = PointsRules(adjustment_max=Points(100))


def adjusted(points: int, reason: str = "goodwill") -> PointsAdjusted:
    postings = (Posting(Account.MEMBER, Points(points)), Posting(Account.ADJUSTMENT, Points(-points)))
    return PointsAdjusted(MARY, reason, postings)


def wanted(points: int, by: Actor = SHOP) -> Adjustment:
    return Adjustment(MARY, Points(points), "goodwill", by)


def test_points_given_by_hand_come_out_of_an_account_of_the_house() -> None:
    given(apply, PointsBook()).when(lambda book: adjust(book, wanted(30), RULES)).then(adjusted(30))


def test_points_may_be_taken_down_to_nothing_and_not_further() -> None:
    held = given(apply, PointsBook(), adjusted(30))

    held.when(lambda book: adjust(book, wanted(-30), RULES)).then(adjusted(-30))
    held.when(lambda book: adjust(book, wanted(-31), RULES)).refused("too_few_points")


def test_a_refusal_says_what_is_missing() -> None:
    refused = (
        given(apply, PointsBook(), adjusted(30))
        .when(lambda book: adjust(book, wanted(-50), RULES))
        .refused("too_few_points")
    )

    failure = refused.verdict.first_failure
    assert (Points(30), Points(50), Points(20)) == (failure.actual, failure.required, failure.missing)


@pytest.mark.parametrize(("points", "code"), [(0, "nothing_to_adjust"), (101, "adjustment_too_large")])
def test_an_adjustment_is_at_least_one_point_and_at_most_what_the_rules_allow(points: int, code: str) -> None:
    given(apply, PointsBook()).when(lambda book: adjust(book, wanted(points), RULES)).refused(code)


def test_too_large_an_adjustment_says_by_how_much() -> None:
    refused = (
        given(apply, PointsBook())
        .when(lambda book: adjust(book, wanted(130), RULES))
        .refused("adjustment_too_large")
    )

    assert Points(30) == refused.verdict.first_failure.missing


@pytest.mark.parametrize(
    ("by", "may"),
    [(SHOP, True), (Staff("s-7"), True), (Till(StoreId("s1"), "t1"), True), (Customer(MARY), False)],
)
def test_customers_do_not_adjust_their_own_points(by: Actor, may: bool) -> None:
    decided = given(apply, PointsBook()).when(lambda book: adjust(book, wanted(1, by), RULES))

    if may:
        decided.then(adjusted(1))
    else:
        decided.refused("not_for_customers")


@pytest.mark.parametrize("limit", [Points(0), Points(-1), 5, None])
def test_a_rule_that_allows_no_adjustment_is_no_rule(limit: Any) -> None:
    with pytest.raises(BadValue) as caught:
        PointsRules(adjustment_max=limit)

    assert "adjustment_max" == caught.value.path


@pytest.mark.parametrize("reason", ["", "two words", "Goodwill", "reason!", "грех", "x" * 65])
def test_a_reason_is_a_word_and_not_a_story(reason: str) -> None:
    with pytest.raises(BadValue) as caught:
        Adjustment(MARY, Points(1), reason, SHOP)

    assert "reason" == caught.value.path


@examples(st.lists(st.integers(-120, 120), max_size=40))
def test_a_book_is_the_sum_of_what_was_accepted_and_every_entry_sums_to_zero(asked: list[int]) -> None:
    book, accepted = PointsBook(), 0
    for points in asked:
        may = points != 0 and abs(points) <= 100 and accepted + points >= 0
        try:
            event = adjust(book, wanted(points), RULES)
        except Refused:
            assert not may
            continue
        assert may
        assert 0 == sum(posting.points.count for posting in event.postings)
        book = apply(book, event)
        accepted += points

    assert Points(accepted) == book.balance
