"""A small but complete shop, told so that every kind of record lies in it; and what it answers at the end."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, Final

import attrs

from omnicommerce import (
    Channel,
    Commerce,
    DemoKeys,
    Identifier,
    Namespace,
    Points,
    Staff,
    Strength,
    device,
    email,
    order,
    phone,
)
from omnicommerce.kernel.flow import Flow, Outcome
from omnicommerce.kernel.ids import CampaignId, MemberId
from omnicommerce.kernel.todo import remembering
from omnicommerce.orders import Sale
from omnicommerce.ports.storage import Storage
from omnicommerce.rulebook import Rulebook
from omnicommerce.testing import CountingIds, FrozenClock
from tests.shopfront import DAY, RULES, SHOP_OPENS, SPRING, returned, sale

CARDS: Final = ("M-1", "M-2", "M-3")
LAST_DAY: Final = SHOP_OPENS + 125 * DAY
"""When the answers are asked for: some points have run out, some are spendable, and some still wait."""

M_2: Final = MemberId("8a3cd3b7d2a9f6c04b96299614562c90")
"""Whom the list names: the demo keys give a card the same member in every shop."""

REGULARS: Final = CampaignId("regulars")
KEY: Final = "a gift that is given once"
SOLD: Final = sale(1, [("milk", 2, 35_050), ("bread", 1, 1_000)], coupons=(SPRING,))
UNCOVERED: Final = sale(90, 5_000, at=SHOP_OPENS + DAY, card="M-2")
PHONE: Final = phone("+8613800138000")
MAIL: Final = email("mary@shop.example")
NOT_TOLD: Final = sale(91, 5_000, at=SHOP_OPENS + 120 * DAY, card="M-2")


def rules() -> Rulebook:
    """Those of the tests' shop, with a list of members as well."""
    campaign = attrs.evolve(RULES.campaigns[SPRING], name="Regulars", members="regulars", products=None)
    return attrs.evolve(
        RULES,
        campaigns={**RULES.campaigns, REGULARS: campaign},
        member_lists={"regulars": frozenset({M_2})},
    )


def opened(storage: Storage, rulebook: Rulebook, clock: FrozenClock, ids: str = "id") -> Commerce:
    """A shop over *storage* whose time stands still and whose ids count."""
    return Commerce(storage, rulebook, keys=DemoKeys(), clock=clock, ids=CountingIds(ids))


def remind(*, subject: str, due: datetime) -> Flow[None]:
    """A to-do that stays open."""
    changes = yield from remembering("reminders", subject, due)
    return Outcome(None, changes)


def tell(storage: Storage) -> dict[str, Any]:
    """Tell everything that ever happened in the golden shop; its answers at the end."""
    clock = FrozenClock(SHOP_OPENS)
    shop = opened(storage, rules(), clock)
    member, other, _ = [
        shop.members.register(identifier=Identifier(Namespace.TILL_MEMBER, card)).member for card in CARDS
    ]
    shop.sales.ingest(sale=SOLD)
    shop.sales.ingest(sale=sale(2, 4_000, card="G-1"))
    shop.members.register(identifier=Identifier(Namespace.TILL_MEMBER, "G-1"), verified=True)
    shop.sales.ingest(sale=sale(6, 2_500, card=None))
    shop.sales.ingest(sale=sale(3, 3_000, card="M-2", coupons=(SPRING, REGULARS)))
    shop.sales.take_back(goods=returned(sale(3, 3_000), "r3"))

    clock.set(SHOP_OPENS + 2 * DAY)
    shop.sales.take_back(goods=returned(UNCOVERED, "r90", ((1, 2),), at=clock()))
    shop.sales.ingest(sale=UNCOVERED)

    clock.set(SHOP_OPENS + 20 * DAY)
    shop.tick()
    shop.sales.ingest(sale=_now(clock, 4, 120_000, burn=Points(100), coupons=(SPRING,)))
    desk = shop.acting(Staff("desk"))
    desk.once(KEY).points.adjust(member=member, points=Points(60), reason="gift")
    desk.points.spend(member=member, points=Points(30), source="a mug")
    shop.sales.take_back(goods=returned(SOLD, "r1", ((2, 1),), at=clock()))

    _linked(shop, clock)

    for day in (60, 124):
        clock.set(SHOP_OPENS + day * DAY)
        shop.tick()
    shop.sales.ingest(sale=_now(clock, 5, 20_000))
    for each in (member, other):
        shop.points.adjust(member=each, points=Points(45), reason="gift")
    shop.sales.take_back(goods=returned(NOT_TOLD, "r91", at=clock()))
    shop.run(remind, subject="call M-2", due=LAST_DAY + timedelta(days=30))
    clock.set(LAST_DAY)
    return answers(shop)


