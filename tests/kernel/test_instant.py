"""Laws of time: text order is time order, and no wall time is guessed at."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pendulum
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.instant import (
    Fold,
    Gap,
    add_days,
    add_months,
    add_years,
    as_text,
    at_wall,
    local_day,
    parse_instant,
    start_of_day,
    utc,
)

BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"
BEIRUT, CAIRO, APIA, HAVANA, ST_JOHNS = (
    "Asia/Beirut",
    "Africa/Cairo",
    "Pacific/Apia",
    "America/Havana",
    "America/St_Johns",
)
ZONES = (BERLIN, NEW_YORK, LORD_HOWE, BEIRUT, CAIRO, APIA, HAVANA, ST_JOHNS, "Asia/Shanghai", "UTC")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

zones = st.sampled_from(ZONES)
instants = st.datetimes(timezones=st.just(UTC))
recent = st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis
clocks = st.times()
days = st.dates(date(1990, 1, 1), date(2037, 1, 1))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def wall_of(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


# --- instants ------------------------------------------------------------------------------------


def test_an_aware_time_of_any_zone_is_an_instant_in_utc() -> None:
    shanghai = datetime(2026, 11, 22, 20, tzinfo=ZoneInfo("Asia/Shanghai"))

    for same in (NOON, shanghai, NOON.astimezone(timezone(timedelta(hours=-5))), NOON.replace(fold=1)):
        assert (NOON, UTC, datetime, 0) == (utc(same), utc(same).tzinfo, type(utc(same)), utc(same).fold)


@pytest.mark.parametrize(
    "not_one",
    [
        *(None, 0, 1.0, True, "2026-11-22T12:00:00Z", date(2026, 11, 22), float("nan")),
        NOON.replace(tzinfo=None),
        pendulum.datetime(2026, 11, 22, 12),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))),
        datetime(2026, 3, 29, 2, 30, tzinfo=ZoneInfo(BERLIN)),
    ],
)
def test_what_names_no_instant_is_none(not_one: Any) -> None:
    for ask in (utc, as_text):
        with pytest.raises(BadValue) as bad:
            ask(not_one)

        assert "at" == bad.value.path


def test_the_fold_of_an_aware_time_is_heeded() -> None:
    twice = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo(BERLIN))

    assert at("2026-10-25T00:30:00Z") == utc(twice)
    assert at("2026-10-25T01:30:00Z") == utc(twice.replace(fold=1))


def test_the_path_is_told() -> None:
    with pytest.raises(BadValue, match=r"^sold_at: "):
        utc(NOON.replace(tzinfo=None), "sold_at")


# --- text ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 11, 22, 18, tzinfo=UTC), "2026-11-22T18:00:00.000000Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000000Z"),
        (datetime.max.replace(tzinfo=UTC), "9999-12-31T23:59:59.999999Z"),
        (datetime(2026, 11, 22, 18, 0, 0, 5, timezone(timedelta(hours=8))), "2026-11-22T10:00:00.000005Z"),
    ],
)
def test_an_instant_has_one_canonical_text(instant: datetime, text: str) -> None:
    assert text == as_text(instant)


@given(instants, instants)
def test_the_order_of_texts_is_the_order_of_time(one: datetime, other: datetime) -> None:
    assert 27 == len(as_text(one))
    assert (one < other, one == other) == (as_text(one) < as_text(other), as_text(one) == as_text(other))


@given(instants)
def test_what_is_written_can_be_read_back(instant: datetime) -> None:
    read = parse_instant(as_text(instant))

    assert (instant, UTC, datetime) == (read, read.tzinfo, type(read))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-22T12:00:00Z", NOON),
        ("2026-11-22T20:00:00+08:00", NOON),
        ("2026-11-22T12:00:00-00:00", NOON),
        ("2026-11-21T12:01:00-23:59", NOON),
        ("2026-11-22T12:00:00.5Z", NOON + timedelta(milliseconds=500)),
        ("2026-11-22T12:00:00.000001Z", NOON + timedelta(microseconds=1)),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
    ],
)
def test_a_text_with_an_offset_is_read(text: str, instant: datetime) -> None:
    assert instant == parse_instant(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "now",
            "today",
            "20:00",
            "2026-11-22",
            "2026-11-22T12:00:00",
            "2026-11-22T12:00Z",
            "20261122T120000Z",
        ),
        *("2026-W47-7T12:00:00Z", "2026-326T12:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T23:59:60Z"),
        *("2026-11-22 12:00:00Z", "2026-11-22t12:00:00Z", "2026-11-22T12:00:00z", "2026-11-22T12:00:00Z\n"),
        *(" 2026-11-22T12:00:00Z", "2026-11-22T12:00:00.Z", "2026-11-22T12:00:00.1234567Z"),
        *(
            "2026-11-22T12:00:00,5Z",
            "2026-11-22T12:00:00+08",
            "2026-11-22T12:00:00+0800",
            "2026-11-22T12:00:00 Z",
        ),
        *("2026-11-22T12:00:00+24:00", "2026-11-22T12:00:00+08:60", "2026-11-22T12:00:00\u221208:00"),
        *("2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z"),
        *(
            "0000-01-01T00:00:00Z",
            "0001-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "12026-01-01T00:00:00Z",
        ),
        *("２０２６-11-22T12:00:00Z", "2026-11-22T12:00:00Z" * 50_000, "2026-11-22T12:60:00Z", "1795348800"),
        *("2026-11-22T12:00:00Z/2026-11-23T12:00:00Z", "P1D", "2026-11-22T12:00:00[Asia/Shanghai]"),
        *(None, 1795348800, 1.5, True, b"2026-11-22T12:00:00Z", NOON),
    ],
)
def test_what_is_not_written_as_an_instant_is_none(text: Any) -> None:
    with pytest.raises(BadValue) as bad:
        parse_instant(text, "$.sold_at")

    assert "$.sold_at" == bad.value.path


def test_pendulum_reads_what_is_no_instant() -> None:
    """Why it never sees what a stranger wrote: words, times without dates, dates without times."""
    for text in ("now", "20:00", "2026-11-22", "2026-W47-7"):
        assert pendulum.parse(text) is not None


# --- wall times ----------------------------------------------------------------------------------


def either_way(day: str, clock: str, zone: str) -> list[str]:
    """What each choice makes of a wall time, or of one that is refused the path."""
    found = []
    for gap, fold in ((Gap.BEFORE, Fold.EARLIER), (Gap.AFTER, Fold.LATER), (Gap.REFUSE, Fold.REFUSE)):
        try:
            instant = at_wall(date.fromisoformat(day), time.fromisoformat(clock), zone, gap=gap, fold=fold)
        except BadValue as bad:
            found.append(bad.path)
        else:
            found.append(as_text(instant)[5:-1].removesuffix(".000000"))
    return found


@pytest.mark.parametrize(
    ("zone", "day", "clock", "before", "after"),
    [
        (BERLIN, "2026-03-29", "02:00", "03-29T00:59:59.999999", "03-29T01:00:00"),
        (BERLIN, "2026-03-29", "02:30", "03-29T00:59:59.999999", "03-29T01:00:00"),
        (BERLIN, "2026-03-29", "02:59:59.999999", "03-29T00:59:59.999999", "03-29T01:00:00"),
        (NEW_YORK, "2026-03-08", "02:30", "03-08T06:59:59.999999", "03-08T07:00:00"),
        (LORD_HOWE, "2026-10-04", "02:15", "10-03T15:29:59.999999", "10-03T15:30:00"),
        (BEIRUT, "2026-03-29", "00:00", "03-28T21:59:59.999999", "03-28T22:00:00"),
        (CAIRO, "2026-04-24", "00:00", "04-23T21:59:59.999999", "04-23T22:00:00"),
        (APIA, "2011-12-30", "00:00", "12-30T09:59:59.999999", "12-30T10:00:00"),
        (APIA, "2011-12-30", "23:59:59.5", "12-30T09:59:59.999999", "12-30T10:00:00"),
    ],
)
def test_a_wall_time_that_does_not_exist_is_the_edge_of_its_gap_or_refused(
    zone: str, day: str, clock: str, before: str, after: str
) -> None:
    assert [before, after, "time"] == either_way(day, clock, zone)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "earlier", "later"),
    [
        (BERLIN, "2026-10-25", "02:00", "10-25T00:00:00", "10-25T01:00:00"),
        (BERLIN, "2026-10-25", "02:30", "10-25T00:30:00", "10-25T01:30:00"),
        (NEW_YORK, "2026-11-01", "01:30", "11-01T05:30:00", "11-01T06:30:00"),
        (LORD_HOWE, "2026-04-05", "01:45", "04-04T14:45:00", "04-04T15:15:00"),
        (HAVANA, "2025-11-02", "00:00", "11-02T04:00:00", "11-02T05:00:00"),
        (ST_JOHNS, "2010-11-07", "00:00", "11-07T02:30:00", "11-07T03:30:00"),
    ],
)
def test_a_wall_time_that_comes_twice_is_the_one_chosen_or_refused(
    zone: str, day: str, clock: str, earlier: str, later: str
) -> None:
    assert [earlier, later, "time"] == either_way(day, clock, zone)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "instant"),
    [
        (BERLIN, "2026-03-29", "01:59:59.999999", "03-29T00:59:59.999999"),
        (BERLIN, "2026-03-29", "03:00", "03-29T01:00:00"),
        (BERLIN, "2026-10-25", "03:00", "10-25T02:00:00"),
        (BERLIN, "2026-10-25", "01:59:59", "10-24T23:59:59"),
        (LORD_HOWE, "2026-10-04", "02:30", "10-03T15:30:00"),
        (APIA, "2011-12-31", "00:00", "12-30T10:00:00"),
        ("Asia/Shanghai", "2026-11-22", "20:00", "11-22T12:00:00"),
    ],
)
def test_a_wall_time_that_comes_once_needs_no_choice(zone: str, day: str, clock: str, instant: str) -> None:
    assert [instant] * 3 == either_way(day, clock, zone)


def test_the_fold_that_a_time_of_day_may_carry_is_no_choice() -> None:
    for fold in (0, 1):
        with pytest.raises(BadValue, match=r"^time: "):
            at_wall(date(2026, 10, 25), time(2, 30, fold=fold), BERLIN, gap=Gap.REFUSE, fold=Fold.REFUSE)


@given(days, clocks, zones, st.sampled_from(Fold))
@example(date(2026, 3, 29), time(2, 30), BERLIN, Fold.EARLIER)
@example(date(2026, 10, 25), time(2, 30), BERLIN, Fold.EARLIER)
@example(date(2026, 10, 25), time(2, 30), BERLIN, Fold.LATER)
def test_the_wall_shows_what_was_asked_for_at_every_instant_found_and_no_other(
    day: date, clock: time, zone: str, fold: Fold
) -> None:
    """The oracle tries every offset a zone has used within two days, forwards, through the stdlib."""
    wall = datetime.combine(day, clock)
    around = [wall.replace(tzinfo=UTC) + timedelta(hours=hours) for hours in range(-48, 49, 12)]
    offsets = {each.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0) for each in around}
    found = sorted(
        {each for offset in offsets if wall == wall_of(each := wall.replace(tzinfo=UTC) - offset, zone)}
    )
    if not found or (len(found) == 2 and fold is Fold.REFUSE):
        with pytest.raises(BadValue, match=r"^time: "):
            at_wall(day, clock, zone, gap=Gap.REFUSE, fold=fold)
    else:
        expected = found[-1] if fold is Fold.LATER else found[0]

        assert expected == at_wall(day, clock, zone, gap=Gap.REFUSE, fold=fold)


@given(days, clocks, zones)
@example(date(2026, 3, 29), time(2, 30), BERLIN)
@example(date(2026, 10, 4), time(2, 15), LORD_HOWE)
@example(date(2011, 12, 30), time(12, 0, 0, 1), APIA)
@example(date(1996, 3, 31), time(2, 30), BERLIN)
def test_the_edges_of_a_gap_are_neighbours_and_the_wall_jumps_between_them(
    day: date, clock: time, zone: str
) -> None:
    before, after = (at_wall(day, clock, zone, gap=gap, fold=Fold.EARLIER) for gap in (Gap.BEFORE, Gap.AFTER))
    wall = datetime.combine(day, clock)

    if before != after:
        assert timedelta(microseconds=1) == after - before
        assert wall_of(before, zone) < wall < wall_of(after, zone)


@given(days, clocks, clocks, zones, st.sampled_from([Gap.BEFORE, Gap.AFTER]))
@example(date(2026, 3, 29), time(2, 30), time(3, 0), BERLIN, Gap.AFTER)
def test_wall_times_in_order_are_instants_in_order(
    day: date, one: time, other: time, zone: str, gap: Gap
) -> None:
    first, second = sorted((one, other))

    assert at_wall(day, first, zone, gap=gap, fold=Fold.EARLIER) <= at_wall(
        day, second, zone, gap=gap, fold=Fold.EARLIER
    )


def test_pendulum_and_the_standard_library_disagree_at_the_fold_and_at_the_gap() -> None:
    """The naive version: whichever library reads the sign on the door decides when the sale starts."""
    by_stdlib = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)
    by_pendulum = pendulum.datetime(2026, 10, 25, 2, 30, tz=BERLIN)

    assert timedelta(hours=1).total_seconds() == by_pendulum.timestamp() - by_stdlib.timestamp()
    assert pendulum.datetime(2026, 3, 29, 2, 30, tz=BERLIN) > pendulum.datetime(2026, 3, 29, 3, 0, tz=BERLIN)


def test_the_standard_library_loses_an_hour_across_the_fold() -> None:
    earlier = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo(BERLIN))
    later = earlier.replace(fold=1)

    assert (timedelta(0), timedelta(hours=1)) == (later - earlier, utc(later) - utc(earlier))


@pytest.mark.parametrize(
    "zone",
    [
        *(
            "",
            "Nowhere/Nothing",
            "../etc/passwd",
            "/etc/localtime",
            "Europe/../Europe/Berlin",
            "Europe/",
            "Europe",
        ),
        *(
            "right/Europe/Berlin",
            "posix/Europe/Berlin",
            "localtime",
            "posixrules",
            "europe/berlin",
            "UTC\x00",
        ),
        *(
            "+08:00",
            "Asia//Shanghai",
            "Asia/Shanghai\n",
            "Ａsia/Shanghai",
            "A" * 100_000,
            "A/" * 100,
            "C:\\x",
        ),
        *(None, 8, True, ["UTC"], b"UTC", ZoneInfo("UTC")),
    ],
)
def test_only_the_name_of_a_time_zone_is_one(zone: Any) -> None:
    with pytest.raises(BadValue) as bad:
        local_day(NOON, zone)

    assert "zone" == bad.value.path


def test_every_zone_of_the_database_is_known() -> None:
    for zone in available_timezones() - {"localtime"}:
        assert local_day(NOON, zone) in (date(2026, 11, 22), date(2026, 11, 23))


def test_a_day_a_time_and_a_choice_are_plain_ones() -> None:
    bad_arguments: list[tuple[Any, Any, Any, Any, str]] = [
        (NOON, time(1), Gap.AFTER, Fold.EARLIER, "day"),
        ("2026-11-22", time(1), Gap.AFTER, Fold.EARLIER, "day"),
        (None, time(1), Gap.AFTER, Fold.EARLIER, "day"),
        (date(2026, 11, 22), time(1, tzinfo=UTC), Gap.AFTER, Fold.EARLIER, "time"),
        (date(2026, 11, 22), "01:00", Gap.AFTER, Fold.EARLIER, "time"),
        (date(2026, 11, 22), time(1), "after", Fold.EARLIER, "gap"),
        (date(2026, 11, 22), time(1), Gap.AFTER, "earlier", "fold"),
        (date(2026, 11, 22), time(1), None, None, "gap"),
    ]
    for day, clock, gap, fold, path in bad_arguments:
        with pytest.raises(BadValue) as bad:
            at_wall(day, clock, BERLIN, gap=gap, fold=fold)

        assert path == bad.value.path


def test_the_calendar_ends_in_a_refusal() -> None:
    last, first = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
    for off in (
        (at_wall, date.min, time(0), "Asia/Tokyo"),
        (at_wall, date.max, time(23), NEW_YORK),
    ):
        with pytest.raises(BadValue):
            off[0](*off[1:], gap=Gap.AFTER, fold=Fold.EARLIER)
    for instant, zone in ((last, "Asia/Tokyo"), (first, NEW_YORK)):
        with pytest.raises(BadValue):
            local_day(instant, zone)


# --- days ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        (BERLIN, "2026-03-29", "2026-03-28T23:00:00Z"),
        (BEIRUT, "2026-03-29", "2026-03-28T22:00:00Z"),
        (CAIRO, "2026-04-24", "2026-04-23T22:00:00Z"),
        (CAIRO, "2026-10-30", "2026-10-29T22:00:00Z"),
        (HAVANA, "2025-11-02", "2025-11-02T04:00:00Z"),
        (APIA, "2011-12-29", "2011-12-29T10:00:00Z"),
        (APIA, "2011-12-31", "2011-12-30T10:00:00Z"),
        ("Asia/Shanghai", "2026-11-22", "2026-11-21T16:00:00Z"),
    ],
)
def test_a_day_starts_at_its_first_instant_midnight_or_not(zone: str, day: str, start: str) -> None:
    assert at(start) == start_of_day(date.fromisoformat(day), zone)


@given(days, zones)
@example(date(2026, 3, 29), BEIRUT)
@example(date(2026, 10, 30), CAIRO)
@example(date(2010, 11, 7), ST_JOHNS)
def test_no_instant_before_its_start_belongs_to_a_day(day: date, zone: str) -> None:
    assume((day, zone) != (date(2011, 12, 30), APIA))
    start = start_of_day(day, zone)

    assert day == local_day(start, zone)
    for earlier in (timedelta(microseconds=1), *(timedelta(minutes=15 * n) for n in range(1, 200))):
        assert local_day(start - earlier, zone) < day


def test_a_day_that_was_skipped_has_no_start() -> None:
    with pytest.raises(BadValue, match="2011-12-30") as bad:
        start_of_day(date(2011, 12, 30), APIA)

    assert "day" == bad.value.path


@given(recent, zones)
def test_the_local_day_is_the_date_on_the_wall(instant: datetime, zone: str) -> None:
    day = local_day(instant, zone)

    assert (wall_of(instant, zone).date(), date) == (day, type(day))


# --- the calendar --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31T12:00:00Z", 1, "2026-02-28T12:00:00Z"),
        ("2024-01-31T12:00:00Z", 1, "2024-02-29T12:00:00Z"),
        ("2026-01-31T12:00:00Z", 2, "2026-03-31T12:00:00Z"),
        ("2026-12-31T12:00:00Z", 2, "2027-02-28T12:00:00Z"),
        ("2026-03-31T12:00:00Z", -1, "2026-02-28T12:00:00Z"),
        ("2024-02-29T12:00:00Z", 12, "2025-02-28T12:00:00Z"),
        ("2026-01-31T12:00:00Z", -1, "2025-12-31T12:00:00Z"),
    ],
)
def test_a_day_that_the_month_lacks_is_its_last(start: str, months: int, end: str) -> None:
    assert at(end) == add_months(at(start), months, "UTC")


def test_months_do_not_lead_back() -> None:
    there = add_months(at("2026-01-31T12:00:00Z"), 1, "UTC")

    assert at("2026-01-28T12:00:00Z") == add_months(there, -1, "UTC")


def test_a_year_after_the_29th_of_february_is_the_28th() -> None:
    """Three hundred and sixty-five days, the naive year, end a tier a day too early in a leap year."""
    joined = at("2023-06-01T12:00:00Z")

    assert at("2024-06-01T12:00:00Z") == add_years(joined, 1, "UTC")
    assert at("2024-05-31T12:00:00Z") == joined + timedelta(days=365)
    assert at("2025-02-28T12:00:00Z") == add_years(at("2024-02-29T12:00:00Z"), 1, "UTC")


def test_a_day_keeps_the_time_on_the_wall_when_clocks_change() -> None:
    eve = at("2026-03-28T12:00:00+01:00")

    assert timedelta(hours=23) == add_days(eve, 1, BERLIN) - eve
    assert timedelta(hours=24) == add_days(eve, 1, "UTC") - eve


def test_the_calendar_is_the_wall_calendar_of_the_zone() -> None:
    """New Year's Eve at 20:00 UTC is New Year's Day in Shanghai."""
    instant = at("2026-01-30T20:00:00Z")

    assert at("2026-02-28T20:00:00Z") == add_months(instant, 1, "UTC")
    assert at("2026-02-27T20:00:00Z") == add_months(instant, 1, "Asia/Shanghai")


def test_a_result_in_a_gap_is_the_first_instant_after_it_unless_told_otherwise() -> None:
    eve = at("2026-03-28T02:30:00+01:00")

    assert at("2026-03-29T01:00:00Z") == add_days(eve, 1, BERLIN)
    assert at("2026-03-29T00:59:59.999999Z") == add_days(eve, 1, BERLIN, gap=Gap.BEFORE)
    with pytest.raises(BadValue):
        add_days(eve, 1, BERLIN, gap=Gap.REFUSE)


def test_a_result_in_a_fold_is_the_earlier_unless_told_otherwise() -> None:
    eve = at("2026-09-25T02:30:00+02:00")

    assert at("2026-10-25T00:30:00Z") == add_months(eve, 1, BERLIN)
    assert at("2026-10-25T01:30:00Z") == add_months(eve, 1, BERLIN, fold=Fold.LATER)
    with pytest.raises(BadValue):
        add_months(eve, 1, BERLIN, fold=Fold.REFUSE)


def test_nothing_later_is_the_same_instant_also_in_a_fold() -> None:
    later = at("2026-10-25T01:30:00Z")

    assert (later, later, later) == (
        add_days(later, 0, BERLIN),
        add_months(later, 0, BERLIN),
        add_years(later, 0, BERLIN),
    )


@given(recent, st.integers(-5000, 5000), zones)
def test_days_are_added_as_the_standard_library_adds_dates(instant: datetime, count: int, zone: str) -> None:
    wall = wall_of(instant, zone) + timedelta(days=count)
    moved = add_days(instant, count, zone)

    assert (UTC, datetime) == (moved.tzinfo, type(moved))
    assert moved == instant if count == 0 else wall_of(moved, zone) >= wall
    assert wall_of(moved, zone) - wall < timedelta(hours=24, microseconds=1)


@given(recent, st.integers(-500, 500))
def test_months_are_added_by_counting_them(instant: datetime, count: int) -> None:
    moved = add_months(instant, count, "UTC")
    months = instant.year * 12 + instant.month - 1 + count
    first = datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)
    following = datetime((months + 1) // 12, (months + 1) % 12 + 1, 1, tzinfo=UTC)

    assert (first.year, first.month) == (moved.year, moved.month)
    assert min(instant.day, (following - first).days) == moved.day
    assert instant.timetz() == moved.timetz()


@pytest.mark.parametrize("count", [float("nan"), 1.0, True, "1", None, 10**7, -(10**7), 10**400])
def test_only_a_whole_number_of_days_within_the_calendar_is_added(count: Any) -> None:
    for add, path in ((add_days, "days"), (add_months, "months"), (add_years, "years")):
        with pytest.raises(BadValue) as bad:
            add(NOON, count, BERLIN)

        assert path == bad.value.path


@pytest.mark.parametrize("count", [8_000, -3_000, 3_652_059, -3_652_059])
def test_the_year_9999_is_the_last(count: int) -> None:
    for add in (add_years, add_months, add_days):
        if abs(count) > 10_000 or add is add_years:
            with pytest.raises(BadValue):
                add(NOON, count, BERLIN)


def test_pendulum_is_not_loaded_before_a_month_is_added() -> None:
    code = "import sys, omnicommerce.kernel.window; sys.exit('pendulum' in sys.modules)"

    assert 0 == subprocess.run([sys.executable, "-c", code], check=False, env=dict(os.environ)).returncode  # noqa: S603 - our own line
