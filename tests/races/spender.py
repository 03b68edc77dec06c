"""A process in which several customers spend one member's points at once; the test beside it starts it.

python spender.py ROLE PATH POINTS
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from omnicommerce import Commerce, DemoKeys, Identifier, Namespace, Points, Rulebook, SqliteStorage
from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import Conflict, Refused
from omnicommerce.kernel.ids import ProductId, StoreId
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.quantity import Quantity
from omnicommerce.loyalty import PointsRules
from omnicommerce.orders import Line, Sale, SaleRules, Shown
from omnicommerce.ports.storage import Batch, Key, Put, Record, Storage
from omnicommerce.stores import Store
from omnicommerce.testing import FrozenClock

CUSTOMERS: Final = 5
"""So many threads of one process spend at once."""

CARD: Final = Identifier(Namespace.TILL_MEMBER, "M-1001")
TODAY: Final = datetime(2026, 6, 1, 4, tzinfo=UTC)
DAYS: Final = 4
PAID_MINOR: Final = 2_500
"""Four sales on four days: what there is to spend lies in four lots."""

RULES: Final = Rulebook(
    sales=SaleRules(zone="Asia/Shanghai", currency="CNY"),
    points=PointsRules(earn_per=Money(100, "CNY"), expiry_days=365),
    stores={StoreId("s1"): Store("Asia/Shanghai")},
)

COLUMN: Final = Key("naive", "points")
"""A number in a column: how points are mostly kept."""

PAUSE_SECONDS: Final = 0.02
"""Between the look and the leap of those who jump without a guard: long enough to be overtaken."""


def shop_over(storage: Storage) -> Commerce:
    return Commerce(storage, RULES, keys=DemoKeys(), clock=FrozenClock(TODAY))


def earn(storage: Storage) -> None:
    """A member earns a hundred points."""
    shop = shop_over(storage)
    for day in range(DAYS):
        paid = Money(PAID_MINOR, "CNY")
        shop.sales.ingest(
            sale=Sale(
                store=StoreId("s1"),
                till="t1",
                number=str(day),
                at=TODAY - timedelta(days=DAYS - day),
                lines=(Line(ProductId("milk"), Quantity(1), paid),),
                total=paid,
                shown=Shown("till_member", CARD.text),
            )
        )


def fill_column(storage: Storage) -> None:
    """The column says a hundred, too."""
    points = DAYS * PAID_MINOR // 100
    storage.commit(Batch(Version("column"), puts=(Put(COLUMN, str(points), (), ABSENT),)))


def spend_through_the_shop(storage: Storage, points: int, name: str) -> int:
    """Spend so many points, if there are; how many that were."""
    shop = shop_over(storage)
    member = shop.members.register(identifier=CARD).member
    spend = shop.once(name).points.spend
    while True:
        try:
            spend(member=member, points=Points(points), source="gift")
        except Conflict:
            continue
        except Refused as refused:
            assert refused.code == "too_few_points"  # noqa: PT017  # any other is a fault, and ends the process
            return 0
        return points


def spend_past_the_shop(storage: Storage, points: int, name: str) -> int:
    """Look, decide, write a moment later over whatever is there by now: what the shop never does."""
    (seen,) = storage.read((COLUMN,))
    assert isinstance(seen, Record)
    if int(seen.body) < points:
        return 0
    time.sleep(PAUSE_SECONDS)
    for attempt in range(10_000):
        (now,) = storage.read((COLUMN,))
        assert isinstance(now, Record)
        put = Put(COLUMN, str(int(seen.body) - points), (), now.version)
        try:
            storage.commit(Batch(Version(f"{name}-{attempt}"), puts=(put,)))
        except Conflict:
            continue
        return points
    return 0


Spend = Callable[[Storage, int, str], int]
ROLES: Final[dict[str, Spend]] = {
    "through_the_shop": spend_through_the_shop,
    "past_the_shop": spend_past_the_shop,
}


def spent_at_once(spend: Spend, storage: Storage, points: int, names: list[str]) -> int:
    """Each of *names* spends in a thread of its own, all at once; what they got together."""
    gate = threading.Barrier(len(names))
    got: list[int] = []

    def run(name: str) -> None:
        gate.wait()
        got.append(spend(storage, points, name))

    threads = [threading.Thread(target=run, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(names), "each of them came to an end"
    return sum(got)


def main() -> None:
    role, path, points = sys.argv[1:]
    with SqliteStorage(path, wait_seconds=60) as storage:
        # A shop that is awake: its rules are read, and the file is open.
        shop_over(storage).members.register(identifier=CARD)
        tell("ready")
        process = sys.stdin.readline().strip()
        names = [f"{process}-{n}" for n in range(CUSTOMERS)]
        tell(spent_at_once(ROLES[role], storage, int(points), names))


def tell(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
