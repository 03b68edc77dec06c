"""A receipt of the data, in the shop's own words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from examples.replay.dataset import Basket
from omnicommerce import CampaignId, Line, Money, Points, ProductId, Quantity, Sale, Shown, StoreId

CURRENCY: Final = "USD"
TILL: Final = "1"
"""The data does not tell tills apart."""


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
