"""Nobody becomes somebody else by saying so; what was proved joins, what is handed on takes nothing along."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from omnicommerce import (
    BadValue,
    Customer,
    Identifier,
    IdentityRules,
    Linked,
    Namespace,
    Points,
    Refused,
    Shown,
    Staff,
    Strength,
    email,
    phone,
)
from tests.shopfront import DAY, RULES, SHOP_OPENS, Shop, opened, sale, tell

HERS = phone("+8613800138000")
THIEFS = Identifier(Namespace.OPENID, "wx0123456789abcdef/oThief-0123456789abcdefghijk")
CARD = Identifier(Namespace.TILL_MEMBER, "M-1")
OTHER = Identifier(Namespace.TILL_MEMBER, "M-2")


def codes(linked: Linked) -> list[str]:
    return [each.code for each in linked.verdict.failures()]


def joined(shop: Shop, **told: Any) -> Linked:
    known: dict[str, Any] = {"a": CARD, "b": HERS, "strength": Strength.VERIFIED}
    return shop.commerce.members.link(**(known | told))


# --- only what was proved ------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["thief", "owner"])
def test_who_types_in_somebody_elses_telephone_gains_nothing_before_or_after_its_owner_proves_it(
    first: str,
) -> None:
    """An account is made with the victim's address and waits for the victim: pre-hijacking."""
    shop = opened()
    steal: dict[str, Any] = {"a": THIEFS, "strength": Strength.SHOWN, "proved": (THIEFS,)}
    if first == "thief":
        assert ["unverified"] == codes(joined(shop, **steal))
    shop.commerce.members.register(identifier=HERS, verified=True)
    assert joined(shop).is_one
    assert ["unverified"] == codes(joined(shop, **steal))

    thief, owner = (shop.commerce.members.find(identifier=each) for each in (THIEFS, HERS))
    assert thief.person != owner.person
    assert (thief.member,) == thief.members


def test_a_customer_links_what_is_theirs_and_nothing_else() -> None:
    shop = opened()
    thief = shop.commerce.members.register(identifier=THIEFS).member
    shop.commerce.members.register(identifier=CARD)
    as_thief = shop.commerce.acting(Customer(thief))

    with pytest.raises(Refused, match="not_your_identifier"):
        as_thief.members.link(a=CARD, b=HERS, strength=Strength.VERIFIED)
    with pytest.raises(Refused, match="not_for_customers"):
        as_thief.members.link(a=THIEFS, b=HERS, strength=Strength.DECLARED)
    for verb in (as_thief.members.unlink, as_thief.members.distinct, as_thief.members.reconsider):
        with pytest.raises(Refused, match="not_for_customers"):
            verb(a=CARD, b=HERS)
    assert as_thief.members.link(a=THIEFS, b=HERS, strength=Strength.VERIFIED).is_one


def test_whoever_is_one_person_with_a_member_may_spend_their_points_and_nobody_else() -> None:
    shop = opened()
    member = shop.member()
    shop.commerce.points.adjust(member=member, points=Points(100), reason="gift")
    hers = shop.commerce.members.register(identifier=HERS).member

    with pytest.raises(Refused, match="not_your_points"):
        shop.commerce.acting(Customer(hers)).points.spend(member=member, points=Points(1), source="mug")
    joined(shop)
    left = shop.commerce.acting(Customer(hers)).points.spend(member=member, points=Points(1), source="mug")
    assert Points(99) == left.points


# --- two of the staff ----------------------------------------------------------------------------


def declared(shop: Shop, clerk: str) -> Linked:
    members = shop.commerce.acting(Staff(clerk)).members
    return members.link(a=CARD, b=OTHER, strength=Strength.DECLARED, proved=(CARD, OTHER))


def test_what_a_clerk_declares_waits_for_a_second_one() -> None:
    shop = opened()

    assert ["needs_second_person"] == codes(declared(shop, "anna"))
    assert ["needs_second_person"] == codes(declared(shop, "anna"))
    (waits,) = shop.commerce.exceptions.list().parked
    assert ("links", "needs_second_person") == (waits.process, waits.reason)
    assert declared(shop, "ben").is_one
    assert () == shop.commerce.exceptions.list().parked

    shop.at(shop.clock() + DAY)
    shop.commerce.members.unlink(a=CARD, b=OTHER)
    shop.at(shop.clock() + DAY)
    assert ["needs_second_person"] == codes(declared(shop, "ben")), "after an un-link it takes two again"
    assert () == shop.commerce.audit().findings


def test_or_not_where_the_rules_say_so() -> None:
    rules = attrs.evolve(RULES, identity=IdentityRules(declared_by=1))

    assert declared(opened(rules=rules), "anna").is_one


