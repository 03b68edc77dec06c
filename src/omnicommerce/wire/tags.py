"""The tags of the public format: what events and the members of unions are called outside.

Tags are part of the public format: renaming a class must not rename a tag.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from omnicommerce.identity import MemberRegistered
from omnicommerce.kernel.actor import Customer, Staff, System, Till
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty import PointsAdjusted
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
    "points.adjusted": PointsAdjusted,
}
"""Tags are part of the public format: renaming a class must not rename a tag."""

SHIPPED: Final = Vocabulary(events=EVENT_TAGS)
"""The events of this library, and how older versions of them and of stored records are upgraded."""
