"""One member's book as a storage keeps it: every record folded alone, and only read where a decision asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from omnicommerce.kernel.ids import LotId, MemberId
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty import (
    Accrual,
    Balance,
    Burn,
    Draw,
    LotPage,
    PointsBook,
    PointsHead,
    PointsMoved,
    PointsRules,
    Restoral,
    Reversal,
    accrue,
    apply,
    apply_to_head,
    apply_to_page,
    balance,
    book_of,
    burn,
    expire,
    lots_id,
    pages_for_accrual,
    pages_for_balance,
    pages_for_burn,
    pages_for_expiry,
    pages_for_restoral,
    pages_for_reversal,
    pages_of,
    restore,
    reverse,
)

MARY: Final = MemberId("mary")
ZONE: Final = "Asia/Shanghai"
FIRST: Final = date(2026, 9, 1)
"""Day 0 of every story."""

TURNS_MAX: Final = 100
"""A decision that asks for pages for longer than this will never be satisfied."""

E = TypeVar("E", PointsMoved, PointsMoved | None)


def at(day: int, clock: time = time(12), zone: str = ZONE) -> datetime:
    """That time on the shop's wall, so many days after the first."""
    wall = datetime.combine(FIRST + timedelta(days=day), clock, ZoneInfo(zone))
    return wall.astimezone(UTC)


def start(day: int, zone: str = ZONE) -> datetime:
    """The first instant of a day."""
    return at(day, time.min, zone)


class Shelf:
    """The records of Mary's book, and every event told of it, with the instant at which it was told."""

    def __init__(self, zone: str = ZONE) -> None:
        self.zone = zone
        self.head: PointsHead | None = None
        self.pages: dict[str, LotPage] = {}
        self.told: list[tuple[datetime, PointsMoved]] = []
        self.reads: list[tuple[str, ...]] = []

    # --- records -----------------------------------------------------------------------------

    def book(self, needs: Callable[[PointsBook], tuple[str, ...]]) -> PointsBook:
        """The book with all that *needs* names, and nothing else."""
        book = book_of(self.head, {})
        self.reads = []
        for _ in range(TURNS_MAX):
            names = needs(book)
            if not names:
                return book
            assert not set(names) & set(book.pages)
            self.reads.append(names)
            book = book_of(self.head, {**book.pages, **{name: self.pages.get(name) for name in names}})
        raise AssertionError("a decision is never satisfied")

    def tell(self, event: E, now: datetime) -> E:
        """Fold *event* into each record alone."""
        if event is not None:
            self.head = apply_to_head(self.head, event)
            for name in pages_of(event):
                self.pages[name] = apply_to_page(self.pages.get(name), lots_id(MARY, name), event)
            self.told.append((now, event))
        return event

    def whole(self) -> PointsBook:
        """Everything there is."""
        return book_of(self.head, dict(self.pages))

    def as_of(self, past: datetime) -> PointsBook:
        """The aggregate, folded again from what had been told by then."""
        book = PointsBook()
        for told_at, event in self.told:
            if told_at <= past:
                book = apply(book, event)
        return book

    def next_id(self) -> str:
        """A name for the next movement."""
        return f"movement-{len(self.told)}"

    # --- what happens ------------------------------------------------------------------------

    def accrue(
        self, points: int, sold: datetime, rules: PointsRules, now: datetime | None = None
    ) -> LotId | None:
        """A sale earned points; the lot they went into."""
        wanted = Accrual(MARY, self.next_id(), Points(points), sold, "sale")
        book = self.book(lambda book: pages_for_accrual(book, wanted, rules, self.zone))
        event = self.tell(accrue(book, wanted, rules, self.zone), now or sold)
        return None if event is None or not event.moves else event.moves[0].lot

    def burn(self, points: int, now: datetime, rules: PointsRules | None = None) -> PointsMoved:
        """A sale spends points."""
        wanted = Burn(MARY, self.next_id(), Points(points), "sale")
        book = self.book(lambda book: pages_for_burn(book, wanted, now))
        return self.tell(burn(book, wanted, rules or PointsRules(), now), now)

    def reverse(self, points: int, lot: LotId | None, now: datetime) -> PointsMoved | None:
        """Goods came back."""
        wanted = Reversal(MARY, self.next_id(), Points(points), lot, "return")
        book = self.book(lambda book: pages_for_reversal(book, wanted, now))
        return self.tell(reverse(book, wanted, now), now)

    def restore(
        self, draws: tuple[Draw, ...], now: datetime, rules: PointsRules | None = None
    ) -> PointsMoved | None:
        """Spent points are given back."""
        rules = rules or PointsRules()
        wanted = Restoral(MARY, self.next_id(), draws, "return")
        book = self.book(lambda book: pages_for_restoral(book, wanted, rules, now, self.zone))
        return self.tell(restore(book, wanted, rules, now, self.zone), now)

    def sweep(self, now: datetime) -> PointsMoved | None:
        """Write down what has run out."""
        book = self.book(lambda book: pages_for_expiry(book, now))
        return self.tell(expire(book, MARY, self.next_id(), now), now)

    def balance(self, now: datetime) -> Balance:
        """What Mary has."""
        return balance(self.book(lambda book: pages_for_balance(book, now)), now)

    def counts(self, now: datetime) -> tuple[int, int, int]:
        """What may be spent, what is pending and what is owed."""
        found = self.balance(now)
        return found.points.count, found.pending.count, found.debt.count
