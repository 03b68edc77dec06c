"""One worker: it tells the sales of its households and does its part of a midnight, whenever it is asked to.

All sales of a day are told after closing time, as tills do that are collected once a night. So a day that was
told in part before a crash is told to its end with the very same points.
"""

from __future__ import annotations

import gc
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from threading import Thread
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from examples.replay.customer import NOTHING, Purse, burns
from examples.replay.progress import EVENTS
from examples.replay.receipts import ZONE, Basket
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
    Shard,
    SqliteStorage,
)
from omnicommerce.ports.clock import Clock

A_DAY: Final = timedelta(days=1)
A_SECOND: Final = timedelta(seconds=1)

YOUNG_OBJECTS_MAX: Final = 50_000
"""A shop's work leaves hardly any cycles behind, so they may be looked for seldom."""

WAIT_SECONDS: Final = 60
"""How long one of them waits while another writes."""


@attrs.frozen
class Order:
    """Which file a worker is to work on, by which rules, and its part of a tick and of an audit."""

    file: Path
    rulebook: Rulebook
    shard: Shard


@attrs.frozen
class Remember:
    """Baskets of a day that was told before: they are only remembered."""

    baskets: Sequence[Basket]


@attrs.frozen
class Tell:
    """Tell the baskets of a day, with the coupons that go with them; some may have been told before."""

    day: date
    baskets: Sequence[Basket]
    coupons: Mapping[int, tuple[CampaignId, ...]]
    is_begun: bool


@attrs.frozen
class Settle:
    """It is the midnight that ends the day: do what time decides."""

    day: date


@attrs.frozen
class Audit:
    """The last day is over: check the books."""

    day: date


Work: TypeAlias = Remember | Tell | Settle | Audit


def midnight_after(day: date) -> datetime:
    """The instant at which *day* ends in the shop's zone."""
    return datetime.combine(day + A_DAY, time(), tzinfo=ZoneInfo(ZONE))


def collect_seldom() -> None:
    """Let Python look for cycles less often than it would."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS_MAX)


def shop_over(storage: SqliteStorage, rulebook: Rulebook, clock: Clock) -> Commerce:
    """The shop of the replay."""
    return Commerce(storage, rulebook, keys=DemoKeys(), clock=clock, events=EVENTS)


def work(pipe: Connection) -> None:
    """Do what is asked for, and say when it is done, until nobody asks any more. The first is the order.

    The answer to an audit is what it found; to all else it is None, and to what is remembered there is none.
    """
    end_with_the_conductor()
    collect_seldom()
    try:
        _work(pipe, _asked(pipe))
    except _NobodyAsksError:
        # The next one goes on behind the last day that was closed.
        return


def _work(pipe: Connection, order: Order) -> None:
    now = [midnight_after(date(2016, 12, 31))]
    with SqliteStorage(order.file, wait_seconds=WAIT_SECONDS) as storage:
        shop = shop_over(storage, order.rulebook, lambda: now[0])
        telling = _Telling(shop, order.rulebook)
        while True:
            asked: Work = _asked(pipe)
            match asked:
                case Remember(baskets):
                    telling.remember(baskets)
                case Tell(day):
                    now[0] = midnight_after(day) - A_SECOND
                    telling.tell(asked)
                    _say(pipe, None)
                case Settle(day):
                    now[0] = midnight_after(day)
                    shop.tick(shard=order.shard)
                    _say(pipe, None)
                case Audit(day):
                    now[0] = midnight_after(day)
                    _say(pipe, shop.audit(shard=order.shard))


class _NobodyAsksError(Exception):
    """Whoever asked is gone, perhaps in the midst of asking."""


def _asked(pipe: Connection) -> Any:
    try:
        return pipe.recv()
    except (EOFError, OSError):
        raise _NobodyAsksError from None


def _say(pipe: Connection, what: object) -> None:
    try:
        pipe.send(what)
    except OSError:
        raise _NobodyAsksError from None


def end_with_the_conductor() -> None:
    """Once nobody is there to hear of it, what is begun is left to the next worker, and not told by two."""
    Thread(target=_wait_for_the_conductors_end, daemon=True).start()


def _wait_for_the_conductors_end() -> None:
    conductor = parent_process()
    if conductor is not None:
        wait([conductor.sentinel])
        os._exit(1)


class _Telling:
    """What a worker remembers from day to day."""

    def __init__(self, shop: Commerce, rulebook: Rulebook) -> None:
        wakes_after = timedelta(days=rulebook.points.activation_days)
        self.shop = shop
        self.purses: dict[int, Purse] = defaultdict(lambda: Purse(wakes_after))

    def remember(self, baskets: Sequence[Basket]) -> None:
        """Every household keeps its receipts."""
        for basket in baskets:
            self.purses[basket.household].receive(basket)

    def tell(self, asked: Tell) -> None:
        """Tell the sales of a day that were not told yet."""
        baskets = asked.baskets
        untold = [basket for basket in baskets if not self._is_told(basket)] if asked.is_begun else baskets
        for end in self.shop.sales.ingest_many(facts=self._sales(untold, asked)):
            if isinstance(end, Failed):
                raise end.error
        self.remember(baskets)

    def _is_told(self, basket: Basket) -> bool:
        sale = sale_of(basket, (), NOTHING)
        try:
            self.shop.sales.find(receipt=sale.key)
        except Refused:
            return False
        return True

    def _sales(self, baskets: Sequence[Basket], asked: Tell) -> list[Sale]:
        by_household: dict[int, list[Basket]] = defaultdict(list)
        for basket in baskets:
            by_household[basket.household].append(basket)
        burned: dict[int, Points] = {}
        for household, own in by_household.items():
            spent = burns(own, self.purses[household], self.shop)
            burned.update(zip((basket.id for basket in own), spent, strict=True))
        return [sale_of(basket, asked.coupons.get(basket.id, ()), burned[basket.id]) for basket in baskets]
