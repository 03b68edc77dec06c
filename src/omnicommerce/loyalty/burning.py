"""Points spent: as many as there are, or more where the merchant lets a member owe."""

from __future__ import annotations

from datetime import datetime

import attrs

from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.verdict import Verdict, at_least, every, held
from omnicommerce.loyalty.drawing import Draw, Purse, drawn, out_of_lots, pages_to_spend, purse, taken
from omnicommerce.loyalty.entry import Heading, entered
from omnicommerce.loyalty.points_book import Account, Kind, PointsBook, PointsMoved, Posting, posted, total
from omnicommerce.loyalty.rules import ONE_POINT, PointsRules, ShortBurn


@attrs.frozen
class Burn:
    """Points that the member wants to spend."""

    member: MemberId
    id: str
    points: Points
    source: str


def burn(book: PointsBook, wanted: Burn, rules: PointsRules, now: datetime) -> PointsMoved:
    """Spend points in a sale; the merchant's rules say what happens if there are too few.

    Where they let the member owe, pending points go before debt does: they would settle it anyway.

    Raises:
        Refused: ``nothing_to_spend``, or ``too_few_points`` where the rules refuse that.
    """
    return _burned(book, wanted, rules.on_short_burn, now)


def spend(book: PointsBook, wanted: Burn, now: datetime) -> PointsMoved:
    """Spend points that there are; nobody runs up a debt by asking.

    Raises:
        Refused: ``nothing_to_spend`` or ``too_few_points``.
    """
    return _burned(book, wanted, ShortBurn.REFUSE, now)


def _burned(book: PointsBook, wanted: Burn, on_short: ShortBurn, now: datetime) -> PointsMoved:
    there = purse(book, wanted.points, now)
    verdict = every(
        "burn_refused",
        (
            at_least("nothing_to_spend", actual=wanted.points, required=ONE_POINT),
            *(enough_to_spend(there, wanted.points) if on_short is ShortBurn.REFUSE else ()),
        ),
    )
    if not verdict.holds:
        raise Refused(verdict)
    draws = taken(there.active, wanted.points)
    draws += taken(there.pending, wanted.points - drawn(draws))
    owed = wanted.points - drawn(draws)
    return entered(
        book,
        Heading(wanted.member, wanted.id, Kind.BURN, wanted.source),
        out_of_lots(draws),
        (Posting(Account.DEBT, -owed), Posting(Account.BURNED, wanted.points)),
    )


def enough_to_spend(there: Purse, required: Points) -> tuple[Verdict, ...]:
    """Whether there are *required* points to spend; if not, whether to wait for pending ones would do."""
    verdict = at_least("too_few_points", actual=there.spendable, required=required)
    if verdict.holds:
        return (verdict,)
    missing = required - there.spendable
    pending = total(lot.remaining for _, lot in there.pending)
    if pending < missing:
        return (verdict,)
    return (verdict, held("enough_is_pending", actual=pending, required=missing))


def pages_for_burn(book: PointsBook, wanted: Burn, now: datetime) -> tuple[str, ...]:
    """The pages that `burn` and `spend` still have to see."""
    return pages_to_spend(book, wanted.points, now)


# --- what a burn drew ----------------------------------------------------------------------------


def draws_of(event: PointsMoved) -> tuple[Draw, ...]:
    """Which lots a burn drew on, in order, and last what it left owed."""
    owed = -posted(event, Account.DEBT)
    return (
        *(Draw(move.lot, -move.points) for move in event.moves),
        *(() if owed.is_zero else (Draw(None, owed),)),
    )


def part_of(draws: tuple[Draw, ...], before: Points, points: Points) -> tuple[Draw, ...]:
    """The draws to give *points* back to, after *before* have been given back: the last drawn first.

    So what was owed is forgiven first, and what a member gets back first is what lasts longest.
    """
    skipped, wanted = before, points
    found: list[Draw] = []
    for draw in reversed(draws):
        passed = min(draw.points, skipped)
        part = min(draw.points - passed, wanted)
        skipped, wanted = skipped - passed, wanted - part
        if not part.is_zero:
            found.append(attrs.evolve(draw, points=part))
    assert (skipped + wanted).is_zero, "no more is given back than was drawn"
    return tuple(reversed(found))