def _linked(shop: Commerce, clock: FrozenClock) -> None:
    """Two who are one, for a while and for good, and an order that was a guest's."""
    card, order_, device_ = _card("L-1"), order("s1/t1/8"), device("550e8400-e29b-41d4-a716-446655440000")
    elder = shop.sales.ingest(sale=_now(clock, 7, 30_000, card="L-1")).member
    assert elder is not None
    shop.points.adjust(member=elder, points=Points(150), reason="gift")
    shop.members.register(identifier=MAIL)
    shop.sales.ingest(sale=_now(clock, 8, 10_000, card=None))
    shop.members.link(a=card, b=PHONE, strength=Strength.VERIFIED)
    shop.members.link(a=order_, b=PHONE, strength=Strength.VERIFIED)
    shop.members.link(a=device_, b=card, strength=Strength.VERIFIED)
    member = shop.members.find(identifier=PHONE).member
    shop.points.spend(member=member, points=Points(100), source="a mug")
    shop.members.tell(
        member=member,
        field="birthday",
        value=date(1990, 5, 1),
        source="till",
        channel=Channel.STORE,
        purpose="service",
    )
    shop.members.unlink(a=order_, b=PHONE)
    shop.members.unlink(a=card, b=PHONE)
    shop.members.quarantine(identifier=MAIL)
    shop.members.release(identifier=MAIL)
    shop.members.distinct(a=card, b=MAIL)
    shop.acting(Staff("anna")).members.link(a=card, b=_card("L-2"), strength=Strength.DECLARED)
    shop.members.hand_on(identifier=PHONE)
    shop.members.link(
        a=_card("L-3"), b=_card("L-4"), strength=Strength.SHOWN, proved=(_card("L-3"), _card("L-4"))
    )


def _card(number: str) -> Identifier:
    return Identifier(Namespace.TILL_MEMBER, number)


def _now(clock: FrozenClock, number: int, paid: int, **others: Any) -> Sale:
    return sale(number, paid, at=clock(), **others)


def answers(shop: Commerce) -> dict[str, Any]:
    """What the shop says of everybody, as plain values; it is asked, and not changed."""
    found: dict[str, Any] = {"exceptions": shop.exceptions.list(), "sale": shop.sales.find(receipt=SOLD.key)}
    for card in (*CARDS, "L-1", "L-3"):
        member = shop.members.find(identifier=Identifier(Namespace.TILL_MEMBER, card)).member
        found[card] = {
            "changes": shop.members.changes(member=member),
            "profile": shop.members.profile(member=member),
            "member": member,
            "balance": shop.points.balance(member=member),
            "tier": shop.tiers.of(member=member),
            "stage": shop.stages.of(member=member),
            "statement": shop.points.statement(member=member),
        }
    plain: dict[str, Any] = _plain(found)
    return plain


def _plain(value: Any) -> Any:
    """*value* as JSON has it."""
    match value:
        case Enum():
            return value.value
        case dict():
            return {str(name): _plain(each) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case None | bool() | int() | str():
            return value
        case _ if attrs.has(type(value)):
            # Where two kinds of value have the same fields, their name tells them apart.
            fields = {field.name: _plain(getattr(value, field.name)) for field in attrs.fields(type(value))}
            return {"is": type(value).__name__, **fields}
        case _:
            return str(value)
