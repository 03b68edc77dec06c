"""The stories of linking that are disturbed: two cards that are one person's, or not, or no longer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from omnicommerce import Channel, Commerce, Identifier, Namespace, Points, Strength, device, order
from omnicommerce.identity import Fact
from tests.flows.test_crashes import LATER, Story
from tests.shopfront import SHOP_OPENS, Shop, sale, tell

CARD: Final = Identifier(Namespace.TILL_MEMBER, "M-1")
OTHER: Final = Identifier(Namespace.TILL_MEMBER, "M-2")
GUESTS: Final = order("s1/t1/3")
TABLET: Final = device("550e8400-e29b-41d4-a716-446655440000")
AN_HOUR: Final = timedelta(hours=1)


def keyed(shop: Shop) -> Commerce:
    """Nothing names these but the key under which they are asked."""
    return shop.commerce.once("the very same")


def three_sales(shop: Shop) -> None:
    """Each card buys, and a guest."""
    for number, card in enumerate(("M-1", "M-2", None), 1):
        tell(shop.at(SHOP_OPENS), sale(number, 35_050, card=card))


def linked(shop: Shop) -> None:
    """They are one person, the guest was that person, and the one has spent of the other's points."""
    three_sales(shop)
    shop.at(LATER - AN_HOUR)
    shop.commerce.members.link(a=CARD, b=OTHER, strength=Strength.VERIFIED)
    shop.commerce.members.link(a=GUESTS, b=OTHER, strength=Strength.VERIFIED)
    shop.commerce.points.spend(member=shop.member(), points=Points(400), source="mug")


def parted(shop: Shop) -> None:
    """Somebody has said outright that they are two."""
    linked(shop)
    shop.commerce.members.distinct(a=CARD, b=OTHER)


def set_aside(shop: Shop) -> None:
    """Somebody has said that the second card is nobody's."""
    linked(shop)
    shop.commerce.members.quarantine(identifier=OTHER)


def told(shop: Shop) -> None:
    """Something is known of whoever has the first card."""
    linked(shop)
    told_of(shop.commerce, shop)


def told_of(commerce: Commerce, shop: Shop) -> None:
    commerce.members.tell(
        member=shop.member(),
        field="city",
        value="Ulm",
        source="till",
        channel=Channel.STORE,
        purpose="service",
    )


def _fact(shop: Shop) -> None:
    fact = Fact(shop.member(), "city", "Ulm", "till", Channel.STORE, "service", LATER - AN_HOUR)
    keyed(shop).members.retract(member=shop.member(), fact=fact.id, source="till")


def _person(shop: Shop) -> object:
    found = shop.commerce.members.find(identifier=OTHER)
    return shop.commerce.members.person(id=found.person)


def story(name: str, lived: Callable[[Shop], object], deed: Callable[[Shop], object], *tags: str) -> Story:
    return Story(name, LATER, lived, deed, tags)


LINKING: Final = (
    story(
        "two cards are one person's",
        three_sales,
        lambda shop: keyed(shop).members.link(a=CARD, b=OTHER, strength=Strength.VERIFIED),
        "evidence.told",
        "person.formed",
        "person.merged",
        "identity.changed",
        "person.judged",
    ),
    story(
        "a guest's order is somebody's",
        three_sales,
        lambda shop: keyed(shop).members.link(a=GUESTS, b=CARD, strength=Strength.VERIFIED),
        "evidence.told",
        "person.formed",
        "sale.attached",
        "points.moved",
    ),
    story(
        "they are two after all",
        linked,
        lambda shop: keyed(shop).members.unlink(a=CARD, b=OTHER),
        "evidence.told",
        "person.formed",
        "points.moved",
    ),
    story(
        "the order was not theirs",
        linked,
        lambda shop: keyed(shop).members.unlink(a=GUESTS, b=OTHER),
        "sale.detached",
        "nodes.parted",
    ),
    story(
        "somebody says outright that they are two",
        linked,
        lambda shop: keyed(shop).members.distinct(a=CARD, b=OTHER),
        "evidence.told",
        "person.formed",
    ),
    story(
        "and takes that back",
        parted,
        lambda shop: keyed(shop).members.reconsider(a=CARD, b=OTHER),
        "evidence.told",
        "person.merged",
    ),
    story(
        "a card is handed on",
        linked,
        lambda shop: keyed(shop).members.hand_on(identifier=OTHER),
        "identifier.handed_on",
    ),
    story(
        "a card is nobody's",
        linked,
        lambda shop: keyed(shop).members.quarantine(identifier=OTHER),
        "identifier.quarantined",
        "person.formed",
    ),
    story(
        "a card is somebody's again",
        set_aside,
        lambda shop: keyed(shop).members.release(identifier=OTHER),
        "identifier.released",
        "person.merged",
    ),
    story(
        "a tablet is in somebody's hands",
        linked,
        lambda shop: keyed(shop).members.own(device=TABLET, owner=OTHER, since=LATER - AN_HOUR),
        "evidence.told",
    ),
    story(
        "somebody asks: whose was the tablet?",
        linked,
        lambda shop: shop.commerce.members.owner(device=TABLET),
    ),
    story("something is told of somebody", linked, lambda shop: told_of(keyed(shop), shop), "profile.told"),
    story("and taken back", told, _fact, "profile.told"),
    story(
        "somebody asks: what if they were one?",
        three_sales,
        lambda shop: shop.commerce.members.what_if(a=CARD, b=OTHER),
    ),
    story(
        "somebody asks: why are they one?",
        linked,
        lambda shop: shop.commerce.members.explain(a=CARD, b=OTHER),
    ),
    story("somebody asks: who is this person now?", linked, _person),
    story(
        "somebody asks: what has changed?",
        linked,
        lambda shop: shop.commerce.members.changes(member=shop.member()),
    ),
    story(
        "somebody asks: what is known?",
        told,
        lambda shop: shop.commerce.members.profile(member=shop.member()),
    ),
)
"""Every verb that links, parts or asks about it."""
