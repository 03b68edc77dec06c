"""The retailer's rulebook: its own rules from a document, its stores and its campaigns from the data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from examples.replay.dataset import campaigns, coupons, stores, targets
from examples.replay.receipts import ZONE, CampaignDays
from examples.replay.telling import card, coupon_id
from omnicommerce import (
    Campaign,
    Commerce,
    DemoKeys,
    MemberId,
    MemoryStorage,
    ProductId,
    Rulebook,
    Store,
    StoreId,
    Window,
    load_rulebook,
)

DOCUMENT: Final = Path(__file__).with_name("rulebook.json")
A_DAY: Final = timedelta(days=1)


def rulebook(folder: Path) -> Rulebook:
    """Every rule of the replay: a coupon of the data is a campaign here, for each household once."""
    own = load_rulebook(DOCUMENT.read_text(encoding="utf-8"))
    sent, lasting, listed = targets(folder), campaigns(folder), coupons(folder)
    products = _product_lists(listed)
    return attrs.evolve(
        own,
        stores={StoreId(str(store)): Store(ZONE) for store in stores(folder)},
        campaigns={
            coupon_id(campaign, coupon): Campaign(
                name=f"coupon {coupon} of campaign {campaign}",
                window=_window(lasting[campaign]),
                members=_members_of(campaign),
                products=products[each],
                uses_per_member=1,
            )
            for (campaign, coupon), each in listed.items()
        },
        product_lists={
            name: frozenset(ProductId(str(product)) for product in each) for each, name in products.items()
        },
        member_lists=_member_lists(sent),
    )


def member_ids(households: Iterable[int]) -> Mapping[int, MemberId]:
    """The ids under which households are members.

    An id is a digest of the card under the shop's keys. So a scratch shop with the same keys says what it
    will be before anybody has bought anything.
    """
    scratch = Commerce(MemoryStorage(), Rulebook(), keys=DemoKeys())
    return {
        household: scratch.members.register(identifier=card(household)).member for household in households
    }


def _product_lists(listed: Mapping[tuple[int, int], frozenset[int]]) -> Mapping[frozenset[int], str]:
    """A name for each list: that of the first coupon that is for it. Many coupons are for the same."""
    names: dict[frozenset[int], str] = {}
    for (campaign, coupon), products in sorted(listed.items()):
        names.setdefault(products, f"products of {campaign}-{coupon}")
    return names


def _members_of(campaign: int) -> str:
    return f"sent campaign {campaign}"


def _member_lists(sent: Mapping[int, frozenset[int]]) -> Mapping[str, frozenset[MemberId]]:
    ids = member_ids(sorted(frozenset().union(*sent.values())))
    return {
        _members_of(campaign): frozenset(ids[household] for household in households)
        for campaign, households in sent.items()
    }


def _window(lasting: CampaignDays) -> Window:
    """Whole local days, the last one included."""
    return Window(_midnight(lasting.first_day), _midnight(lasting.last_day + A_DAY))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(ZONE))
