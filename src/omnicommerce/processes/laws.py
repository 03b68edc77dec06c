"""What must be true of the books whatever happened; audit holds every entry to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import attrs

from omnicommerce.coupons import USAGE, CouponRedeemed, CouponReleased
from omnicommerce.kernel.process import Told
from omnicommerce.loyalty import HEADS, Account, PointsHead, PointsMoved, posted
from omnicommerce.orders import GoodsReturned, SaleRecorded


@attrs.define(eq=False)
class Laws:
    """The running sums that the laws of the books are about; ask `broken_by` for each entry in turn.

    What the sums must be is a law of the record that they are the sums of: see `broken_in`.
    """

    points: Counter[str] = attrs.field(factory=Counter)
    owed: Counter[str] = attrs.field(factory=Counter)
    uses: Counter[tuple[str, str]] = attrs.field(factory=Counter)

    def broken_by(self, told: Told) -> list[str]:
        """The laws that this entry breaks."""
        match told.fact:
            case PointsMoved():
                return _said(self._points(told.fact))
            case SaleRecorded(record=record):
                return _said(
                    {
                        "a line of the sale is below zero": any(
                            line.earned.count < 0 or line.burned.count < 0 or line.paid_minor < 0
                            for line in record.lines
                        ),
                        "more came back of a line than was sold": any(
                            line.returned > line.quantity for line in record.lines
                        ),
                    }
                )
            case GoodsReturned(record=record):
                is_below = any(each.refund_minor < 0 for each in record.taken)
                return _said({"less than nothing was paid back": is_below})
            case CouponRedeemed(member=str(member), campaign=campaign):
                self.uses[campaign, member] += 1
            case CouponReleased(member=member, campaign=campaign):
                self.uses[campaign, member] -= 1
        return []

    def _points(self, event: PointsMoved) -> dict[str, bool]:
        gained = posted(event, Account.MEMBER).count
        self.points[event.member] += gained
        self.owed[event.member] -= posted(event, Account.DEBT).count
        return {
            "the postings do not sum to zero": sum(each.points.count for each in event.postings) != 0,
            "what the lots gained is not what was posted to the member": (
                sum(move.points.count for move in event.moves) != gained
            ),
        }

    def broken_in(self, collection: str, id: str, value: Any) -> list[str]:
        """The laws that a record breaks, as the entries up to now have made it; None is one not known."""
        if collection == HEADS.name:
            return _said(
                {
                    "the member has less than nothing, or owes less than nothing": (
                        self.points[id] < 0 or self.owed[id] < 0
                    ),
                    "the book does not hold what its entries add up to": (
                        value is not None and _held(value) != (self.points[id], self.owed[id])
                    ),
                }
            )
        if collection == USAGE.name:
            campaign, _, member = id.rpartition("/")
            uses = self.uses[campaign, member]
            return _said(
                {
                    "a coupon was given back more often than it was used": uses < 0,
                    "the uses are not those that its entries count": (
                        value is not None and value.uses != uses
                    ),
                }
            )
        return []


def _held(head: PointsHead) -> tuple[int, int]:
    return sum(month.remaining.count for month in head.months), head.debt.count


def _said(broken: Mapping[str, bool]) -> list[str]:
    """Those laws that are broken."""
    return [law for law, is_broken in broken.items() if is_broken]
