"""What the head knows of a month of lots, and which pages that leaves to be read.

Summaries decide which pages a decision needs; the pages decide everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from omnicommerce.kernel.points import Points
from omnicommerce.loyalty.lots import NEVER, LotPage, month_of, number_of, page_named, page_of, place_of
from omnicommerce.loyalty.points_book import LotMove, Month, PointsBook, total
from omnicommerce.loyalty.rules import NO_POINTS

EVER: Final = datetime(1, 1, 1, tzinfo=UTC)
"""Since when nothing at all has been active."""


def month_in(book: PointsBook, name: str) -> Month | None:
    """The summary of the month of this name, if the head has one."""
    return next((month for month in book.head.months if month.month == name), None)


def pages_in(month: Month) -> tuple[str, ...]:
    """The names of all pages on which something may remain."""
    return tuple(page_named(month.month, number) for number in range(month.first_page, month.pages))


def unread(book: PointsBook, pages: Iterable[str]) -> tuple[str, ...]:
    """Those of *pages* that the book still lacks, each once."""
    return tuple(name for name in dict.fromkeys(pages) if name not in book.pages)


def pages_until(book: PointsBook, points: Points, sure: Callable[[Month], Points]) -> tuple[str, ...]:
    """All pages of the months, soonest expiry first, until what is *sure* of them makes up *points*."""
    names: list[str] = []
    found = NO_POINTS
    for month in book.head.months:
        if found >= points:
            break
        names += pages_in(month)
        found += sure(month)
    return tuple(names)


def summaries(
    book: PointsBook,
    pages: Mapping[str, LotPage],
    moves: tuple[LotMove, ...],
    looked_at: Iterable[str] = (),
) -> tuple[tuple[Month, ...], tuple[str, ...]]:
    """The months that change, and the names of those that leave the head, once *moves* are made.

    *pages* are all that have been read, as they are afterwards; *looked_at* names months to sum up again
    although nothing may have moved in them.
    """
    changed: list[Month] = []
    closed: list[str] = []
    moving = [move for move in moves if not (move.points.is_zero and move.lent.is_zero)]
    for name in sorted({*(month_of(page_of(move.lot)) for move in moving), *looked_at}):
        before = month_in(book, name)
        after = _summary(name, before, pages, moving)
        if name != NEVER and after.remaining.is_zero and after.lent.is_zero:
            closed.append(name)
        elif after != before:
            changed.append(after)
    return tuple(changed), tuple(closed)


def _summary(
    name: str, before: Month | None, pages: Mapping[str, LotPage], moving: Iterable[LotMove]
) -> Month:
    here = [move for move in moving if month_of(page_of(move.lot)) == name]
    filled = [move.lot for move in here if move.points > NO_POINTS or move.lent > NO_POINTS]
    numbers = [number_of(page_of(lot)) for lot in filled]
    if before is not None:
        numbers += [before.first_page, before.pages - 1]
    remaining = total([move.points for move in here])
    lent = total([move.lent for move in here])
    if before is not None:
        remaining += before.remaining
        lent += before.lent
    held = range(min(numbers), max(numbers) + 1)
    if all(page_named(name, number) in pages for number in held):
        return _summed_up(name, held, (remaining, lent), pages)
    # Not every page has been read, so the bounds may only widen; a sweep makes them exact again.
    lots = [pages[page_of(lot)].lots[place_of(lot)] for lot in filled]
    active = [lot.active_at for lot in lots]
    expires = [lot.expires_at for lot in lots if lot.expires_at is not None]
    if before is not None:
        active.append(before.active_last)
        expires += [before.expires_first] if before.expires_first is not None else []
    return Month(name, held.stop, remaining, max(active), min(expires, default=None), held.start, lent)


def _summed_up(name: str, held: range, sums: tuple[Points, Points], pages: Mapping[str, LotPage]) -> Month:
    alive = [
        (number, lot)
        for number in held
        for lot in pages[page_named(name, number)].lots
        if lot.remaining.count > 0 or lot.lent.count > 0
    ]
    left = total([lot.remaining for _, lot in alive]), total([lot.lent for _, lot in alive])
    assert sums == left, f"the head miscounts what is left in {name}, or lent"
    expires = [lot.expires_at for _, lot in alive if lot.expires_at is not None]
    return Month(
        name,
        held.stop,
        sums[0],
        max((lot.active_at for _, lot in alive), default=EVER),
        min(expires, default=None),
        alive[0][0] if alive else held.stop - 1,
        sums[1],
    )
