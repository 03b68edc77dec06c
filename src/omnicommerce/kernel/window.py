"""A span of time: a campaign from Monday until Sunday, a lease for ten minutes, a day of sales."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import attrs

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.instant import Fold, Gap, at_wall, start_of_day, utc


def _since(at: datetime) -> datetime:
    return utc(at, "since")


def _until(at: datetime) -> datetime:
    return utc(at, "until")


@attrs.frozen
class Window:
    """The time from the instant *since* up to, but not including, the instant *until*.

    Half-open, so that of two windows that touch every instant lies in exactly one.

    Raises:
        BadValue: one of them is no instant (see `utc`), or *until* is not later than *since*.
    """

    since: datetime = attrs.field(converter=_since)
    until: datetime = attrs.field(converter=_until)

    def __attrs_post_init__(self) -> None:
        if not self.since < self.until:
            raise BadValue("until", "expected an instant later than the first")

    @property
    def duration(self) -> timedelta:
        """How long it is, in real time: a local day may have 23 or 25 hours."""
        return self.until - self.since

    def covers(self, at: datetime) -> bool:
        """Whether the instant *at* lies in it; the first does, the last does not."""
        return self.since <= utc(at) < self.until

    def overlaps(self, other: Window) -> bool:
        """Whether the two have an instant in common; windows that only touch have none."""
        return self.since < other.until and other.since < self.until

    def intersection(self, other: Window) -> Window | None:
        """What the two have in common, or None if that is nothing."""
        if not self.overlaps(other):
            return None
        return Window(max(self.since, other.since), min(self.until, other.until))


def local_days(first: date, last: date, zone: str) -> Window:
    """The window of the calendar days *first* to *last* in *zone*, both included.

    Windows of neighbouring days touch, also where clocks skip midnight or a whole day.

    Raises:
        BadValue: *zone* is unknown, *first* or *last* is no plain date or was skipped there,
            *last* comes before *first*, or the end leaves the calendar.
    """
    since = _start_of(first, "first", zone)
    _start_of(last, "last", zone)
    if last < first:
        raise BadValue("last", "expected a day not before the first")
    try:
        following = last + timedelta(days=1)
    except OverflowError:
        raise BadValue("last", "expected a day before the end of the year 9999") from None
    # Not `start_of_day`: the following day may be one that was skipped, and then the next one starts.
    return Window(since, at_wall(following, time.min, zone, gap=Gap.AFTER, fold=Fold.EARLIER))


def _start_of(day: date, path: str, zone: str) -> datetime:
    try:
        return start_of_day(day, zone)
    except BadValue as bad:
        raise BadValue(path if bad.path == "day" else bad.path, bad.reason) from None
