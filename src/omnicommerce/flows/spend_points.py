"""A member spends points without a sale: on a reward, a voucher, a donation."""

from __future__ import annotations

from omnicommerce.flows.balance import balance_of
from omnicommerce.flows.member_known import person_of
from omnicommerce.flows.open_book import open_book, page_keys
from omnicommerce.flows.post_points import Occasion, post
from omnicommerce.identity import NODES, PERSONS
from omnicommerce.kernel.actor import Customer
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.flow import Acting, Flow, FreshId, Get, Now, Outcome, ask_all
from omnicommerce.kernel.ids import MemberId, checked_id
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.verdict import failed
from omnicommerce.loyalty import HEADS, Balance, Burn, book_of, pages_for_burn, spend


def spend_points(*, member: MemberId, points: Points, source: str) -> Flow[Balance]:
    """Spend *points*, those first that run out soonest, and say what the member has now.

    *source* names what they were spent on, such as ``reward/mug``; it stands on the statement and holds no
    personal data.

    Raises:
        Refused: ``not_your_points`` where another customer asks, ``no_such_member``, ``nothing_to_spend`` or
            ``too_few_points``.
        BadValue: *source* cannot name anything.
    """
    node, head, id, actor, now = yield from ask_all(
        Get(NODES, member), Get(HEADS, member), FreshId("movement"), Acting(), Now()
    )
    if isinstance(actor, Customer) and actor.member != member:
        raise Refused(failed("not_your_points"))
    wanted = Burn(member, id, points, checked_id(source, "source"))
    pages = pages_for_burn(book_of(head.value, {}), wanted, now)
    # The person is the guard of everything that is spent from a union of books.
    yield from ask_all(Get(PERSONS, person_of(node.value)), page_keys(member, pages))
    book = yield from open_book(member, lambda book: pages_for_burn(book, wanted, now))
    yield from post(spend(book, wanted, now), Occasion(at=now))
    return Outcome((yield from balance_of(member)))
