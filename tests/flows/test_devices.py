"""Two people on one tablet stay two, each with what they did on it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from omnicommerce import BadValue, Customer, Identifier, Namespace, Refused, Strength, device
from tests.shopfront import SHOP_OPENS, opened

TABLET = device("550e8400-e29b-41d4-a716-446655440000")
ANN, BEN = (Identifier(Namespace.TILL_MEMBER, name) for name in ("A-1", "B-1"))
HOUR = timedelta(hours=1)


def test_what_happened_on_a_tablet_is_theirs_who_had_it_at_that_instant() -> None:
    shop = opened(now=SHOP_OPENS + 9 * HOUR)
    ann, ben = (
        shop.commerce.members.own(device=TABLET, owner=who, since=SHOP_OPENS + begins * HOUR, until=until)
        for who, begins, until in ((ANN, 1, SHOP_OPENS + 3 * HOUR), (BEN, 3, None))
    )

    owners = [
        shop.commerce.members.owner(device=TABLET, at=SHOP_OPENS + hour * HOUR) for hour in (0, 1, 2, 3, 8)
    ]
    assert [None, ann, ann, ben, ben] == owners
    assert ben == shop.commerce.members.owner(device=TABLET)


def test_whoever_logs_in_on_one_tablet_is_not_one_with_the_others() -> None:
    shop = opened()
    for who in (ANN, BEN):
        shop.commerce.members.link(a=TABLET, b=who, strength=Strength.VERIFIED)
        shop.commerce.members.own(device=TABLET, owner=who, since=SHOP_OPENS)

    ann, ben = (shop.commerce.members.find(identifier=who) for who in (ANN, BEN))
    assert [(ann.member,), (ben.member,)] == [ann.members, ben.members]
    assert () == shop.commerce.audit().findings


def test_what_is_told_twice_is_told_once() -> None:
    shop = opened()
    for _ in range(3):
        shop.commerce.members.own(device=TABLET, owner=ANN, since=SHOP_OPENS)
    told = [line for line in shop.commerce.export() if "evidence.told" in line]

    assert 1 == len(told)


def test_a_customer_speaks_for_themselves_and_a_card_is_no_device() -> None:
    shop = opened()
    ann = shop.commerce.members.register(identifier=ANN).member
    as_ann = shop.commerce.acting(Customer(ann))

    assert ann == as_ann.members.own(device=TABLET, owner=ANN, since=SHOP_OPENS)
    with pytest.raises(Refused, match="not_your_identifier"):
        as_ann.members.own(device=TABLET, owner=BEN, since=SHOP_OPENS)
    with pytest.raises(BadValue, match="device"):
        shop.commerce.members.own(device=BEN, owner=ANN, since=SHOP_OPENS)
    with pytest.raises(BadValue, match="owner"):
        shop.commerce.members.own(device=TABLET, owner=TABLET, since=SHOP_OPENS)
