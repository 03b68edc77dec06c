"""The shop gives or takes points by hand: a goodwill gesture, or a mistake put right."""

from __future__ import annotations

from omnicommerce.flows.balance import balance_of
from omnicommerce.flows.judge_person import expect
from omnicommerce.flows.member_known import books_of, person_of
from omnicommerce.flows.open_book import open_book, page_keys
from omnicommerce.flows.post_points import Occasion, post
from omnicommerce.identity import NODES, PERSONS
from omnicommerce.kernel.flow import Acting, Flow, FreshId, Get, Now, Outcome, Rules, ask_all
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty import HEADS, Adjustment, Balance, adjust, book_of, pages_for_adjustment
from omnicommerce.rulebook import Rulebook


def adjust_points(*, member: MemberId, points: Points, reason: str) -> Flow[Balance]:
    """Give (above zero) or take (below zero) *points* of this very member, and say what they have now.

    Whoever is one person with them is answered for, too, and nothing is taken from those.

    Raises:
        Refused: ``no_such_member``, ``not_for_customers``, ``nothing_to_adjust``,
            ``adjustment_too_large`` or ``too_few_points``.
        BadValue: *reason* is not a snake_case word.
    """
    node, head, rules, actor, id, now = yield from ask_all(
        Get(NODES, member), Get(HEADS, member), Rules(Rulebook), Acting(), FreshId("movement"), Now()
    )
    wanted = Adjustment(member, id, points, reason, actor)
    zone = rules.sales.zone
    pages = pages_for_adjustment(book_of(head.value, {}), wanted, rules.points, now, zone)
    person, _ = yield from ask_all(Get(PERSONS, person_of(node.value)), page_keys(member, pages))
    book = yield from open_book(
        member, lambda book: pages_for_adjustment(book, wanted, rules.points, now, zone)
    )
    yield from post(adjust(book, wanted, rules.points, now, zone), Occasion(at=now))
    yield from expect(person, member)
    return Outcome((yield from balance_of(books_of(node.value))))
