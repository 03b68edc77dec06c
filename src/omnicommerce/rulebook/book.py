"""The rulebook as one value: what the rooms' rules are, and what they must agree on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import attrs

from omnicommerce.coupons import Campaign
from omnicommerce.identity import (
    IdentityRules,
    ProfileRules,
)
from omnicommerce.kernel.errors import BadWire
from omnicommerce.kernel.ids import CampaignId, MemberId, ProductId, StoreId
from omnicommerce.lifecycle import StageRules
from omnicommerce.loyalty import PointsRules, TierRules
from omnicommerce.orders import SaleRules
from omnicommerce.rulebook.agreement import disagreements
from omnicommerce.stores import Store

K = TypeVar("K")
V = TypeVar("V")


def _fixed(table: Mapping[K, V]) -> Mapping[K, V]:
    given: object = table
    # What is no table is left as it is: the constructor names it among the other faults.
    if not isinstance(given, Mapping):
        return table
    # In the order of names, so that equal rulebooks are written alike.
    return MappingProxyType({name: table[name] for name in sorted(table, key=str)})


# One for each table: a type checker takes what a rulebook is made of from these.


def _stores(table: Mapping[StoreId, Store]) -> Mapping[StoreId, Store]:
    return _fixed(table)


def _campaigns(table: Mapping[CampaignId, Campaign]) -> Mapping[CampaignId, Campaign]:
    return _fixed(table)


def _product_lists(table: Mapping[str, frozenset[ProductId]]) -> Mapping[str, frozenset[ProductId]]:
    return _fixed(table)


def _member_lists(table: Mapping[str, frozenset[MemberId]]) -> Mapping[str, frozenset[MemberId]]:
    return _fixed(table)


@attrs.frozen(kw_only=True)
class Rulebook:
    """Every policy a merchant sets. A room that is not mentioned follows its defaults.

    `sales` says where the shop is and in which currency it sells. `identity` says who is one person, and
    `profiles` what is known of them, and who sees it. `stores` are listed by their ids.
    `campaigns` are listed by their ids, too. Campaigns ask for `product_lists` and `member_lists` by name.

    Raises:
        BadWire: the rules disagree (an amount in another currency than the shop's, a campaign that names no
            list), a name cannot be one, or there is more than a rulebook may hold. Every fault has its path.
    """

    sales: SaleRules = SaleRules()
    points: PointsRules = PointsRules()
    tiers: TierRules = TierRules()
    stages: StageRules = StageRules()
    identity: IdentityRules = IdentityRules()
    profiles: ProfileRules = ProfileRules()
    stores: Mapping[StoreId, Store] = attrs.field(factory=dict, converter=_stores)
    campaigns: Mapping[CampaignId, Campaign] = attrs.field(factory=dict, converter=_campaigns)
    product_lists: Mapping[str, frozenset[ProductId]] = attrs.field(factory=dict, converter=_product_lists)
    member_lists: Mapping[str, frozenset[MemberId]] = attrs.field(factory=dict, converter=_member_lists)

    def __attrs_post_init__(self) -> None:
        faults = disagreements(attrs.asdict(self, recurse=False))
        if faults:
            raise BadWire(faults)

    def __reduce__(self) -> tuple[Any, ...]:
        # A read-only view cannot be pickled, and a rulebook may be handed to another process.
        told = {
            name: dict(each) if isinstance(each, Mapping) else each
            for name, each in attrs.asdict(self, recurse=False).items()
        }
        return _made_again, (told,)


def _made_again(told: dict[str, Any]) -> Rulebook:
    return Rulebook(**told)
