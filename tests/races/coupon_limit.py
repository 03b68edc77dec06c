"""A limit for each member: everybody sells to one and the same at once, always with the same two coupons."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any, Final

from omnicommerce import Commerce, wire
from omnicommerce.coupons import USAGE, usage_id
from omnicommerce.kernel.ids import CampaignId, MemberId
from omnicommerce.ports.storage import Key, Record, Storage
from tests.races.contest import Contest, Try, broken, patiently, shared
from tests.races.shop import NOW, ONCE, THRICE, USES, awake, the_member
from tests.races.shop import told as told_of
from tests.shopfront import sale

TRIES: Final = 32


def ready(storage: Storage) -> None:
    # The member is not there yet: whoever comes first makes one.
    awake(storage)


def tries(storage: Storage, number: int, processes: int) -> list[Try]:
    shop = awake(storage)
    return [partial(_sold, shop, n) for n in shared(TRIES, number, processes)]


def _sold(shop: Commerce, n: int) -> tuple[CampaignId, ...]:
    """Sell something; which coupons could be used."""
    receipt = sale(n, 2_500, at=NOW, coupons=(ONCE, THRICE))
    answer = patiently(lambda: shop.sales.ingest(sale=receipt))
    return tuple(use.campaign for use in answer.coupons if use.verdict.holds)


def over(_: Storage, told: list[Any]) -> int:
    used = used_in(told)
    return sum(max(0, used[campaign] - limit) for campaign, limit in USES.items())


def wrong(storage: Storage, told: list[Any]) -> tuple[str, ...]:
    shop = awake(storage)
    used = used_in(told)
    redeemed = Counter(fact["campaign"] for fact in told_of(storage, "coupon.redeemed"))
    return broken(
        whoever_may_use_one_does=dict(used) == USES,
        whatever_was_used_is_told=redeemed == used,
        whatever_was_used_is_counted=_counted(storage, the_member(shop)) == USES,
        every_sale_stands=len(told_of(storage, "sale.recorded")) == len(told),
        there_is_one_such_member_and_the_doorman=len(told_of(storage, "member.registered")) == 2,
        the_books_balance=not shop.audit().findings,
    )


def used_in(told: list[Any]) -> Counter[CampaignId]:
    return Counter(campaign for answer in told for campaign in answer or ())


def _counted(storage: Storage, member: MemberId) -> dict[CampaignId, int]:
    found = storage.read([Key(USAGE.name, usage_id(campaign, member)) for campaign in USES])
    return {
        campaign: wire.stored(record.body, USAGE.name, USAGE.holds).value.uses
        for campaign, record in zip(USES, found, strict=True)
        if isinstance(record, Record)
    }


CONTEST: Final = Contest(ready, tries, over, wrong)
