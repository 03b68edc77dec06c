"""What the benchmark of ingesting tells: the rules, the clock, and sales as tills send them."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from omnicommerce import Money, Rulebook
from omnicommerce.coupons import Campaign
from omnicommerce.kernel.ids import CampaignId, ProductId, StoreId
from omnicommerce.kernel.window import Window
from omnicommerce.lifecycle import Signs, Stage, StageRules
from omnicommerce.loyalty import Level, PointsRules, TierRules
from omnicommerce.orders import SaleRules
from omnicommerce.stores import Store

GROUP: Final = 100
"""As many sales as the library puts into one commit."""

OPENING: Final = datetime(2026, 1, 1, 4, tzinfo=UTC)
"""Noon in Shanghai."""

DAY: Final = timedelta(days=1)
A_WEEK: Final = 7 * DAY

RULES: Final = Rulebook(
    sales=SaleRules(zone="Asia/Shanghai", currency="CNY"),
    points=PointsRules(earn_per=Money(100, "CNY"), activation_days=14, expiry_days=90),
    tiers=TierRules(
        levels=(Level("silver", Money(30_000, "CNY")), Level("gold", Money(100_000, "CNY"))),
        window_days=180,
        grace_days=30,
    ),
    stages=StageRules(
        stages=(
            Stage("lost", enter=Signs(silent_days_min=120)),
            Stage("at risk", enter=Signs(silent_days_min=60), stay=Signs(silent_days_min=10)),
            Stage("active", enter=Signs(age_days_min=30)),
            Stage("new"),
        )
    ),
    stores={StoreId(id): Store("Asia/Shanghai") for id in ("s1", "s2", "web")},
    campaigns={
        CampaignId("spring"): Campaign(
            name="Spring", window=Window(OPENING, OPENING + 30 * DAY), products="dairy", uses_per_member=1
        )
    },
    product_lists={"dairy": frozenset({ProductId("milk"), ProductId("cheese")})},
)


class Told(NamedTuple):
    """A sale as a till sends it, and when it arrives."""

    now: datetime
    document: str


class Ids:
    """Random to look at and the same for both, so that what both have written can be compared."""

    def __init__(self) -> None:
        self.start(0)

    def start(self, seed: int) -> None:
        """Begin anew."""
        self._draws = random.Random(seed)  # noqa: S311  # nobody has to be kept from guessing

    def fresh(self) -> str:
        """See `omnicommerce.ports.ids.Ids`."""
        return f"{self._draws.getrandbits(128):032x}"

    def code(self, length: int) -> str:
        """See `omnicommerce.ports.ids.Ids`."""
        raise NotImplementedError(f"nobody needs a code of {length}")


HOUR: Final = timedelta(hours=1)
HALF_A_MINUTE: Final = timedelta(seconds=30)

DAILY: Final = 9
"""How often the customer with ten thousand sales comes."""

YOUNG_DAYS: Final = 20
"""The days between two sales of the others."""

YOUNG_SALES: Final = 10

LINES: Final = (2, 3, 2, 3, 2, 3, 2, 3, 2, 10)
"""Receipts of two or three lines, and one of ten."""

ARTICLES: Final = ("milk", "cheese", "bread", "tea", "rice", "soap", "oil", "eggs", "salt", "melon")


def tills(cards: Sequence[str], since: datetime, step: timedelta, till: str) -> Iterator[Told]:
    """What a till tells: a sale after each *step*, by one card after another."""
    draw = random.Random(till)  # noqa: S311  # the same sales for both
    for number in itertools.count(1):
        now = since + number * step
        yield Told(now, document(draw, number, cards[number % len(cards)], now, till))


def dated(told: Told, now: datetime) -> Told:
    """The same sale, at another time."""
    at = (now - HALF_A_MINUTE).isoformat()
    return Told(now, json.dumps({**json.loads(told.document), "at": at}))


def document(draw: random.Random, number: int, card: str, now: datetime, till: str) -> str:
    """One sale as JSON; it happened half a minute ago."""
    lines: list[dict[str, Any]] = []
    for _ in range(LINES[number % len(LINES)]):
        paid = {"minor": draw.randint(100, 4_000), "currency": "CNY"}
        lines.append({"product": draw.choice(ARTICLES), "quantity": draw.randint(1, 3), "paid": paid})
    sale = {
        "store": "s1",
        "till": till,
        "number": f"{number:06}",
        "at": (now - HALF_A_MINUTE).isoformat(),
        "lines": lines,
        "total": {"minor": sum(line["paid"]["minor"] for line in lines), "currency": "CNY"},
        "channel": "store",
        "shown": {"namespace": "till_member", "text": card},
    }
    return json.dumps(sale)
