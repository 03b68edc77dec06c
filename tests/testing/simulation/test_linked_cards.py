"""Three cards of one customer, in lives in which everything goes wrong: once a person's is once a person's.

First everybody links the cards, again and again; whoever has heard that they are one shows one of them,
with a coupon that is once a person's. The law holds over all three, whichever till was told first.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import attrs
import pytest

from omnicommerce import Commerce, Identifier, MemberId, Namespace, Points, Strength
from omnicommerce.kernel.ids import CampaignId
from omnicommerce.testing import Wish, Workload, simulate
from omnicommerce.testing.simulation.life import BEGINNING
from omnicommerce.testing.simulation.shop_rules import ONCE, RULEBOOK, STORES
from omnicommerce.testing.simulation.wishes import Heard, Told
from tests.saboteurs.saboteur_guards import IgnoresChecks, LastWriteWins
from tests.shopfront import sale

CARDS: Final = ("L-1", "L-2", "L-3")
PAIRS: Final = ((0, 1), (1, 2))
SHOWN_IN_A_ROW: Final = 4
"""As many tills want the same coupon at about the same time."""

GIFTS: Final = tuple(CampaignId(f"gift-{number}") for number in range(20))
RULES: Final = attrs.evolve(RULEBOOK, campaigns=dict.fromkeys(GIFTS, RULEBOOK.campaigns[ONCE]))
OPERATIONS: Final = 60


def card(place: int) -> Identifier:
    return Identifier(Namespace.TILL_MEMBER, CARDS[place])


class Family:
    """One customer at several tills."""

    def __init__(self, die: random.Random) -> None:
        self.die = die
        self.linked: set[str] = set()
        self.members: tuple[MemberId, ...] = ()
        self.number = 0

    def next(self, now: datetime) -> Wish:
        if len(self.linked) < len(PAIRS):
            one, other = self.die.choice(PAIRS)
            return Wish(
                f"link {one} {other}",
                lambda shop: shop.members.link(
                    a=card(one), b=card(other), strength=Strength.VERIFIED, seen_at=BEGINNING
                ),
            )
        self.number += 1
        if self.die.random() < 0.3:
            return self._spend(self.number)
        bought = sale(
            self.number,
            10_000,
            at=now,
            card=self.die.choice(CARDS),
            store=STORES[0],
            coupons=(GIFTS[self.number // SHOWN_IN_A_ROW % len(GIFTS)],),
        )
        return Wish(f"sale {self.number}", lambda shop: shop.sales.ingest(sale=bought))

    def _spend(self, number: int) -> Wish:
        member = self.die.choice(self.members)
        return Wish(
            f"spend {number}",
            lambda shop: shop.points.spend(member=member, points=Points(7), source="mug"),
            key=f"spend {number}",
        )

    def hear(self, heard: Heard) -> list[str]:
        if heard.wish.name.startswith("link") and heard.is_answered:
            self.linked.add(heard.wish.name)
            self.members = heard.answer.members
            return [] if heard.answer.is_one else [f"{heard.wish.name}: {heard.answer.verdict}"]
        return []

    def last(self) -> list[Wish]:
        return []

    def wrong(self, shop: Commerce, told: Sequence[Told], _: Sequence[Heard]) -> list[str]:
        used = Counter(entry["fact"]["campaign"] for entry in told if entry["tag"] == "coupon.redeemed")
        wrong = [f"{gift} was used {times} times" for gift, times in used.items() if times > 1]
        if len(self.linked) < len(PAIRS):
            return wrong
        found = [shop.members.find(identifier=card(place)) for place in range(len(CARDS))]
        if len({each.person for each in found}) > 1:
            wrong.append("they are several persons")
        members = [each.member for each in found]
        posted = sum(
            posting["points"]
            for entry in told
            if entry["tag"] == "points.moved"
            for posting in entry["fact"]["postings"]
            if posting["account"] in ("member", "debt")
        )
        balances = {
            (each.points + each.pending - each.debt).count
            for each in (shop.points.balance(member=member) for member in members)
        }
        return (
            wrong if len(balances) == 1 and max(balances) <= posted else [*wrong, f"{balances} of {posted}"]
        )


def lives(seeds: range, **told: Any) -> Any:
    workload: type[Workload] = Family
    return simulate(seeds=seeds, operations=OPERATIONS, workload=workload, rulebook=RULES, **told)


def test_a_coupon_that_is_once_a_persons_is_used_once_whatever_goes_wrong() -> None:
    lived = lives(range(30))

    lived.hold()
    assert lived.faults_total > 400
    assert len(lived.faults) >= 16


@pytest.mark.parametrize("broken", [IgnoresChecks, LastWriteWins])
def test_over_a_storage_that_guards_nothing_it_is_used_more_often(broken: Any) -> None:
    """The control: the same lives, and somebody is told of it."""
    found = lives(range(25), make=broken).violations

    assert any("was used" in each.what for each in found)
