"""Both at once, on two files that must end with the same rows: nobody cheats."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from benchmarks.ingest_by_hand import ByHand
from benchmarks.ingest_feed import DAY, GROUP, OPENING, RULES, Ids, Told, tills
from benchmarks.rows import Effort
from omnicommerce import Commerce, DemoKeys, Identifier, Namespace, SqliteStorage, wire
from omnicommerce.adapters.storage.sqlite_file import connect
from omnicommerce.kernel.ids import MemberId
from omnicommerce.orders import Sale
from omnicommerce.ports.storage import Storage
from omnicommerce.runner import Done
from omnicommerce.testing import FrozenClock


class Ours:
    """A shop on SQLite, told by documents."""

    def __init__(self, path: Path, ids: Ids) -> None:
        self.clock = FrozenClock(OPENING)
        self.storage = SqliteStorage(path)
        self.ids = ids
        self.shop = over(self.storage, self)

    def tell(self, told: Told) -> None:
        """Read a document and take the sale in."""
        self.clock.set(told.now)
        self.shop.sales.ingest(sale=wire.load(wire.parse(told.document), Sale))

    def tell_many(self, many: Sequence[Told]) -> None:
        """Read the documents and take the sales in, a group to a commit."""
        self.clock.set(many[-1].now)
        facts = [wire.load(wire.parse(told.document), Sale) for told in many]
        answers = self.shop.sales.ingest_many(facts=facts)
        assert all(type(each) is Done for each in answers), "every sale is taken in"

    def join(self, card: str) -> MemberId:
        """Make whoever has that card a member."""
        return self.shop.members.register(identifier=Identifier(Namespace.TILL_MEMBER, card)).member


def over(storage: Storage, ours: Ours) -> Commerce:
    """The front door to *storage*, with the clock and the ids of *ours*."""
    return Commerce(storage, RULES, keys=DemoKeys(), clock=ours.clock, ids=ours.ids)


class Both:
    """Our shop and the script, on two files that begin as one."""

    def __init__(self, folder: Path, members: int) -> None:
        folder.mkdir()
        self.cards = [f"M-{number}" for number in range(members)]
        self.ours = Ours(folder / "ours.db", Ids())
        for card in self.cards:
            self.ours.join(card)

    def part(self, folder: Path) -> None:
        """From here on the script has a file of its own."""
        shutil.copy(folder / "ours.db", folder / "peer.db")
        self.ours.ids.start(1)
        ids = Ids()
        ids.start(1)
        self.peer = ByHand(folder / "peer.db", ids)

    def tell(self, told: Told) -> None:
        """Tell both one sale."""
        self.ours.tell(told)
        self.peer.tell(told)

    def tell_many(self, many: Sequence[Told]) -> None:
        """Tell both a group of sales."""
        self.ours.tell_many(many)
        self.peer.tell_many(many)

    def compare(self) -> int:
        """Make sure that both files hold the same; return how many rows that are."""
        ours = connect(self.ours.storage.path, 10.0)
        try:
            counted = 0
            for table in ("record", "place", "counter", "entry"):
                select = f"SELECT * FROM {table}"  # noqa: S608  # four names of our own
                rows = (sorted(db.execute(select).fetchall()) for db in (ours, self.peer.db))
                for mine, theirs in itertools.zip_longest(*rows):
                    assert mine == theirs, f"{table} differs:\nours {mine}\npeer {theirs}"
                    counted += 1
        finally:
            ours.close()
        return counted

    def close(self) -> None:
        """Let go of both files."""
        self.ours.storage.close()
        self.peer.db.close()


def check(folder: Path, effort: Effort) -> None:
    """Both are told the same sales, alone and in groups, over a year and a half: before anything is timed."""
    both = Both(folder, members=7)
    both.part(folder)
    often = tills(both.cards, OPENING, timedelta(hours=34), "t1")
    # A group is told at one instant, so its sales are those of one day.
    at_once = tills(both.cards, OPENING + 240 * DAY, timedelta(minutes=2), "t2")
    seldom = tills(both.cards, OPENING + 250 * DAY, timedelta(days=9), "t3")
    for told in itertools.islice(often, effort.of(150, 40)):
        both.tell(told)
    for _ in range(effort.of(3, 1)):
        both.tell_many(list(itertools.islice(at_once, GROUP)))
    for told in itertools.islice(seldom, effort.of(30, 15)):
        both.tell(told)
    print(f"both write the same: {both.compare()} rows compared")
    both.close()
