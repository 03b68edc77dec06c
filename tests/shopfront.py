"""A shop for tests that tell whole stories: every kind of rule, a clock, and short words for sales."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

from omnicommerce import Commerce, DemoKeys, Identifier, MemoryStorage, Namespace
from omnicommerce.coupons import Campaign
from omnicommerce.flows.ingest_sale import Ingested
from omnicommerce.flows.take_back import TakenBack
from omnicommerce.kernel.ids import CampaignId, MemberId, ProductId, StoreId
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.quantity import Quantity
from omnicommerce.kernel.window import Window
from omnicommerce.lifecycle import Signs, Stage, StageRules
from omnicommerce.loyalty import Level, PointsRules, TierRules
from omnicommerce.orders import Line, Return, ReturnedLine, Sale, SaleKey, SaleRules, Shown
from omnicommerce.ports.storage import Storage
from omnicommerce.rulebook import Rulebook
from omnicommerce.stores import Store
from omnicommerce.testing import FrozenClock

DAY: Final = timedelta(days=1)
SHOP_OPENS: Final = datetime(2026, 1, 1, 4, tzinfo=UTC)
"""Noon in Shanghai, on the first day of the stories."""

STAGES: Final = StageRules(
    stages=(
        Stage("lost", enter=Signs(silent_days_min=120)),
        Stage("at risk", enter=Signs(silent_days_min=60), stay=Signs(silent_days_min=10)),
        Stage("active", enter=Signs(age_days_min=30)),
        Stage("new"),
    )
)
TIERS: Final = TierRules(
    levels=(Level("silver", Money(30_000, "CNY")), Level("gold", Money(100_000, "CNY"))),
    window_days=180,
    grace_days=30,
)
POINTS: Final = PointsRules(earn_per=Money(100, "CNY"), activation_days=14, expiry_days=90)
SPRING: Final = CampaignId("spring")

RULES: Final = Rulebook(
    sales=SaleRules(zone="Asia/Shanghai", currency="CNY"),
    points=POINTS,
    tiers=TIERS,
    stages=STAGES,
    stores={
        StoreId("s1"): Store("Asia/Shanghai"),
        StoreId("s2"): Store("Asia/Shanghai"),
        StoreId("web"): Store("Asia/Shanghai"),
    },
    campaigns={
        SPRING: Campaign(
            name="Spring",
            window=Window(SHOP_OPENS, SHOP_OPENS + 30 * DAY),
            products="dairy",
            uses_per_member=1,
        )
    },
    product_lists={"dairy": frozenset({ProductId("milk"), ProductId("cheese")})},
)


@attrs.frozen
class Shop:
    """A shop over a storage, and its clock."""

    commerce: Commerce
    storage: Storage
    clock: FrozenClock

    def member(self, card: str = "M-1") -> MemberId:
        return self.commerce.members.register(identifier=Identifier(Namespace.TILL_MEMBER, card)).member

    def at(self, now: datetime) -> Shop:
        """The same shop, at another time of the clock."""
        self.clock.set(now)
        return self


def opened(storage: Storage | None = None, rules: Rulebook = RULES, now: datetime = SHOP_OPENS) -> Shop:
    clock = FrozenClock(now)
    kept = storage if storage is not None else MemoryStorage()
    return Shop(Commerce(kept, rules, keys=DemoKeys(), clock=clock), kept, clock)


def sale(
    number: int | str = 1,
    paid: int | Iterable[tuple[str, int, int]] = 10_000,
    *,
    at: datetime = SHOP_OPENS,
    card: str | None = "M-1",
    store: str = "s1",
    till: str = "t1",
    **told: Any,
) -> Sale:
    """A sale of one bottle of milk for *paid*, or of (product, quantity, paid) lines."""
    rows = [("milk", 1, paid)] if isinstance(paid, int) else list(paid)
    lines = tuple(Line(ProductId(name), Quantity(count), Money(minor, "CNY")) for name, count, minor in rows)
    return Sale(
        store=StoreId(store),
        till=till,
        number=str(number),
        at=at,
        lines=lines,
        total=Money(sum(row[2] for row in rows), "CNY"),
        **({"shown": None if card is None else Shown("till_member", card)} | told),
    )


def returned(
    of: Sale | SaleKey,
    number: int | str = 1,
    units: Iterable[tuple[int, int]] = ((1, 1),),
    *,
    at: datetime = SHOP_OPENS,
    store: str = "s2",
) -> Return:
    """A return of (line, units) of a sale, at another store unless the story says otherwise."""
    return Return(
        store=StoreId(store),
        till="t1",
        number=str(number),
        at=at,
        of=of if isinstance(of, SaleKey) else of.key,
        lines=tuple(ReturnedLine(place, Quantity(count)) for place, count in units),
    )


def tell(shop: Shop, fact: Sale | Return) -> Ingested | TakenBack:
    """Tell the shop a fact, one by one."""
    if isinstance(fact, Sale):
        return shop.commerce.sales.ingest(sale=fact)
    return shop.commerce.sales.take_back(goods=fact)


def spendable(shop: Shop, member: MemberId) -> Points:
    return shop.commerce.points.balance(member=member).points
