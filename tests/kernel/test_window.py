"""Laws of windows: half-open, so neighbours touch and never share an instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pendulum
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.instant import local_day
from omnicommerce.kernel.window import Window, local_days

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
APIA, BERLIN, CAIRO, BEIRUT = "Pacific/Apia", "Europe/Berlin", "Africa/Cairo", "Asia/Beirut"

# Few instants, so that windows meet, touch and coincide often.
instants = st.integers(0, 12).map(lambda hours: NOON + hours * HOUR)
windows = st.tuples(instants, instants).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: Window(*pair))
days = st.dates(date(1990, 1, 1), date(2037, 1, 1))
zones = st.sampled_from(
    [APIA, BERLIN, CAIRO, BEIRUT, "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe"]
)


def covered(window: Window | None) -> set[datetime]:
    """The oracle: try every half hour."""
    halves = (NOON + n * HOUR / 2 for n in range(-2, 28))
    return {each for each in halves if window is not None and window.since <= each < window.until}


def test_a_window_is_open_at_its_first_instant_and_closed_at_its_last() -> None:
    window = Window(NOON, NOON + HOUR)

    assert (False, True, True, False) == (
        window.covers(NOON - TICK),
        window.covers(NOON),
        window.covers(NOON + HOUR - TICK),
        window.covers(NOON + HOUR),
    )


@pytest.mark.parametrize("until", [NOON, NOON - TICK, NOON - HOUR])
def test_a_window_ends_after_it_begins(until: datetime) -> None:
    with pytest.raises(BadValue) as bad:
        Window(NOON, until)

    assert "until" == bad.value.path


@pytest.mark.parametrize(
    "not_one",
    [
        None,
        0,
        1.0,
        True,
        "2026-11-22T12:00:00Z",
        date(2026, 11, 22),
        NOON.replace(tzinfo=None),
        pendulum.datetime(2026, 1, 1),
    ],
)
def test_a_window_is_made_of_instants(not_one: Any) -> None:
    with pytest.raises(BadValue, match=r"^since: "):
        Window(not_one, NOON)
    with pytest.raises(BadValue, match=r"^until: "):
        Window(NOON, not_one)
    with pytest.raises(BadValue, match=r"^at: "):
        Window(NOON, NOON + HOUR).covers(not_one)


def test_a_window_is_kept_in_utc() -> None:
    shanghai = timezone(8 * HOUR)
    window = Window(NOON.astimezone(shanghai), (NOON + HOUR).astimezone(shanghai))

    assert (Window(NOON, NOON + HOUR), UTC, UTC) == (window, window.since.tzinfo, window.until.tzinfo)
    assert HOUR == window.duration


def test_a_window_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Window(NOON, NOON + HOUR).until = NOON  # type: ignore[misc]


@given(windows, instants)
def test_a_window_covers_what_lies_in_it(window: Window, instant: datetime) -> None:
    assert (instant in covered(window)) == window.covers(instant)


@given(windows, windows)
def test_two_windows_have_in_common_what_both_cover(one: Window, other: Window) -> None:
    both = covered(one) & covered(other)

    assert both == covered(one.intersection(other))
    assert bool(both) == one.overlaps(other) == other.overlaps(one)
    assert one.intersection(other) == other.intersection(one)


def test_windows_that_touch_have_nothing_in_common() -> None:
    one, following = Window(NOON, NOON + HOUR), Window(NOON + HOUR, NOON + 2 * HOUR)

    assert (False, None) == (one.overlaps(following), one.intersection(following))


# --- local days ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Asia/Shanghai", date(2026, 11, 22), 24),
        (BERLIN, date(2026, 3, 29), 23),
        (BERLIN, date(2026, 10, 25), 25),
        (BEIRUT, date(2026, 3, 29), 23),
        (CAIRO, date(2026, 10, 29), 25),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        (APIA, date(2011, 12, 29), 24),
    ],
)
def test_a_local_day_is_as_long_as_the_clocks_make_it(zone: str, day: date, hours: float) -> None:
    assert hours * HOUR == local_days(day, day, zone).duration


@given(days, st.integers(0, 400), zones, st.integers(0, 999))
@example(date(2026, 3, 29), 0, BEIRUT, 0)
@example(date(2011, 12, 29), 0, APIA, 999)
def test_every_instant_of_local_days_has_such_a_date(first: date, more: int, zone: str, part: int) -> None:
    last = first + timedelta(days=more)
    assume(zone != APIA or date(2011, 12, 30) not in (first, last))
    window = local_days(first, last, zone)
    inside = window.since + window.duration * part / 1000

    assert (first, last) == (local_day(window.since, zone), local_day(window.until - TICK, zone))
    assert first <= local_day(inside, zone) <= last
    assert not first <= local_day(window.since - TICK, zone) <= last
    assert not first <= local_day(window.until, zone) <= last


@given(days, zones)
@example(date(2011, 12, 28), APIA)
def test_neighbouring_days_touch(day: date, zone: str) -> None:
    following = day + timedelta(days=1)
    assume(zone != APIA or date(2011, 12, 30) not in (day, following))

    assert local_days(day, day, zone).until == local_days(following, following, zone).since


def test_the_days_around_a_skipped_one_touch_and_the_skipped_one_is_none() -> None:
    before, skipped, after = (date(2011, 12, day) for day in (29, 30, 31))

    assert local_days(before, before, APIA).until == local_days(after, after, APIA).since
    assert 48 * HOUR == local_days(before, after, APIA).duration
    for first, last, path in ((skipped, after, "first"), (before, skipped, "last")):
        with pytest.raises(BadValue, match="2011-12-30") as bad:
            local_days(first, last, APIA)

        assert path == bad.value.path


def test_a_day_is_not_twenty_four_hours() -> None:
    """The naive version: midnight plus 24 hours ends the 25th of October an hour early."""
    window = local_days(date(2026, 10, 25), date(2026, 10, 25), BERLIN)

    assert date(2026, 10, 25) == local_day(window.since + 24 * HOUR, BERLIN)
    assert date(2026, 10, 26) == local_day(window.until, BERLIN)


@pytest.mark.parametrize(
    ("first", "last", "zone", "path"),
    [
        (date(2026, 11, 23), date(2026, 11, 22), BERLIN, "last"),
        (date.max, date.max, "UTC", "last"),
        (date.min, date(2026, 11, 22), "Asia/Tokyo", "first"),
        (NOON, date(2026, 11, 22), BERLIN, "first"),
        (date(2026, 11, 22), "2026-11-22", BERLIN, "last"),
        (None, date(2026, 11, 22), BERLIN, "first"),
        (date(2026, 11, 22), date(2026, 11, 22), "Nowhere", "zone"),
    ],
)
def test_days_that_make_no_window_are_refused(first: Any, last: Any, zone: str, path: str) -> None:
    with pytest.raises(BadValue) as bad:
        local_days(first, last, zone)

    assert path == bad.value.path
