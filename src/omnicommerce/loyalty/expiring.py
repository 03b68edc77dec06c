"""Lots run out by themselves; sweeping them only writes down what time has decided already."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.instant import local_day, opening_of
from omnicommerce.loyalty.entry import Filling, Heading, entered
from omnicommerce.loyalty.lots import lot_named
from omnicommerce.loyalty.months import pages_in, unread
from omnicommerce.loyalty.points_book import (
    Account,
    Kind,
    LotMove,
    Month,
    PointsBook,
    PointsHead,
    PointsMoved,
    Posting,
    total,
)
from omnicommerce.loyalty.rules import NO_POINTS, PointsRules, WrittenOff

A_WEEK: Final = timedelta(days=7)
"""From the 28th of any month, into the next."""


def next_due(head: PointsHead, rules: PointsRules, zone: str) -> datetime | None:
    """The first instant at which what ran out is to be written off; None if nothing will ever run out.

    After `expire` at that instant it lies later, or is None. Months end in the shop's *zone*.
    """
    first = min(
        (month.expires_first for month in head.months if month.expires_first is not None), default=None
    )
    if first is None or rules.written_off is WrittenOff.AT_ONCE:
        return first
    day = local_day(first, zone)
    begins = opening_of(day.replace(day=1), zone)
    return begins if begins == first else opening_of((day.replace(day=28) + A_WEEK).replace(day=1), zone)


def expire(book: PointsBook, member: MemberId, id: str, now: datetime) -> PointsMoved | None:
    """Move what has run out at *now* from the member to breakage. None where no month is due.

    The bounds in the head may be due although nothing has run out; then the event moves no points and
    only puts them right.
    """
    missing = pages_for_expiry(book, now)
    assert not missing, f"{missing} must be read first: pages_for_expiry names them"
    due = _due(book, now)
    if not due:
        return None
    run_out_lots = [
        (lot_named(name, place), lot)
        for month in due
        for name in pages_in(month)
        for place, lot in enumerate(book.pages[name].lots)
        if lot.has_run_out(now)
    ]
    moves = tuple(
        LotMove(name, -lot.remaining, expired=lot.remaining)
        for name, lot in run_out_lots
        if lot.remaining > NO_POINTS
    )
    # Whoever spent them spent in time what would be worth nothing now: nobody owes anybody for it.
    let_go = tuple(
        LotMove(name, NO_POINTS, borrower=loan.borrower, lent=-loan.points, void=loan.points)
        for name, lot in run_out_lots
        for loan in lot.loans
        if loan.points > NO_POINTS
    )
    run_out = total(move.expired for move in moves)
    return entered(
        book,
        Heading(member, id, Kind.EXPIRY),
        Filling(moves + let_go),
        (Posting(Account.BREAKAGE, run_out),),
        looked_at=[month.month for month in due],
    )


def pages_for_expiry(book: PointsBook, now: datetime) -> tuple[str, ...]:
    """The pages that `expire` still has to see."""
    return unread(book, [name for month in _due(book, now) for name in pages_in(month)])


def _due(book: PointsBook, now: datetime) -> tuple[Month, ...]:
    return tuple(month for month in book.head.months if not month.is_all_alive(now))
