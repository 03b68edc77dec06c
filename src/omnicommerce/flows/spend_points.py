"""A member spends points without a sale: on a reward, a voucher, a donation."""

from __future__ import annotations

from omnicommerce.flows.balance import balance_of
from omnicommerce.flows.member_known import books_of, person_of
from omnicommerce.flows.open_book import books_of_heads, page_keys, read_all_on
from omnicommerce.flows.post_points import Occasion, post
from omnicommerce.identity import NODES, PERSONS
from omnicommerce.kernel.actor import Customer
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.flow import Acting, Flow, FreshId, Get, GetMany, Now, Outcome, ask_all
from omnicommerce.kernel.ids import MemberId, checked_id
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.verdict import failed
from omnicommerce.loyalty import (
    HEADS,
    Balance,
    Burn,
    ShortBurn,
    book_of,
    burn_together,
    pages_for_burn,
    pages_for_burn_together,
)


def spend_points(*, member: MemberId, points: Points, source: str) -> Flow[Balance]:
    """Spend *points*, those first that run out soonest, and say what the member has now.

    The member's own go first; what they lack comes from those who are one person with them.

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
    if isinstance(actor, Customer) and actor.member not in (
        member,
        *(node.value.members if node.value else ()),
    ):
        raise Refused(failed("not_your_points"))
    wanted = Burn(member, id, points, checked_id(source, "source"))
    pages = pages_for_burn(book_of(head.value, {}), wanted, now)
    members = books_of(node.value)
    # The person is the guard of everything that is spent from a union of books.
    _, heads, _ = yield from ask_all(
        Get(PERSONS, person_of(node.value)), GetMany(HEADS, members), page_keys(member, pages)
    )
    books = yield from read_all_on(
        books_of_heads(heads), lambda books: pages_for_burn_together(books, wanted, now)
    )
    for moved in burn_together(books, wanted, ShortBurn.REFUSE, now):
        yield from post(moved, Occasion(at=now))
    return Outcome((yield from balance_of(members)))
