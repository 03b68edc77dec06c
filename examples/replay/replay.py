"""The replay: a year of a retailer, told to the shop day by day as it happened.

The data is read here, ahead of time, and the workers tell the sales of a day, each those of its own
households. Then it is midnight: the shop's clock strikes, what time decides is done, and the day is closed.
Killed at any moment and started again, the replay goes on behind the last day that was closed.
"""

from __future__ import annotations

import multiprocessing
import pickle
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from functools import reduce
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import attrs

from examples.replay.dataset import coupons, days, redemptions
from examples.replay.progress import DayClosed, Unfitting, close_day, closed_until
from examples.replay.receipts import Basket, Redemption
from examples.replay.redemptions import attached
from examples.replay.telling import coupon_id
from examples.replay.worker import (
    WAIT_SECONDS,
    Audit,
    Order,
    Remember,
    Settle,
    Tell,
    Work,
    midnight_after,
    shop_over,
    work,
)
from omnicommerce import Audited, CampaignId, Commerce, Rulebook, Shard, SqliteStorage

FIRST_DAY: Final = date(2017, 1, 1)
YEAR_DAYS: Final = 365
A_DAY: Final = timedelta(days=1)


@attrs.frozen
class Plan:
    """What to replay: how many days of which data, by which rules, into which file, by how many workers."""

    file: Path
    data: Path
    rulebook: Rulebook
    days: int = YEAR_DAYS
    workers: int = 2

    @property
    def last_day(self) -> date:
        """The last day that is told."""
        return FIRST_DAY + timedelta(days=self.days - 1)


class WorkerGone(RuntimeError):
    """A worker ended before its day was told; what it printed says why."""


@attrs.frozen
class _Day:
    """A day of the data: how many sales it had, the coupons that fit none of them, and each worker's part."""

    day: date
    is_told: bool
    sales: int
    unfitting: tuple[Unfitting, ...]
    parts: tuple[bytes, ...]


def replay(plan: Plan, heard: Callable[[Commerce, DayClosed], None]) -> Audited:
    """Tell every day of *plan* that is not closed yet, and audit the books at the end.

    *heard* is told of each day that was closed, while the next is being told.

    Raises:
        WorkerGone: a worker failed. Everything that was told so far is in the file; start again.
    """
    now = [midnight_after(FIRST_DAY - A_DAY)]
    with ExitStack() as stack:
        storage = stack.enter_context(SqliteStorage(plan.file, wait_seconds=WAIT_SECONDS))
        shop = shop_over(storage, plan.rulebook, lambda: now[0])
        closed = shop.run(closed_until)
        crew = _Crew([stack.enter_context(_worker()) for _ in range(plan.workers)])
        crew.order(plan)
        last: DayClosed | None = None
        ahead = _days(plan, closed)
        today = next(ahead, None)
        while today is not None:
            crew.hand_out(today)
            # While the workers are busy, the next day is read.
            tomorrow = next(ahead, None)
            if not today.is_told:
                if last is not None:
                    heard(shop, last)
                crew.wait()
                now[0] = midnight_after(today.day)
                crew.ask(Settle(today.day))
                crew.wait()
                last = shop.run(close_day, day=today.day, sales=today.sales, unfitting=today.unfitting)
            today = tomorrow
        crew.ask(Audit(plan.last_day))
        if last is not None:
            heard(shop, last)
        found: list[Audited] = crew.wait()
        return reduce(Audited.joined_with, found)


# --- the data ------------------------------------------------------------------------------------


def _days(plan: Plan, closed: date | None) -> Iterator[_Day]:
    """Every day of the plan, also those on which nothing was sold; those up to *closed* were told before."""
    products = coupons(plan.data)
    redeemed: dict[date, list[Redemption]] = defaultdict(list)
    for each in redemptions(plan.data):
        redeemed[each.day].append(each)
    told = days(plan.data)
    ahead = next(told, None)
    first = FIRST_DAY if closed is None else closed + A_DAY
    day = FIRST_DAY
    while day <= plan.last_day:
        baskets: Sequence[Basket] = ()
        if ahead is not None and ahead[0] == day:
            baskets, ahead = ahead[1], next(told, None)
        fitting, unfitting = attached(baskets, redeemed.get(day, ()), products)
        work = [
            _part(day, [each for each in baskets if each.household % plan.workers == number], fitting, first)
            for number in range(plan.workers)
        ]
        parts = tuple([pickle.dumps(each) for each in work])
        yield _Day(day, day < first, len(baskets), tuple([_refused(each) for each in unfitting]), parts)
        day += A_DAY


def _part(
    day: date, baskets: Sequence[Basket], fitting: Mapping[int, tuple[CampaignId, ...]], first: date
) -> Work:
    """What one worker is to do with its baskets of *day*; the *first* that is open may have been begun."""
    if day < first:
        return Remember(baskets)
    coupons = {basket.id: fitting[basket.id] for basket in baskets if basket.id in fitting}
    return Tell(day, baskets, coupons, is_begun=day == first)


def _refused(redeemed: Redemption) -> Unfitting:
    return Unfitting(redeemed.household, coupon_id(redeemed.campaign, redeemed.coupon), "no_eligible_line")


# --- the workers ---------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class _Crew:
    """The workers, each at the other end of a pipe."""

    pipes: Sequence[Connection]

    def order(self, plan: Plan) -> None:
        """Tell each of them what it is there for."""
        for number, pipe in enumerate(self.pipes):
            order = Order(plan.file, plan.rulebook, Shard(len(self.pipes), number))
            _send(pipe, pickle.dumps(order))

    def hand_out(self, day: _Day) -> None:
        """Give each worker the baskets of its households: to tell, or only to remember."""
        for pipe, part in zip(self.pipes, day.parts, strict=True):
            _send(pipe, part)

    def ask(self, work: Work) -> None:
        """Ask the same of all of them."""
        for pipe in self.pipes:
            _send(pipe, pickle.dumps(work))

    def wait(self) -> list[Any]:
        """Wait until all of them are done, and hear what they say."""
        try:
            return [pipe.recv() for pipe in self.pipes]
        except (EOFError, ConnectionResetError):
            raise _GONE from None


_GONE: Final = WorkerGone("a worker ended before it was done; run it again to go on from there")


def _send(pipe: Connection, work: bytes) -> None:
    try:
        pipe.send_bytes(work)
    except (BrokenPipeError, ConnectionResetError):
        raise _GONE from None


@contextmanager
def _worker() -> Iterator[Connection]:
    # Spawned, not forked: a database connection must not cross into another process.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.join(timeout=60)
        process.kill()
