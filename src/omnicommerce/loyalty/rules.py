"""What the merchant decides about points: how they are earned, when they wake and when they run out."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import attrs

from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.share import Rounding, divided

DAYS_MAX: Final = 3_650
"""Ten years. No scheme promises longer, and a head holds one summary for each month that is alive."""

EARN_PER_MINOR_MIN: Final = 1
"""A point for less than the smallest coin would be points for nothing."""

NO_POINTS: Final = Points(0)
ONE_POINT: Final = Points(1)


class ShortBurn(StrEnum):
    """What becomes of a sale that spends more points than there are."""

    REFUSE = "refuse"
    """The whole sale is refused."""
    OWE = "owe"
    """The member owes the rest, and what is earned next settles it."""


class WrittenOff(StrEnum):
    """When points that have run out leave the books; whatever is decided counts them no more at once."""

    AT_ONCE = "at_once"
    """At the instant at which they run out: the statement says so on the very day."""
    MONTHLY = "monthly"
    """With all others of their month, when it ends: as breakage is booked, and with far fewer entries."""


@attrs.frozen
class PointsRules:
    """The merchant's part of the rulebook about points.

    One point is earned for every `earn_per` paid (None: nothing is earned). Points become active
    `activation_days` local days after the sale and expire `expiry_days` after that (None: never).
    `written_off` says when what has run out leaves the books. `restored_days` is how long points live on that
    are given back after their own lot has run out; with 0 they lapse at once. `adjustment_max` is the most
    that one adjustment by hand may give or take.

    Raises:
        BadValue: one of them is out of its bounds; the path names it.
    """

    earn_per: Money | None = None
    activation_days: int = 0
    expiry_days: int | None = None
    on_short_burn: ShortBurn = ShortBurn.REFUSE
    restored_days: int = 0
    adjustment_max: Points = Points(1_000_000)
    written_off: WrittenOff = WrittenOff.AT_ONCE

    def __attrs_post_init__(self) -> None:
        _checked_earn_per(self.earn_per)
        checked_amount(self.activation_days, "activation_days", 0, DAYS_MAX)
        if self.expiry_days is not None:
            # Points that run out on the day on which they wake could never be spent.
            checked_amount(self.expiry_days, "expiry_days", 1, DAYS_MAX)
        if type(self.on_short_burn) is not ShortBurn:
            raise BadValue("on_short_burn", f"expected ShortBurn, got {type(self.on_short_burn).__name__}")
        checked_amount(self.restored_days, "restored_days", 0, DAYS_MAX)
        if type(self.written_off) is not WrittenOff:
            raise BadValue("written_off", f"expected WrittenOff, got {type(self.written_off).__name__}")
        if type(self.adjustment_max) is not Points or self.adjustment_max < ONE_POINT:
            raise BadValue("adjustment_max", f"expected at least 1 point, got {self.adjustment_max}")


def _checked_earn_per(earn_per: object) -> None:
    if earn_per is None:
        return
    if type(earn_per) is not Money:
        raise BadValue("earn_per", f"expected Money, got {type(earn_per).__name__}")
    checked_amount(earn_per.minor, "earn_per", EARN_PER_MINOR_MIN)


def earned(paid: Money, rules: PointsRules) -> Points:
    """How many whole points *paid* is worth; what does not make up a whole point earns none.

    Money of another currency than the rule's earns nothing: a sale is not turned away for its points.

    >>> earned(Money(1999, "CNY"), PointsRules(earn_per=Money(100, "CNY")))
    Points(count=19)
    """
    per = rules.earn_per
    if per is None or per.currency != paid.currency or paid.minor <= 0:
        return NO_POINTS
    return Points(divided(paid.minor, per.minor, Rounding.FLOOR))
