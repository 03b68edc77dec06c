"""How many points have I?"""

from __future__ import annotations

from omnicommerce.flows.member_known import person_of
from omnicommerce.flows.open_book import open_book
from omnicommerce.identity import NODES
from omnicommerce.kernel.flow import Asking, Flow, Get, Now, Outcome, ask, ask_all
from omnicommerce.kernel.ids import MemberId
from omnicommerce.loyalty import HEADS, Balance, pages_for_balance
from omnicommerce.loyalty import balance as lens


def balance(*, member: MemberId) -> Flow[Balance]:
    """What *member* has now: to spend, pending, owed, and what runs out next.

    Raises:
        Refused: ``no_such_member``.
    """
    node, _ = yield from ask_all(Get(NODES, member), Get(HEADS, member))
    person_of(node.value)
    return Outcome((yield from balance_of(member)))


def balance_of(member: MemberId) -> Asking[Balance]:
    """The balance of a member who is known."""
    now = yield from ask(Now())
    book = yield from open_book(member, lambda book: pages_for_balance(book, now))
    return lens(book, now)
