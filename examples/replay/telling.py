"""A receipt of the data, in the shop's own words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from examples.replay.receipts import Basket
from omnicommerce import (
    CampaignId,
    Identifier,
    Line,
    Money,
    Namespace,
    Points,
    ProductId,
    Quantity,
    Sale,
    Shown,
    StoreId,
)

CURRENCY: Final = "USD"
TILL: Final = "1"
"""The data does not tell tills apart."""


def card(household: int) -> Identifier:
    """The till member number on a household's card."""
    return Identifier(Namespace.TILL_MEMBER, str(household))


def coupon_id(campaign: int, coupon: int) -> CampaignId:
    """What a coupon of the data is called in the shop."""
    return CampaignId(f"{campaign}-{coupon}")


def sale_of(basket: Basket, coupons: Sequence[CampaignId], burn: Points) -> Sale:
    """The sale of a basket, at which the household's card was shown."""
    lines = tuple(
        [
            Line(ProductId(str(line.product)), Quantity(line.quantity), Money(line.paid_minor, CURRENCY))
            for line in basket.lines
        ]
    )
    return Sale(
        store=StoreId(str(basket.store)),
        till=TILL,
        number=str(basket.id),
        at=basket.at,
        lines=lines,
        total=Money(sum(line.paid_minor for line in basket.lines), CURRENCY),
        shown=Shown("till_member", str(basket.household)),
        burn=burn,
        coupons=tuple(coupons),
    )
