"""The rules of the simulated shop: everything that a sale can move, in weeks instead of years."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from omnicommerce.coupons import Campaign, OnReturn
from omnicommerce.kernel.ids import CampaignId, ProductId, StoreId
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.window import Window
from omnicommerce.lifecycle import Signs, Stage, StageRules
from omnicommerce.loyalty import Level, PointsRules, TierRules
from omnicommerce.orders import SaleRules
from omnicommerce.rulebook import Rulebook
from omnicommerce.stores import Store
from omnicommerce.testing.simulation.life import BEGINNING

STORES: Final = (StoreId("s1"), StoreId("s2"), StoreId("web"))
MILK, BREAD, MUG = ProductId("milk"), ProductId("bread"), ProductId("mug")
A_POINT_COSTS: Final = 100
"""Minor units."""

ONCE, TWICE = CampaignId("once"), CampaignId("twice")
USES: Final[Mapping[str, int]] = {ONCE: 1, TWICE: 2}

RULEBOOK: Final = Rulebook(
    sales=SaleRules(zone="Asia/Shanghai", currency="CNY", ahead_minutes_max=1_440),
    points=PointsRules(earn_per=Money(A_POINT_COSTS, "CNY"), activation_days=1, expiry_days=20),
    tiers=TierRules(
        levels=(Level("silver", Money(100_000, "CNY")), Level("gold", Money(400_000, "CNY"))),
        window_days=30,
        grace_days=5,
    ),
    stages=StageRules(
        stages=(
            Stage("lost", enter=Signs(silent_days_min=20)),
            Stage("at risk", enter=Signs(silent_days_min=10), stay=Signs(silent_days_min=3)),
            Stage("active", enter=Signs(age_days_min=7)),
            Stage("new"),
        )
    ),
    stores={each: Store("Asia/Shanghai") for each in STORES},
    campaigns={
        ONCE: Campaign("Once", Window(BEGINNING, BEGINNING + timedelta(days=90)), uses_per_member=USES[ONCE]),
        TWICE: Campaign(
            "Twice",
            Window(BEGINNING, BEGINNING + timedelta(days=90)),
            products="dairy",
            uses_per_member=USES[TWICE],
            on_full_return=OnReturn.KEPT,
        ),
    },
    product_lists={"dairy": frozenset({MILK})},
)
"""The shop of the simulator, unless a host brings its own."""
