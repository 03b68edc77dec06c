"""Goods came back: the points they earned are taken back, from the very lot they went into first."""

from __future__ import annotations

from datetime import datetime

import attrs

from omnicommerce.kernel.ids import LotId, MemberId
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty.drawing import NamedLots, drawn, lots_alive, out_of_lots, taken
from omnicommerce.loyalty.earning import checked_points
from omnicommerce.loyalty.entry import Filling, Heading, entered
from omnicommerce.loyalty.lots import month_of, page_of
from omnicommerce.loyalty.months import pages_until, unread
from omnicommerce.loyalty.points_book import (
    Account,
    Kind,
    LotMove,
    Month,
    PointsBook,
    PointsMoved,
    Posting,
    lot_in,
)
from omnicommerce.loyalty.rules import NO_POINTS


@attrs.frozen
class Reversal:
    """Points that goods earned which have come back, and the lot they went into (`lot_of` the accrual).

    Raises:
        BadValue: they are less than none.
    """

    member: MemberId
    id: str
    points: Points
    lot: LotId | None
    source: str

    def __attrs_post_init__(self) -> None:
        checked_points(self.points)


def reverse(book: PointsBook, wanted: Reversal, now: datetime) -> PointsMoved | None:
    """Take back what returned goods earned; what is not there any more, the member owes.

    First what is left of the very lot. What of it has run out comes out of breakage again, swept or
    not, so a return ends the same before and after expiry. The rest comes from the other lots, active and
    pending, soonest expiry first. None where nothing is to be taken back.
    """
    if wanted.points.is_zero:
        return None
    missing = pages_for_reversal(book, wanted, now)
    assert not missing, f"{missing} must be read first: pages_for_reversal names them"
    left, broken = _own(book, wanted)
    draws = taken(_others(book, wanted, now), wanted.points - left - broken)
    owed = wanted.points - left - broken - drawn(draws)
    own = Filling()
    if wanted.lot is not None and left + broken > NO_POINTS:
        own = Filling((LotMove(wanted.lot, -left, expired=-broken),))
    return entered(
        book,
        Heading(wanted.member, wanted.id, Kind.REVERSAL, wanted.source),
        own + out_of_lots(draws),
        (
            Posting(Account.DEBT, -owed),
            Posting(Account.BREAKAGE, -broken),
            Posting(Account.ISSUER, wanted.points),
        ),
    )


def _own(book: PointsBook, wanted: Reversal) -> tuple[Points, Points]:
    """What the very lot still has to give: of what is left in it, and of what ran out of it."""
    if wanted.lot is None:
        return NO_POINTS, NO_POINTS
    lot = lot_in(book, wanted.lot)
    left = min(wanted.points, lot.remaining)
    return left, min(wanted.points - left, lot.expired)


def _others(book: PointsBook, wanted: Reversal, now: datetime) -> NamedLots:
    return tuple(each for each in lots_alive(book, now) if each[0] != wanted.lot)


def pages_for_reversal(book: PointsBook, wanted: Reversal, now: datetime) -> tuple[str, ...]:
    """The pages that `reverse` still has to see.

    Where the lot's own page has been read and the lot can give all of it, there are none.
    """
    if wanted.points.is_zero:
        return ()
    own_page = () if wanted.lot is None else (page_of(wanted.lot),)
    own_left = rest = NO_POINTS
    if unread(book, own_page):
        rest = wanted.points
    else:
        own_left, broken = _own(book, wanted)
        rest = wanted.points - own_left - broken
    own_month = None if wanted.lot is None else month_of(page_of(wanted.lot))

    def surely_alive(month: Month) -> Points:
        if not month.is_all_alive(now):
            return NO_POINTS
        return month.remaining - own_left if month.month == own_month else month.remaining

    return unread(book, (*own_page, *pages_until(book, rest, surely_alive)))
