"""Lots: points that became active on one day and expire on one day, kept on pages by month of expiry.

A lot never moves and a page never loses one, so the name of a lot is good for ever. Points of one day
with the same dates share one lot: a book does not grow with the number of sales in a day.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, TypeAlias

import attrs

from omnicommerce.kernel.collection import Collection, Keep, NotPersonal
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import LotId, MemberId
from omnicommerce.kernel.instant import local_day, opening_of
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty.rules import PointsRules

LOTS_A_PAGE: Final = 64
"""Two lots for each day of a month: seldom is a second page needed, and a full one has eight kilobytes."""

NEVER: Final = "never"
"""The month of lots that do not expire."""

DATES_KEPT: Final = 1_024
"""All sales of a day make lots with the same dates, and a till sends the sales of few days."""

Dates: TypeAlias = tuple[datetime, datetime | None]
"""When a lot becomes active, and when it expires: never, if that is None."""


@attrs.frozen
class Loan:
    """Points that another member of the same person spent out of a lot, and would owe if they were two.

    `void` are those that nobody can owe any more, because the lot has run out.
    """

    borrower: MemberId
    points: Points
    void: Points = Points(0)


@attrs.frozen
class Lot:
    """Points with the same dates: `earned` is all that ever came in, `remaining` what is still there.

    `expired` has run out unspent, and `loans` are what others of the same person spent of it, by their names.
    What is none of these was spent or taken back.
    """

    active_at: datetime
    expires_at: datetime | None
    earned: Points
    remaining: Points
    expired: Points
    loans: tuple[Loan, ...] = ()

    @property
    def lent(self) -> Points:
        """What others of the same person spent of it, and would owe."""
        return Points(sum([loan.points.count for loan in self.loans]))

    def loan_to(self, borrower: MemberId) -> Loan:
        """What *borrower* spent of it."""
        found = (loan for loan in self.loans if loan.borrower == borrower)
        return next(found, Loan(borrower, Points(0)))

    @property
    def dates(self) -> Dates:
        """When it becomes active and when it expires."""
        return self.active_at, self.expires_at

    def is_active(self, now: datetime) -> bool:
        """Whether its points may be spent at *now*, if it has not run out."""
        return self.active_at <= now

    def has_run_out(self, now: datetime) -> bool:
        """Whether it is worth nothing at *now*, swept or not; it is so from the very instant of expiry."""
        return self.expires_at is not None and self.expires_at <= now


@attrs.frozen
class LotPage:
    """At most LOTS_A_PAGE lots of one member that expire in one month, in the order of their opening."""

    lots: tuple[Lot, ...] = ()


LOTS: Final = Collection("lots", LotPage, personal=NotPersonal(), keep=Keep.AS_BOOKS)


# --- what pages and lots are called --------------------------------------------------------------


def lots_id(member: MemberId, page: str) -> str:
    """The id of the record that *page* of this member's book is kept under."""
    return f"{member}/{page}"


def page_named(month: str, number: int) -> str:
    """The page with this number, counted from 0, of a month such as ``2026-09``."""
    return f"{month}.{number}"


def month_of(page: str) -> str:
    """The month of expiry that a page belongs to."""
    return page.rpartition(".")[0]


def number_of(page: str) -> int:
    """Which page of its month it is, counted from 0."""
    return int(page.rpartition(".")[2])


def lot_named(page: str, place: int) -> LotId:
    """The lot at this place, counted from 0, of a page."""
    return LotId(f"{page}/{place}")


def page_of(lot: LotId) -> str:
    """The page that a lot lies on."""
    return lot.rpartition("/")[0]


def place_of(lot: LotId) -> int:
    """Where on its page a lot lies, counted from 0."""
    return int(lot.rpartition("/")[2])


@lru_cache(maxsize=DATES_KEPT)
def expiry_month(expires_at: datetime | None, zone: str) -> str:
    """The month, by the calendar of *zone*, in which a lot expires."""
    return NEVER if expires_at is None else local_day(expires_at, zone).isoformat()[:7]


# --- when a lot lives ----------------------------------------------------------------------------


def lot_dates(at: datetime, rules: PointsRules, zone: str) -> Dates:
    """When the points of a sale at *at* become active and when they expire.

    Both are starts of local days, so sales of one day make one lot. Where the calendar of *zone*
    skipped a day, the next one counts.

    Raises:
        BadValue: *zone* is unknown, *at* is no instant, or the dates leave the calendar.
    """
    return _dates(at, rules.activation_days, rules.expiry_days, zone)


def dates_given(now: datetime, rules: PointsRules, zone: str) -> Dates:
    """The dates of points given by hand: active from the start of today, for as long as the rules say."""
    return _dates(now, 0, rules.expiry_days, zone)


def dates_restored(now: datetime, rules: PointsRules, zone: str) -> Dates:
    """The dates of points given back after their lot has run out: from the start of today, for a while."""
    return _dates(now, 0, rules.restored_days, zone)


def _dates(at: datetime, activation_days: int, expiry_days: int | None, zone: str) -> Dates:
    return _dates_of(local_day(at, zone), activation_days, expiry_days, zone)


@lru_cache(maxsize=DATES_KEPT)
def _dates_of(day: date, activation_days: int, expiry_days: int | None, zone: str) -> Dates:
    active_at = _start_of(day, activation_days, zone)
    if expiry_days is None:
        return active_at, None
    # Counted from the day that it really is: where a day was skipped, a lot would lose it otherwise.
    return active_at, _start_of(local_day(active_at, zone), expiry_days, zone)


def _start_of(day: date, days_later: int, zone: str) -> datetime:
    try:
        day += timedelta(days=days_later)
    except OverflowError:
        raise BadValue("at", "expected a day of the years 1 to 9999") from None
    return opening_of(day, zone)
