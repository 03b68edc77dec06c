"""The shop that is raced for: one member whom everybody serves at once, and what the journal says of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from omnicommerce import Commerce, DemoKeys, Identifier, Namespace, Rulebook
from omnicommerce.coupons import Campaign
from omnicommerce.kernel.ids import CampaignId, MemberId, StoreId
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.window import Window
from omnicommerce.loyalty import PointsRules
from omnicommerce.orders import SaleRules
from omnicommerce.ports.storage import PAGE_MAX, START, Storage
from omnicommerce.stores import Store
from omnicommerce.testing import FrozenClock
from tests.shopfront import DAY, SHOP_OPENS

CARD: Final = Identifier(Namespace.TILL_MEMBER, "M-1")
DOORMAN: Final = Identifier(Namespace.TILL_MEMBER, "M-2")
"""Somebody whom nobody races for: to serve him wakes a shop up."""

ONCE, THRICE = CampaignId("once"), CampaignId("thrice")
USES: Final = {ONCE: 1, THRICE: 3}

RULES: Final = Rulebook(
    sales=SaleRules(zone="Asia/Shanghai", currency="CNY"),
    points=PointsRules(earn_per=Money(100, "CNY"), expiry_days=365),
    stores={StoreId("s1"): Store("Asia/Shanghai")},
    campaigns={
        name: Campaign(name, Window(SHOP_OPENS, SHOP_OPENS + 30 * DAY), uses_per_member=uses)
        for name, uses in USES.items()
    },
)

NOW: Final = SHOP_OPENS + timedelta(days=9)


def awake(storage: Storage) -> Commerce:
    """A shop whose rules are read."""
    shop = Commerce(storage, RULES, keys=DemoKeys(), clock=FrozenClock(NOW))
    shop.members.register(identifier=DOORMAN)
    return shop


def the_member(shop: Commerce) -> MemberId:
    return shop.members.register(identifier=CARD).member


def told(storage: Storage, tag: str) -> list[dict[str, Any]]:
    """What the journal says of one kind of events."""
    return [entry["fact"] for entry in _entries(storage) if entry["tag"] == tag]


def moved(fact: dict[str, Any]) -> int:
    """How many points came to the member by a movement, or (below zero) went."""
    postings = fact["postings"]
    return sum(each["points"] for each in postings if each["account"] == "member")


def _entries(storage: Storage) -> Iterator[dict[str, Any]]:
    mark = START
    while entries := storage.journal(mark, PAGE_MAX):
        yield from (json.loads(entry.body) for entry in entries)
        mark = entries[-1].position
