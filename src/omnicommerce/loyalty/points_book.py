"""The points book of a member: double entry, append-only, never below zero.

Every posting has a counterpart, so all postings of all books sum to zero. The house's own accounts
have no record: each is the sum of its postings in the journal.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import attrs

from omnicommerce.kernel.actor import Actor, Customer
from omnicommerce.kernel.collection import Collection, Keep, NotPersonal
from omnicommerce.kernel.errors import BadValue, Refused
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.verdict import Verdict, at_least, at_most, every, failed, held
from omnicommerce.loyalty.rules import PointsRules

REASON_LENGTH_MAX: Final = 64
"""A reason is a word for reports, not a story; stories name people."""


NO_POINTS: Final = Points(0)
ONE_POINT: Final = Points(1)


class Account(StrEnum):
    """Whose points they are: the member's, or an account of the house."""

    MEMBER = "member"
    ADJUSTMENT = "adjustment"


@attrs.frozen
class Posting:
    """Points that enter (above zero) or leave (below zero) an account."""

    account: Account
    points: Points


@attrs.frozen
class PointsBook:
    """What a member holds now."""

    balance: Points = Points(0)


@attrs.frozen
class Balance:
    """The answer to "how many points have I?"."""

    member: MemberId
    points: Points


@attrs.frozen
class Adjustment:
    """Points that somebody gives (above zero) or takes (below zero) by hand.

    `reason` is a stable snake_case word such as ``goodwill``; free text would carry personal data
    into the books.

    Raises:
        BadValue: the reason is no such word.
    """

    member: MemberId
    points: Points
    reason: str
    by: Actor

    def __attrs_post_init__(self) -> None:
        reason = self.reason
        if not (reason.isascii() and reason.isidentifier() and reason == reason.lower()):
            raise BadValue("reason", "expected a snake_case word such as goodwill")
        if len(reason) > REASON_LENGTH_MAX:
            raise BadValue("reason", f"expected at most {REASON_LENGTH_MAX} characters, got {len(reason)}")


@attrs.frozen
class PointsAdjusted:
    """Somebody gave or took points by hand."""

    member: MemberId
    reason: str
    postings: tuple[Posting, ...]


BOOKS: Final = Collection("points", PointsBook, personal=NotPersonal(), keep=Keep.AS_BOOKS)


def adjust(book: PointsBook, wanted: Adjustment, rules: PointsRules) -> PointsAdjusted:
    """Give or take points by hand.

    Raises:
        Refused: nothing to adjust, too much at once, more than the book holds, or a customer asked.
    """
    verdict = _judged(book, wanted, rules)
    if not verdict.holds:
        raise Refused(verdict)
    return PointsAdjusted(
        wanted.member,
        wanted.reason,
        (Posting(Account.MEMBER, wanted.points), Posting(Account.ADJUSTMENT, -wanted.points)),
    )


def apply(book: PointsBook, event: PointsAdjusted) -> PointsBook:
    """The book after *event*."""
    balance = book.balance
    for posting in event.postings:
        if posting.account is Account.MEMBER:
            balance += posting.points
    return PointsBook(balance)


def _judged(book: PointsBook, wanted: Adjustment, rules: PointsRules) -> Verdict:
    size = abs(wanted.points)
    taken = size if wanted.points < NO_POINTS else NO_POINTS
    by_customer = isinstance(wanted.by, Customer)
    return every(
        "adjustment_refused",
        (
            failed("not_for_customers") if by_customer else held("not_for_customers"),
            at_least("nothing_to_adjust", actual=size, required=ONE_POINT),
            at_most("adjustment_too_large", actual=size, required=rules.adjustment_max),
            at_least("too_few_points", actual=book.balance, required=taken),
        ),
    )
