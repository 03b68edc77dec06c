"""What a member has: to spend now, still pending, owed, and what runs out next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from omnicommerce.kernel.points import Points
from omnicommerce.loyalty.lots import Lot, month_of
from omnicommerce.loyalty.months import pages_in, unread
from omnicommerce.loyalty.points_book import PointsBook, total
from omnicommerce.loyalty.rules import NO_POINTS


@attrs.frozen
class Expiring:
    """Points that run out together, and when."""

    points: Points
    at: datetime


@attrs.frozen
class Balance:
    """The answer to "how many points have I?": `points` may be spent now.

    `pending` ones become active later, `debt` is what the next ones settle. `expires_next` is the part
    of both that runs out first, or None if none ever will.
    """

    points: Points
    pending: Points = Points(0)
    debt: Points = Points(0)
    expires_next: Expiring | None = None


def balance(book: PointsBook, now: datetime) -> Balance:
    """What the member has at *now*; what has run out counts for nothing, swept or not."""
    missing = pages_for_balance(book, now)
    assert not missing, f"{missing} must be read first: pages_for_balance names them"
    # Months whose pages were not needed are active as a whole, and run out after one that was read.
    whole = {month.month: month for month in book.head.months if unread(book, pages_in(month))}
    alive = [
        lot
        for name, page in book.pages.items()
        if month_of(name) not in whole
        for lot in page.lots
        if lot.remaining > NO_POINTS and not lot.has_run_out(now)
    ]
    active = total(lot.remaining for lot in alive if lot.is_active(now))
    expiries = [lot.expires_at for lot in alive if lot.expires_at is not None]
    return Balance(
        active + total(month.remaining for month in whole.values()),
        total(lot.remaining for lot in alive if not lot.is_active(now)),
        book.head.debt,
        _expiring(alive, min(expiries)) if expiries else None,
    )


def _expiring(alive: list[Lot], at: datetime) -> Expiring:
    return Expiring(total(lot.remaining for lot in alive if lot.expires_at == at), at)


def pages_for_balance(book: PointsBook, now: datetime) -> tuple[str, ...]:
    """The pages that `balance` still has to see.

    Only of months that are not active as a whole at *now*, and of the first one that expires, for what
    runs out next.
    """
    left = [month for month in book.head.months if not month.remaining.is_zero]
    unsure = [month for month in left if not month.is_all_active(now)]
    dated = [month for month in left if month.expires_first is not None and month.is_all_active(now)]
    return unread(book, [name for month in (*unsure, *dated[:1]) for name in pages_in(month)])


def together(balances: Iterable[Balance]) -> Balance:
    """What one person has who has several books: all of it, and what runs out first in any of them."""
    every = tuple(balances)
    expiring = [each.expires_next for each in every if each.expires_next is not None]
    first = min((each.at for each in expiring), default=None)
    return Balance(
        total(each.points for each in every),
        total(each.pending for each in every),
        total(each.debt for each in every),
        None
        if first is None
        else Expiring(total(each.points for each in expiring if each.at == first), first),
    )
