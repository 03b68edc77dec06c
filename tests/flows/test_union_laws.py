"""Whatever is told of four cards and a few guests, linked, parted and linked again: what always holds.

Each history is told to a shop command by command. What it refuses is part of the story.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import attrs
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from omnicommerce import Identifier, Namespace, Points, Refused, Strength, order
from omnicommerce.identity import TIES, Found
from omnicommerce.identity.resolution import IdentityRules, evidence, resolve
from omnicommerce.loyalty import ShortBurn
from omnicommerce.ports.storage import Key, Record
from omnicommerce.wire import stored
from tests.shopfront import RULES, SPRING, Shop, opened, returned, sale, tell

CARDS: Final = ("M-1", "M-2", "M-3", "M-4")
HOURS: Final = st.sampled_from((0, 0, 1, 24, 24 * 9, 24 * 50))
SOON: Final = st.sampled_from((0, 0, 1, 24, 24 * 3))
PAIRS: Final = st.permutations(CARDS).map(lambda cards: cards[:2])
GUESTS: Final = ("g1", "g2")

Deed = tuple[str, Any, int]
"""What is done, with what, and so many hours after the last."""

deeds: Final = st.lists(
    st.one_of(
        st.tuples(
            st.just("buy"),
            st.tuples(
                st.sampled_from(CARDS), st.sampled_from((0, 5_000, 30_000)), st.sampled_from((0, 0, 60))
            ),
            HOURS,
        ),
        st.tuples(st.just("return"), st.integers(0, 9), HOURS),
        st.tuples(st.just("spend"), st.sampled_from(CARDS), HOURS),
        st.tuples(st.just("link"), PAIRS, HOURS),
        st.tuples(st.just("link"), PAIRS, HOURS),
        st.tuples(st.just("link for a while"), PAIRS, HOURS),
        st.tuples(st.just("unlink"), PAIRS, HOURS),
        st.tuples(st.just("distinct"), PAIRS, HOURS),
        st.tuples(st.just("reconsider"), PAIRS, HOURS),
        st.tuples(st.just("set aside"), st.sampled_from(CARDS), HOURS),
        st.tuples(st.just("tick"), st.none(), HOURS),
    ),
    min_size=5,
    max_size=25,
)
lent: Final = st.lists(
    st.one_of(
        st.tuples(
            st.just("buy"),
            st.tuples(
                st.sampled_from(CARDS), st.sampled_from((5_000, 30_000)), st.sampled_from((0, 90, 400))
            ),
            SOON,
        ),
        st.tuples(st.just("spend"), st.sampled_from(CARDS), SOON),
        st.tuples(st.sampled_from(("link", "link", "unlink", "link for a while")), PAIRS, SOON),
        st.tuples(st.just("tick"), st.none(), SOON),
    ),
    min_size=5,
    max_size=25,
)
rules: Final = st.builds(
    lambda short, activation, expiry, restored: attrs.evolve(
        RULES,
        points=attrs.evolve(
            RULES.points,
            on_short_burn=short,
            activation_days=activation,
            expiry_days=expiry,
            restored_days=restored,
        ),
    ),
    st.sampled_from(ShortBurn),
    st.sampled_from((0, 14)),
    st.sampled_from((None, 30, 90)),
    st.sampled_from((0, 10)),
)
LINKING: Final = frozenset({"link", "link for a while", "unlink", "distinct", "reconsider", "set aside"})


def card(text: str) -> Identifier:
    return Identifier(Namespace.TILL_MEMBER, text)


@attrs.define
class Life:
    """A shop, and what it was told."""

    shop: Shop
    sales: list[Any] = attrs.field(factory=list)
    net: Counter[str] = attrs.field(factory=Counter)
    used: set[str] = attrs.field(factory=set)

    def do(self, deed: Deed) -> None:
        what, told, hours = deed
        self.shop.at(self.shop.clock() + timedelta(hours=hours))
        members, now = self.shop.commerce.members, self.shop.clock()
        match what:
            case "buy":
                text, paid, burn = told
                rows = [("milk", 2, paid), ("bread", 1, 900)]
                number = f"n{len(self.sales)}"
                sold = sale(number, rows, at=now, card=text, burn=Points(burn), coupons=(SPRING,))
                done = self.shop.commerce.sales.ingest(sale=sold)
                self.sales.append(sold)
                self.net[text] += done.earned.count - done.burned.count
                self.note_coupon(text, is_used=done.coupons[0].verdict.holds)
            case "return" if told < len(self.sales):
                sold = self.sales[told]
                tell(self.shop, returned(sold, f"{sold.number}-{now:%m%d%H}", ((1, 1),), at=now))
            case "spend":
                member = members.find(identifier=card(told)).member
                part = self.shop.commerce.points.balance(member=member).points.count * 2 // 3
                wanted = Points(max(1, part))
                self.shop.commerce.points.spend(member=member, points=wanted, source="mug")
                self.net[told] -= wanted.count
            case "link" | "link for a while":
                until = None if what == "link" else now + timedelta(days=20)
                members.link(a=card(told[0]), b=card(told[1]), strength=Strength.VERIFIED, valid_until=until)
            case "unlink" | "distinct" | "reconsider":
                getattr(members, what)(a=card(told[0]), b=card(told[1]))
            case "set aside":
                members.quarantine(identifier=card(told))
            case "tick":
                assert () == self.shop.commerce.tick().failures

    def note_coupon(self, text: str, *, is_used: bool) -> None:
        """A coupon that is once a person's: not if any of their cards has used it before they became one."""
        mine = self.shop.commerce.members.find(identifier=card(text)).person
        fellows = {each for each, found in zip(CARDS, self.cards(), strict=True) if found == mine}
        assert not (is_used and self.used & fellows), "used once more"
        if is_used:
            self.used.add(text)

    def cards(self) -> list[str | None]:
        """The person of each card."""
        return [self.person(text) for text in CARDS]

    def person(self, text: str) -> str | None:
        try:
            return self.shop.commerce.members.find(identifier=card(text)).person
        except Refused:
            return None

    def lives(self, history: list[Deed]) -> Iterator[tuple[str, int, int]]:
        """Do all of it; after each deed what it was, and the points of everybody before it and after."""
        for deed in history:
            self.shop.at(self.shop.clock() + timedelta(hours=deed[2]))
            before = self.points()
            try:
                self.do((deed[0], deed[1], 0))
            except Refused:
                continue
            yield deed[0], before, self.points()

    def found(self) -> list[Found]:
        known = []
        for text in CARDS:
            try:
                known.append(self.shop.commerce.members.find(identifier=card(text)))
            except Refused:
                continue
        return known

    def points(self) -> int:
        """What all persons have and owe, together."""
        persons = {each.person: each.member for each in self.found()}
        balances = [self.shop.commerce.points.balance(member=member) for member in persons.values()]
        return sum((each.points + each.pending - each.debt).count for each in balances)


