"""Two cards that have just been linked: everybody links them first, and then sells to one of the two.

A coupon that is once a person's is used once, whichever card was shown at which till.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from omnicommerce import Commerce, Identifier, Namespace, Strength, wire
from omnicommerce.coupons import USAGE, usage_id
from omnicommerce.kernel.ids import CampaignId, MemberId
from omnicommerce.ports.storage import Key, Record, Storage
from tests.races.contest import Contest, Try, broken, patiently, shared
from tests.races.coupon_limit import over, used_in
from tests.races.shop import NOW, ONCE, THRICE, USES, awake
from tests.races.shop import told as told_of
from tests.shopfront import sale

TRIES: Final = 32
CARDS: Final = ("L-1", "L-2")
ONE, OTHER = (Identifier(Namespace.TILL_MEMBER, card) for card in CARDS)


def ready(storage: Storage) -> None:
    # Neither card is known yet: whoever comes first makes them members, and one person.
    awake(storage)


def tries(storage: Storage, number: int, processes: int) -> list[Try]:
    shop = awake(storage)
    return [partial(_linked_and_sold, shop, n) for n in shared(TRIES, number, processes)]


def _linked_and_sold(shop: Commerce, n: int) -> tuple[CampaignId, ...]:
    """Link the cards, and sell something to one of them; which coupons could be used."""
    told = patiently(lambda: shop.members.link(a=ONE, b=OTHER, strength=Strength.VERIFIED, seen_at=NOW))
    assert told.is_one
    receipt = sale(n, 2_500, at=NOW, card=CARDS[n % 2], coupons=(ONCE, THRICE))
    answer = patiently(lambda: shop.sales.ingest(sale=receipt))
    return tuple(use.campaign for use in answer.coupons if use.verdict.holds)


def wrong(storage: Storage, told: list[Any]) -> tuple[str, ...]:
    shop = awake(storage)
    used = used_in(told)
    one, other = (shop.members.find(identifier=each) for each in (ONE, OTHER))
    return broken(
        whoever_may_use_one_does=dict(used) == USES,
        whatever_was_used_is_counted=_counted(storage, (one.member, other.member)) == USES,
        every_sale_stands=len(told_of(storage, "sale.recorded")) == len(told),
        they_are_one_person=one.person == other.person and set(one.members) == {one.member, other.member},
        they_became_one_once=len(told_of(storage, "person.merged")) == 1,
        what_one_has_the_other_has=shop.points.balance(member=one.member)
        == shop.points.balance(member=other.member),
        the_books_balance=not shop.audit().findings,
    )


def _counted(storage: Storage, members: tuple[MemberId, ...]) -> dict[CampaignId, int]:
    counted: dict[CampaignId, int] = {}
    for campaign in USES:
        found = storage.read([Key(USAGE.name, usage_id(campaign, member)) for member in members])
        counted[campaign] = sum(
            wire.stored(record.body, USAGE.name, USAGE.holds).value.uses
            for record in found
            if isinstance(record, Record)
        )
    return counted


CONTEST: Final = Contest(ready, tries, over, wrong)
