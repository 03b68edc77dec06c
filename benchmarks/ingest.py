"""What a sale costs: told alone, told in groups, and told by a member with ten thousand of them.

The hand-written script does the same work on the same tables in the same journal mode. It reads the same
JSON text into checked values, keeps the same books by rules that are written into it, and writes the same
rows and the same JSON. Both are handed the same clock and the same ids, so before and after they are timed
their files are compared row by row, and must be the same to the byte.
"""

from __future__ import annotations

import itertools
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Final

from benchmarks.ingest_both import Both, Ours, check, over
from benchmarks.ingest_feed import (
    A_WEEK,
    DAILY,
    DAY,
    GROUP,
    HOUR,
    OPENING,
    YOUNG_DAYS,
    YOUNG_SALES,
    Ids,
    Told,
    dated,
    tills,
)
from benchmarks.rows import Effort, Pair, Row, alone, compared, limited, run, side_by_side
from omnicommerce.ports.storage import Batch, Committed, Entry, Found, Key, Page, Position, Query, Storage


def measure(effort: Effort) -> Iterator[Row]:
    """Every row of this benchmark."""
    with TemporaryDirectory() as folder:
        check(Path(folder) / "check", effort)
        yield from beside_the_script(Path(folder) / "pair", effort)
        yield from of_a_long_history(Path(folder) / "long", effort)


# --- beside the script ---------------------------------------------------------------------------


def beside_the_script(folder: Path, effort: Effort) -> Iterator[Row]:
    """A sale told alone and a sale told in a group, and how often the storage is read for one."""
    both = with_a_history(folder, effort)
    mode = both.peer.db.execute("PRAGMA journal_mode").fetchone()[0]
    print(f"SQLite {sqlite3.sqlite_version}, journal mode {mode}, synchronous full, secure delete")

    since, step = both.ours.clock(), A_WEEK / len(both.cards)
    mine, theirs = (tills(both.cards, since, step, "t1") for _ in range(2))
    pair = side_by_side(
        lambda: both.ours.tell(next(mine)),
        lambda: both.peer.tell(next(theirs)),
        rounds=effort.of(41),
        loops=effort.of(25),
    )
    yield compared("a sale on SQLite, one a commit, by hand", pair, goal=0.7)

    mine_in_groups, theirs_in_groups = (grouped(both.cards, both.ours.clock()) for _ in range(2))
    pair = side_by_side(
        lambda: both.ours.tell_many(next(mine_in_groups)),
        lambda: both.peer.tell_many(next(theirs_in_groups)),
        rounds=effort.of(21),
    )
    each = Pair(pair.ours_s / GROUP, pair.peer_s / GROUP)
    yield compared(f"a sale on SQLite, {GROUP} a commit, by hand", each, goal=0.2)
    print(f"both still write the same: {both.compare()} rows compared")

    yield reads(both.ours, tills(both.cards, both.ours.clock(), step, "t2"), effort)
    breakdown(lambda: both.ours.tell_many(next(mine_in_groups)), effort.of(10))
    both.close()


def with_a_history(folder: Path, effort: Effort) -> Both:
    """A shop whose members have come once a week for half a year, and what has run out is swept."""
    both = Both(folder, members=effort.of(300, 30))
    weeks = effort.of(26, 2)
    a_day = len(both.cards) // 7
    history = tills(both.cards, OPENING, A_WEEK / len(both.cards), "t0")
    for _ in range(weeks * 7):
        both.ours.tell_many(list(itertools.islice(history, a_day)))
    both.ours.shop.tick()
    both.part(folder)
    return both


def grouped(cards: Sequence[str], since: datetime) -> Iterator[list[Told]]:
    """Sales in groups, each told within half an hour of a busy day; every other day is one."""
    for number in itertools.count(1):
        others = [*cards[number * GROUP % len(cards) :], *cards]
        feed = tills(others, since + 2 * number * DAY, timedelta(seconds=20), f"g{number}")
        yield list(itertools.islice(feed, GROUP))


