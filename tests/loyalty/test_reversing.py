"""Goods came back: what they earned is taken back, early or late, in one piece or in many."""

from __future__ import annotations

from typing import TypeAlias

from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from omnicommerce.kernel.ids import LotId
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty import (
    Account,
    PointsRules,
    Reversal,
    ShortBurn,
    book_of,
    pages_for_reversal,
    posted,
    reverse,
)
from tests.loyalty.shelf import MARY, Shelf, at, start

FOREVER = PointsRules()
MONTH = PointsRules(expiry_days=30)
OWING = PointsRules(on_short_burn=ShortBurn.OWE)

Past: TypeAlias = tuple[tuple[int, int | None, int], ...]
"""Earlier sales: points, days until they expire, days until they are active."""

PASTS: st.SearchStrategy[Past] = st.lists(
    st.tuples(st.integers(0, 40), st.none() | st.integers(1, 40), st.integers(0, 5)), max_size=5
).map(tuple)
SPLITS = st.lists(st.integers(0, 30), max_size=6)


def after(past: Past, debt: int = 0) -> Shelf:
    shelf = Shelf()
    for points, expiry_days, activation_days in past:
        shelf.accrue(points, at(0), PointsRules(expiry_days=expiry_days, activation_days=activation_days))
    if debt:
        shelf.burn(debt, at(0), OWING)
    return shelf


def test_a_return_takes_from_the_very_lot_and_leaves_the_others_alone() -> None:
    shelf = Shelf()
    shelf.accrue(10, at(0), PointsRules(expiry_days=5))
    lot = shelf.accrue(20, at(0), FOREVER)

    event = shelf.reverse(20, lot, at(1))

    assert event is not None
    assert [(lot, Points(-20))] == [(move.lot, move.points) for move in event.moves]
    assert (10, 0, 0) == shelf.counts(at(1))


def test_what_was_spent_meanwhile_comes_from_the_other_lots_and_then_from_debt() -> None:
    shelf = Shelf()
    lot = shelf.accrue(30, at(0), MONTH)
    shelf.burn(30, at(1))
    late = shelf.accrue(10, at(2), FOREVER)
    soon = shelf.accrue(5, at(2), PointsRules(expiry_days=60, activation_days=7))

    event = shelf.reverse(30, lot, at(3))

    assert event is not None
    assert [(soon, -5), (late, -10)] == [(move.lot, move.points.count) for move in event.moves]
    assert (0, 0, 15) == shelf.counts(at(3))
    assert Points(30) == posted(event, Account.ISSUER)


def test_nothing_to_take_back_moves_nothing() -> None:
    assert Shelf().reverse(0, None, at(0)) is None


def test_a_sale_that_only_settled_a_debt_leaves_the_debt_again() -> None:
    shelf = after((), debt=30)
    lot = shelf.accrue(20, at(1), FOREVER)
    shelf.reverse(20, lot, at(2))

    assert lot is None
    assert (0, 0, 30) == shelf.counts(at(2))


@settings(max_examples=50)
@examples(PASTS, st.integers(0, 60), st.integers(0, 60), SPLITS)
def test_earning_and_then_returning_by_any_split_leaves_everything_as_it_was(
    past: Past, debt: int, points: int, split: list[int]
) -> None:
    shelf = after(past, debt)
    before = [shelf.balance(at(day)) for day in range(0, 50, 3)]
    lot = shelf.accrue(points, at(0), PointsRules(expiry_days=20))
    left = points
    for part in split:
        shelf.reverse(min(part, left), lot, at(0))
        left -= min(part, left)
    shelf.reverse(left, lot, at(0))

    assert before == [shelf.balance(at(day)) for day in range(0, 50, 3)]
    earned = sum(posted(event, Account.ISSUER).count for _, event in shelf.told)
    assert -sum(points for points, _, _ in past) == earned


