"""The tags of the public format: what events and the members of unions are called outside.

Tags are part of the public format: renaming a class must not rename a tag.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from omnicommerce.coupons import CouponRedeemed, CouponRefused, CouponReleased
from omnicommerce.identity import GuestNoted, IdentifierVerified, MemberRegistered, PersonJudged
from omnicommerce.kernel.actor import Customer, Staff, System, Till
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.lifecycle import StageChanged
from omnicommerce.loyalty import PointsMoved, TierChanged
from omnicommerce.orders import GoodsReturned, ReturnParked, ReturnRefused, SaleRecorded
from omnicommerce.rulebook import RulebookInstalled
from omnicommerce.wire.vocabulary import Vocabulary

UNION_TAGS: Final[dict[str, dict[str, type[Any]]]] = {
    "actor": {
        "customer": Customer,
        "staff": Staff,
        "till": Till,
        "system": System,
    },
    # Beside these a measure may be a bool, an int or a text: JSON tells them apart by itself.
    "measure": {
        "money": Money,
        "points": Points,
        "at": datetime,
    },
}
"""Tags are part of the public format: renaming a class must not rename a tag."""

EVENT_TAGS: Final[dict[str, type[Any]]] = {
    "member.registered": MemberRegistered,
    "member.verified": IdentifierVerified,
    "guest.noted": GuestNoted,
    "person.judged": PersonJudged,
    "sale.recorded": SaleRecorded,
    "return.parked": ReturnParked,
    "return.taken": GoodsReturned,
    "return.refused": ReturnRefused,
    "points.moved": PointsMoved,
    "tier.changed": TierChanged,
    "stage.changed": StageChanged,
    "coupon.redeemed": CouponRedeemed,
    "coupon.refused": CouponRefused,
    "coupon.released": CouponReleased,
    "rulebook.installed": RulebookInstalled,
}
"""Tags are part of the public format: renaming a class must not rename a tag."""

SHIPPED: Final = Vocabulary(events=EVENT_TAGS)
"""The events of this library, and how older versions of them and of stored records are upgraded."""
