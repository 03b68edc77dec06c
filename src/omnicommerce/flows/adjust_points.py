"""The shop gives or takes points by hand: a goodwill gesture, or a mistake put right."""

from __future__ import annotations

from omnicommerce.identity import NODES
from omnicommerce.kernel.changes import Event, replacing
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.flow import Acting, Flow, Get, Now, Outcome, Rules, ask_all
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.verdict import failed
from omnicommerce.loyalty import BOOKS, Adjustment, Balance, PointsBook, PointsRules, adjust, apply


def adjust_points(*, member: MemberId, points: Points, reason: str) -> Flow[Balance]:
    """Give (above zero) or take (below zero) *points*, and say what the member holds now.

    Raises:
        Refused: ``no_such_member``, ``not_for_customers``, ``nothing_to_adjust``,
            ``adjustment_too_large`` or ``too_few_points``.
        BadValue: *reason* is not a snake_case word.
    """
    node, held, rules, actor, now = yield from ask_all(
        Get(NODES, member), Get(BOOKS, member), Rules(PointsRules), Acting(), Now()
    )
    if node.value is None:
        raise Refused(failed("no_such_member"))

    book = held.value or PointsBook()
    fact = adjust(book, Adjustment(member, points, reason, actor), rules)
    after = apply(book, fact)

    return Outcome(
        Balance(member, after.balance), replacing(held, after, Event(fact, at=now, members=(member,)))
    )
