"""Lots run out by themselves; a sweep only writes it down, once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from omnicommerce.kernel.points import Points
from omnicommerce.loyalty import (
    Account,
    Kind,
    PointsHead,
    PointsRules,
    Reversal,
    WrittenOff,
    book_of,
    movement_of,
    next_due,
    posted,
    reverse,
)
from tests.loyalty.shelf import MARY, ZONE, Shelf, at, start

TICK = timedelta(microseconds=1)


def expiring(days: int | None) -> PointsRules:
    return PointsRules(expiry_days=days)


def due(shelf: Shelf) -> object:
    return next_due(shelf.whole().head, PointsRules(), "UTC")


def test_what_has_run_out_goes_to_breakage_at_the_very_instant_and_once() -> None:
    shelf = Shelf()
    shelf.accrue(10, at(0), expiring(5))

    assert shelf.sweep(start(5) - TICK) is None
    event = shelf.sweep(start(5))
    assert shelf.sweep(start(5)) is None

    assert event is not None
    assert (Kind.EXPIRY, Points(-10), Points(10)) == (
        event.kind,
        posted(event, Account.MEMBER),
        posted(event, Account.BREAKAGE),
    )


def test_a_sweep_takes_all_lots_that_have_run_out_and_no_other() -> None:
    shelf = Shelf()
    for days in (3, 5, 32, 64, None):
        shelf.accrue(10, at(0), expiring(days))

    event = shelf.sweep(at(33))

    assert [("2026-09.0", "2026-10.0")] == shelf.reads
    assert event is not None
    assert ["2026-09.0/0", "2026-09.0/1", "2026-10.0/0"] == [move.lot for move in event.moves]
    assert (20, 0, 0) == shelf.counts(at(33))


def test_the_next_due_instant_is_that_of_the_first_lot_with_something_left() -> None:
    shelf = Shelf()
    assert next_due(PointsHead(), PointsRules(), "UTC") is None
    shelf.accrue(10, at(0), expiring(None))
    assert due(shelf) is None
    shelf.accrue(10, at(0), expiring(64))
    shelf.accrue(10, at(0), expiring(5))

    assert start(5) == due(shelf)
    shelf.burn(10, at(1))
    assert start(64) == due(shelf)
    shelf.sweep(start(64))
    assert due(shelf) is None


def test_a_month_leaves_the_head_when_nothing_remains_in_it() -> None:
    shelf = Shelf()
    shelf.accrue(10, at(0), expiring(5))
    shelf.accrue(10, at(0), expiring(35))
    shelf.sweep(at(6))

    assert ["2026-10"] == [month.month for month in shelf.whole().head.months]


def test_a_late_sale_into_a_lot_that_was_swept_is_due_at_once_and_swept_again() -> None:
    shelf = Shelf()
    shelf.accrue(10, at(0), expiring(5))
    shelf.sweep(at(6))
    shelf.accrue(7, at(0), expiring(5), now=at(7))

    assert (0, 0, 0) == shelf.counts(at(7))
    assert start(5) == due(shelf)
    event = shelf.sweep(at(7))

    assert event is not None
    assert Points(7) == posted(event, Account.BREAKAGE)
    assert due(shelf) is None


def test_a_sweep_that_finds_nothing_run_out_puts_the_bounds_right_and_is_not_due_again() -> None:
    """On a month of which not all pages were read, a bound may be left too early."""
    shelf = Shelf()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("omnicommerce.loyalty.earning.LOTS_A_PAGE", 1)
        lots = [shelf.accrue(10, at(0), expiring(days)) for days in (5, 9)]
    book = book_of(shelf.head, {"2026-09.0": shelf.pages["2026-09.0"]})
    shelf.tell(reverse(book, Reversal(MARY, "r", Points(10), lots[0], "return"), at(1)), at(1))
    assert start(5) == due(shelf)

    event = shelf.sweep(start(5))

    assert event is not None
    assert ((), ()) == (event.postings, event.moves)
    assert Points(0) == movement_of(event, at(5), at(5)).points
    assert start(9) == due(shelf)
    assert (10, 0, 0) == shelf.counts(at(5))


# --- written off by the month --------------------------------------------------------------------


def due_by_the_month(days: int, zone: str = ZONE) -> datetime | None:
    """When what was earned on the first day, 1 September, and lives so many days is written off."""
    shelf = Shelf()
    rules = PointsRules(expiry_days=days, written_off=WrittenOff.MONTHLY)
    shelf.accrue(10, at(0), rules)
    return next_due(shelf.whole().head, rules, zone)


def test_by_the_month_what_runs_out_is_due_when_its_month_ends() -> None:
    october, november = start(30), start(61)

    assert october == due_by_the_month(1) == due_by_the_month(29)
    assert november == due_by_the_month(31) == due_by_the_month(60)


def test_what_runs_out_as_a_month_begins_is_of_the_month_that_ends() -> None:
    assert start(30) == due_by_the_month(30)
    assert start(61) == due_by_the_month(31)


@pytest.mark.parametrize("days", range(1, 400, 13))
def test_nothing_waits_longer_than_for_the_end_of_its_month(days: int) -> None:
    due = due_by_the_month(days)

    assert due is not None
    assert timedelta() <= due - start(days) < timedelta(days=31)


def test_months_end_in_the_shops_zone() -> None:
    """Midnight in Shanghai, as October begins there, is noon of the last day of September in New York."""
    assert start(30) + timedelta(hours=12) == due_by_the_month(30, "America/New_York")
