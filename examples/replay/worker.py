"""One worker: it tells the sales of its share of the households, a day at a time, whenever it is asked to.

All sales of a day are told after closing time, as tills do that are collected once a night. So a day that was
told in part before a crash is told to its end with the very same points.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from examples.replay.customer import ENOUGH, NOTHING, Purse, burns
from examples.replay.dataset import ZONE, Basket, Redemption, Share, coupons, days, redemptions
from examples.replay.progress import EVENTS, Unfitting
from examples.replay.redemptions import attached
from examples.replay.rules import coupon_id
from examples.replay.telling import sale_of
from omnicommerce import (
    CampaignId,
    Commerce,
    DemoKeys,
    Failed,
    Points,
    Refused,
    Rulebook,
    Sale,
    SqliteStorage,
)
from omnicommerce.ports.clock import Clock

A_DAY: Final = timedelta(days=1)
A_SECOND: Final = timedelta(seconds=1)


@attrs.frozen
class Order:
    """What a worker is to do: on which file, by which rules, for which households."""

    file: Path
    data: Path
    rulebook: Rulebook
    share: Share


@attrs.frozen
class DayTold:
    """What a worker says when it has told a day."""

    sales: int
    unfitting: tuple[Unfitting, ...]


def midnight_after(day: date) -> datetime:
    """The instant at which *day* ends in the shop's zone."""
    return datetime.combine(day + A_DAY, time(), tzinfo=ZoneInfo(ZONE))


def shop_over(storage: SqliteStorage, rulebook: Rulebook, clock: Clock) -> Commerce:
    """The shop of the replay."""
    return Commerce(storage, rulebook, keys=DemoKeys(), clock=clock, events=EVENTS)


def work(order: Order, pipe: Connection) -> None:
    """Tell each day that is asked for, until nobody asks any more."""
    now = [midnight_after(date(2016, 12, 31))]
    with SqliteStorage(order.file, wait_seconds=60) as storage:
        shop = shop_over(storage, order.rulebook, lambda: now[0])
        telling = _Telling(shop, order)
        try:
            while True:
                day: date = pipe.recv()
                now[0] = midnight_after(day) - A_SECOND
                pipe.send(telling.tell(day))
        except (EOFError, BrokenPipeError):
            # Whoever asked is gone; the next one goes on behind the last day that was closed.
            return


class _Telling:
    """What a worker remembers from day to day."""

    def __init__(self, shop: Commerce, order: Order) -> None:
        longest = order.rulebook.points.activation_days + (order.rulebook.points.expiry_days or 0)
        self.shop = shop
        self.products = coupons(order.data)
        self.redeemed = _by_day(redemptions(order.data), order.share)
        self.days = days(order.data, order.share)
        self.ahead: tuple[date, list[Basket]] | None = None
        self.purses: dict[int, Purse] = defaultdict(lambda: Purse(timedelta(days=longest)))
        self.is_first = True

    def tell(self, day: date) -> DayTold:
        """Tell all sales of *day*; of the first one that is told, some may have been told before."""
        baskets = self._baskets_of(day)
        fitting, unfitting = attached(baskets, self.redeemed.get(day, ()), self.products)
        untold = [basket for basket in baskets if not self._is_told(basket)] if self.is_first else baskets
        self.is_first = False
        sales = self._sales(untold, fitting, day)
        for end in self.shop.sales.ingest_many(facts=sales):
            if isinstance(end, Failed):
                raise end.error
        for basket in baskets:
            self.purses[basket.household].receive(basket)
        return DayTold(len(baskets), tuple(_refused(each) for each in unfitting))

    def _baskets_of(self, day: date) -> list[Basket]:
        """The baskets of *day*; those of days before were told, and are only remembered."""
        while True:
            self.ahead = self.ahead or next(self.days, None)
            if self.ahead is None or self.ahead[0] > day:
                return []
            (of, baskets), self.ahead = self.ahead, None
            if of == day:
                return baskets
            for basket in baskets:
                self.purses[basket.household].receive(basket)

    def _is_told(self, basket: Basket) -> bool:
        sale = sale_of(basket, (), NOTHING)
        try:
            self.shop.sales.find(receipt=sale.key)
        except Refused:
            return False
        return True

    def _sales(
        self, baskets: Sequence[Basket], fitting: Mapping[int, tuple[CampaignId, ...]], day: date
    ) -> list[Sale]:
        by_household: dict[int, list[Basket]] = defaultdict(list)
        for basket in baskets:
            by_household[basket.household].append(basket)
        burned: dict[int, Points] = {}
        for household, own in by_household.items():
            if self.purses[household].may_hold(ENOUGH, day):
                burned.update(zip((basket.id for basket in own), burns(own, self.shop), strict=True))
        return [
            sale_of(basket, fitting.get(basket.id, ()), burned.get(basket.id, NOTHING)) for basket in baskets
        ]


def _by_day(redeemed: Iterable[Redemption], share: Share) -> Mapping[date, list[Redemption]]:
    by_day: dict[date, list[Redemption]] = defaultdict(list)
    for each in redeemed:
        if share.has(each.household):
            by_day[each.day].append(each)
    return by_day


def _refused(redeemed: Redemption) -> Unfitting:
    return Unfitting(redeemed.household, coupon_id(redeemed.campaign, redeemed.coupon), "no_eligible_line")
