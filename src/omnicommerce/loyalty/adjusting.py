"""Points given or taken by hand: a goodwill gesture, or a mistake put right."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from omnicommerce.kernel.actor import Actor, Customer
from omnicommerce.kernel.errors import BadValue, Refused
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.verdict import Verdict, at_least, at_most, every, failed, held
from omnicommerce.loyalty.burning import enough_to_spend
from omnicommerce.loyalty.drawing import Purse, out_of_lots, pages_to_spend, purse, taken
from omnicommerce.loyalty.earning import into_lot, pages_for_lot
from omnicommerce.loyalty.entry import Heading, entered
from omnicommerce.loyalty.lots import dates_given
from omnicommerce.loyalty.points_book import Account, Kind, PointsBook, PointsMoved, Posting
from omnicommerce.loyalty.rules import NO_POINTS, ONE_POINT, PointsRules

REASON_LENGTH_MAX: Final = 64
"""A reason is a word for reports, not a story; stories name people."""


@attrs.frozen
class Adjustment:
    """Points that somebody gives (above zero) or takes (below zero) by hand.

    `reason` is a stable snake_case word such as ``goodwill``; free text would carry personal data
    into the books.

    Raises:
        BadValue: the reason is no such word.
    """

    member: MemberId
    id: str
    points: Points
    reason: str
    by: Actor

    def __attrs_post_init__(self) -> None:
        reason = self.reason
        if not (reason.isascii() and reason.isidentifier() and reason == reason.lower()):
            raise BadValue("reason", "expected a snake_case word such as goodwill")
        if len(reason) > REASON_LENGTH_MAX:
            raise BadValue("reason", f"expected at most {REASON_LENGTH_MAX} characters, got {len(reason)}")


def adjust(book: PointsBook, wanted: Adjustment, rules: PointsRules, now: datetime, zone: str) -> PointsMoved:
    """Give or take points by hand.

    What is given settles a debt first, and is active from the start of today. What is taken is taken
    as if it were spent, and nobody owes for it.

    Raises:
        Refused: ``not_for_customers``, ``nothing_to_adjust``, ``adjustment_too_large`` or
            ``too_few_points``.
    """
    taking = max(-wanted.points, NO_POINTS)
    there = purse(book, taking, now)
    verdict = _judged(wanted, rules, there)
    if not verdict.holds:
        raise Refused(verdict)
    heading = Heading(wanted.member, wanted.id, Kind.ADJUSTMENT, reason=wanted.reason)
    by_hand = Posting(Account.ADJUSTMENT, -wanted.points)
    if wanted.points < NO_POINTS:
        return entered(book, heading, out_of_lots(taken(there.active, taking)), (by_hand,))
    settled = min(wanted.points, book.head.debt)
    filling = into_lot(book, wanted.points - settled, dates_given(now, rules, zone), zone)
    return entered(book, heading, filling, (Posting(Account.DEBT, settled), by_hand))


def pages_for_adjustment(
    book: PointsBook, wanted: Adjustment, rules: PointsRules, now: datetime, zone: str
) -> tuple[str, ...]:
    """The pages that `adjust` still has to see; ask again when they are read, until there is none."""
    if wanted.points < NO_POINTS:
        return pages_to_spend(book, -wanted.points, now)
    rest = wanted.points - min(wanted.points, book.head.debt)
    return pages_for_lot(book, rest, dates_given(now, rules, zone), zone)


def _judged(wanted: Adjustment, rules: PointsRules, there: Purse) -> Verdict:
    size = abs(wanted.points)
    by_customer = isinstance(wanted.by, Customer)
    return every(
        "adjustment_refused",
        (
            failed("not_for_customers") if by_customer else held("not_for_customers"),
            at_least("nothing_to_adjust", actual=size, required=ONE_POINT),
            at_most("adjustment_too_large", actual=size, required=rules.adjustment_max),
            *(enough_to_spend(there, size) if wanted.points < NO_POINTS else ()),
        ),
    )
