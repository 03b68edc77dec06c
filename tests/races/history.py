"""A history that several processes tell at once: few members, so that they meet; some returns come first."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

from omnicommerce.orders import Return, Sale
from tests.shopfront import DAY, SHOP_OPENS, returned, sale

CARDS: Final = ("M-1", "M-2", "M-3")
THE_END: Final = SHOP_OPENS + 200 * DAY


def _told() -> tuple[Sale | Return, ...]:
    dice = random.Random(7)  # noqa: S311  # a story, no secret
    facts: list[Sale | Return] = []
    for number in range(60):
        at = SHOP_OPENS + dice.randrange(180) * DAY + timedelta(minutes=dice.randrange(600))
        rows = [("milk", dice.randint(1, 3), dice.randint(0, 9_000)) for _ in range(dice.randint(1, 3))]
        sold = sale(number, rows, at=at, card=dice.choice(CARDS))
        facts.append(sold)
        if number % 3 == 0:
            facts.append(returned(sold, number, ((1, rows[0][1]),), at=at + DAY))
    dice.shuffle(facts)
    return tuple(facts)


HISTORY: Final = _told()
