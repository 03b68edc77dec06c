"""Goods come back: units of an earlier sale, with their own share of its money and points.

The share of the units is rounded cumulatively (what the first j units are worth, less what those before
them are), so a sale that comes back in any number of returns comes back to the cent and to the point.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Final

import attrs

from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.collection import Collection, Keep, NotPersonal
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.quantity import Quantity
from omnicommerce.kernel.share import share_of_next
from omnicommerce.kernel.verdict import Verdict, at_most, every
from omnicommerce.orders.attached import SaleAttached, SaleDetached, after_attaching, after_detaching
from omnicommerce.orders.recorded import RecordedSale, SaleRecorded, SoldLine
from omnicommerce.orders.sale import Return, ReturnedLine

WAITING_MAX: Final = 20
"""More returns than this that wait for one sale are a till that lost its sales, and somebody has to look."""


class ReturnState(StrEnum):
    """What has become of a return."""

    WAITING = "waiting"
    """Its sale has not been told yet."""
    TAKEN = "taken"
    REFUSED = "refused"
    """The sale came, and had not sold what came back."""


@attrs.frozen
class TakenLine:
    """What the units of one line that came back take with them."""

    line: int
    quantity: Quantity
    refund_minor: int
    earned: Points
    burned: Points


@attrs.frozen(kw_only=True)
class RecordedReturn:
    """A return in the books; `of` is the id of the sale."""

    at: datetime
    channel: Channel
    of: str
    asked: tuple[ReturnedLine, ...]
    state: ReturnState
    currency: str = ""
    taken: tuple[TakenLine, ...] = ()
    verdict: Verdict | None = None

    @property
    def refund(self) -> Money | None:
        """What was paid for the units; None while nobody knows."""
        if self.state is not ReturnState.TAKEN:
            return None
        return Money(sum(line.refund_minor for line in self.taken), self.currency)

    @property
    def earned(self) -> Points:
        """The points that go back with them."""
        return Points(sum(line.earned.count for line in self.taken))

    @property
    def burned(self) -> Points:
        """The points that come back for them."""
        return Points(sum(line.burned.count for line in self.taken))


@attrs.frozen
class Waiting:
    """The returns that wait for one sale, in the order in which they came."""

    returns: tuple[str, ...]


@attrs.frozen
class ReturnParked:
    """Goods came back whose sale is not known yet."""

    id: str
    record: RecordedReturn


@attrs.frozen(kw_only=True)
class GoodsReturned:
    """Goods came back, and took their share of the sale with them.

    `member` and `day` are the sale's; `is_whole` says that nothing of it is left with the customer now.
    """

    id: str
    sale: str
    member: MemberId | None
    day: date
    record: RecordedReturn
    is_whole: bool


@attrs.frozen
class ReturnRefused:
    """A return had waited for its sale, which had not sold what came back."""

    id: str
    sale: str
    verdict: Verdict


RETURNS: Final = Collection("return", RecordedReturn, personal=NotPersonal(), keep=Keep.AS_BOOKS)

WAITING: Final = Collection("waiting", Waiting, personal=NotPersonal(), keep=Keep.UNTIL_DONE)


def wanted(goods: Return) -> RecordedReturn:
    """The return as it is before anybody knows whether the sale is there."""
    return RecordedReturn(
        at=goods.at, channel=goods.channel, of=goods.of.id, asked=goods.lines, state=ReturnState.WAITING
    )


def park(goods: Return, waiting: Waiting | None) -> ReturnParked:
    """Keep a return until its sale is told.

    Raises:
        Refused: ``too_many_waiting`` returns for one sale.
    """
    verdict = at_most(
        "too_many_waiting", actual=1 + (len(waiting.returns) if waiting else 0), required=WAITING_MAX
    )
    if not verdict.holds:
        raise Refused(verdict)
    return ReturnParked(goods.key.id, wanted(goods))


def take_back(id: str, record: RecordedReturn, sale: RecordedSale) -> GoodsReturned:
    """Take the units back that were sold and have not come back before.

    Raises:
        Refused: ``more_than_sold`` or ``no_such_line``, for each such line.
    """
    verdict = every("not_returnable", (_returnable(each, sale) for each in record.asked))
    if not verdict.holds:
        raise Refused(verdict)
    taken = tuple(_taken(each, sale.lines[each.line - 1]) for each in record.asked)
    after = attrs.evolve(record, state=ReturnState.TAKEN, currency=sale.currency, taken=taken)
    is_whole = sale_after(sale, after).is_back
    return GoodsReturned(
        id=id, sale=record.of, member=sale.member, day=sale.day, record=after, is_whole=is_whole
    )


def refuse(id: str, record: RecordedReturn, verdict: Verdict) -> ReturnRefused:
    """The sale that the return waited for had not sold what came back."""
    return ReturnRefused(id, record.of, verdict)


def _returnable(each: ReturnedLine, sale: RecordedSale) -> Verdict:
    if each.line > len(sale.lines):
        return at_most("no_such_line", actual=each.line, required=len(sale.lines))
    line = sale.lines[each.line - 1]
    return at_most(
        "more_than_sold", actual=each.quantity.count, required=(line.quantity - line.returned).count
    )


def _taken(each: ReturnedLine, line: SoldLine) -> TakenLine:
    units, before, more = line.quantity.count, line.returned.count, each.quantity.count
    return TakenLine(
        each.line,
        each.quantity,
        share_of_next(line.paid_minor, units, before, more),
        Points(share_of_next(line.earned.count, units, before, more)),
        Points(share_of_next(line.burned.count, units, before, more)),
    )


def sale_after(sale: RecordedSale, record: RecordedReturn) -> RecordedSale:
    """The sale, with the units of a return come back."""
    lines = list(sale.lines)
    for each in record.taken:
        line = lines[each.line - 1]
        lines[each.line - 1] = attrs.evolve(line, returned=line.returned + each.quantity)
    return attrs.evolve(sale, lines=tuple(lines))


def restored_before(sale: RecordedSale) -> Points:
    """The burned points that have been given back for the units that came back so far."""
    return Points(
        sum(
            share_of_next(line.burned.count, line.quantity.count, 0, line.returned.count)
            for line in sale.lines
            if not line.returned.is_zero
        )
    )


# --- applying ------------------------------------------------------------------------------------


def apply_to_sale(
    sale: RecordedSale | None, event: SaleRecorded | GoodsReturned | SaleAttached | SaleDetached
) -> RecordedSale:
    """The sale after *event*."""
    match event:
        case SaleAttached():
            assert sale is not None, "a sale is known before it is anybody's"
            return after_attaching(sale, event)
        case SaleDetached():
            assert sale is not None, "a sale is known before it is nobody's"
            return after_detaching(sale)
        case SaleRecorded(record=record):
            return record
        case GoodsReturned(record=record):
            assert sale is not None, "goods come back to a sale that is known"
            return sale_after(sale, record)


def apply_to_return(
    held: RecordedReturn | None, event: ReturnParked | GoodsReturned | ReturnRefused
) -> RecordedReturn:
    """The return after *event*."""
    match event:
        case ReturnParked(record=record) | GoodsReturned(record=record):
            return record
        case ReturnRefused(verdict=verdict):
            assert held is not None, "a return is refused that has waited"
            return attrs.evolve(held, state=ReturnState.REFUSED, verdict=verdict)


def apply_to_waiting(waiting: Waiting | None, event: ReturnParked) -> Waiting:
    """What waits for a sale after one more return was parked."""
    return Waiting((*(waiting.returns if waiting else ()), event.id))
