"""A burn: many spend one balance of points at once, as a gift or at the till; no more goes than is there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from omnicommerce import Commerce, Points
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.ids import MemberId
from omnicommerce.ports.storage import Storage
from tests.races.contest import Contest, Try, broken, patiently, shared
from tests.races.shop import NOW, awake, moved, the_member
from tests.races.shop import told as told_of
from tests.shopfront import DAY, sale

LOTS: Final = 4
EARNED: Final = 25
POINTS: Final = Points(7)
"""More than once they come out of two lots, and some are left that are too few."""

BALANCE: Final = LOTS * EARNED
TIMES: Final = BALANCE // POINTS.count
TRIES: Final = 32


def ready(storage: Storage) -> None:
    shop = awake(storage)
    for day in range(LOTS):
        shop.sales.ingest(sale=sale(f"day {day}", EARNED * 100, at=NOW - (LOTS - day) * DAY))


def tries(storage: Storage, number: int, processes: int) -> list[Try]:
    shop = awake(storage)
    member = the_member(shop)
    return [partial(_burned, shop, member, n) for n in shared(TRIES, number, processes)]


def _burned(shop: Commerce, member: MemberId, n: int) -> bool:
    """Spend some, if there are enough."""
    spend: Callable[[], object] = partial(
        shop.once(f"gift {n}").points.spend, member=member, points=POINTS, source="gift"
    )
    if n % 2:
        # So cheap that nothing is earned by it.
        spend = partial(shop.sales.ingest, sale=sale(n, 50, at=NOW, burn=POINTS))
    try:
        patiently(spend)
    except Refused as refused:
        assert refused.code == "too_few_points", refused  # noqa: PT017  # any other is a fault
        return False
    return True


def over(_: Storage, told: list[Any]) -> int:
    return max(0, told.count(True) - TIMES)


def wrong(storage: Storage, told: list[Any]) -> tuple[str, ...]:
    shop = awake(storage)
    member = the_member(shop)
    got = told.count(True)
    burned = [moved(fact) for fact in told_of(storage, "points.moved") if fact["kind"] == "burn"]
    statement = shop.points.statement(member=member, limit=200).lines
    left = Points(BALANCE) - Points(got * POINTS.count)
    return broken(
        all_of_it_goes=got == TIMES,
        whatever_was_got_is_told=burned == [-POINTS.count] * got,
        what_is_left_is_there=shop.points.balance(member=member).points == left,
        the_statement_adds_up=sum(line.points.count for line in statement) == left.count,
        the_books_balance=not shop.audit().findings,
    )


CONTEST: Final = Contest(ready, tries, over, wrong)
