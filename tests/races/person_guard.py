"""The guard of a person: sales, burns and gifts of one member at once, and no two of them interleave.

Every movement has a number, and was decided on what the one before it left behind: whoever was told a
balance was told that of the line at exactly this number.
"""

from __future__ import annotations

from functools import partial
from itertools import accumulate
from typing import Any, Final

import attrs

from omnicommerce import Commerce, Points, wire
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.instant import local_day
from omnicommerce.orders import SPEND
from omnicommerce.orders.spend import spend_id
from omnicommerce.ports.storage import Key, Record, Storage
from tests.races.contest import Contest, Try, broken, patiently, shared
from tests.races.shop import NOW, awake, moved, the_member
from tests.races.shop import told as told_of
from tests.shopfront import sale

AT_FIRST: Final = Points(5_000)
TRIES: Final = 32
GIFT: Final = 1_000
"""No other movement is as large, so that each of them is known by its size."""


@attrs.frozen
class Answer:
    """What a command did: so many points it moved, the last of them so many; it told a balance, or sold."""

    moved: int
    last: int
    balance: int | None = None
    paid_minor: int = 0


def ready(storage: Storage) -> None:
    shop = awake(storage)
    shop.points.adjust(member=the_member(shop), points=AT_FIRST, reason="welcome")


def tries(storage: Storage, number: int, processes: int) -> list[Try]:
    shop = awake(storage)
    member = the_member(shop)
    return [partial(_done, shop, member, n) for n in shared(TRIES, number, processes)]


def _done(shop: Commerce, member: MemberId, n: int) -> Answer:
    """One command of four kinds, in turn."""
    points = shop.once(f"command {n}").points
    match n % 4:
        case 0:
            paid = 100 * (n + 1)
            patiently(lambda: shop.sales.ingest(sale=sale(n, paid, at=NOW)))
            return Answer(n + 1, n + 1, paid_minor=paid)
        case 1:
            left = patiently(lambda: points.spend(member=member, points=Points(n), source="mug"))
            return Answer(-n, -n, left.points.count)
        case 2:
            gift = Points(GIFT + n)
            left = patiently(lambda: points.adjust(member=member, points=gift, reason="gift"))
            return Answer(gift.count, gift.count, left.points.count)
        case _:
            burning = sale(n, 700, at=NOW, burn=Points(n))
            patiently(lambda: shop.sales.ingest(sale=burning))
            return Answer(7 - n, 7, paid_minor=700)


def over(storage: Storage, _: list[Any]) -> int:
    numbers = [fact["number"] for fact in told_of(storage, "points.moved")]
    return len(numbers) - len(set(numbers))


def wrong(storage: Storage, told: list[Any]) -> tuple[str, ...]:
    shop = awake(storage)
    member = the_member(shop)
    facts = sorted(told_of(storage, "points.moved"), key=lambda fact: fact["number"])
    stood = list(accumulate(map(moved, facts)))
    balances = {moved(fact): balance for fact, balance in zip(facts, stood, strict=True)}
    balance = AT_FIRST.count + sum(answer.moved for answer in told)
    sold = [answer.paid_minor for answer in told if answer.paid_minor]
    return broken(
        every_movement_has_its_number=[fact["number"] for fact in facts] == list(range(1, len(facts) + 1)),
        whoever_was_told_a_balance_was_told_that_of_the_line=all(
            answer.balance in (None, balances[answer.last]) for answer in told
        ),
        what_was_moved_is_in_the_journal=stood[-1] == balance,
        what_was_moved_is_the_balance=shop.points.balance(member=member).points.count == balance,
        every_day_is_the_sum_of_its_sales=_bought(storage, member) == (sum(sold), len(sold)),
        the_books_balance=not shop.audit().findings,
    )


def _bought(storage: Storage, member: MemberId) -> tuple[int, int]:
    """For how much the member bought, and how often."""
    (found,) = storage.read((Key(SPEND.name, spend_id(member, local_day(NOW, "Asia/Shanghai"))),))
    assert isinstance(found, Record)
    days = wire.stored(found.body, SPEND.name, SPEND.holds).value.days
    return sum(day.spend_minor for day in days), sum(day.purchases for day in days)


CONTEST: Final = Contest(ready, tries, over, wrong)
