"""A sale as the shop keeps it: what was sold, what it earned and cost, and what has come back since.

Whatever a return will need is written down with the sale, so that no rule is ever run again over it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

import attrs

from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.collection import Collection, IndexRow, Keep, NotPersonal
from omnicommerce.kernel.ids import CampaignId, LotId, MemberId, ProductId, StoreId
from omnicommerce.kernel.instant import as_text
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.quantity import Quantity
from omnicommerce.kernel.share import shared_out
from omnicommerce.kernel.verdict import Verdict
from omnicommerce.orders.sale import Line


@attrs.frozen
class SoldLine:
    """A line as it was sold, with its share of the points, and how many units have come back."""

    product: ProductId
    quantity: Quantity
    paid_minor: int
    earned: Points
    burned: Points
    returned: Quantity = Quantity(0)

    @property
    def is_back(self) -> bool:
        """Whether every unit of it has come back; what was paid for no units never does."""
        return self.returned == self.quantity and not (self.quantity.is_zero and self.paid_minor)


@attrs.frozen
class Drawn:
    """So many points were drawn from this lot; with no lot, they were owed.

    It is a lot of `lender`, who is one person with the buyer; None: of the buyer's own.
    """

    lot: LotId | None
    points: Points
    lender: MemberId | None = None


@attrs.frozen
class CouponUse:
    """A coupon that was handed over with the sale, and whether it was accepted."""

    campaign: CampaignId
    verdict: Verdict


@attrs.frozen(kw_only=True)
class RecordedSale:
    """A sale in the books. `day` is the local day that it counts for, `lot` where its points lie.

    `member` is who it was posted to; `node` is what was shown, or a guest's order.
    """

    at: datetime
    day: date
    store: StoreId
    channel: Channel
    currency: str
    node: str
    member: MemberId | None
    lines: tuple[SoldLine, ...]
    lot: LotId | None = None
    drawn: tuple[Drawn, ...] = ()
    coupons: tuple[CouponUse, ...] = ()

    @property
    def total(self) -> Money:
        """What was paid for everything."""
        return Money(sum(line.paid_minor for line in self.lines), self.currency)

    @property
    def earned(self) -> Points:
        """What all of it earned."""
        return Points(sum(line.earned.count for line in self.lines))

    @property
    def burned(self) -> Points:
        """The points that were spent with it."""
        return Points(sum(line.burned.count for line in self.lines))

    @property
    def is_back(self) -> bool:
        """Whether all of it has come back."""
        return all(line.is_back for line in self.lines) and any(line.returned.count for line in self.lines)


@attrs.frozen
class SaleRecorded:
    """A sale was told for the first time."""

    sale: str
    record: RecordedSale


NODE: Final = "node"
"""The index of sales by the node they were shown under, and by their time."""


def _by_node(sale: RecordedSale) -> tuple[IndexRow, ...]:
    return ((NODE, f"{sale.node} {as_text(sale.at)}"),)


SALES: Final = Collection("sale", RecordedSale, personal=NotPersonal(), keep=Keep.AS_BOOKS, indexes=_by_node)


def sold_lines(lines: Iterable[Line], earned: Points, burned: Points) -> tuple[SoldLine, ...]:
    """The lines with their shares of the points that the sale earned and cost.

    Points are shared out by what was paid for the lines, and where nothing was paid by their units, by
    largest remainders; so the shares add up, and a return of units is a look-up.
    """
    sold = tuple(lines)
    weighed = tuple([(line.paid.minor, line.quantity.count) for line in sold])
    shares = zip(sold, points_shared(earned, weighed), points_shared(burned, weighed), strict=True)
    return tuple(
        [SoldLine(line.product, line.quantity, line.paid.minor, mine, cost) for line, mine, cost in shares]
    )


def points_shared(points: Points, lines: tuple[tuple[int, int], ...]) -> tuple[Points, ...]:
    """The share of each of the *lines*, told by what was paid for it and by how many units it has."""
    # Most sales burn nothing, and most of their lines are many.
    if points.is_zero:
        return (points,) * len(lines)
    weights = tuple([paid for paid, _ in lines])
    if not any(weights):
        weights = tuple([units for _, units in lines])
    if not any(weights):
        weights = (1,) * len(lines)
    return tuple(map(Points, shared_out(points.count, weights)))