class Counting:
    """A storage that counts how often it is read."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.reads = 0

    def read(self, keys: Sequence[Key]) -> list[Found]:
        """See `Storage.read`."""
        self.reads += 1
        return self.storage.read(keys)

    def scan(self, query: Query) -> Page:
        """See `Storage.scan`."""
        self.reads += 1
        return self.storage.scan(query)

    def commit(self, batch: Batch) -> Committed:
        """See `Storage.commit`."""
        return self.storage.commit(batch)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        """See `Storage.journal`."""
        return self.storage.journal(after, limit)


def reads(ours: Ours, feed: Iterator[Told], effort: Effort) -> Row:
    """The most that the storage was read for one sale."""
    counting = Counting(ours.storage)
    counted: list[int] = []
    shop, ours.shop = ours.shop, over(counting, ours)
    # A new front door begins with putting its rulebook in force.
    ours.tell(next(feed))
    for told in itertools.islice(feed, effort.of(100)):
        before = counting.reads
        ours.tell(told)
        counted.append(counting.reads - before)
    ours.shop = shop
    return Row(what="storage reads a sale, at most", ours=max(counted), peer=3, unit="reads", goal=1)


# --- a long history ------------------------------------------------------------------------------


def of_a_long_history(folder: Path, effort: Effort) -> Iterator[Row]:
    """What ten thousand earlier sales cost the next one, and a look at the balance.

    The old customer comes nine times a day for three years; beside them are customers with ten sales each.
    """
    sales, customers = effort.of(10_000, 30), effort.of(200, 3)
    folder.mkdir()
    ours = Ours(folder / "long.db", Ids())
    old, *young = [f"M-{number}" for number in range(customers + 1)]
    member = ours.join(old)
    for card in young:
        ours.join(card)
    days = sales // DAILY + 1
    for day in range(days):
        morning = OPENING + day * DAY
        feed = tills([old], morning, HOUR, f"o{day}")
        ours.tell_many(list(itertools.islice(feed, DAILY)))
        ago, is_between = divmod(days - day, YOUNG_DAYS)
        if not is_between and ago <= YOUNG_SALES:
            feed = tills(young, morning + 10 * HOUR, timedelta(seconds=20), f"y{day}")
            ours.tell_many(list(itertools.islice(feed, customers)))
        if not day % 30:
            ours.shop.tick()

    seconds = itertools.count(1)
    today = OPENING + days * DAY
    olds, youngs = tills([old], today, DAY, "oo"), tills(young, today, DAY, "yy")

    def tell(feed: Iterator[Told]) -> None:
        ours.tell(dated(next(feed), today + next(seconds) * timedelta(seconds=20)))

    pair = side_by_side(lambda: tell(olds), lambda: tell(youngs), rounds=effort.of(31), loops=effort.of(6, 1))
    yield compared(f"a sale after {sales}, beside one after ten", pair, goal=1 / 1.3)
    cost = alone(lambda: ours.shop.points.balance(member=member), rounds=effort.of(31), loops=effort.of(50))
    yield limited(f"points.balance on SQLite after {sales} sales", cost, most=1, unit="ms")
    ours.storage.close()


# --- where the time goes -------------------------------------------------------------------------

EVERY_S: Final = 0.001
"""How often it is looked at what is running."""

PLACES: Final = {
    "adapters": "the storage: SQLite, and its checks of names and sizes",
    "runner": "the runner: questions, overlay, guards, batch, digests",
    "verbs.py": "the runner: questions, overlay, guards, batch, digests",
    "flows": "the flows",
}
"""What the parts of the package are called; every other folder is a room."""

WIRE: Final = {
    "batch.py": "the wire: writing records and entries",
    "overlay.py": "the wire: reading records",
    "command.py": "the wire: checking arguments",
}
"""What the wire does, by who has it do it."""


def breakdown(work: Callable[[], object], times: int) -> None:
    """Print where the time of *work* goes: it is stopped a thousand times a second and looked at."""
    if sys.platform == "win32":
        return
    seen: Counter[str] = Counter()
    before = signal.signal(signal.SIGALRM, lambda _, frame: seen.update([part_of(frame)]))
    # A system call that was stopped goes on by itself, so SQLite need not know.
    signal.siginterrupt(signal.SIGALRM, False)
    signal.setitimer(signal.ITIMER_REAL, EVERY_S, EVERY_S)
    try:
        alone(work, rounds=times)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    print(f"where the time of a sale in a group of {GROUP} goes:")
    for part, times_seen in seen.most_common():
        print(f"  {100 * times_seen / seen.total():4.0f} %  {part}")


def part_of(frame: FrameType | None) -> str:
    """Which part of the library is at work; the kernel and the values work for whoever calls them."""
    is_wire = False
    while frame is not None:
        _, found, inside = frame.f_code.co_filename.rpartition("/omnicommerce/")
        folder, _, file = inside.partition("/")
        is_wire = is_wire or folder == "wire"
        if is_wire and file in WIRE:
            return WIRE[file]
        if found and folder not in ("wire", "kernel") and not is_wire:
            return PLACES.get(folder, "the rooms: points, tiers, stages, sales")
        frame = frame.f_back
    return "the wire: reading the document"


if __name__ == "__main__":
    run(measure, __doc__)
