"""Spending points: soonest expiry first, never more than there are, and a refusal says what is missing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.ids import LotId
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty import (
    Account,
    Burn,
    Draw,
    Month,
    PointsMoved,
    PointsRules,
    ShortBurn,
    burn,
    draws_of,
    pages_for_burn,
    part_of,
    posted,
    spend,
)
from tests.loyalty.shelf import MARY, Shelf, at, start

OWING = PointsRules(on_short_burn=ShortBurn.OWE)
TICK = timedelta(microseconds=1)


def expiring(days: int | None, activation_days: int = 0) -> PointsRules:
    return PointsRules(expiry_days=days, activation_days=activation_days)


def drawn(event: PointsMoved) -> list[tuple[str | None, int]]:
    return [(draw.lot, draw.points.count) for draw in draws_of(event)]


# --- which lots go -------------------------------------------------------------------------------


def test_what_expires_soonest_goes_first_and_what_never_does_goes_last() -> None:
    shelf = Shelf()
    forever = shelf.accrue(10, at(0), expiring(None))
    late = shelf.accrue(10, at(0), expiring(90))
    soon = shelf.accrue(10, at(0), expiring(5))

    assert [(soon, 10), (late, 10), (forever, 5)] == drawn(shelf.burn(25, at(1)))
    assert (5, 0, 0) == shelf.counts(at(1))


def test_of_two_that_expire_together_the_one_active_earlier_goes_first() -> None:
    shelf = Shelf()
    later = shelf.accrue(10, at(2), expiring(8))
    earlier = shelf.accrue(10, at(0), expiring(10), now=at(2))

    assert [(earlier, 10), (later, 1)] == drawn(shelf.burn(11, at(3)))


def test_of_lots_that_never_expire_the_oldest_goes_first() -> None:
    shelf = Shelf()
    lots = [shelf.accrue(1, at(day), expiring(None)) for day in range(12)]

    assert [(lot, 1) for lot in lots] == drawn(shelf.burn(12, at(20)))


def test_expired_points_cannot_be_spent_whether_swept_or_not() -> None:
    for is_swept in (False, True):
        shelf = Shelf()
        shelf.accrue(10, at(0), expiring(5))
        if is_swept:
            shelf.sweep(start(5))

        with pytest.raises(Refused) as caught:
            shelf.burn(1, start(5))
        assert "too_few_points" == caught.value.code
    assert [] != drawn(_with_ten_points().burn(10, start(5) - TICK))


def _with_ten_points() -> Shelf:
    shelf = Shelf()
    shelf.accrue(10, at(0), expiring(5))
    return shelf


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("points", [0, -5])
@pytest.mark.parametrize("rules", [PointsRules(), OWING])
def test_to_spend_nothing_is_no_burn(points: int, rules: PointsRules) -> None:
    with pytest.raises(Refused) as caught:
        _with_ten_points().burn(points, at(1), rules)

    assert "nothing_to_spend" == caught.value.code


def test_a_refusal_says_what_is_missing() -> None:
    with pytest.raises(Refused) as caught:
        _with_ten_points().burn(25, at(1))

    failure = caught.value.verdict.first_failure
    assert ("too_few_points", Points(10), Points(25), Points(15)) == (
        failure.code,
        failure.actual,
        failure.required,
        failure.missing,
    )
    assert ["nothing_to_spend", "too_few_points"] == [part.code for part in caught.value.verdict.parts]


def test_a_refusal_tells_of_pending_points_where_waiting_for_them_would_do() -> None:
    shelf = _with_ten_points()
    shelf.accrue(20, at(1), expiring(30, activation_days=7))

    with pytest.raises(Refused) as caught:
        shelf.burn(30, at(1))

    pending = caught.value.verdict.parts[-1]
    assert ("enough_is_pending", True, Points(20), Points(20)) == (
        pending.code,
        pending.holds,
        pending.actual,
        pending.required,
    )
    assert "too_few_points" == caught.value.code
    with pytest.raises(Refused) as caught:
        shelf.burn(31, at(1))
    assert "enough_is_pending" not in {part.code for part in caught.value.verdict.parts}


# --- owing ---------------------------------------------------------------------------------------


def test_a_merchant_may_let_a_sale_owe_what_is_missing() -> None:
    shelf = _with_ten_points()

    event = shelf.burn(25, at(1), OWING)

    assert (0, 0, 15) == shelf.counts(at(1))
    assert [("2026-09.0/0", 10), (None, 15)] == drawn(event)
    assert [Points(-10), Points(-15), Points(25)] == [
        posted(event, account) for account in (Account.MEMBER, Account.DEBT, Account.BURNED)
    ]


def test_nobody_runs_up_a_debt_by_asking() -> None:
    """What the rules allow a till sale they do not allow the verb."""
    shelf = _with_ten_points()
    wanted = Burn(MARY, "b", Points(25), "by hand")
    book = shelf.book(lambda book: pages_for_burn(book, wanted, at(1)))

    with pytest.raises(Refused) as caught:
        spend(book, wanted, at(1))
    assert "too_few_points" == caught.value.code
    assert burn(book, wanted, OWING, at(1)).source == "by hand"


def test_pending_points_go_before_debt_does() -> None:
    """They would settle it the moment they were earned, had the sale come first."""
    pending = expiring(None, activation_days=7)
    burned_first, earned_first = Shelf(), Shelf()
    burned_first.burn(25, at(1), OWING)
    burned_first.accrue(40, at(1), pending)
    earned_first.accrue(40, at(1), pending)
    earned_first.burn(25, at(1), OWING)

    assert (0, 15, 0) == burned_first.counts(at(1))
    assert (0, 15, 0) == earned_first.counts(at(1))


# --- what is read --------------------------------------------------------------------------------


def test_a_burn_reads_no_month_beyond_what_it_needs() -> None:
    shelf = Shelf()
    for month in range(4):
        shelf.accrue(10, at(0), expiring(30 * month + 5))

    shelf.burn(15, at(1))

    assert [("2026-09.0", "2026-10.0")] == shelf.reads


def test_a_month_of_which_the_head_is_not_sure_is_read_and_not_relied_upon() -> None:
    shelf = Shelf()
    shelf.accrue(10, at(0), expiring(30))
    shelf.accrue(10, at(0), expiring(25, activation_days=5))
    shelf.accrue(10, at(0), expiring(61))

    shelf.burn(15, at(1))

    assert [("2026-10.0", "2026-11.0")] == shelf.reads
    assert shelf.head is not None
    assert (
        Month("2026-10", 1, Points(10), start(5), start(30)),
        Month("2026-11", 1, Points(5), start(0), start(61)),
    ) == shelf.head.months


# --- giving back in parts ------------------------------------------------------------------------


DRAWS = (Draw(LotId("a.0/0"), Points(5)), Draw(LotId("b.0/0"), Points(3)), Draw(None, Points(2)))


def test_a_part_is_given_back_from_the_end_of_what_was_drawn() -> None:
    assert (Draw(LotId("b.0/0"), Points(1)), Draw(None, Points(2))) == part_of(DRAWS, Points(0), Points(3))
    assert (Draw(LotId("a.0/0"), Points(1)), Draw(LotId("b.0/0"), Points(2))) == part_of(
        DRAWS, Points(3), Points(3)
    )
    assert DRAWS == part_of(DRAWS, Points(0), Points(10))
    assert () == part_of(DRAWS, Points(10), Points(0))


@pytest.mark.parametrize(("before", "points"), [(8, 3), (11, 0), (11, 1), (0, 11)])
def test_no_more_is_given_back_than_was_drawn(before: int, points: int) -> None:
    with pytest.raises(AssertionError, match="than was drawn"):
        part_of(DRAWS, Points(before), Points(points))
