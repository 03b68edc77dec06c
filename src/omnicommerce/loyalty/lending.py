"""One person, several books: who spends beyond their own lots draws on those of the others.

Each lot remembers who spent of it. So when the two turn out to be two people, the lot has its points again,
with the dates it always had, and the borrower owes them; and as long as they are one, nobody owes anybody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeAlias

import attrs

from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.ids import LotId, MemberId
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.verdict import at_least, every
from omnicommerce.loyalty.burning import Burn, enough_to_spend
from omnicommerce.loyalty.drawing import (
    Draw,
    Purse,
    draw_order,
    drawn,
    lots_alive,
    out_of_lots,
    pages_to_spend,
    purse,
    taken,
)
from omnicommerce.loyalty.earning import into_lot, pages_for_lot
from omnicommerce.loyalty.entry import Filling, Heading, entered
from omnicommerce.loyalty.lots import Lot, dates_restored, lot_named, page_of
from omnicommerce.loyalty.months import pages_in, unread
from omnicommerce.loyalty.points_book import (
    Account,
    Kind,
    LotMove,
    PointsBook,
    PointsMoved,
    Posting,
    lot_in,
    posted,
    total,
)
from omnicommerce.loyalty.rules import NO_POINTS, ONE_POINT, PointsRules, ShortBurn

Books: TypeAlias = Mapping[MemberId, PointsBook]
"""The books of one person, by member."""

Pages: TypeAlias = Mapping[MemberId, tuple[str, ...]]
"""Pages of each member's book that a decision still has to see."""


@attrs.frozen
class GiveBack:
    """Draws on the lots of `lender` that `borrower` made in a burn whose points are given back."""

    lender: MemberId
    borrower: MemberId
    id: str
    draws: tuple[Draw, ...]
    source: str


# --- spending ------------------------------------------------------------------------------------


def burn_together(books: Books, wanted: Burn, on_short: ShortBurn, now: datetime) -> tuple[PointsMoved, ...]:
    """Spend points of one person: the member's own first, then those of the others that run out soonest.

    The first event is that of the member, if anything of theirs moves; of the others, each who lends has one.
    Where the merchant lets a member owe, their own pending points go before debt does.

    Raises:
        Refused: ``nothing_to_spend``, or ``too_few_points`` where nobody may owe.
    """
    own, lent = _purses(books, wanted, now)
    there = Purse(own.active + tuple((lot, each) for _, lot, each in lent), own.pending)
    verdict = every(
        "burn_refused",
        (
            at_least("nothing_to_spend", actual=wanted.points, required=ONE_POINT),
            *(enough_to_spend(there, wanted.points) if on_short is ShortBurn.REFUSE else ()),
        ),
    )
    if not verdict.holds:
        raise Refused(verdict)
    draws = taken(own.active, wanted.points)
    rest = wanted.points - drawn(draws)
    borrowed: dict[MemberId, list[Draw]] = {}
    for lender, name, lot in lent:
        part = min(rest, lot.remaining)
        if part > NO_POINTS:
            borrowed.setdefault(lender, []).append(Draw(name, part))
            rest -= part
    pending = taken(own.pending, rest)
    owed = rest - drawn(pending)
    draws += pending
    events = [_lent(books[lender], wanted, lender, tuple(each)) for lender, each in sorted(borrowed.items())]
    if drawn(draws) + owed > NO_POINTS:
        spent = drawn(draws) + owed
        heading = Heading(wanted.member, wanted.id, Kind.BURN, wanted.source)
        against = (Posting(Account.DEBT, -owed), Posting(Account.BURNED, spent))
        events.insert(0, entered(books[wanted.member], heading, out_of_lots(draws), against))
    return tuple(events)


def pages_for_burn_together(books: Books, wanted: Burn, now: datetime) -> Pages:
    """The pages that `burn_together` still has to see; ask again when they are read, until there is none."""
    own = pages_to_spend(books[wanted.member], wanted.points, now)
    if own:
        return {wanted.member: own}
    rest = wanted.points - purse(books[wanted.member], wanted.points, now).spendable
    if rest <= NO_POINTS:
        return {}
    needed = {
        member: pages_to_spend(book, rest, now) for member, book in books.items() if member != wanted.member
    }
    return {member: pages for member, pages in needed.items() if pages}


_Lent: TypeAlias = tuple[MemberId, LotId, Lot]


def _purses(books: Books, wanted: Burn, now: datetime) -> tuple[Purse, list[_Lent]]:
    """What the member has, and, if that is too little, what the others have: soonest expiry first."""
    missing = pages_for_burn_together(books, wanted, now)
    assert not missing, f"{missing} must be read first: pages_for_burn_together names them"
    own = purse(books[wanted.member], wanted.points, now)
    if own.spendable >= wanted.points:
        return own, []
    lent = [
        (member, name, lot)
        for member, book in books.items()
        if member != wanted.member
        for name, lot in lots_alive(book, now)
        if lot.is_active(now)
    ]
    lent.sort(key=lambda each: (*draw_order(each[1], each[2])[:3], each[0], each[1]))
    return own, lent


def _lent(book: PointsBook, wanted: Burn, lender: MemberId, draws: tuple[Draw, ...]) -> PointsMoved:
    moves = tuple(
        LotMove(draw.lot, -draw.points, borrower=wanted.member, lent=draw.points)
        for draw in draws
        if draw.lot is not None
    )
    heading = Heading(lender, f"{wanted.id}/{lender}", Kind.LOAN, wanted.source)
    return entered(book, heading, Filling(moves), (Posting(Account.BURNED, drawn(draws)),))


