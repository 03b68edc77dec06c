"""How many points have I?"""

from __future__ import annotations

from omnicommerce.flows.member_known import books_of
from omnicommerce.flows.open_book import books_of_heads, read_all_on
from omnicommerce.identity import NODES
from omnicommerce.kernel.flow import Asking, Flow, Get, GetMany, Now, Outcome, ask_all
from omnicommerce.kernel.ids import MemberId
from omnicommerce.loyalty import HEADS, Balance, pages_for_balance, together
from omnicommerce.loyalty import balance as lens


def balance(*, member: MemberId) -> Flow[Balance]:
    """What *member* has now: to spend, pending, owed, and what runs out next.

    A member who is one person with others has what all of them have.

    Raises:
        Refused: ``no_such_member``.
    """
    node, _ = yield from ask_all(Get(NODES, member), Get(HEADS, member))
    return Outcome((yield from balance_of(books_of(node.value))))


def balance_of(members: tuple[MemberId, ...]) -> Asking[Balance]:
    """The balance of *members* who are known to be one person."""
    heads, now = yield from ask_all(GetMany(HEADS, members), Now())
    books = yield from read_all_on(
        books_of_heads(heads),
        lambda books: {
            member: pages for member, book in books.items() if (pages := pages_for_balance(book, now))
        },
    )
    return together([lens(book, now) for book in books.values()])
