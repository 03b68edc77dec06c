"""The replay: a year of a retailer, told to the shop day by day as it happened.

The workers tell the sales of a day, each those of its own households. Then it is midnight: the shop's clock
strikes, what time decides is done, and the day is closed. Killed at any moment and started again, the replay
goes on behind the last day that was closed.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import attrs

from examples.replay.dataset import Share
from examples.replay.progress import DayClosed, close_day, closed_until
from examples.replay.worker import DayTold, Order, midnight_after, shop_over, work
from omnicommerce import Commerce, Rulebook, SqliteStorage

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


def replay(plan: Plan, heard: Callable[[Commerce, DayClosed], None]) -> None:
    """Tell every day of *plan* that is not closed yet; *heard* is told of each, while the next is being told.

    Raises:
        WorkerGone: a worker failed. Everything that was told so far is in the file; start again.
    """
    now = [midnight_after(FIRST_DAY - A_DAY)]
    with ExitStack() as stack:
        storage = stack.enter_context(SqliteStorage(plan.file, wait_seconds=60))
        shop = shop_over(storage, plan.rulebook, lambda: now[0])
        closed = shop.run(closed_until)
        pipes = [
            stack.enter_context(_worker(plan, Share(plan.workers, number))) for number in range(plan.workers)
        ]
        last: DayClosed | None = None
        for day in _days_after(closed, plan.last_day):
            with _gone(day):
                for pipe in pipes:
                    pipe.send(day)
                if last is not None:
                    heard(shop, last)
                ended: list[DayTold] = [pipe.recv() for pipe in pipes]
            now[0] = midnight_after(day)
            shop.tick()
            unfitting = tuple(each for end in ended for each in end.unfitting)
            last = shop.run(close_day, day=day, sales=sum(end.sales for end in ended), unfitting=unfitting)
        if last is not None:
            heard(shop, last)


def _days_after(closed: date | None, last: date) -> Iterator[date]:
    day = FIRST_DAY if closed is None else closed + A_DAY
    while day <= last:
        yield day
        day += A_DAY


@contextmanager
def _gone(day: date) -> Iterator[None]:
    try:
        yield
    except (EOFError, BrokenPipeError, ConnectionResetError):
        raise WorkerGone(f"a worker ended before {day} was told; run it again to go on from there") from None


@contextmanager
def _worker(plan: Plan, share: Share) -> Iterator[Connection]:
    # Spawned, not forked: a database connection must not cross into another process.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    order = Order(plan.file, plan.data, plan.rulebook, share)
    process = context.Process(target=work, args=(order, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.join(timeout=60)
        process.kill()
