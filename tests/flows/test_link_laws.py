"""What is told of who is who, in any order and as often as anybody likes: the books know no difference.

What all persons have together, and what links and partings leave of it, is in `test_union_laws`. Here two
shops are told the same in two ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from hypothesis import assume, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from omnicommerce import (
    Identifier,
    Namespace,
    Refused,
    Strength,
    device,
    order,
    phone,
)
from omnicommerce.identity import AnyIdentifier, unionid
from tests.shopfront import DAY, SHOP_OPENS, Shop, opened, sale, tell

HOUR: Final = timedelta(hours=1)
CARDS: Final = ("M-1", "M-2", "M-3")


def card(text: str) -> Identifier:
    return Identifier(Namespace.TILL_MEMBER, text)


def answers(shop: Shop, who: Iterable[AnyIdentifier], days: Sequence[int] = (0,)) -> list[Any]:
    """What the shop says of each of them, now and in so many days."""
    commerce, now = shop.commerce, shop.clock()
    said: list[Any] = []
    for each in who:
        for later in days:
            shop.at(now + later * DAY)
            try:
                found = commerce.members.find(identifier=each)
            except Refused as refused:
                said.append((each.text, refused.code))
                continue
            balance = commerce.points.balance(member=found.member)
            tier = commerce.tiers.of(member=found.member)
            stage = commerce.stages.of(member=found.member).stage
            said.append((each.text, found.members, found.is_verified, balance, tier, stage))
    shop.at(now)
    return said


# --- what is told of links -----------------------------------------------------------------------

KNOWN: Final[tuple[AnyIdentifier, ...]] = (
    card("M-1"),
    card("M-2"),
    phone("+8613800138000"),
    phone("+8613800138001"),
    unionid("oWxA-0123456789abcdefghijklm"),
    unionid("oWxB-0123456789abcdefghijklm"),
    device("550e8400-e29b-41d4-a716-446655440000"),
    order("s1/t1/g1"),
)
MEMBERS: Final = KNOWN[:6]
TWO: Final = st.permutations(range(len(KNOWN))).map(lambda places: tuple(places[:2]))
told_links: Final = st.lists(
    st.one_of(
        st.tuples(st.just("verified"), TWO, st.integers(0, 400)),
        st.tuples(st.just("shown"), TWO, st.integers(0, 400)),
        st.tuples(st.just("half proved"), TWO, st.integers(0, 400)),
        st.tuples(st.just("distinct"), TWO, st.just(0)),
    ),
    min_size=2,
    max_size=9,
)


def say(shop: Shop, what: str, places: tuple[int, int], seen_at: datetime) -> None:
    members, two = shop.commerce.members, (KNOWN[places[0]], KNOWN[places[1]])
    match what:
        case "verified":
            members.link(a=two[0], b=two[1], strength=Strength.VERIFIED, seen_at=seen_at)
        case "shown":
            members.link(a=two[0], b=two[1], strength=Strength.SHOWN, proved=two, seen_at=seen_at)
        case "half proved":
            members.link(a=two[0], b=two[1], strength=Strength.SHOWN, proved=two[:1], seen_at=seen_at)
        case "distinct" | "unlink":
            getattr(members, what)(a=two[0], b=two[1])


def told(links: Iterable[Any], *, guests: bool = True) -> Shop:
    """A shop that is told these links, in this order, some days after a few sales."""
    shop = opened(now=SHOP_OPENS + 20 * DAY)
    for number, shown in enumerate(CARDS[:2]):
        tell(shop, sale(number, 20_000, card=shown))
    if guests:
        tell(shop, sale("g1", 40_000, card=None))
    for what, two, hours in links:
        say(shop, what, two, SHOP_OPENS + hours * HOUR)
    return shop


@settings(max_examples=60)
@for_all(st.data(), told_links)
def test_links_end_the_same_in_whatever_order_and_however_often_they_are_told(
    data: Any, links: list[Any]
) -> None:
    again = data.draw(st.lists(st.sampled_from(links), max_size=4))
    shuffled = data.draw(st.permutations([*links, *again]))

    one, other = told(links), told(shuffled)
    for shop in (one, other):
        for each in MEMBERS:
            shop.commerce.members.register(identifier=each)
    assert answers(one, MEMBERS, (0, 60)) == answers(other, MEMBERS, (0, 60))
    assert () == other.commerce.audit().findings


@settings(max_examples=60)
@for_all(st.data(), told_links, st.integers(1, 400))
def test_a_link_that_is_told_late_ends_as_if_it_had_been_told_on_time(
    data: Any, links: list[Any], parted_at: int
) -> None:
    """A desk un-links two of them; what some of the tills saw before and after is told next week."""
    seen = sorted((each for each in links if each[0] != "distinct"), key=lambda each: each[2])
    assume(seen)
    two = data.draw(st.sampled_from(seen))[1]
    late = data.draw(st.lists(st.booleans(), min_size=len(seen), max_size=len(seen)))
    ends: list[Any] = []
    for is_late in ([False] * len(seen), late):
        shop = opened(now=SHOP_OPENS)
        for each in MEMBERS:
            shop.commerce.members.register(identifier=each)
        is_parted = False
        for (what, pair, hours), waits in zip(seen, is_late, strict=True):
            if not is_parted and hours >= parted_at:
                is_parted = _parted(shop, two, parted_at)
            if not waits:
                say(shop.at(SHOP_OPENS + hours * HOUR), what, pair, shop.clock())
        if not is_parted:
            _parted(shop, two, parted_at)
        shop.at(SHOP_OPENS + 500 * HOUR)
        for (what, pair, hours), waits in zip(seen, is_late, strict=True):
            if waits:
                say(shop, what, pair, SHOP_OPENS + hours * HOUR)
        ends.append(answers(shop, MEMBERS))
    assert ends[0] == ends[1]


def _parted(shop: Shop, two: tuple[int, int], hours: int) -> bool:
    try:
        say(shop.at(SHOP_OPENS + hours * HOUR - timedelta(minutes=1)), "unlink", two, shop.clock())
    except Refused:
        # Nobody had told of any link between them, so the desk had nothing to take back.
        assume(False)
    return True