@settings(max_examples=50)
@examples(st.integers(1, 60), st.integers(1, 70), st.booleans())
def test_a_late_return_and_an_early_one_end_equal(points: int, burned: int, is_swept: bool) -> None:
    """What has run out of the lot is not owed: an early return would have taken it before it ran out."""
    early, late = Shelf(), Shelf()
    for shelf in (early, late):
        shelf.accrue(10, at(0), FOREVER)
    lots = [shelf.accrue(points, at(0), MONTH) for shelf in (early, late)]
    for shelf in (early, late):
        shelf.burn(min(burned, points + 10), at(1))

    early.reverse(points, lots[0], at(2))
    if is_swept:
        late.sweep(at(31))
    late.reverse(points, lots[1], at(32))
    for shelf in (early, late):
        shelf.sweep(at(33))

    assert early.balance(at(33)) == late.balance(at(33))
    for account in Account:
        assert sum(posted(event, account).count for _, event in early.told) == sum(
            posted(event, account).count for _, event in late.told
        )


def test_what_ran_out_comes_out_of_breakage_again() -> None:
    shelf = Shelf()
    lot = shelf.accrue(30, at(0), MONTH)
    shelf.burn(10, at(1))
    shelf.sweep(start(30))

    event = shelf.reverse(25, lot, at(31))

    assert event is not None
    assert [Points(-20), Points(-5), Points(25)] == [
        posted(event, account) for account in (Account.BREAKAGE, Account.DEBT, Account.ISSUER)
    ]
    assert (0, 0, 5) == shelf.counts(at(31))


# --- what is read --------------------------------------------------------------------------------


def sold_in_four_months() -> tuple[Shelf, list[LotId | None]]:
    shelf = Shelf()
    return shelf, [shelf.accrue(10, at(0), PointsRules(expiry_days=30 * nth + 5)) for nth in range(4)]


def test_a_return_needs_no_page_but_that_of_its_lot_where_the_lot_can_give_all() -> None:
    shelf, lots = sold_in_four_months()
    wanted = Reversal(MARY, "r", Points(10), lots[3], "return")

    book = book_of(shelf.head, {"2026-12.0": shelf.pages["2026-12.0"]})

    assert () == pages_for_reversal(book, wanted, at(1))
    assert reverse(book, wanted, at(1)) is not None


def test_a_return_whose_lot_has_not_been_read_asks_for_all_it_might_need_at_once() -> None:
    shelf, lots = sold_in_four_months()

    shelf.reverse(10, lots[3], at(1))

    assert [("2026-12.0", "2026-09.0")] == shelf.reads


def test_a_return_reads_on_until_what_has_not_run_out_suffices() -> None:
    shelf, lots = sold_in_four_months()
    shelf.burn(25, at(1))

    shelf.reverse(10, lots[0], at(2))

    assert [("2026-09.0", "2026-11.0", "2026-12.0")] == shelf.reads
    assert (5, 0, 0) == shelf.counts(at(2))


def test_the_lot_itself_is_not_counted_among_the_others() -> None:
    """What is left of it is taken first, so the rest has to come from further months."""
    shelf, lots = sold_in_four_months()
    shelf.burn(4, at(1))
    wanted = Reversal(MARY, "r", Points(10), lots[0], "return")

    book = book_of(shelf.head, {"2026-09.0": shelf.pages["2026-09.0"]})

    assert ("2026-10.0",) == pages_for_reversal(book, wanted, at(2))
    shelf.reverse(10, lots[0], at(2))
    assert (26, 0, 0) == shelf.counts(at(2))


def test_what_ran_out_of_the_lot_needs_no_other_page() -> None:
    shelf = Shelf()
    lot = shelf.accrue(10, at(0), PointsRules(expiry_days=5))
    shelf.accrue(10, at(0), FOREVER)
    shelf.sweep(at(6))
    wanted = Reversal(MARY, "r", Points(10), lot, "return")

    book = book_of(shelf.head, {"2026-09.0": shelf.pages["2026-09.0"]})

    assert () == pages_for_reversal(book, wanted, at(7))


def test_of_a_lot_that_ran_out_and_was_filled_again_too_late_both_parts_are_taken() -> None:
    """A sale told after the sweep lies in the lot unswept: what is left goes first, then what ran out."""
    shelf = Shelf()
    lot = shelf.accrue(10, at(0), PointsRules(expiry_days=5))
    shelf.sweep(at(6))
    shelf.accrue(4, at(0), PointsRules(expiry_days=5), now=at(7))
    shelf.accrue(20, at(7), FOREVER)

    event = shelf.reverse(9, lot, at(8))

    assert event is not None
    assert [(lot, -4, -5)] == [(move.lot, move.points.count, move.expired.count) for move in event.moves]
    assert (20, 0, 0) == shelf.counts(at(8))
