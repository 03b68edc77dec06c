"""What must be true of the books whatever happened; audit holds every entry to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import attrs

from omnicommerce.coupons import USAGE, CouponRedeemed, CouponReleased
from omnicommerce.kernel.process import Told
from omnicommerce.loyalty import HEADS, Account, PointsMoved, posted
from omnicommerce.orders import GoodsReturned, SaleRecorded


@attrs.define(eq=False)
class Laws:
    """The running sums that the laws of the books are about; ask `broken_by` for each entry in turn.

    What the sums must be is a law of the record that they are the sums of: see `broken_in`.
    """

    points: Counter[str] = attrs.field(factory=Counter)
    owed: Counter[str] = attrs.field(factory=Counter)
    uses: Counter[tuple[str, str]] = attrs.field(factory=Counter)

    def broken_by(self, told: Told) -> Iterator[str]:
        """The laws that this entry breaks."""
        match told.fact:
            case PointsMoved():
                yield from self._points(told.fact)
            case SaleRecorded(record=record):
                if any(
                    line.earned.count < 0 or line.burned.count < 0 or line.paid_minor < 0
                    for line in record.lines
                ):
                    yield "a line of the sale is below zero"
                if any(line.returned > line.quantity for line in record.lines):
                    yield "more came back of a line than was sold"
            case GoodsReturned(record=record):
                if any(each.refund_minor < 0 for each in record.taken):
                    yield "less than nothing was paid back"
            case CouponRedeemed(member=str(member), campaign=campaign):
                self.uses[campaign, member] += 1
            case CouponReleased(member=member, campaign=campaign):
                self.uses[campaign, member] -= 1

    def _points(self, event: PointsMoved) -> Iterator[str]:
        if sum(posting.points.count for posting in event.postings):
            yield "the postings do not sum to zero"
        if sum(move.points.count for move in event.moves) != posted(event, Account.MEMBER).count:
            yield "what the lots gained is not what was posted to the member"
        self.points[event.member] += posted(event, Account.MEMBER).count
        self.owed[event.member] -= posted(event, Account.DEBT).count

    def broken_in(self, collection: str, id: str, value: Any) -> Iterator[str]:
        """The laws that a record breaks, as the entries up to now have made it; None is one not known."""
        if collection == HEADS.name:
            if self.points[id] < 0 or self.owed[id] < 0:
                yield "the member has less than nothing, or owes less than nothing"
            if value is not None:
                left = sum(month.remaining.count for month in value.months)
                if (left, value.debt.count) != (self.points[id], self.owed[id]):
                    yield "the book does not hold what its entries add up to"
        elif collection == USAGE.name:
            campaign, _, member = id.rpartition("/")
            if self.uses[campaign, member] < 0:
                yield "a coupon was given back more often than it was used"
            if value is not None and value.uses != self.uses[campaign, member]:
                yield "the uses are not those that its entries count"
