"""The points book of a member: double entry, in lots, and every fact of it one event.

Every posting has a counterpart, so all postings of all books sum to zero. The house's own accounts
have no record: each is the sum of its postings in the journal. What a member has lies in a head and in
pages of lots; what they owe is an account, not a balance below zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs

from omnicommerce.kernel.collection import Collection, Keep, NotPersonal
from omnicommerce.kernel.ids import LotId, MemberId
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty.lots import LOTS_A_PAGE, Loan, Lot, LotPage, page_of, place_of
from omnicommerce.loyalty.rules import NO_POINTS

# --- what happened -------------------------------------------------------------------------------


class Account(StrEnum):
    """Whose points they are: the member's, or an account of the house."""

    MEMBER = "member"
    """What lies in the member's lots."""
    DEBT = "debt"
    """What the member owes; never above zero."""
    ISSUER = "issuer"
    """Where earned points come from, and where they go when goods come back."""
    BURNED = "burned"
    """What was spent."""
    BREAKAGE = "breakage"
    """What ran out unspent."""
    ADJUSTMENT = "adjustment"
    """What was given and taken by hand."""


class Kind(StrEnum):
    """Why points moved."""

    ACCRUAL = "accrual"
    REVERSAL = "reversal"
    BURN = "burn"
    RESTORAL = "restoral"
    EXPIRY = "expiry"
    ADJUSTMENT = "adjustment"
    LOAN = "loan"
    """Another member of the same person spent them."""
    REPAYMENT = "repayment"
    """Those two are two people after all: the one has them again, the other owes them."""


@attrs.frozen
class Posting:
    """Points that enter (above zero) or leave (below zero) an account."""

    account: Account
    points: Points


@attrs.frozen
class LotMove:
    """What changed in one lot: `points` came into what remains, or (below zero) went out of it.

    `earned` and `expired` are what was added to those two; below zero, points came out of breakage again.
    `lent` was added to what the lot has lent to `borrower`, and `void` to what of that nobody owes any more.
    """

    lot: LotId
    points: Points
    earned: Points = Points(0)
    expired: Points = Points(0)
    borrower: MemberId | None = None
    lent: Points = Points(0)
    void: Points = Points(0)


@attrs.frozen
class Opening:
    """A lot that begins with this event, with nothing in it yet."""

    lot: LotId
    active_at: datetime
    expires_at: datetime | None


@attrs.frozen
class Month:
    """What the head knows of the lots that expire in one month (``2026-09``, or ``never``).

    Its pages are `first_page` to `pages` - 1; on any before or after, nothing remains and nothing is lent.
    `remaining` is the exact sum of what is left on them, `lent` that of what they have lent. `active_last` is
    no earlier than the latest activation, and `expires_first` no later than the earliest expiry, of lots with
    something left or lent.
    """

    month: str
    pages: int
    remaining: Points
    active_last: datetime
    expires_first: datetime | None
    first_page: int = 0
    lent: Points = Points(0)

    def is_all_active(self, now: datetime) -> bool:
        """Whether all that remains may certainly be spent at *now*; if not, only the pages can tell."""
        return self.active_last <= now and self.is_all_alive(now)

    def is_all_alive(self, now: datetime) -> bool:
        """Whether none of what remains has run out at *now*; if not, only the pages can tell."""
        return self.expires_first is None or now < self.expires_first


@attrs.frozen
class PointsMoved:
    """Points of one member moved: earned, spent, given back, taken back, run out or adjusted.

    `postings` sum to zero, and that of MEMBER is the sum of `moves`. `months` are the new summaries of
    the months it touches and `closed` the months that leave the head, so neither the head nor a page
    needs the other to be worked out again. `number` counts the movements of this member, from 1, without
    a gap; one that moves nothing has that of the last.
    """

    member: MemberId
    id: str
    kind: Kind
    source: str
    postings: tuple[Posting, ...]
    moves: tuple[LotMove, ...] = ()
    opened: tuple[Opening, ...] = ()
    months: tuple[Month, ...] = ()
    closed: tuple[str, ...] = ()
    reason: str = ""
    number: int = 0


def total(points: Iterable[Points]) -> Points:
    """The sum of *points*."""
    return Points(sum([each.count for each in points]))


def posted(event: PointsMoved, account: Account) -> Points:
    """What *event* posts to *account*."""
    return total([posting.points for posting in event.postings if posting.account is account])


# --- the book ------------------------------------------------------------------------------------


@attrs.frozen
class PointsHead:
    """The first leaf of a member's book: what they owe, a summary of every month with points left.

    `movements` is how many times points have moved in it.

    A month with an expiry leaves when nothing remains in it and nothing of it is lent; lots that never expire
    keep theirs.
    """

    debt: Points = Points(0)
    months: tuple[Month, ...] = ()
    movements: int = 0


