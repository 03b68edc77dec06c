"""Burned points are given back: into the very lots they were drawn from, with the dates those have."""

from __future__ import annotations

from datetime import datetime

import attrs

from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty.drawing import Draw, draw_order, drawn
from omnicommerce.loyalty.earning import checked_points, into_lot, pages_for_lot
from omnicommerce.loyalty.entry import Filling, Heading, entered
from omnicommerce.loyalty.lots import dates_given, dates_restored, page_of
from omnicommerce.loyalty.months import unread
from omnicommerce.loyalty.points_book import (
    Account,
    Kind,
    LotMove,
    PointsBook,
    PointsMoved,
    Posting,
    lot_in,
    page_after,
)
from omnicommerce.loyalty.rules import NO_POINTS, PointsRules


@attrs.frozen
class Restoral:
    """Draws of a burn (`part_of` its `draws_of`) whose points are given back.

    Raises:
        BadValue: one of them is less than no points.
    """

    member: MemberId
    id: str
    draws: tuple[Draw, ...]
    source: str

    def __attrs_post_init__(self) -> None:
        for draw in self.draws:
            checked_points(draw.points)


@attrs.frozen
class _Ways:
    """Where the points of a restoral go, once the debt is settled."""

    settled: Points
    back: tuple[Draw, ...]
    run_out: tuple[Draw, ...]
    were_owed: Points


def restore(
    book: PointsBook, wanted: Restoral, rules: PointsRules, now: datetime, zone: str
) -> PointsMoved | None:
    """Give burned points back; they settle what the member owes first.

    Where a lot has run out meanwhile, they lapse at once, or live on for the rules' `restored_days`.
    What was owed when it was burned, and has been settled since, is given as points of today. None where
    nothing is to be given back.
    """
    whole = drawn(wanted.draws)
    if whole.is_zero:
        return None
    missing = pages_for_restoral(book, wanted, rules, now, zone)
    assert not missing, f"{missing} must be read first: pages_for_restoral names them"
    ways = _ways(book, wanted, now)
    filling = Filling(tuple(LotMove(draw.lot, draw.points) for draw in ways.back if draw.lot is not None))
    filling += into_lot(book, ways.were_owed, dates_given(now, rules, zone), zone)
    lapsed = NO_POINTS
    run_out = drawn(ways.run_out)
    if rules.restored_days > 0:
        filling += into_lot(_with(book, filling), run_out, dates_restored(now, rules, zone), zone)
    else:
        lapsed = run_out
        filling += Filling(
            tuple(
                LotMove(draw.lot, NO_POINTS, expired=draw.points)
                for draw in ways.run_out
                if draw.lot is not None
            )
        )
    return entered(
        book,
        Heading(wanted.member, wanted.id, Kind.RESTORAL, wanted.source),
        filling,
        (
            Posting(Account.DEBT, ways.settled),
            Posting(Account.BREAKAGE, lapsed),
            Posting(Account.BURNED, -whole),
        ),
    )


def pages_for_restoral(
    book: PointsBook, wanted: Restoral, rules: PointsRules, now: datetime, zone: str
) -> tuple[str, ...]:
    """The pages that `restore` still has to see; ask again when they are read, until there is none."""
    lots = unread(book, [page_of(draw.lot) for draw in wanted.draws if draw.lot is not None])
    if lots:
        return lots
    ways = _ways(book, wanted, now)
    dates = dates_given(now, rules, zone)
    pages = pages_for_lot(book, ways.were_owed, dates, zone)
    if pages or rules.restored_days == 0:
        return pages
    opened = _with(book, into_lot(book, ways.were_owed, dates, zone))
    return pages_for_lot(opened, drawn(ways.run_out), dates_restored(now, rules, zone), zone)


def _ways(book: PointsBook, wanted: Restoral, now: datetime) -> _Ways:
    were_owed = [draw for draw in wanted.draws if draw.lot is None]
    from_lots = [(draw.lot, lot_in(book, draw.lot), draw) for draw in wanted.draws if draw.lot is not None]
    from_lots.sort(key=lambda each: draw_order(each[0], each[1]))
    debt = book.head.debt
    # Points that were owed settle first; then it goes as in a burn, soonest expiry first.
    debt, given = _settling(debt, were_owed)
    debt, left = _settling(debt, [draw for _, _, draw in from_lots])
    run_out = {name for name, lot, _ in from_lots if lot.has_run_out(now)}
    return _Ways(
        book.head.debt - debt,
        tuple(draw for draw in left if draw.lot not in run_out),
        tuple(draw for draw in left if draw.lot in run_out),
        drawn(given),
    )


def _settling(debt: Points, draws: list[Draw]) -> tuple[Points, list[Draw]]:
    """What is still owed, and what is left of *draws*, once they have settled what they can."""
    left: list[Draw] = []
    for draw in draws:
        settled = min(debt, draw.points)
        debt -= settled
        if draw.points > settled:
            left.append(Draw(draw.lot, draw.points - settled))
    return debt, left


def _with(book: PointsBook, filling: Filling) -> PointsBook:
    """The book with a lot that was opened already, so that a second one finds its own place."""
    pages = {
        page_of(opening.lot): page_after(
            book.pages[page_of(opening.lot)], page_of(opening.lot), filling.opened, ()
        )
        for opening in filling.opened
    }
    return PointsBook(book.head, {**book.pages, **pages})
