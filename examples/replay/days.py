"""The days of the data, each made ready for the workers: read once, before anything is told, into a file.

Reading takes as much memory as telling does. So it is done by a process of its own, which ends before the
books grow; whoever tells the days knows neither pyarrow nor the data.
"""

from __future__ import annotations

import pickle
import signal
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

import attrs

from examples.replay.dataset import coupons, days, redemptions
from examples.replay.progress import Unfitting
from examples.replay.receipts import Basket, Redemption
from examples.replay.redemptions import attached
from examples.replay.telling import coupon_id
from examples.replay.worker import Remember, Tell, Work, end_with_the_conductor
from omnicommerce import CampaignId

FIRST_DAY: Final = date(2017, 1, 1)
A_DAY: Final = timedelta(days=1)

P = ParamSpec("P")
T = TypeVar("T")


@attrs.frozen
class Day:
    """A day of the data: how many sales it had, the coupons that fit none of them, and each worker's part."""

    day: date
    is_told: bool
    sales: int
    unfitting: tuple[Unfitting, ...]
    parts: tuple[bytes, ...]


def apart(read: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """What *read* returns, called in a process of its own: with it goes all the memory that it took."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as executor:
        try:
            with undisturbed():
                reading = executor.submit(_read, partial(read, *arguments, **named))
            return reading.result()
        except KeyboardInterrupt:
            for child in active_children():
                child.terminate()
            raise


def _read(read: Callable[[], T]) -> T:
    end_with_the_conductor()
    return read()


@contextmanager
def undisturbed() -> Iterator[None]:
    """A process that is started meanwhile never hears of Ctrl-C: whoever started it says what becomes of it.

    Pressed at this very moment, it is heard a moment later.
    """
    if not hasattr(signal, "pthread_sigmask"):  # on Windows, where a new process may hear of it
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def write_days(file: Path, data: Path, last_day: date, workers: int, closed: date | None) -> None:
    """Write every day up to *last_day* into *file*, with a part for each of the *workers*.

    Those up to *closed* were told before; the day behind it may have been begun.
    """
    with file.open("wb") as spool:
        for day in _days(data, last_day, workers, closed):
            pickle.dump(day, spool)


def read_days(file: Path) -> Iterator[Day]:
    """The days that were written, in their order."""
    with file.open("rb") as spool:
        while spool.peek(1):
            day: Day = pickle.load(spool)  # noqa: S301  # we have just written it
            yield day


def _days(data: Path, last_day: date, workers: int, closed: date | None) -> Iterator[Day]:
    """Every day, also those on which nothing was sold."""
    products = coupons(data)
    redeemed: dict[date, list[Redemption]] = defaultdict(list)
    for each in redemptions(data):
        redeemed[each.day].append(each)
    told = days(data)
    ahead = next(told, None)
    first = FIRST_DAY if closed is None else closed + A_DAY
    day = FIRST_DAY
    while day <= last_day:
        baskets: Sequence[Basket] = ()
        if ahead is not None and ahead[0] == day:
            baskets, ahead = ahead[1], next(told, None)
        fitting, unfitting = attached(baskets, redeemed.get(day, ()), products)
        work = [
            _part(day, [each for each in baskets if each.household % workers == number], fitting, first)
            for number in range(workers)
        ]
        parts = tuple([pickle.dumps(each) for each in work])
        yield Day(day, day < first, len(baskets), tuple([_refused(each) for each in unfitting]), parts)
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
