"""Points that a sale earned: pending, then active, then gone; and a debt is settled first."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given as examples
from hypothesis import strategies as st

from omnicommerce.kernel.ids import LotId
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty import (
    Account,
    Accrual,
    PointsRules,
    ShortBurn,
    accrue,
    lot_of,
    pages_for_accrual,
    posted,
)
from tests.loyalty.shelf import MARY, ZONE, Shelf, at, start

MONTH = PointsRules(activation_days=7, expiry_days=30)
OWING = PointsRules(on_short_burn=ShortBurn.OWE)
TICK = timedelta(microseconds=1)


def test_points_may_be_spent_from_the_very_instant_they_become_active() -> None:
    shelf = Shelf()
    shelf.accrue(10, at(0), MONTH)

    assert (0, 10, 0) == shelf.counts(start(7) - TICK)
    assert (10, 0, 0) == shelf.counts(start(7))


def test_points_are_worth_nothing_from_the_very_instant_they_expire() -> None:
    shelf = Shelf()
    shelf.accrue(10, at(0), MONTH)

    assert (10, 0, 0) == shelf.counts(start(37) - TICK)
    assert (0, 0, 0) == shelf.counts(start(37))


def test_a_sale_that_earned_nothing_moves_nothing() -> None:
    shelf = Shelf()

    assert shelf.accrue(0, at(0), MONTH) is None
    assert [] == shelf.told
    assert {} == shelf.pages


def test_new_points_settle_a_debt_first_and_only_the_rest_is_theirs() -> None:
    shelf = Shelf()
    shelf.burn(30, at(0), OWING)

    assert shelf.accrue(20, at(1), PointsRules()) is None
    assert (0, 0, 10) == shelf.counts(at(1))
    lot = shelf.accrue(20, at(2), PointsRules())

    assert "never.0/0" == lot
    assert (10, 0, 0) == shelf.counts(at(2))
    _, event = shelf.told[-1]
    assert [Points(10), Points(10), Points(-20)] == [
        posted(event, account) for account in (Account.MEMBER, Account.DEBT, Account.ISSUER)
    ]


def test_points_still_pending_settle_a_debt_at_once() -> None:
    shelf = Shelf()
    shelf.burn(30, at(0), OWING)
    shelf.accrue(40, at(0), MONTH)

    assert (0, 10, 0) == shelf.counts(at(0))


def test_the_lot_of_an_accrual_is_told_so_that_a_return_finds_it() -> None:
    shelf = Shelf()
    wanted = Accrual(MARY, "a", Points(5), at(0), "sale")
    book = shelf.book(lambda book: pages_for_accrual(book, wanted, MONTH, ZONE))
    event = accrue(book, wanted, MONTH, ZONE)

    assert event is not None
    assert LotId("2026-10.0/0") == lot_of(event)


def test_a_debt_that_swallows_all_of_it_needs_no_page() -> None:
    shelf = Shelf()
    shelf.burn(30, at(0), OWING)
    wanted = Accrual(MARY, "a", Points(30), at(0), "sale")
    event = accrue(shelf.book(lambda book: pages_for_accrual(book, wanted, MONTH, ZONE)), wanted, MONTH, ZONE)

    assert [] == shelf.reads
    assert event is not None
    assert lot_of(event) is None


@examples(
    st.lists(
        st.tuples(st.integers(0, 50), st.integers(0, 9), st.none() | st.integers(1, 9), st.integers(0, 3)),
        max_size=12,
    ).flatmap(lambda sales: st.tuples(st.just(sales), st.permutations(sales)))
)
def test_the_order_of_independent_sales_does_not_matter(
    orders: tuple[list[tuple[int, int, int | None, int]], list[tuple[int, int, int | None, int]]],
) -> None:
    shelves = []
    for sales in orders:
        shelf = Shelf()
        for points, day, expiry_days, activation_days in sales:
            rules = PointsRules(activation_days=activation_days, expiry_days=expiry_days)
            shelf.accrue(points, at(day), rules, now=at(10))
        shelves.append(shelf)
    one, other = shelves

    for day in range(10, 22):
        assert one.balance(at(day)) == other.balance(at(day))
    assert _lots(one) == _lots(other)


def _lots(shelf: Shelf) -> set[object]:
    return {lot for page in shelf.pages.values() for lot in page.lots}
