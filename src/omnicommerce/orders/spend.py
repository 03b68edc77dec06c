"""What a member bought, day by day: one record a month, so that no record grows with history.

What came back counts as never bought: it is taken off the very day of the sale. So tiers and stages are
judged on days that are the same in whatever order sales and returns were told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Final

import attrs

from omnicommerce.kernel.collection import Collection, Keep, NotPersonal
from omnicommerce.kernel.ids import MemberId
from omnicommerce.orders.attached import SaleAttached, SaleDetached
from omnicommerce.orders.recorded import SaleRecorded
from omnicommerce.orders.returns import GoodsReturned

MONTHS_KEPT: Final = 1_024
"""Everybody is judged on the same months on one day."""


@attrs.frozen
class DaySpend:
    """What was bought on one day of the month, and in how many purchases."""

    day: int
    spend_minor: int
    purchases: int


@attrs.frozen
class SpendMonth:
    """The days of one month on which something was bought and kept, in their order."""

    days: tuple[DaySpend, ...] = ()


SPEND: Final = Collection("spend", SpendMonth, personal=NotPersonal(), keep=Keep.AS_BOOKS)


def month_of(day: date) -> str:
    """The month a day lies in, such as ``2026-11``."""
    return f"{day.year:04}-{day.month:02}"


def spend_id(member: MemberId, day: date) -> str:
    """Under which id the month of *day* is kept."""
    return f"{member}/{month_of(day)}"


def spend_ids(member: MemberId, first: date, last: date) -> tuple[str, ...]:
    """The ids of the months from that of *first* to that of *last*, in order."""
    months = _months(first.year * 12 + first.month, last.year * 12 + last.month)
    return tuple([f"{member}/{month}" for month in months])


@lru_cache(maxsize=MONTHS_KEPT)
def _months(first: int, last: int) -> tuple[str, ...]:
    """The names of months, counted through all years."""
    counted = (divmod(number, 12) for number in range(first - 1, last))
    return tuple([f"{year:04}-{month + 1:02}" for year, month in counted])


def apply_to_spend(
    month: SpendMonth | None, event: SaleRecorded | GoodsReturned | SaleAttached | SaleDetached
) -> SpendMonth:
    """The month after a sale or a return of one of its days, or after a guest's sale came or went."""
    match event:
        case SaleAttached(day=day, kept_minor=kept):
            return _with(month or SpendMonth(), day, kept, 0 if event.is_back else 1)
        case SaleDetached(day=day, kept_minor=kept):
            return _with(month or SpendMonth(), day, -kept, 0 if event.is_back else -1)
        case SaleRecorded(_, record):
            return _with(month or SpendMonth(), record.day, record.total.minor, 1)
        case GoodsReturned(record=record, day=day):
            refund = sum(line.refund_minor for line in record.taken)
            return _with(month or SpendMonth(), day, -refund, -1 if event.is_whole else 0)


def _with(month: SpendMonth, day: date, spend_minor: int, purchases: int) -> SpendMonth:
    days = {each.day: each for each in month.days}
    old = days.pop(day.day, None) or DaySpend(day.day, 0, 0)
    new = DaySpend(day.day, old.spend_minor + spend_minor, old.purchases + purchases)
    assert new.spend_minor >= 0, f"more came back than was bought on {day}"
    assert new.purchases >= 0, f"more sales came back than there were on {day}"
    if new.spend_minor or new.purchases:
        days[day.day] = new
    return SpendMonth(tuple(days[each] for each in sorted(days)))


def days_of(months: Iterable[tuple[str, SpendMonth | None]]) -> Iterator[tuple[date, DaySpend]]:
    """Every day with a purchase, of months given by their ids."""
    for id, month in months:
        if month is None:
            continue
        named, _, numbered = id.rpartition("/")[2].partition("-")
        year, number = int(named), int(numbered)
        for each in month.days:
            yield date(year, number, each.day), each