# --- handed on -----------------------------------------------------------------------------------


def bought(shop: Shop, number: str, *, at: Any = None) -> Any:
    sold = sale(number, 10_000, at=at or shop.clock(), shown=Shown("phone", HERS.text))
    return tell(shop, sold).member


def test_a_number_that_was_sold_again_knows_nothing_of_whoever_had_it() -> None:
    shop = opened()
    before = bought(shop, "1")
    joined(shop)
    shop.at(SHOP_OPENS + 20 * DAY)

    assert before == shop.commerce.members.hand_on(identifier=HERS)

    with pytest.raises(Refused, match="no_such_member"):
        shop.commerce.members.find(identifier=HERS)
    shop.at(SHOP_OPENS + 21 * DAY)
    now = bought(shop, "2")
    assert now != before
    assert (now,) == shop.commerce.members.find(identifier=HERS).members
    card = shop.commerce.members.find(identifier=CARD)
    assert {card.member, before} == set(card.members)
    assert Points(100) == shop.commerce.points.balance(member=card.member).points


def test_what_a_till_tells_late_is_of_who_had_the_number_then() -> None:
    shop = opened()
    before = bought(shop, "1")
    shop.at(SHOP_OPENS + 20 * DAY)
    shop.commerce.members.hand_on(identifier=HERS)
    now = bought(shop, "2", at=shop.clock())

    assert before == bought(shop, "3", at=shop.clock() - timedelta(hours=5))
    assert now == bought(shop, "4", at=shop.clock())
    assert before == bought(shop, "1", at=SHOP_OPENS), "a receipt that is told again is the same"


def test_the_new_owner_joins_their_own_and_not_those_of_the_old_one() -> None:
    shop = opened()
    joined(shop)
    shop.commerce.members.hand_on(identifier=HERS)

    assert joined(shop, a=OTHER).is_one
    old, new = (set(shop.commerce.members.find(identifier=each).members) for each in (CARD, OTHER))
    assert not old & new


# --- nobody's ------------------------------------------------------------------------------------


def test_a_telephone_that_fifty_share_makes_nobody_a_relation() -> None:
    shop = opened()
    for number in range(25):
        card = Identifier(Namespace.TILL_MEMBER, f"F-{number}")
        last = joined(shop, a=card)

    assert ["too_many_share_it"] == codes(last)
    assert 1 == len(last.members)
    assert Points(25) == Points(last.verdict.first_failure.actual)  # type: ignore[arg-type]
    first = shop.commerce.members.find(identifier=Identifier(Namespace.TILL_MEMBER, "F-0"))
    assert (first.member,) == first.members
    assert "too_many_share_it" in {each.reason for each in shop.commerce.exceptions.list().parked}


@pytest.mark.parametrize("text", ["00000000", "0"])
def test_a_card_of_zeros_joins_nobody(text: str) -> None:
    assert ["quarantined"] == codes(joined(opened(), a=Identifier(Namespace.TILL_MEMBER, text)))


def test_the_shops_own_telephone_joins_nobody() -> None:
    phones = [each for each in IdentityRules().namespaces if each.name == "phone"]
    own = attrs.evolve(phones[0], blocked=frozenset({HERS.text}))
    rules = [own if each.name == "phone" else each for each in IdentityRules().namespaces]
    shop = opened(rules=attrs.evolve(RULES, identity=IdentityRules(tuple(rules))))

    assert ["quarantined"] == codes(joined(shop))


def test_what_is_set_aside_parts_those_it_joined_and_joins_them_again_when_it_is_released() -> None:
    shop = opened()
    joined(shop)
    joined(shop, a=OTHER)
    card = shop.member()
    assert 3 == len(shop.commerce.members.find(identifier=CARD).members)

    shop.commerce.members.quarantine(identifier=HERS)
    assert (card,) == shop.commerce.members.find(identifier=CARD).members
    assert ["quarantined"] == codes(joined(shop, b=HERS, a=email("mary@shop.example")))

    shop.commerce.members.release(identifier=HERS)
    assert 4 == len(shop.commerce.members.find(identifier=CARD).members)


def test_an_identifier_is_not_linked_to_itself_nor_proved_if_it_is_neither() -> None:
    shop = opened()
    with pytest.raises(BadValue, match="two identifiers"):
        joined(shop, a=HERS)
    with pytest.raises(BadValue, match=r"proved\[0\]"):
        joined(shop, proved=(OTHER,))
    with pytest.raises(Refused, match="no_such_member"):
        shop.commerce.members.find(identifier=HERS)