HEADS: Final = Collection("points", PointsHead, personal=NotPersonal(), keep=Keep.AS_BOOKS)


@attrs.frozen
class PointsBook:
    """A member's book as far as it has been read: the head, and pages by name.

    A page that was looked for and is not there is an empty one; a page that is not in `pages` has not
    been read, and no decision guesses what it holds.
    """

    head: PointsHead = PointsHead()
    pages: Mapping[str, LotPage] = attrs.field(factory=dict)


def book_of(head: PointsHead | None, pages: Mapping[str, LotPage | None]) -> PointsBook:
    """The book from its records as they were read; None is one that is not there."""
    return PointsBook(
        PointsHead() if head is None else head,
        {name: LotPage() if page is None else page for name, page in pages.items()},
    )


def lot_in(book: PointsBook, lot: LotId) -> Lot:
    """The lot of this name; it must be on a page that has been read."""
    lots = book.pages[page_of(lot)].lots
    assert place_of(lot) < len(lots), f"there is no lot {lot} in this book"
    return lots[place_of(lot)]


# --- what an event changes -----------------------------------------------------------------------


def pages_of(event: PointsMoved) -> tuple[str, ...]:
    """The names of the pages that *event* changes."""
    return tuple(dict.fromkeys(page_of(move.lot) for move in event.moves))


def apply(book: PointsBook, event: PointsMoved) -> PointsBook:
    """The book after *event*, whose pages must have been read."""
    changed = {name: apply_to_page(book.pages.get(name), name, event) for name in pages_of(event)}
    return PointsBook(apply_to_head(book.head, event), {**book.pages, **changed})


def apply_to_head(head: PointsHead | None, event: PointsMoved) -> PointsHead:
    """The head after *event*, from the head alone."""
    before = PointsHead() if head is None else head
    months = {month.month: month for month in before.months if month.month not in event.closed}
    months.update((month.month, month) for month in event.months)
    debt = before.debt - posted(event, Account.DEBT)
    assert debt >= NO_POINTS, "what a member owes is settled once"
    # Texts such as 2026-09 sort by time, and "never" comes after all of them.
    return PointsHead(debt, tuple(months[name] for name in sorted(months)), event.number)


def apply_to_page(page: LotPage | None, page_id: str, event: PointsMoved) -> LotPage:
    """One page after *event*, from that page alone; *page_id* is its name or the id of its record."""
    name = page_id.rpartition("/")[2]
    return page_after(page, name, event.opened, event.moves)


def page_after(
    page: LotPage | None, name: str, opened: tuple[Opening, ...], moves: tuple[LotMove, ...]
) -> LotPage:
    """The page called *name* after these lots were opened and these moves were made."""
    lots = [] if page is None else list(page.lots)
    for opening in opened:
        if page_of(opening.lot) == name:
            assert place_of(opening.lot) == len(lots) < LOTS_A_PAGE, f"{opening.lot} is not the next place"
            lots.append(Lot(opening.active_at, opening.expires_at, NO_POINTS, NO_POINTS, NO_POINTS))
    for move in moves:
        if page_of(move.lot) == name:
            place = place_of(move.lot)
            assert place < len(lots), f"there is no lot {move.lot} on this page"
            lots[place] = _moved(lots[place], move)
    return LotPage(tuple(lots))


def _moved(lot: Lot, move: LotMove) -> Lot:
    earned, remaining = lot.earned + move.earned, lot.remaining + move.points
    expired = lot.expired + move.expired
    assert remaining >= NO_POINTS, f"{move.lot} would hold less than nothing"
    assert expired >= NO_POINTS, f"{move.lot} would take more out of breakage than ran out"
    loans = lot.loans if move.borrower is None else _lent(lot, move.borrower, move)
    after = Lot(lot.active_at, lot.expires_at, earned, remaining, expired, loans)
    lent = total([each for loan in loans for each in (loan.points, loan.void)])
    assert remaining + expired + lent <= earned, f"{move.lot} would hold more than was ever put into it"
    return after


def _lent(lot: Lot, borrower: MemberId, move: LotMove) -> tuple[Loan, ...]:
    before = lot.loan_to(borrower)
    after = Loan(borrower, before.points + move.lent, before.void + move.void)
    assert after.points >= NO_POINTS, f"{move.lot} would get more back than it has lent"
    assert after.void >= NO_POINTS, f"{move.lot} would get more back than it has let go"
    others = [loan for loan in lot.loans if loan.borrower != borrower]
    own = [] if (after.points + after.void).is_zero else [after]
    return tuple(sorted([*others, *own], key=lambda loan: loan.borrower))
