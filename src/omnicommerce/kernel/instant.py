"""When something happened, and what the clock on the shop's wall said then.

An instant is a plain `datetime` in UTC; a wall time means something only with a time zone, and
with a choice for the two hours a year at which clocks are put forward and back. Nothing here reads a clock.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.errors import BadValue

CALENDAR_DAYS_MAX: Final = 3_652_059
"""The days from the year 1 to the year 9999: to move by more is to leave the calendar."""

ZONES_KEPT: Final = 600
"""As many as the world has, so none is looked up on disk twice."""

DAYS_KEPT: Final = 10_000
"""Some twenty-seven years of days in one zone; shops ask for the same days again and again."""

TEXTS_KEPT: Final = 4_096
"""The instants of some hundred sales told together, and the starts of all days that their lots live by."""

# Names of the IANA database begin with a capital. What else lies in its folder does not, and must
# not be used: `right/` counts leap seconds, `localtime` is another place on every machine.
_ZONE_NAME: Final = re.compile(r"[A-Z][A-Za-z0-9_+-]{0,31}(?:/[A-Za-z0-9_+-]{1,31}){0,3}")

_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)

_TEXT: Final = "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)
_TICK: Final = timedelta(microseconds=1)


class Gap(StrEnum):
    """What to make of a wall time that does not exist, because clocks were put forward past it.

    Both choices keep the order of wall times (moving the time by the length of the gap, as
    pendulum does, makes 02:30 later than 03:00).
    """

    REFUSE = "refuse"
    """It is a BadValue."""
    BEFORE = "before"
    """The last instant before the gap: one microsecond before clocks are put forward."""
    AFTER = "after"
    """The first instant after the gap: that at which clocks are put forward."""


class Fold(StrEnum):
    """What to make of a wall time that comes twice, because clocks were put back to before it."""

    REFUSE = "refuse"
    """It is a BadValue."""
    EARLIER = "earlier"
    """The first of the two."""
    LATER = "later"
    """The second of the two."""


def utc(at: datetime, path: str = "at") -> datetime:
    """Return the instant *at* as a plain `datetime` in UTC.

    An aware time of another zone is converted; of a time that comes twice its `fold` tells which.

    Raises:
        BadValue: *at* is no `datetime` (a `pendulum.DateTime` is none: databases refuse it), is
            naive, does not exist in its zone, or leaves the calendar in UTC.
    """
    if type(at) is not datetime:
        raise BadValue(path, f"expected datetime, got {type(at).__name__}")
    if at.tzinfo is UTC and not at.fold:
        return at
    if at.utcoffset() is None:
        raise BadValue(path, "expected an instant, got a time without a zone")
    try:
        converted = at.astimezone(UTC)
        back = converted.astimezone(at.tzinfo)
    except OverflowError:
        raise _off_the_calendar(path) from None
    if back.replace(tzinfo=None) != at.replace(tzinfo=None):
        raise BadValue(path, "expected a time that exists: clocks were put forward past this one")
    return converted.replace(fold=0)


def as_text(at: datetime) -> str:
    """The canonical text of an instant, such as ``2026-11-22T18:00:00.000000Z``.

    Always 27 characters, so the order of texts is the order of time.

    >>> as_text(datetime(2026, 11, 22, 18, tzinfo=UTC))
    '2026-11-22T18:00:00.000000Z'

    Raises:
        BadValue: *at* is no instant (see `utc`).
    """
    if type(at) is not datetime or at.tzinfo is not UTC:
        at = utc(at)
    return _text_of(at)


# One fact writes its instant into a dozen records, places and entries, and many write the same midnights.
@lru_cache(maxsize=TEXTS_KEPT)
def _text_of(at: datetime) -> str:
    # A third faster than `isoformat`, and every record of the journal comes through here.
    return _TEXT % (at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond)


def parse_instant(text: str, path: str = "$") -> datetime:
    """Read an instant written as RFC 3339 asks: date, ``T``, time, and ``Z`` or an offset, in capitals.

    At most microseconds; no words, no local times, no week dates, no 24:00, no leap second.

    >>> parse_instant("2026-11-22T18:00:00+08:00")
    datetime.datetime(2026, 11, 22, 10, 0, tzinfo=datetime.timezone.utc)

    Raises:
        BadValue: *text* is not written like that, or names a day that the calendar does not have.
    """
    if type(text) is not str:
        raise BadValue(path, f"expected str, got {type(text).__name__}")
    if _INSTANT.fullmatch(text) is None:
        raise BadValue(path, "expected an instant with an offset, such as 2026-11-22T18:00:00Z")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _off_the_calendar(path) from None


def at_wall(day: date, clock: time, zone: str, *, gap: Gap, fold: Fold) -> datetime:
    """The instant at which the clocks of *zone* show *clock* on *day*.

    Wall times in order give instants in order, whatever *gap* is, as long as *fold* is not mixed.

    Raises:
        BadValue: *zone* is unknown, *day* or *clock* is not a plain one, the time does not exist or
            comes twice and *gap* or *fold* says REFUSE, or it leaves the calendar in UTC.
    """
    place = _zone(zone)
    if type(day) is not date:
        raise BadValue("day", f"expected date, got {type(day).__name__}")
    if type(clock) is not time or clock.tzinfo is not None:
        raise BadValue("time", "expected a time of day without a zone of its own")
    # The text "after" equals Gap.AFTER and is not it: it would be taken for another choice.
    for choice, kind, path in ((gap, Gap, "gap"), (fold, Fold, "fold")):
        if type(choice) is not kind:
            raise BadValue(path, f"expected {kind.__name__}, got {type(choice).__name__}")
    wall = datetime.combine(day, clock.replace(fold=0))
    try:
        first = wall.replace(tzinfo=place).astimezone(UTC)
        second = wall.replace(tzinfo=place, fold=1).astimezone(UTC)
    except OverflowError:
        raise _off_the_calendar("day") from None
    # PEP 495: the two differ at a fold, and at a gap, where they come in the wrong order.
    if first == second:
        return first
    if first < second:
        return _folded(first, second, fold)
    return _over_the_gap(wall, second, first, place, gap)


def _folded(first: datetime, second: datetime, fold: Fold) -> datetime:
    if fold is Fold.REFUSE:
        raise BadValue("time", "expected a time that comes once: clocks are put back to before this one")
    return first if fold is Fold.EARLIER else second


def _over_the_gap(wall: datetime, before: datetime, after: datetime, place: ZoneInfo, gap: Gap) -> datetime:
    """Search the change of clocks, which falls on a whole second, between *before* and *after*."""
    if gap is Gap.REFUSE:
        raise BadValue("time", "expected a time that exists: clocks are put forward past this one")
    low, high = (before - _EPOCH) // _SECOND, (after - _EPOCH) // _SECOND
    while high - low > 1:
        middle = (low + high) // 2
        shown = (_EPOCH + middle * _SECOND).astimezone(place)
        if shown.replace(tzinfo=None) > wall:
            high = middle
        else:
            low = middle
    change = _EPOCH + high * _SECOND
    return change if gap is Gap.AFTER else change - _TICK


def start_of_day(day: date, zone: str) -> datetime:
    """The first instant that belongs to *day* in *zone*, also where clocks skip midnight.

    Where clocks are put back over midnight (Newfoundland until 2011), that is the first midnight,
    and the end of the day before comes once more after it.

    Raises:
        BadValue: *zone* is unknown, *day* is no plain date or was skipped there altogether, or it
            leaves the calendar in UTC.
    """
    start = at_wall(day, time.min, zone, gap=Gap.AFTER, fold=Fold.EARLIER)
    if local_day(start, zone) != day:
        raise BadValue("day", f"expected a day that exists: {zone} skipped {day.isoformat()}")
    return start


@lru_cache(maxsize=DAYS_KEPT)
def opening_of(day: date, zone: str) -> datetime:
    """The first instant not before *day* in *zone*: its start, or where the day was skipped that of the next.

    Raises:
        BadValue: *zone* is unknown, *day* is no plain date, or it leaves the calendar in UTC.
    """
    return at_wall(day, time.min, zone, gap=Gap.AFTER, fold=Fold.EARLIER)


def local_day(at: datetime, zone: str) -> date:
    """The date on the wall calendar of *zone* at the instant *at*.

    Raises:
        BadValue: *zone* is unknown, *at* is no instant, or the day leaves the calendar.
    """
    return _wall(at, zone).date()


def add_days(
    at: datetime, days: int, zone: str, *, gap: Gap = Gap.AFTER, fold: Fold = Fold.EARLIER
) -> datetime:
    """The instant *days* calendar days after *at*, at the same time on the wall of *zone*.

    So a day is 23 or 25 hours long when clocks change. Where that wall time does not exist the
    result is the first instant that does, where it comes twice the earlier, unless *gap* and *fold*
    say otherwise. Zero days later is *at* itself.

    Raises:
        BadValue: *zone* is unknown, *at* is no instant, *days* is not an int within the calendar,
            the result leaves the calendar, or *gap* or *fold* refuses it.
    """
    return _moved(at, zone, "days", days, gap=gap, fold=fold)


def add_months(
    at: datetime, months: int, zone: str, *, gap: Gap = Gap.AFTER, fold: Fold = Fold.EARLIER
) -> datetime:
    """The instant *months* calendar months after *at*; a day the month lacks becomes its last.

    31 January plus one month is 28 February, and there is no way back: minus one is 28 January.
    Everything else is as in `add_days`.
    """
    return _moved(at, zone, "months", months, gap=gap, fold=fold)


def add_years(
    at: datetime, years: int, zone: str, *, gap: Gap = Gap.AFTER, fold: Fold = Fold.EARLIER
) -> datetime:
    """The instant *years* calendar years after *at*, as `add_months` counts twelve times as many."""
    return _moved(at, zone, "years", years, gap=gap, fold=fold)


def _moved(at: datetime, zone: str, unit: str, count: int, *, gap: Gap, fold: Fold) -> datetime:
    from pendulum import Date  # noqa: PLC0415 - 30 ms, and most programs add no month

    wall = _wall(at, zone)
    if checked_amount(count, unit, -CALENDAR_DAYS_MAX, CALENDAR_DAYS_MAX) == 0:
        return utc(at)
    try:
        moved = Date(wall.year, wall.month, wall.day).add(**{unit: count})
    except (OverflowError, ValueError):
        raise _off_the_calendar(unit) from None
    return at_wall(date(moved.year, moved.month, moved.day), wall.time(), zone, gap=gap, fold=fold)


def _wall(at: datetime, zone: str) -> datetime:
    try:
        return utc(at).astimezone(_zone(zone))
    except OverflowError:
        raise _off_the_calendar("at") from None


def _zone(name: str) -> ZoneInfo:
    if type(name) is not str:
        raise _bad_zone()
    return _loaded(name)


@lru_cache(maxsize=ZONES_KEPT)
def _loaded(name: str) -> ZoneInfo:
    if _ZONE_NAME.fullmatch(name) is None:
        raise _bad_zone()
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        raise BadValue("zone", f"there is no time zone {name!r}") from None


def _bad_zone() -> BadValue:
    return BadValue("zone", "expected the name of a time zone, such as Asia/Shanghai")


def _off_the_calendar(path: str) -> BadValue:
    return BadValue(path, "expected a day of the years 1 to 9999")
