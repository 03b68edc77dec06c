"""Burned points are given back: into the very lots, for as long as those live."""

from __future__ import annotations

import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from omnicommerce.kernel.ids import LotId
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty import Account, Draw, PointsRules, ShortBurn, draws_of, part_of, posted
from tests.loyalty.shelf import Shelf, at, start
from tests.loyalty.test_reversing import PASTS, SPLITS, Past, after

FOREVER = PointsRules()
MONTH = PointsRules(expiry_days=30)
OWING = PointsRules(on_short_burn=ShortBurn.OWE)


@settings(max_examples=50)
@examples(PASTS, st.integers(1, 150), SPLITS)
def test_burning_and_then_giving_back_by_any_split_leaves_everything_as_it_was(
    past: Past, points: int, split: list[int]
) -> None:
    shelf = after(past)
    before = [shelf.balance(at(day)) for day in range(6, 50, 3)]
    event = shelf.burn(points, at(6), OWING)
    given_back = 0
    for wanted in (*split, points):
        part = min(wanted, points - given_back)
        shelf.restore(part_of(draws_of(event), Points(given_back), Points(part)), at(6))
        given_back += part

    assert before == [shelf.balance(at(day)) for day in range(6, 50, 3)]
    assert Points(0) == Points(sum(posted(event, Account.BURNED).count for _, event in shelf.told))


def test_points_come_back_with_the_dates_they_had() -> None:
    shelf = Shelf()
    soon = shelf.accrue(10, at(0), PointsRules(expiry_days=5))
    late = shelf.accrue(10, at(0), MONTH)
    event = shelf.burn(15, at(1))

    restored = shelf.restore(draws_of(event), at(2))

    assert restored is not None
    assert {(soon, 10), (late, 5)} == {(move.lot, move.points.count) for move in restored.moves}
    assert (20, 0, 0) == shelf.counts(at(2))
    assert (10, 0, 0) == shelf.counts(start(5))


def test_nothing_to_give_back_moves_nothing() -> None:
    assert Shelf().restore((), at(0)) is None


# --- where the lot has run out -------------------------------------------------------------------


@pytest.mark.parametrize("is_swept", [False, True])
def test_points_whose_lot_has_run_out_lapse_at_once(is_swept: bool) -> None:
    shelf = Shelf()
    shelf.accrue(30, at(0), MONTH)
    event = shelf.burn(20, at(1))
    if is_swept:
        shelf.sweep(start(30))

    restored = shelf.restore(draws_of(event), start(30))
    shelf.sweep(start(30))

    assert restored is not None
    assert (Points(0), Points(20)) == (posted(restored, Account.MEMBER), posted(restored, Account.BREAKAGE))
    assert (0, 0, 0) == shelf.counts(start(30))
    assert [(30, 0, 30)] == [
        (lot.earned.count, lot.remaining.count, lot.expired.count)
        for page in shelf.pages.values()
        for lot in page.lots
    ]


def test_a_merchant_may_let_them_live_on_for_a_while() -> None:
    shelf = Shelf()
    shelf.accrue(30, at(0), MONTH)
    event = shelf.burn(20, at(1))

    shelf.restore(draws_of(event), at(40), PointsRules(restored_days=3))

    assert (20, 0, 0) == shelf.counts(at(42))
    assert (0, 0, 0) == shelf.counts(start(43))


def test_those_that_live_on_share_a_lot_and_can_be_burned_and_given_back_again() -> None:
    rules = PointsRules(restored_days=3)
    shelf = Shelf()
    shelf.accrue(30, at(0), MONTH)
    first, second = shelf.burn(20, at(1)), shelf.burn(10, at(2))
    shelf.restore(draws_of(first), at(40), rules)
    shelf.restore(draws_of(second), at(40), rules)

    again = shelf.burn(25, at(41))
    shelf.restore(draws_of(again), at(41))

    assert ["2026-10.0/1"] == [draw.lot for draw in draws_of(again)]
    assert (30, 0, 0) == shelf.counts(at(42))


# --- debts ---------------------------------------------------------------------------------------


def test_points_given_back_settle_a_debt_first() -> None:
    shelf = Shelf()
    lot = shelf.accrue(30, at(0), MONTH)
    event = shelf.burn(30, at(1))
    shelf.reverse(20, lot, at(2))
    assert (0, 0, 20) == shelf.counts(at(2))

    settled = shelf.restore(part_of(draws_of(event), Points(0), Points(20)), at(3))
    shelf.restore(part_of(draws_of(event), Points(20), Points(10)), at(3))

    assert settled is not None
    assert () == settled.moves
    assert (10, 0, 0) == shelf.counts(at(3))


@pytest.mark.parametrize("day", [3, 40])
def test_cancelling_the_sale_that_spent_and_the_one_that_earned_ends_at_nothing_either_way(day: int) -> None:
    """Points whose lot has run out still settle what is owed because they were spent."""
    for spender_first in (False, True):
        shelf = Shelf()
        lot = shelf.accrue(30, at(0), MONTH)
        event = shelf.burn(30, at(1))
        if spender_first:
            shelf.restore(draws_of(event), at(day))
        shelf.reverse(30, lot, at(day))
        if not spender_first:
            shelf.restore(draws_of(event), at(day))
        shelf.sweep(at(99))

        assert (0, 0, 0) == shelf.counts(at(99))
        assert {0} == {sum(posted(told, account).count for _, told in shelf.told) for account in Account}


def test_what_was_owed_and_has_been_settled_since_is_given_as_points_of_today() -> None:
    shelf = Shelf()
    shelf.accrue(10, at(0), PointsRules(expiry_days=200))
    event = shelf.burn(25, at(1), OWING)
    shelf.accrue(15, at(2), MONTH)
    assert (0, 0, 0) == shelf.counts(at(2))

    shelf.restore(draws_of(event), at(40), MONTH)

    assert (25, 0, 0) == shelf.counts(at(69))
    assert (10, 0, 0) == shelf.counts(start(70))


def test_what_is_still_owed_is_forgiven() -> None:
    shelf = Shelf()
    event = shelf.burn(25, at(1), OWING)

    restored = shelf.restore(draws_of(event), at(2))

    assert restored is not None
    assert () == restored.moves
    assert (0, 0, 0) == shelf.counts(at(2))


@pytest.mark.parametrize("lots", [1, 2, 64])
def test_points_given_anew_and_points_that_live_on_find_a_place_each(lots: int) -> None:
    """Both may begin a lot in the same month, on the same page or on the next."""
    rules = PointsRules(expiry_days=4, restored_days=3)
    shelf = Shelf()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("omnicommerce.loyalty.earning.LOTS_A_PAGE", lots)
        shelf.accrue(10, at(0), PointsRules(expiry_days=3))
        event = shelf.burn(25, at(1), OWING)
        shelf.accrue(15, at(2), PointsRules(expiry_days=3))
        restored = shelf.restore(draws_of(event), at(6), rules)

    assert restored is not None
    assert 2 == len(restored.opened)
    assert (25, 0, 0) == shelf.counts(at(8))
    assert (15, 0, 0) == shelf.counts(at(9))
    assert (0, 0, 0) == shelf.counts(at(10))


def test_a_lot_that_is_not_there_gets_nothing_back() -> None:
    shelf = Shelf()
    shelf.accrue(10, at(0), MONTH)

    with pytest.raises(AssertionError, match="there is no lot"):
        shelf.restore((Draw(LotId("2026-10.0/1"), Points(1)),), at(1))
