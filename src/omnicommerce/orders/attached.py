"""Whose was it? A guest's sale becomes a member's when the order turns out to be theirs, and may cease to be.

What has come back by then is not theirs to have: it neither earns nor counts.
"""

from __future__ import annotations

from datetime import date

import attrs

from omnicommerce.kernel.ids import LotId, MemberId
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.share import share_of_next
from omnicommerce.orders.recorded import RecordedSale, SoldLine, points_shared


@attrs.frozen(kw_only=True)
class SaleAttached:
    """A guest's sale counts for `member` from now on, by the points that it has earned them."""

    sale: str
    member: MemberId
    day: date
    earned: tuple[Points, ...]
    lot: LotId | None
    kept_minor: int
    is_back: bool


@attrs.frozen(kw_only=True)
class SaleDetached:
    """A sale is a guest's again: it turned out not to be that of `member`."""

    sale: str
    member: MemberId
    day: date
    kept_minor: int
    is_back: bool


def earned_by_line(sale: RecordedSale, earned: Points) -> tuple[Points, ...]:
    """What each line earns of the points that the whole sale is worth."""
    return points_shared(earned, tuple((line.paid_minor, line.quantity.count) for line in sale.lines))


def attach(
    id: str, sale: RecordedSale, member: MemberId, earned: tuple[Points, ...], lot: LotId | None
) -> SaleAttached:
    """Count the guest's *sale* for *member*, who has *earned* these points with its lines."""
    assert sale.member is None, "a sale counts for one member"
    return SaleAttached(
        sale=id,
        member=member,
        day=sale.day,
        earned=earned,
        lot=lot,
        kept_minor=kept_minor(sale),
        is_back=sale.is_back,
    )


def detach(id: str, sale: RecordedSale) -> SaleDetached:
    """Let the *sale* be a guest's again."""
    assert sale.member is not None, "a guest's sale is nobody's"
    return SaleDetached(
        sale=id, member=sale.member, day=sale.day, kept_minor=kept_minor(sale), is_back=sale.is_back
    )


def kept_minor(sale: RecordedSale) -> int:
    """What was paid for all that has not come back."""
    return sale.total.minor - sum(_back(line, line.paid_minor) for line in sale.lines)


def kept_points(lines: tuple[SoldLine, ...]) -> Points:
    """What the units have earned that have not come back."""
    return Points(sum(line.earned.count - _back(line, line.earned.count) for line in lines))


def with_points(sale: RecordedSale, earned: tuple[Points, ...]) -> tuple[SoldLine, ...]:
    """The lines of *sale*, each with the points it earned."""
    return tuple(attrs.evolve(line, earned=points) for line, points in zip(sale.lines, earned, strict=True))


def after_attaching(sale: RecordedSale, event: SaleAttached) -> RecordedSale:
    """The sale once it counts for a member."""
    return attrs.evolve(sale, member=event.member, lot=event.lot, lines=with_points(sale, event.earned))


def after_detaching(sale: RecordedSale) -> RecordedSale:
    """The sale once it is a guest's again."""
    return attrs.evolve(sale, member=None, lot=None, lines=with_points(sale, (Points(0),) * len(sale.lines)))


def _back(line: SoldLine, whole: int) -> int:
    """The part of *whole* that went with the units that have come back."""
    if line.returned.is_zero:
        return 0
    return share_of_next(whole, line.quantity.count, 0, line.returned.count)
