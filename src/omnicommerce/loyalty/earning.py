"""Points earned by a sale: what the member owes is settled first, the rest goes into the lot of that day."""

from __future__ import annotations

from datetime import datetime
from itertools import count

import attrs

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import LotId, MemberId
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty.entry import Filling, Heading, entered
from omnicommerce.loyalty.lots import (
    LOTS_A_PAGE,
    Dates,
    expiry_month,
    lot_dates,
    lot_named,
    page_named,
)
from omnicommerce.loyalty.months import month_in
from omnicommerce.loyalty.points_book import (
    Account,
    Kind,
    LotMove,
    Opening,
    PointsBook,
    PointsMoved,
    Posting,
)
from omnicommerce.loyalty.rules import NO_POINTS, PointsRules


@attrs.frozen
class Accrual:
    """Points that a sale at `at` earned.

    Raises:
        BadValue: they are less than none.
    """

    member: MemberId
    id: str
    points: Points
    at: datetime
    source: str

    def __attrs_post_init__(self) -> None:
        checked_points(self.points)


def checked_points(points: Points) -> None:
    """Points that are earned, given back or taken back: the direction is in the word, not in a sign.

    Raises:
        BadValue: they are less than none.
    """
    if points < NO_POINTS:
        raise BadValue("points", f"expected at least 0 points, got {points}")


def accrue(book: PointsBook, wanted: Accrual, rules: PointsRules, zone: str) -> PointsMoved | None:
    """Book what a sale earned: first against the debt, the rest into the lot with its dates.

    None where nothing was earned. A sale that comes late fills the lot it would have filled in time,
    also where that has run out meanwhile.
    """
    if wanted.points.is_zero:
        return None
    settled = min(wanted.points, book.head.debt)
    return entered(
        book,
        Heading(wanted.member, wanted.id, Kind.ACCRUAL, wanted.source),
        into_lot(book, wanted.points - settled, lot_dates(wanted.at, rules, zone), zone),
        (Posting(Account.DEBT, settled), Posting(Account.ISSUER, -wanted.points)),
    )


def lot_of(event: PointsMoved) -> LotId | None:
    """The lot that an accrual went into; None where all of it settled a debt."""
    return event.moves[0].lot if event.moves else None


def pages_for_accrual(book: PointsBook, wanted: Accrual, rules: PointsRules, zone: str) -> tuple[str, ...]:
    """The page that `accrue` still has to see; ask again when it is read, until there is none.

    Mostly it is one. A month that is not in the head is looked through from its first page on.
    """
    rest = wanted.points - min(wanted.points, book.head.debt)
    return pages_for_lot(book, rest, lot_dates(wanted.at, rules, zone), zone)


def into_lot(book: PointsBook, points: Points, dates: Dates, zone: str) -> Filling:
    """Put *points* into the lot with these *dates*, which is opened if there is none with room for it."""
    if points.is_zero:
        return Filling()
    page, place = _room(book, dates, zone)
    assert place is not None, f"{page} must be read first: the pages_for_... functions name it"
    lot = lot_named(page, place)
    is_new = place == len(book.pages[page].lots)
    return Filling((LotMove(lot, points, earned=points),), (Opening(lot, *dates),) if is_new else ())


def pages_for_lot(book: PointsBook, points: Points, dates: Dates, zone: str) -> tuple[str, ...]:
    """The page that `into_lot` still has to see, if any."""
    if points.is_zero:
        return ()
    page, place = _room(book, dates, zone)
    return () if place is not None else (page,)


def _room(book: PointsBook, dates: Dates, zone: str) -> tuple[str, int | None]:
    """The page and the place of the lot with these *dates*, or of a new one; None on a page not read."""
    name = expiry_month(dates[1], zone)
    month = month_in(book, name)
    page = ""
    for number in count(0 if month is None else month.pages - 1):
        page = page_named(name, number)
        if page not in book.pages:
            break
        lots = book.pages[page].lots
        same = [place for place, lot in enumerate(lots) if lot.dates == dates]
        if same or len(lots) < LOTS_A_PAGE:
            return page, same[0] if same else len(lots)
    return page, None
