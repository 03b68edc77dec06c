"""Drawing on lots: those that expire soonest go first, and what never expires goes last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

import attrs

from omnicommerce.kernel.ids import LotId, MemberId
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty.entry import Filling
from omnicommerce.loyalty.lots import Lot, lot_named, month_of, number_of, page_named, page_of, place_of
from omnicommerce.loyalty.months import pages_until, unread
from omnicommerce.loyalty.points_book import LotMove, Month, PointsBook, total
from omnicommerce.loyalty.rules import NO_POINTS

NamedLots: TypeAlias = tuple[tuple[LotId, Lot], ...]
"""Lots with their names, in the order in which they are drawn on."""


@attrs.frozen
class Draw:
    """Points of a burn and the lot they came from, own or a lender's; with no lot, they were owed."""

    lot: LotId | None
    points: Points
    lender: MemberId | None = None


@attrs.frozen
class Purse:
    """The lots that may be spent, and those that become active later."""

    active: NamedLots
    pending: NamedLots

    @property
    def spendable(self) -> Points:
        """What may be spent."""
        return total(lot.remaining for _, lot in self.active)


def purse(book: PointsBook, points: Points, now: datetime) -> Purse:
    """What there is to draw on for *points*: all lots, unless those that were read are enough."""
    missing = pages_to_spend(book, points, now)
    assert not missing, f"{missing} must be read first: pages_for_burn names them"
    alive = lots_alive(book, now)
    return Purse(
        tuple(each for each in alive if each[1].is_active(now)),
        tuple(each for each in alive if not each[1].is_active(now)),
    )


def pages_to_spend(book: PointsBook, points: Points, now: datetime) -> tuple[str, ...]:
    """The pages that spending this many points still has to see."""

    def surely_active(month: Month) -> Points:
        return month.remaining if month.is_all_active(now) else NO_POINTS

    return unread(book, pages_until(book, points, surely_active))


def lots_alive(book: PointsBook, now: datetime) -> NamedLots:
    """All lots with something left that have not run out, soonest expiry first, as far as they were read."""
    alive = []
    for name, page in book.pages.items():
        month, number = month_of(name), number_of(name)
        for place, lot in enumerate(page.lots):
            if lot.remaining > NO_POINTS and not lot.has_run_out(now):
                alive.append((*_by_expiry(lot), month, number, place, lot))
    # No two lots have one place, so sorting never comes as far as the lots themselves.
    alive.sort()
    return tuple(
        (lot_named(page_named(month, number), place), lot) for *_, month, number, place, lot in alive
    )


def draw_order(name: LotId, lot: Lot) -> tuple[bool, datetime, datetime, str, int, int]:
    """What `lots_alive` is sorted by: expiry, then activation, then the place in the book."""
    page = page_of(name)
    return (*_by_expiry(lot), month_of(page), number_of(page), place_of(name))


def _by_expiry(lot: Lot) -> tuple[bool, datetime, datetime]:
    return (lot.expires_at is None, lot.expires_at or lot.active_at, lot.active_at)


def taken(lots: NamedLots, points: Points) -> tuple[Draw, ...]:
    """Up to *points* from *lots*, in their order."""
    draws: list[Draw] = []
    rest = points
    for name, lot in lots:
        if rest.is_zero:
            break
        part = min(rest, lot.remaining)
        rest -= part
        draws.append(Draw(name, part))
    return tuple(draws)


def drawn(draws: Iterable[Draw]) -> Points:
    """How many points *draws* come to."""
    return total(draw.points for draw in draws)


def out_of_lots(draws: Iterable[Draw]) -> Filling:
    """What drawing on these lots moves."""
    return Filling(tuple(LotMove(draw.lot, -draw.points) for draw in draws if draw.lot is not None))
