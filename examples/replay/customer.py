"""The customer's part: who holds enough points spends some with the next basket."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import attrs

from examples.replay.receipts import Basket
from examples.replay.telling import card
from omnicommerce import Commerce, MemberId, Points

ENOUGH: Final = Points(1_000)
"""Whoever may spend as many as this, does."""

BURN: Final = Points(500)

NOTHING: Final = Points(0)


@attrs.define(eq=False)
class Purse:
    """What a household remembers of its own receipts: enough to know when asking for the balance is idle.

    It counts every whole dollar of the last `days`, the longest that points can live, and never fewer points
    than there are.
    """

    days: timedelta
    received: deque[tuple[date, int]] = attrs.field(factory=deque)
    total: int = 0

    def receive(self, basket: Basket) -> None:
        """Keep a receipt."""
        dollars = sum(line.paid_minor for line in basket.lines) // 100
        self.received.append((basket.day, dollars))
        self.total += dollars

    def may_hold(self, points: Points, day: date) -> bool:
        """Whether there may be that many points on *day*."""
        while self.received and self.received[0][0] < day - self.days:
            self.total -= self.received.popleft()[1]
        return self.total >= points.count


def burns(baskets: Sequence[Basket], shop: Commerce) -> tuple[Points, ...]:
    """What a household spends with each of its *baskets* of a day, in order, by the balance it has now."""
    member: MemberId = shop.members.find(identifier=card(baskets[0].household)).member
    left = shop.points.balance(member=member).points
    spent: list[Points] = []
    for _ in baskets:
        burn = BURN if left >= ENOUGH else NOTHING
        left -= burn
        spent.append(burn)
    return tuple(spent)
