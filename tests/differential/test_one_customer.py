"""One customer, from the first card to the last un-link: the same on every storage, every book exact."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from functools import partial
from typing import Any

import pytest

from omnicommerce import (
    Channel,
    Identifier,
    MemoryStorage,
    Namespace,
    Points,
    Sale,
    Shown,
    Strength,
    openid,
    order,
    phone,
)
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.verdict import Verdict
from tests.adapters.sql.server import Server
from tests.differential.test_verbs import in_memory, on_postgres, on_sqlite, on_sqlite_through_sql
from tests.shopfront import DAY, SHOP_OPENS, SPRING, Shop, opened, returned, sale

CARD = Identifier(Namespace.TILL_MEMBER, "M-1")
PHONE = phone("+8613800138000")
WECHAT = openid("wx0123456789abcdef", "oABCD-0123456789abcdefghijkl")
GUESTS = order("web/t1/9")
SHOWN = Shown("phone", PHONE.text)


def codes(verdict: Verdict) -> list[str]:
    """Every reason why not."""
    return [each.code for each in verdict.failures()]


@pytest.fixture(params=["memory", "sqlite", "sql", "postgres"])
def shop(request: pytest.FixtureRequest, postgres: Server) -> Any:
    makers: dict[str, Callable[[], AbstractContextManager[Any]]] = {
        "memory": partial(in_memory, MemoryStorage),
        "sqlite": on_sqlite,
        "sql": on_sqlite_through_sql,
        "postgres": partial(on_postgres, postgres),
    }
    with makers[request.param]() as storage:
        yield opened(storage)


def holds(shop: Shop, member: MemberId) -> tuple[int, int, int, str]:
    """What a member may spend, what waits, what they owe, and their tier."""
    found = shop.commerce.points.balance(member=member)
    level = shop.commerce.tiers.of(member=member).level
    return found.points.count, found.pending.count, found.debt.count, level


def test_she_registers_links_spends_parts_and_is_one_again(shop: Shop) -> None:
    """A card at the till, a telephone in the mini-program, an order as a guest: in the end all are hers."""
    card, hers = as_strangers(shop)
    mug = as_one(shop, card, hers)
    as_two_after_all(shop, card, hers, mug)
    as_one_again(shop, card, hers)

    statement = shop.commerce.points.statement(member=card).lines
    assert 401 == sum(line.points.count for line in statement)
    assert {card, hers} == {line.member for line in statement}
    assert {"accrual", "burn", "loan", "repayment", "restoral", "reversal"} == {
        line.kind.value for line in statement
    }
    assert [2, 1, 3] == [len(each.after) for each in shop.commerce.members.changes(member=card).changes]
    assert () == shop.commerce.audit().findings


def as_strangers(shop: Shop) -> tuple[MemberId, MemberId]:
    """Somebody buys with a card, somebody with a telephone, and a guest on the web."""
    commerce = shop.commerce
    card = commerce.sales.ingest(sale=sale(1, 20_000, coupons=(SPRING,))).member
    hers = commerce.sales.ingest(sale=sale(2, 15_000, shown=SHOWN)).member
    assert card is not None
    assert hers is not None
    assert commerce.sales.ingest(sale=sale(9, 5_000, card=None, store="web")).member is None
    assert [(0, 200, 0, "member"), (0, 150, 0, "member")] == [holds(shop, card), holds(shop, hers)]

    unproved = commerce.members.link(a=CARD, b=PHONE, strength=Strength.SHOWN)
    tried = commerce.members.what_if(a=CARD, b=PHONE)

    assert ["unverified"] == codes(unproved.verdict)
    assert (True, "silver") == (tried.is_one, tried.tier)
    assert (0, 200, 0, "member") == holds(shop, card)
    return card, hers


def as_one(shop: Shop, card: MemberId, hers: MemberId) -> Sale:
    """She proves that both are hers: one tier, one coupon, all the points; and the guest was she, too."""
    commerce = shop.commerce
    shop.at(SHOP_OPENS + 15 * DAY)

    one = commerce.members.link(a=CARD, b=PHONE, strength=Strength.VERIFIED)

    assert (True, {card, hers}, "silver") == (one.is_one, set(one.members), one.tier)
    assert (350, 0, 0, "silver") == holds(shop, card) == holds(shop, hers)
    second_use = sale(3, 100, shown=SHOWN, at=shop.clock(), coupons=(SPRING,))
    (use,) = commerce.sales.ingest(sale=second_use).coupons
    assert ["uses_exhausted"] == codes(use.verdict)
    assert commerce.members.link(a=GUESTS, b=PHONE, strength=Strength.VERIFIED).is_one
    assert (400, 1, 0, "silver") == holds(shop, card)

    mug = sale(4, 300, shown=SHOWN, at=shop.clock(), burn=Points(300))
    commerce.sales.ingest(sale=mug)

    assert (100, 4, 0, "silver") == holds(shop, hers)
    with pytest.raises(Refused, match="too_few_points"):
        commerce.points.spend(member=card, points=Points(101), source="cup")
    return mug


def as_two_after_all(shop: Shop, card: MemberId, hers: MemberId, mug: Sale) -> None:
    """Each is again who it was, and owes what it spent of the other's; what comes back is its own."""
    commerce = shop.commerce
    shop.at(SHOP_OPENS + 16 * DAY)

    parted = commerce.members.unlink(a=CARD, b=PHONE)

    assert ["taken_back"] == codes(parted.verdict)
    assert [(200, 0, 0, "member"), (0, 4, 100, "member")] == [holds(shop, card), holds(shop, hers)]
    back = commerce.sales.take_back(goods=returned(mug, "r1", at=shop.clock()))
    assert Points(300) == back.restored
    assert (200, 1, 0, "member") == holds(shop, hers)
    assert "taken_back" in codes(commerce.members.explain(a=CARD, b=PHONE).verdict)


def as_one_again(shop: Shop, card: MemberId, hers: MemberId) -> None:
    """A name on a platform joins them once more, and what she said of herself is known at the till."""
    members = shop.commerce.members
    shop.at(SHOP_OPENS + 17 * DAY)

    assert members.link(a=WECHAT, b=PHONE, strength=Strength.VERIFIED).is_one
    whole = members.link(a=CARD, b=WECHAT, strength=Strength.VERIFIED)

    assert (True, 3) == (whole.is_one, len(whole.members))
    assert (400, 1, 0, "silver") == holds(shop, card)
    path = members.explain(a=CARD, b=PHONE).path
    assert [{"till_member", "openid"}, {"openid", "phone"}] == [set(each.namespaces) for each in path]
    members.tell(
        member=hers,
        field="birthday",
        value=date(1990, 5, 1),
        source="mini_program",
        channel=Channel.STORE,
        purpose="service",
    )
    known = members.profile(member=card).get("birthday")
    assert known is not None
    assert (date(1990, 5, 1), "mini_program") == (known.value, known.source)
