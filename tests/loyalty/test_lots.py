"""When points live, which lot they share, and what pages and lots are called."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import LotId, MemberId
from omnicommerce.loyalty import LOTS_A_PAGE, PointsRules, lot_dates, lots_id, page_of
from omnicommerce.loyalty.lots import (
    expiry_month,
    lot_named,
    month_of,
    number_of,
    page_named,
    place_of,
)
from tests.loyalty.shelf import ZONE, Shelf, at, start

TODAY = PointsRules()
MONTH = PointsRules(activation_days=7, expiry_days=30)


def local(year: int, month: int, day: int, hour: int, zone: str) -> datetime:
    return datetime(year, month, day, hour, tzinfo=ZoneInfo(zone)).astimezone(UTC)


# --- dates ---------------------------------------------------------------------------------------


def test_points_become_active_and_expire_at_the_start_of_a_local_day() -> None:
    assert (start(7), start(37)) == lot_dates(at(0, time(23, 59)), MONTH, ZONE)


def test_points_that_need_no_time_are_active_from_the_start_of_the_very_day() -> None:
    assert (start(0), None) == lot_dates(at(0), TODAY, ZONE)


@examples(st.times(), st.times())
def test_sales_of_one_day_have_the_same_dates(morning: time, evening: time) -> None:
    assert lot_dates(at(3, morning), MONTH, ZONE) == lot_dates(at(3, evening), MONTH, ZONE)


def test_the_day_is_the_shops_and_not_that_of_greenwich() -> None:
    """00:30 in Shanghai is still yesterday in UTC."""
    sold = at(0, time(0, 30))

    assert sold.date() == date(2026, 8, 31)
    assert start(0) == lot_dates(sold, TODAY, ZONE)[0]


def test_a_day_of_23_or_25_hours_counts_as_one() -> None:
    """Clocks go forward in Berlin on 29 March and back on 25 October 2026."""
    rules = PointsRules(activation_days=1, expiry_days=1)
    berlin = "Europe/Berlin"

    short = lot_dates(local(2026, 3, 28, 12, berlin), rules, berlin)
    long = lot_dates(local(2026, 10, 24, 12, berlin), rules, berlin)

    assert (local(2026, 3, 29, 0, berlin), local(2026, 3, 30, 0, berlin)) == short
    assert short[1] is not None
    assert timedelta(hours=23) == short[1] - short[0]
    assert long[1] is not None
    assert timedelta(hours=25) == long[1] - long[0]


def test_where_midnight_is_skipped_a_day_starts_after_it() -> None:
    """Santiago goes from 23:59 to 01:00 on 6 September 2026."""
    santiago = "America/Santiago"

    active_at, _ = lot_dates(local(2026, 9, 6, 12, santiago), TODAY, santiago)

    assert local(2026, 9, 6, 1, santiago) == active_at


def test_where_a_whole_day_is_skipped_the_next_one_counts() -> None:
    """Samoa had no 30 December 2011; points that were to become active then have their full day after."""
    apia = "Pacific/Apia"
    rules = PointsRules(activation_days=1, expiry_days=1)

    active_at, expires_at = lot_dates(local(2011, 12, 29, 12, apia), rules, apia)

    assert local(2011, 12, 31, 0, apia) == active_at
    assert local(2012, 1, 1, 0, apia) == expires_at


def test_dates_off_the_calendar_are_no_dates() -> None:
    with pytest.raises(BadValue):
        lot_dates(datetime(9999, 12, 1, tzinfo=UTC), MONTH, ZONE)


# --- names ---------------------------------------------------------------------------------------


@examples(st.integers(0, 10**4), st.integers(0, LOTS_A_PAGE - 1), st.sampled_from(("2026-09", "never")))
def test_the_name_of_a_lot_says_where_it_lies(number: int, place: int, month: str) -> None:
    page = page_named(month, number)
    lot = lot_named(page, place)

    assert (page, place) == (page_of(lot), place_of(lot))
    assert (month, number) == (month_of(page), number_of(page))


def test_a_page_lies_under_its_member() -> None:
    assert "2026-09.0/3" == lot_named("2026-09.0", 3)
    assert "2026-09.0" == page_of(LotId("2026-09.0/3"))
    assert "mary/2026-09.0" == lots_id(MemberId("mary"), "2026-09.0")


def test_the_month_is_that_of_the_day_of_expiry_in_the_shop() -> None:
    """The first of October in Shanghai begins on 30 September in UTC."""
    assert "2026-10" == expiry_month(start(30), ZONE)
    assert "2026-09" == expiry_month(start(30), "UTC")
    assert "never" == expiry_month(None, ZONE)


# --- one lot a day -------------------------------------------------------------------------------


def test_a_book_does_not_grow_with_the_number_of_sales_in_a_day() -> None:
    shelf = Shelf()

    lots = {shelf.accrue(1, at(0, time(8 + nth // 60, nth % 60)), MONTH) for nth in range(200)}

    assert {"2026-10.0/0"} == lots
    assert [1] == [len(page.lots) for page in shelf.pages.values()]


def test_points_with_other_dates_get_a_lot_of_their_own() -> None:
    shelf = Shelf()

    assert "2026-10.0/0" == shelf.accrue(1, at(0), MONTH)
    assert "2026-10.0/1" == shelf.accrue(1, at(1), MONTH)
    assert "never.0/0" == shelf.accrue(1, at(1), TODAY)
    assert "2026-10.0/0" == shelf.accrue(1, at(0), MONTH, now=at(2))


def test_a_full_page_stays_as_it_is_and_the_next_one_begins() -> None:
    shelf = Shelf()
    lots = [shelf.accrue(1, at(day), TODAY) for day in range(LOTS_A_PAGE + 2)]

    assert "never.0/63" == lots[63]
    assert ["never.1/0", "never.1/1"] == lots[64:]
    assert {"never.0": 64, "never.1": 2} == {name: len(page.lots) for name, page in shelf.pages.items()}
    assert shelf.head is not None
    assert [("never", 2)] == [(month.month, month.pages) for month in shelf.head.months]


def test_a_full_page_still_takes_points_for_the_lots_it_has() -> None:
    shelf = Shelf()
    for day in range(LOTS_A_PAGE):
        shelf.accrue(1, at(day), TODAY)

    assert "never.0/63" == shelf.accrue(1, at(63, time(20)), TODAY)
    assert [("never.0",)] == shelf.reads


def test_an_earlier_page_is_not_read_again_once_nothing_remains_on_it() -> None:
    """Points that never expire fill page after page; once the old ones are spent only the new are read."""
    shelf = Shelf()
    for day in range(LOTS_A_PAGE + 1):
        shelf.accrue(1, at(day), TODAY)

    shelf.burn(LOTS_A_PAGE, at(LOTS_A_PAGE + 1))
    shelf.burn(1, at(LOTS_A_PAGE + 1))

    assert [("never.1",)] == shelf.reads
    assert "never.1/1" == shelf.accrue(1, at(LOTS_A_PAGE + 2), TODAY)


# --- late sales ----------------------------------------------------------------------------------


def test_a_late_sale_fills_the_lot_that_it_would_have_filled_in_time() -> None:
    shelf = Shelf()
    in_time = shelf.accrue(10, at(0), MONTH)
    shelf.burn(10, at(8))
    assert shelf.head is not None
    assert () == shelf.head.months

    late = shelf.accrue(5, at(0), MONTH, now=at(9))

    assert in_time == late
    assert (5, 0, 0) == shelf.counts(at(9))


def test_a_late_sale_into_a_month_that_is_over_looks_through_its_pages_from_the_first() -> None:
    shelf = Shelf()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("omnicommerce.loyalty.earning.LOTS_A_PAGE", 2)
        for day in range(5):
            shelf.accrue(10, at(day), MONTH)
        shelf.sweep(at(60))
        assert shelf.head is not None
        assert () == shelf.head.months

        lot = shelf.accrue(10, at(5), MONTH, now=at(60))

    assert "2026-10.2/1" == lot
    assert [("2026-10.0",), ("2026-10.1",), ("2026-10.2",)] == shelf.reads
    assert (0, 0, 0) == shelf.counts(at(60))
