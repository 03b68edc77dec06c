"""The tags of the public format: what events and the members of unions are called outside.

Tags are part of the public format: renaming a class must not rename a tag.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from omnicommerce.coupons import CouponRedeemed, CouponRefused, CouponReleased
from omnicommerce.identity import (
    ByChannel,
    Distinct,
    EvidenceTold,
    Fact,
    FactRetraction,
    GuestNoted,
    HostIdentifier,
    Identifier,
    IdentifierHandedOn,
    IdentifierQuarantined,
    IdentifierReleased,
    IdentifierVerified,
    IdentityChanged,
    LinkProposed,
    Longest,
    MemberRegistered,
    MostRecent,
    MostTrusted,
    NodesParted,
    Ownership,
    PersonFormed,
    PersonJudged,
    PersonMerged,
    ProfileTold,
    Retraction,
    Same,
)
from omnicommerce.kernel.actor import Customer, Staff, System, Till
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.lifecycle import StageChanged
from omnicommerce.loyalty import PointsMoved, TierChanged
from omnicommerce.orders import (
    GoodsReturned,
    ReturnParked,
    ReturnRefused,
    SaleAttached,
    SaleDetached,
    SaleRecorded,
)
from omnicommerce.rulebook import RulebookInstalled
from omnicommerce.wire.vocabulary import Vocabulary

UNION_TAGS: Final[dict[str, dict[str, type[Any]]]] = {
    "actor": {
        "customer": Customer,
        "staff": Staff,
        "till": Till,
        "system": System,
    },
    "evidence": {
        "same": Same,
        "distinct": Distinct,
        "ownership": Ownership,
        "retraction": Retraction,
    },
    "survivorship": {
        "most_recent": MostRecent,
        "most_trusted": MostTrusted,
        "longest": Longest,
        "by_channel": ByChannel,
    },
    "profile": {
        "fact": Fact,
        "retraction": FactRetraction,
    },
    # Beside this a value of a profile may be a bool, an int or a text.
    "value": {
        "on": date,
    },
    "identifier": {
        "identifier": Identifier,
        "host": HostIdentifier,
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
    "identifier.handed_on": IdentifierHandedOn,
    "identifier.quarantined": IdentifierQuarantined,
    "evidence.told": EvidenceTold,
    "identifier.released": IdentifierReleased,
    "identity.changed": IdentityChanged,
    "profile.told": ProfileTold,
    "person.formed": PersonFormed,
    "person.merged": PersonMerged,
    "nodes.parted": NodesParted,
    "person.judged": PersonJudged,
    "link.proposed": LinkProposed,
    "sale.recorded": SaleRecorded,
    "sale.attached": SaleAttached,
    "sale.detached": SaleDetached,
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
