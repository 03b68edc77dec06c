"""With which basket was a coupon redeemed? The data says on which day; this says which basket fits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from examples.replay.receipts import Basket, Redemption
from examples.replay.telling import coupon_id
from omnicommerce import CampaignId


def attached(
    baskets: Iterable[Basket],
    redeemed: Sequence[Redemption],
    products: Mapping[tuple[int, int], frozenset[int]],
) -> tuple[Mapping[int, tuple[CampaignId, ...]], tuple[Redemption, ...]]:
    """The coupons that go with each of a day's *baskets*, by its id, and the redemptions that fit none.

    One goes to a basket of its household with a product that the coupon is for: rather one on whose line
    a coupon took something off, then the one with the lowest id.
    """
    own: dict[int, list[Basket]] = defaultdict(list)
    if redeemed:
        for basket in baskets:
            own[basket.household].append(basket)
    fitting: dict[int, tuple[CampaignId, ...]] = defaultdict(tuple)
    unfitting: list[Redemption] = []
    for each in redeemed:
        listed = products[each.campaign, each.coupon]
        best = min(
            ((fit, basket.id) for basket in own[each.household] if (fit := _fit(basket, listed)) is not None),
            default=None,
        )
        if best is None:
            unfitting.append(each)
        else:
            fitting[best[1]] += (coupon_id(each.campaign, each.coupon),)
    return fitting, tuple(unfitting)


def _fit(basket: Basket, listed: frozenset[int]) -> int | None:
    """0 with a discount on a listed product, 1 with a listed product, None without."""
    discounts = [line.coupon_minor > 0 for line in basket.lines if line.product in listed]
    return None if not discounts else 1 - any(discounts)
