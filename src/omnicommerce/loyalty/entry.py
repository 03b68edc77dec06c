"""Making an entry: from what moves between lots and accounts to the one event that records it."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from omnicommerce.kernel.ids import MemberId
from omnicommerce.loyalty.lots import page_of
from omnicommerce.loyalty.months import summaries
from omnicommerce.loyalty.points_book import (
    Account,
    Kind,
    LotMove,
    Opening,
    PointsBook,
    PointsMoved,
    Posting,
    page_after,
    total,
)


@attrs.frozen
class Heading:
    """What stands over an entry: whose it is, which movement, why, and what it came from."""

    member: MemberId
    id: str
    kind: Kind
    source: str = ""
    reason: str = ""


@attrs.frozen
class Filling:
    """Points that go into lots, and the lots that begin with it."""

    moves: tuple[LotMove, ...] = ()
    opened: tuple[Opening, ...] = ()

    def __add__(self, other: Filling) -> Filling:
        return Filling(self.moves + other.moves, self.opened + other.opened)


def entered(
    book: PointsBook,
    heading: Heading,
    filling: Filling,
    against: Iterable[Posting],
    looked_at: Iterable[str] = (),
) -> PointsMoved:
    """The event that makes these moves, with what they come to for the member and for the head.

    *against* are the postings to all accounts but MEMBER; those of no points are left out.
    """
    moves, opened = filling.moves, filling.opened
    own = Posting(Account.MEMBER, total([move.points for move in moves]))
    postings = tuple(each for each in (own, *against) if not each.points.is_zero)
    assert total([each.points for each in postings]).is_zero, "what enters one account leaves another"
    changed = {
        name: page_after(book.pages.get(name), name, opened, moves)
        for name in dict.fromkeys(page_of(move.lot) for move in moves)
    }
    months, closed = summaries(book, {**book.pages, **changed}, moves, looked_at)
    return PointsMoved(
        heading.member,
        heading.id,
        heading.kind,
        heading.source,
        postings,
        moves,
        opened,
        months,
        closed,
        heading.reason,
        book.head.movements + (1 if moves or postings else 0),
    )
