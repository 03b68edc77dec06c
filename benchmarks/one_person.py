"""What several cards of one customer cost: each command of one with eight, beside one with a single card.

The peer is this library itself with one card, over the same storage and with the same history a card.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import attrs

from benchmarks.rows import Effort, Row, compared, run, side_by_side
from omnicommerce import (
    Channel,
    Commerce,
    DemoKeys,
    Identifier,
    Level,
    Line,
    MemberId,
    MemoryStorage,
    Money,
    Namespace,
    Points,
    PointsRules,
    ProductId,
    Quantity,
    Rulebook,
    Sale,
    Shown,
    SqliteStorage,
    Store,
    StoreId,
    Strength,
    TierRules,
)
from omnicommerce.ports.storage import Storage
from omnicommerce.testing import FrozenClock

CARDS: Final = 8
DAYS: Final = 60
"""Of history a card: a purchase every third day."""

NOON: Final = datetime(2026, 1, 1, 4, tzinfo=UTC)
DAY: Final = timedelta(days=1)
RULES: Final = Rulebook(
    points=PointsRules(earn_per=Money(100, "CNY"), expiry_days=365),
    tiers=TierRules(levels=(Level("silver", Money(30_000, "CNY")), Level("gold", Money(100_000, "CNY")))),
    stores={StoreId("s1"): Store("Asia/Shanghai")},
)


@attrs.frozen(eq=False)
class Customer:
    """A shop with one customer, the card they show, and numbers for their receipts."""

    shop: Commerce
    member: MemberId
    now: datetime
    numbers: Iterator[int]

    def spend(self) -> object:
        """Spend a point: there are enough on the card that is shown."""
        return self.shop.points.spend(member=self.member, points=Points(1), source="mug")

    def ask(self) -> object:
        """Ask how many points there are."""
        return self.shop.points.balance(member=self.member)

    def buy(self) -> object:
        """Buy something, with a point."""
        return self.shop.sales.ingest(sale=_sale(f"n{next(self.numbers)}", "M-0", self.now, Points(1)))


def measure(effort: Effort) -> Iterator[Row]:
    """One row a command and storage."""
    with TemporaryDirectory() as folder:
        for where, made in (
            ("memory", MemoryStorage),
            ("SQLite", lambda: SqliteStorage(Path(folder) / f"{next(_FILES)}.db")),
        ):
            many, single = (_customer(made(), cards, effort) for cards in (CARDS, 1))
            # A balance is the sum of eight books, and has to look at each of them.
            for what, deed, goal in (
                ("a burn", Customer.spend, 0.5),
                ("a sale with a burn", Customer.buy, 0.5),
                ("a balance", Customer.ask, 0.25),
            ):
                pair = side_by_side(
                    partial(deed, many), partial(deed, single), rounds=effort.of(31), loops=effort.of(20)
                )
                yield compared(f"{what} of {CARDS} cards beside one, {where}", pair, goal=goal)


_FILES: Final = itertools.count()


def _customer(storage: Storage, cards: int, effort: Effort) -> Customer:
    clock = FrozenClock(NOON)
    shop = Commerce(storage, RULES, keys=DemoKeys(), clock=clock)
    for card in range(cards):
        for day in range(0, effort.of(DAYS, 6), 3):
            at = NOON + day * DAY
            clock.set(max(at, clock()))
            shop.sales.ingest(sale=_sale(f"{card}-{day}", f"M-{card}", at, Points(0)))
        if card:
            shop.members.link(a=_card(0), b=_card(card), strength=Strength.VERIFIED)
    clock.set(NOON + DAYS * DAY)
    found = shop.members.find(identifier=_card(0))
    assert len(found.members) == cards, "they are one person"
    return Customer(shop, found.member, clock(), itertools.count())


def _card(number: int) -> Identifier:
    return Identifier(Namespace.TILL_MEMBER, f"M-{number}")


def _sale(number: str, card: str, at: datetime, burn: Points) -> Sale:
    paid = Money(100_000, "CNY")
    return Sale(
        store=StoreId("s1"),
        till="t1",
        number=number,
        at=at,
        channel=Channel.STORE,
        lines=(Line(ProductId("milk"), Quantity(1), paid),),
        total=paid,
        shown=Shown("till_member", card),
        burn=burn,
    )


if __name__ == "__main__":
    run(measure, __doc__)