@settings(max_examples=150)
@for_all(deeds, rules)
def test_no_link_and_no_parting_makes_or_loses_a_point(history: list[Deed], policy: Any) -> None:
    life = Life(opened(rules=policy))
    for what, before, after in life.lives(history):
        if what in LINKING:
            assert before == after, what
    assert () == life.shop.commerce.audit().findings


@settings(max_examples=100)
@for_all(deeds, rules)
def test_all_cards_of_a_person_are_told_the_same(history: list[Deed], policy: Any) -> None:
    life = Life(opened(rules=policy))
    for _ in life.lives(history):
        continue
    commerce = life.shop.commerce
    for found in life.found():
        said = {
            (
                commerce.points.balance(member=member),
                commerce.tiers.of(member=member),
                commerce.stages.of(member=member).stage,
                commerce.points.statement(member=member).lines,
            )
            for member in found.members
        }
        assert 1 == len(said)


@settings(max_examples=100)
@for_all(deeds)
def test_persons_are_those_that_the_evidence_says(history: list[Deed]) -> None:
    """The oracle: `resolve`, over all that was told of anybody."""
    life = Life(opened())
    for _ in life.lives(history):
        continue
    # What runs out by time alone is put right by the next tick.
    life.do(("tick", None, 0))
    nodes = [found.member for found in life.found()]
    read = life.shop.storage.read([Key(TIES.name, node) for node in nodes])
    ties = {
        node: stored(each.body, TIES.name, TIES.holds).value
        for node, each in zip(nodes, read, strict=True)
        if isinstance(each, Record)
    }
    aside = frozenset(node for node, each in ties.items() if each.is_quarantined)
    told = evidence(piece for each in ties.values() for piece in each.pieces)
    resolution = resolve(told, IdentityRules(), life.shop.clock(), aside)

    for found in life.found():
        assert resolution.person_of(found.member) == set(found.members)


