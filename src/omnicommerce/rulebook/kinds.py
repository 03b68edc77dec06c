"""A rulebook, room by room: what a flow asks for when it asks for the rules of one kind."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from omnicommerce.coupons import Campaigns
from omnicommerce.identity import (
    IdentityRules,
    ProfileRules,
)
from omnicommerce.lifecycle import StageRules
from omnicommerce.loyalty import PointsRules, TierRules
from omnicommerce.orders import SaleRules
from omnicommerce.rulebook.book import Rulebook
from omnicommerce.stores import Stores


def by_kind(rulebook: Rulebook) -> Mapping[type[Any], Any]:
    """The rules of each room by their class, and the rulebook itself for whoever needs several rooms' rules.

    A store comes with all the others of the shop, and so does a campaign, with the lists that campaigns name.
    """
    return MappingProxyType(
        {
            Rulebook: rulebook,
            SaleRules: rulebook.sales,
            PointsRules: rulebook.points,
            TierRules: rulebook.tiers,
            StageRules: rulebook.stages,
            IdentityRules: rulebook.identity,
            ProfileRules: rulebook.profiles,
            Stores: Stores(rulebook.stores),
            Campaigns: Campaigns(rulebook.campaigns, rulebook.product_lists, rulebook.member_lists),
        }
    )
