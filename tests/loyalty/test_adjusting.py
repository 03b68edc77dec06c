"""Points given or taken by hand: bounded, with a reason, and every condition judged."""

from __future__ import annotations

import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from omnicommerce.kernel.actor import Actor, Customer, Staff, System, Till
from omnicommerce.kernel.errors import BadValue, Refused
from omnicommerce.kernel.ids import StoreId
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty import (
    Account,
    Adjustment,
    Kind,
    PointsMoved,
    PointsRules,
    ShortBurn,
    adjust,
    movement_of,
    pages_for_adjustment,
    posted,
)
from tests.loyalty.shelf import MARY, ZONE, Shelf, at, start

SHOP = System("shop")
RULES = PointsRules(adjustment_max=Points(100), expiry_days=30, activation_days=7)


def wanted(points: int, by: Actor = SHOP) -> Adjustment:
    return Adjustment(MARY, "by-hand", Points(points), "goodwill", by)


def adjusted(shelf: Shelf, points: int, day: int = 0, by: Actor = SHOP) -> PointsMoved:
    asked = wanted(points, by)
    book = shelf.book(lambda book: pages_for_adjustment(book, asked, RULES, at(day), ZONE))
    return shelf.tell(adjust(book, asked, RULES, at(day), ZONE), at(day))


def refusal(shelf: Shelf, points: int, day: int = 0, by: Actor = SHOP) -> Refused:
    with pytest.raises(Refused) as caught:
        adjusted(shelf, points, day, by)
    return caught.value


def test_points_given_by_hand_come_out_of_an_account_of_the_house() -> None:
    event = adjusted(Shelf(), 30)

    assert Kind.ADJUSTMENT == event.kind
    assert "goodwill" == event.reason == movement_of(event, at(0), at(0)).reason
    assert [Points(30), Points(-30)] == [posted(event, Account.MEMBER), posted(event, Account.ADJUSTMENT)]


def test_points_given_by_hand_are_active_at_once_and_expire_as_the_rules_say() -> None:
    shelf = Shelf()
    adjusted(shelf, 30)

    assert (30, 0, 0) == shelf.counts(at(0))
    assert (0, 0, 0) == shelf.counts(start(30))


def test_points_given_by_hand_settle_a_debt_first() -> None:
    shelf = Shelf()
    shelf.burn(20, at(0), PointsRules(on_short_burn=ShortBurn.OWE))

    adjusted(shelf, 15)
    assert [] == shelf.reads
    assert (0, 0, 5) == shelf.counts(at(0))
    adjusted(shelf, 15)
    assert (10, 0, 0) == shelf.counts(at(0))


def test_points_are_taken_as_if_they_were_spent() -> None:
    shelf = Shelf()
    forever = shelf.accrue(10, at(0), PointsRules())
    soon = shelf.accrue(10, at(0), PointsRules(expiry_days=3))

    event = adjusted(shelf, -15)

    assert [(soon, -10), (forever, -5)] == [(move.lot, move.points.count) for move in event.moves]
    assert Points(15) == posted(event, Account.ADJUSTMENT)


def test_points_may_be_taken_down_to_nothing_and_not_further() -> None:
    shelf = Shelf()
    adjusted(shelf, 30)

    assert "too_few_points" == refusal(shelf, -31).code
    adjusted(shelf, -30)
    assert (0, 0, 0) == shelf.counts(at(0))


def test_a_refusal_says_what_is_missing() -> None:
    shelf = Shelf()
    adjusted(shelf, 30)

    failure = refusal(shelf, -50).verdict.first_failure

    assert ("too_few_points", Points(30), Points(50), Points(20)) == (
        failure.code,
        failure.actual,
        failure.required,
        failure.missing,
    )


def test_expired_points_cannot_be_taken() -> None:
    shelf = Shelf()
    adjusted(shelf, 30)

    assert "too_few_points" == refusal(shelf, -1, day=30).code


@pytest.mark.parametrize(
    ("points", "code"),
    [(0, "nothing_to_adjust"), (101, "adjustment_too_large"), (-101, "adjustment_too_large")],
)
def test_an_adjustment_is_at_least_one_point_and_at_most_what_the_rules_allow(points: int, code: str) -> None:
    assert code == refusal(Shelf(), points).code


def test_too_large_an_adjustment_says_by_how_much() -> None:
    assert Points(30) == refusal(Shelf(), 130).verdict.first_failure.missing


def test_every_condition_is_judged_and_not_only_the_first() -> None:
    failures = [failure.code for failure in refusal(Shelf(), -130, by=Customer(MARY)).verdict.failures()]

    assert ["not_for_customers", "adjustment_too_large", "too_few_points"] == failures


@pytest.mark.parametrize(
    ("by", "may"),
    [(SHOP, True), (Staff("s-7"), True), (Till(StoreId("s1"), "t1"), True), (Customer(MARY), False)],
)
def test_customers_do_not_adjust_their_own_points(by: Actor, may: bool) -> None:
    if may:
        assert Points(1) == posted(adjusted(Shelf(), 1, by=by), Account.MEMBER)
    else:
        assert "not_for_customers" == refusal(Shelf(), 1, by=by).code


@pytest.mark.parametrize("reason", ["", "two words", "Goodwill", "reason!", "грех", "x" * 65])
def test_a_reason_is_a_word_and_not_a_story(reason: str) -> None:
    with pytest.raises(BadValue) as caught:
        Adjustment(MARY, "by-hand", Points(1), reason, SHOP)

    assert "reason" == caught.value.path


def test_a_reason_has_at_most_64_characters() -> None:
    assert "x" * 64 == Adjustment(MARY, "by-hand", Points(1), "x" * 64, SHOP).reason


@settings(max_examples=30)
@examples(st.lists(st.integers(-120, 120), max_size=20))
def test_a_book_is_the_sum_of_what_was_accepted(asked: list[int]) -> None:
    shelf, accepted = Shelf(), 0
    for points in asked:
        if points != 0 and abs(points) <= 100 and accepted + points >= 0:
            adjusted(shelf, points)
            accepted += points
        else:
            refusal(shelf, points)

    assert (accepted, 0, 0) == shelf.counts(at(0))
    assert -accepted == sum(posted(event, Account.ADJUSTMENT).count for _, event in shelf.told)
