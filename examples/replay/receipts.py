"""What the data tells of: receipts, and coupons that were redeemed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import attrs

ZONE: Final = "America/New_York"
"""Where the stores are. The timestamps are UTC, though they do not say so."""


@attrs.frozen
class BasketLine:
    """A line of a receipt; `coupon_minor` is what a coupon took off it, in cents. Some have no units."""

    product: int
    quantity: int
    paid_minor: int
    coupon_minor: int


@attrs.frozen
class Basket:
    """A receipt: of which household, in which store, when, and on which local day."""

    id: int
    household: int
    store: int
    at: datetime
    day: date
    lines: tuple[BasketLine, ...]


@attrs.frozen
class Redemption:
    """A coupon that a household redeemed on a day; with which basket, the data does not say."""

    household: int
    coupon: int
    campaign: int
    day: date


@attrs.frozen
class CampaignDays:
    """The days of a campaign, the last one included."""

    first_day: date
    last_day: date
