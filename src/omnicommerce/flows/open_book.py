"""Reading a member's book of points: the head, and those pages that a decision needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from omnicommerce.kernel.flow import Asking, Get, GetMany, ask
from omnicommerce.kernel.ids import MemberId
from omnicommerce.loyalty import HEADS, LOTS, LotPage, PointsBook, book_of, lots_id

Needs: TypeAlias = Callable[[PointsBook], tuple[str, ...]]
"""Which pages a decision still lacks, by what has been read."""

TURNS_MAX: Final = 100
"""Each turn reads a page at least; a month of more than a hundred full pages is no member's."""


def page_keys(member: MemberId, names: tuple[str, ...]) -> GetMany[LotPage]:
    """The question for the pages of these names."""
    return GetMany(LOTS, tuple(lots_id(member, name) for name in names))


def open_book(member: MemberId, needs: Needs) -> Asking[PointsBook]:
    """The book of *member* with every page that *needs* names, and it may name more as it sees them."""
    head = yield from ask(Get(HEADS, member))
    book = book_of(head.value, {})
    for _ in range(TURNS_MAX):
        names = needs(book)
        if not names:
            return book
        pages = yield from ask(page_keys(member, names))
        read = {name: page.value for name, page in zip(names, pages, strict=True)}
        book = book_of(head.value, {**book.pages, **read})
    raise AssertionError(f"the book of {member} has no end")
