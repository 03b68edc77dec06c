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
    """What a household remembers of its points: enough to know when asking for the balance is idle.

    There are never more active ones than `most`: it counts every whole dollar once its points have woken,
    `wakes_after` the day of the receipt, and leaves out that points run out.
    """

    wakes_after: timedelta
    asleep: deque[tuple[date, int]] = attrs.field(factory=deque)
    most: int = 0

    def receive(self, basket: Basket) -> None:
        """Keep a receipt."""
        self.asleep.append((basket.day, sum(line.paid_minor for line in basket.lines) // 100))

    def may_hold(self, points: Points, day: date) -> bool:
        """Whether there may be that many active points on *day*."""
        while self.asleep and self.asleep[0][0] + self.wakes_after <= day:
            self.most += self.asleep.popleft()[1]
        return self.most >= points.count

    def holds(self, points: Points) -> None:
        """Take note of how many active points there are."""
        self.most = points.count


def burns(baskets: Sequence[Basket], purse: Purse, shop: Commerce) -> tuple[Points, ...]:
    """What a household spends with each of its *baskets* of a day, in order, by the balance it has now."""
    if not purse.may_hold(ENOUGH, baskets[0].day):
        return (NOTHING,) * len(baskets)
    member: MemberId = shop.members.find(identifier=card(baskets[0].household)).member
    left = shop.points.balance(member=member).points
    spent: list[Points] = []
    for _ in baskets:
        burn = BURN if left >= ENOUGH else NOTHING
        left -= burn
        spent.append(burn)
    purse.holds(left)
    return tuple(spent)