@settings(max_examples=150)
@for_all(lent, st.sampled_from((0, 14)), st.sampled_from(ShortBurn))
def test_parted_each_has_what_they_earned_less_what_they_spent_and_their_own_tier_and_stage(
    history: list[Deed], activation: int, short: ShortBurn
) -> None:
    """The oracle: each card alone, as if nobody had ever been linked; nothing runs out."""
    points = attrs.evolve(RULES.points, activation_days=activation, expiry_days=None, on_short_burn=short)
    policy = attrs.evolve(RULES, points=points)
    life = Life(opened(rules=policy))
    for _ in life.lives(history):
        continue
    life.shop.at(life.shop.clock() + timedelta(days=20))
    for one, other in itertools.combinations(CARDS, 2):
        life.shop.commerce.members.distinct(a=card(one), b=card(other))
    alone = opened(rules=policy, now=life.shop.clock())
    for sold in life.sales:
        tell(alone, attrs.evolve(sold, burn=Points(0), coupons=()))

    for text in CARDS:
        member = life.shop.member(text)
        balance = life.shop.commerce.points.balance(member=member)
        assert life.net[text] == (balance.points - balance.debt).count
        single = alone.member(text)
        assert alone.commerce.tiers.of(member=single) == life.shop.commerce.tiers.of(member=member)
        stages = [
            each.stages.of(member=who).stage
            for each, who in ((alone.commerce, single), (life.shop.commerce, member))
        ]
        assert 1 == len(set(stages))
    assert () == life.shop.commerce.audit().findings


@settings(max_examples=100)
@for_all(deeds, PAIRS, rules)
def test_to_link_and_to_part_again_is_to_have_done_nothing(
    history: list[Deed], pair: list[str], policy: Any
) -> None:
    life = Life(opened(rules=policy))
    for _ in life.lives([deed for deed in history if deed[0] != "distinct"]):
        continue
    for text in pair:
        life.shop.member(text)
    one, other = (life.shop.commerce.members.find(identifier=card(text)) for text in pair)
    if one.person == other.person:
        return
    life.do(("tick", None, 0))
    before = answers(life)
    linked = life.shop.commerce.members.link(a=card(pair[0]), b=card(pair[1]), strength=Strength.VERIFIED)
    if linked.is_one:
        life.shop.commerce.members.unlink(a=card(pair[0]), b=card(pair[1]))

    assert before == answers(life)


def answers(life: Life) -> list[Any]:
    """What the shop says of each card, now and in months to come."""
    commerce, now = life.shop.commerce, life.shop.clock()
    said: list[Any] = []
    for days in (0, 20, 60, 120):
        life.shop.at(now + timedelta(days=days))
        for found in life.found():
            member = found.member
            balance = commerce.points.balance(member=member)
            tier = commerce.tiers.of(member=member)
            said.append((found, balance, tier, commerce.stages.of(member=member).stage))
    life.shop.at(now)
    return said


@settings(max_examples=30)
@for_all(st.permutations(["order", "sale", "card", "other"]), st.sampled_from(GUESTS))
def test_a_guests_order_ends_the_same_in_whatever_order_it_is_told(told: list[str], number: str) -> None:
    shop = opened()
    for what in told:
        match what:
            case "order":
                shop.commerce.members.link(
                    a=order(f"s1/t1/{number}"), b=card("M-1"), strength=Strength.VERIFIED
                )
            case "sale":
                tell(shop, sale(number, 40_000, card=None))
            case "card":
                tell(shop, sale("c", 10_000, card="M-1"))
            case _:
                shop.commerce.members.link(a=card("M-2"), b=card("M-1"), strength=Strength.VERIFIED)
    for text in ("M-1", "M-2"):
        member = shop.member(text)
        balance = shop.commerce.points.balance(member=member)
        assert Points(500) == balance.points + balance.pending
        assert "silver" == shop.commerce.tiers.of(member=member).level
    assert () == shop.commerce.audit().findings
