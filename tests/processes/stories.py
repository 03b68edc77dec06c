"""A shop in which everything has happened once, for whoever looks at what is stored of it."""

from __future__ import annotations

from typing import Final

from omnicommerce import Commerce, DemoKeys, MemoryStorage
from omnicommerce.kernel.changes import Event, adding_to, removing, replacing
from omnicommerce.kernel.collection import Collection, Counter, Keep, NotPersonal
from omnicommerce.kernel.flow import Flow, Get, Now, Outcome, ask_all
from omnicommerce.kernel.points import Points
from omnicommerce.ports.storage import Entry, Position, Storage
from omnicommerce.testing import FrozenClock
from tests.lending import EVENTS, Thing, ThingGone, ThingKept
from tests.shopfront import DAY, RULES, SHOP_OPENS, SPRING, Shop, returned, sale, tell

BOXES: Final = Collection("lending.box", Thing, personal=NotPersonal(), keep=Keep.AS_BOOKS)
"""A collection of the host's own."""

SHELF: Final = Counter("lending/shelf")


def pack(*, id: str, size: int) -> Flow[int]:
    """Keep a box of this size, and count what is kept."""
    held, now = yield from ask_all(Get(BOXES, id), Now())
    was = held.value.size if held.value else 0
    return Outcome(
        size,
        replacing(held, Thing(size), Event(ThingKept(id, size), at=now)) + adding_to(SHELF, size - was),
    )


def unpack(*, id: str) -> Flow[None]:
    """Throw a box away."""
    held, now = yield from ask_all(Get(BOXES, id), Now())
    gone = removing(held, Event(ThingGone(id), at=now)) + adding_to(SHELF, -held.must().size)
    return Outcome(None, gone)


def shop_of(storage: Storage) -> Shop:
    """The shop over this storage, whose clock stands where it opens."""
    clock = FrozenClock(SHOP_OPENS)
    commerce = Commerce(storage, RULES, keys=DemoKeys(), clock=clock, events=EVENTS)
    return Shop(commerce, storage, clock)


def everything_happened(storage: Storage) -> Shop:
    """Sales, returns, a waiting one, a guest, coupons, burns, points that ran out, receipts, boxes."""
    shop = shop_of(storage)
    member = shop.member("M-1")
    first = sale(1, [("milk", 2, 30_000), ("面包", 1, 12_000)], coupons=(SPRING,))
    tell(shop, first)
    tell(shop, sale(2, card=None))
    tell(shop, returned(sale(4), "early"))
    tell(shop, returned(sale(99), "never"))
    shop.commerce.run(pack, id="box 1", size=3)
    shop.commerce.run(pack, id="box 2", size=4)
    shop.at(SHOP_OPENS + 20 * DAY)
    at = shop.clock()
    tell(shop, sale(3, 20_000, at=at, burn=Points(50)))
    tell(shop, sale(4, 5_000, at=at, coupons=(SPRING,)))
    tell(shop, sale(5, [("milk", 1, 7_000)], at=at, card="M-2", coupons=(SPRING,)))
    shop.commerce.once("a gift").points.adjust(member=member, points=Points(25), reason="gift")
    shop.commerce.points.spend(member=member, points=Points(30), source="mug")
    shop.commerce.run(pack, id="box 1", size=6)
    shop.commerce.run(unpack, id="box 2")
    shop.at(at + DAY)
    tell(shop, returned(first, 1, ((1, 1),), at=shop.clock()))
    tell(shop, returned(sale(5), 2, at=shop.clock()))
    shop.commerce.tick(shop.at(at + 200 * DAY).clock())
    tell(shop, sale(6, 3_000, at=shop.clock()))
    return shop


class Damaged(MemoryStorage):
    """Reads whatever entries somebody has left of its journal."""

    def journal(self, after: Position, limit: int) -> list[Entry]:
        return [entry for entry in self._entries if entry.position > after][:limit]


def copied(storage: MemoryStorage) -> Damaged:
    """The same again, to be damaged."""
    copy = Damaged()
    copy._records = dict(storage._records)
    copy._indexes = dict(storage._indexes)
    copy._rows = {name: list(rows) for name, rows in storage._rows.items()}
    copy._totals = dict(storage._totals)
    copy._entries = list(storage._entries)
    copy._last = storage._last
    return copy
