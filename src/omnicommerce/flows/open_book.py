"""Reading books of points: the heads, and those pages that a decision needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from omnicommerce.kernel.collection import Versioned
from omnicommerce.kernel.flow import Asking, Get, GetMany, ask
from omnicommerce.kernel.ids import MemberId
from omnicommerce.loyalty import HEADS, LOTS, LotPage, PointsBook, PointsHead, book_of, lots_id

Needs: TypeAlias = Callable[[PointsBook], tuple[str, ...]]
"""Which pages a decision still lacks, by what has been read."""

Books: TypeAlias = Mapping[MemberId, PointsBook]
"""The books of one person, by member."""

NeedsOfMany: TypeAlias = Callable[[Books], Mapping[MemberId, tuple[str, ...]]]
"""Which pages of which book a decision still lacks, by what has been read of all of them."""

TURNS_MAX: Final = 100
"""Each turn reads a page at least; a month of more than a hundred full pages is no member's."""


def page_keys(member: MemberId, names: tuple[str, ...]) -> GetMany[LotPage]:
    """The question for the pages of these names."""
    return GetMany(LOTS, tuple(lots_id(member, name) for name in names))


def open_book(member: MemberId, needs: Needs) -> Asking[PointsBook]:
    """The book of *member* with every page that *needs* names, and it may name more as it sees them."""
    head = yield from ask(Get(HEADS, member))
    return (yield from read_on(member, book_of(head.value, {}), needs))


def read_on(member: MemberId, book: PointsBook, needs: Needs) -> Asking[PointsBook]:
    """The *book* of *member*, of which some has been read, with every page that *needs* names."""
    for _ in range(TURNS_MAX):
        names = needs(book)
        if not names:
            return book
        pages = yield from ask(page_keys(member, names))
        book = with_pages(book, names, pages)
    raise AssertionError(f"the book of {member} has no end")


def with_pages(book: PointsBook, names: tuple[str, ...], pages: tuple[Versioned[LotPage], ...]) -> PointsBook:
    """*book* and these *pages*, read by their *names*."""
    read = {name: page.value for name, page in zip(names, pages, strict=True)}
    return book_of(book.head, {**book.pages, **read})


def books_of_heads(heads: tuple[Versioned[PointsHead], ...]) -> dict[MemberId, PointsBook]:
    """The books that these *heads* begin."""
    return {MemberId(head.id): book_of(head.value, {}) for head in heads}


def read_all_on(books: Books, needs: NeedsOfMany) -> Asking[Books]:
    """The *books* of one person, of which some has been read, with every page that *needs* names."""
    for _ in range(TURNS_MAX):
        missing = needs(books)
        if not missing:
            return books
        keys = tuple(lots_id(member, name) for member, names in missing.items() for name in names)
        pages = iter((yield from ask(GetMany(LOTS, keys))))
        books = {
            **books,
            **{
                member: with_pages(books[member], names, tuple(next(pages) for _ in names))
                for member, names in missing.items()
            },
        }
    raise AssertionError("the books of a person have no end")