# --- given back ----------------------------------------------------------------------------------


def give_back(
    book: PointsBook, wanted: GiveBack, rules: PointsRules, now: datetime, zone: str
) -> tuple[PointsMoved | None, Points]:
    """Give the lender's lots back what the borrower spent of them, and say what is the borrower's own.

    What the borrower has owed since, because the two were parted, is the borrower's. Points of a lot that has
    run out lapse, or live on as the rules' `restored_days` say.
    """
    missing = pages_for_give_back(book, wanted, rules, now, zone)
    assert not missing, f"{missing} must be read first: pages_for_give_back names them"
    back, lapsed = _returned(book, wanted, now)
    moves: list[LotMove] = []
    for lot, points, void in back:
        is_alive = not lot_in(book, lot).has_run_out(now)
        moves.append(
            LotMove(
                lot, points if is_alive else NO_POINTS, borrower=wanted.borrower, lent=-points, void=-void
            )
        )
    filling = Filling(tuple(moves))
    if rules.restored_days > 0:
        filling += into_lot(book, lapsed, dates_restored(now, rules, zone), zone)
        breakage = NO_POINTS
    else:
        filling = Filling(
            tuple(
                attrs.evolve(move, expired=-move.lent - move.void) if move.points.is_zero else move
                for move in moves
            )
        )
        breakage = lapsed
    returned = total([points + void for _, points, void in back])
    owed = drawn(wanted.draws) - returned
    if returned.is_zero:
        return None, owed
    heading = Heading(wanted.lender, wanted.id, Kind.RESTORAL, wanted.source)
    against = (Posting(Account.BREAKAGE, breakage), Posting(Account.BURNED, -returned))
    return entered(book, heading, filling, against), owed


def pages_for_give_back(
    book: PointsBook, wanted: GiveBack, rules: PointsRules, now: datetime, zone: str
) -> tuple[str, ...]:
    """The pages that `give_back` still has to see; ask again when they are read, until there is none."""
    lots = unread(book, [page_of(draw.lot) for draw in wanted.draws if draw.lot is not None])
    if lots or rules.restored_days == 0:
        return lots
    _, lapsed = _returned(book, wanted, now)
    return pages_for_lot(book, lapsed, dates_restored(now, rules, zone), zone)


def _returned(
    book: PointsBook, wanted: GiveBack, now: datetime
) -> tuple[list[tuple[LotId, Points, Points]], Points]:
    """What each lot gets back of its loan and of what it had let go, and how much of all that has run out."""
    found: list[tuple[LotId, Points, Points]] = []
    lapsed = NO_POINTS
    for draw in wanted.draws:
        assert draw.lot is not None, "what was lent came from a lot"
        lot = lot_in(book, draw.lot)
        loan = lot.loan_to(wanted.borrower)
        points = min(draw.points, loan.points)
        void = min(draw.points - points, loan.void)
        if (points + void).is_zero:
            continue
        found.append((draw.lot, points, void))
        if lot.has_run_out(now):
            lapsed += points + void
    return found, lapsed


# --- parting -------------------------------------------------------------------------------------


def repaid(
    book: PointsBook, lender: MemberId, parted: Collection[MemberId], id: str, now: datetime
) -> tuple[PointsMoved | None, Mapping[MemberId, Points]]:
    """Give the lots of *lender* back what the *parted* spent of them, and say who owes how much of it."""
    missing = pages_for_repaid(book)
    assert not missing, f"{missing} must be read first: pages_for_repaid names them"
    loans = [
        (lot_named(name, place), loan)
        for month in book.head.months
        if not month.lent.is_zero
        for name in pages_in(month)
        for place, lot in enumerate(book.pages[name].lots)
        if not lot.has_run_out(now)
        for loan in lot.loans
        if loan.borrower in parted and loan.points > NO_POINTS
    ]
    if not loans:
        return None, {}
    moves = tuple(LotMove(lot, loan.points, borrower=loan.borrower, lent=-loan.points) for lot, loan in loans)
    owed: dict[MemberId, Points] = {}
    for _, loan in loans:
        owed[loan.borrower] = owed.get(loan.borrower, NO_POINTS) + loan.points
    heading = Heading(lender, id, Kind.REPAYMENT)
    against = (Posting(Account.BURNED, -total(owed.values())),)
    return entered(book, heading, Filling(moves), against), owed


def pages_for_repaid(book: PointsBook) -> tuple[str, ...]:
    """The pages that `repaid` still has to see."""
    lending = [month for month in book.head.months if not month.lent.is_zero]
    return unread(book, [name for month in lending for name in pages_in(month)])


def owes(book: PointsBook, borrower: MemberId, points: Points, id: str) -> PointsMoved:
    """Have *borrower* owe *points* that were spent out of a lot of somebody who turned out to be another."""
    heading = Heading(borrower, id, Kind.REPAYMENT)
    return entered(
        book, heading, Filling(), (Posting(Account.DEBT, -points), Posting(Account.BURNED, points))
    )


def spent_by(events: tuple[PointsMoved, ...]) -> Points:
    """How many points a burn spent, whoever had them."""
    return total([posted(event, Account.BURNED) for event in events])
