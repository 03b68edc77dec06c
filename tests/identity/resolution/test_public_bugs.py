"""Bugs that other people's customers met in public: strangers became one, and learnt each other's secrets.

In each test a law is broken by a plain program first, so the town it plays in can tell right from wrong.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import attrs

from omnicommerce.identity.resolution.evidence import Same, Strength, evidence
from omnicommerce.identity.resolution.namespaces import IdentityRules
from omnicommerce.identity.resolution.reasons import Hub, KeptApart, OverLimit, Undeclared, Unverified
from omnicommerce.identity.resolution.resolving import resolve
from omnicommerce.kernel.ids import MemberId
from tests.identity.resolution.plain import (
    RULES,
    Groups,
    are_one,
    are_two,
    naive_components,
    nobody_is_joined,
    resolved,
)
from tests.identity.resolution.told import NOON, distinct, end, node, owned, same

ANN, BOB = "till_member:ann", "till_member:bob"


def both_with(shared: str) -> list[Same]:
    """Ann and Bob, each seen with one identifier."""
    return [same(ANN, shared, -3), same(BOB, shared, -1)]


# --- what they share is not theirs ---------------------------------------------------------------


def test_mautic_4211_two_who_log_in_on_one_browser_stay_two() -> None:
    """There the first one became the second, and was deleted."""
    told = both_with("device:tablet")
    assert not are_two(naive_components(told), ANN, BOB)

    hands = [owned("device:tablet", ANN, -3, -1), owned("device:tablet", BOB, -1)]
    found = resolved(*told, *hands)

    assert are_two(found.persons, ANN, BOB)
    assert {Hub(node("device:tablet"), 2, 1)} == {each.reason for each in found.refused.values()}


def test_mautic_2950_who_shares_a_public_address_of_the_internet_shares_nothing() -> None:
    told = both_with("ip:203")
    assert not are_two(naive_components(told), ANN, BOB)

    found = resolved(*told)

    assert are_two(found.persons, ANN, BOB)
    assert {Undeclared("ip")} == {each.reason for each in found.refused.values()}


def test_posthog_5898_an_identifier_that_thousands_share_makes_no_person_of_thousands() -> None:
    """There people came to have more than 2,500 identifiers, by accident."""
    told = [same("phone:shop", f"till_member:{nth}", -1) for nth in range(2_500)]
    assert not nobody_is_joined(naive_components(told))

    found = resolve(evidence(told), RULES, NOON)

    assert nobody_is_joined(found.persons)
    assert Hub(node("phone:shop"), 2_500, 20) == found.refused[told[0].id].reason


def naive_limit_as_they_come(links: Iterable[Same], limit: int) -> Groups:
    """Once an identifier has too many neighbours, it gets no more; those it has, it keeps."""
    told, known = list(links), dict[MemberId, int]()
    kept = []
    for link in told:
        known[link.a.node] = known.get(link.a.node, 0) + 1
        if known[link.a.node] <= limit:
            kept.append(link)
    return naive_components(kept)


def test_cubecart_2489_a_family_telephone_that_fifty_share_makes_nobody_a_relation() -> None:
    """Nor those of the fifty who came before it was known to be a family's."""
    told = [same("phone:family", f"openid:{nth}", -1) for nth in range(50)]
    assert not nobody_is_joined(naive_limit_as_they_come(told, limit=20))

    assert nobody_is_joined(resolved(*told).persons)


# --- they are known to be two --------------------------------------------------------------------


def test_mautic_5495_two_who_are_known_to_be_two_stay_two_though_they_share_a_mailbox() -> None:
    """There the one who had refused the letters got those of the other."""
    told = both_with("email:home")
    assert not are_two(naive_components(told), ANN, BOB)

    apart = distinct(ANN, BOB)
    found = resolved(*told, apart)

    assert are_two(found.persons, ANN, BOB)
    assert KeptApart(apart.id) == found.refused[told[0].id].reason


def test_mautic_5495_a_shop_may_say_that_two_cards_are_never_one_person() -> None:
    """What was asked for there: a setting by which the identified are never merged."""
    told = both_with("email:home")
    assert not are_two(naive_components(told), ANN, BOB)

    one_card = tuple(
        attrs.evolve(each, limit=1) if each.name == "till_member" else each for each in RULES.namespaces
    )
    found = resolved(*told, rules=IdentityRules(namespaces=one_card))

    assert are_two(found.persons, ANN, BOB)
    assert OverLimit("till_member", 1) == found.refused[told[0].id].reason


def test_nobody_takes_over_an_account_by_typing_in_somebody_elses_telephone() -> None:
    """Pre-hijacking: who comes first with a number that is not theirs, waits for its owner to prove it."""
    typed = same("till_member:thief", "phone:ann", -5, b=end("phone:ann", is_verified=False))
    proved = same(ANN, "phone:ann", -1)
    assert not are_two(naive_components([typed, proved]), "till_member:thief", ANN)

    found = resolved(typed, proved)

    assert are_two(found.persons, "till_member:thief", ANN)
    assert are_one(found.persons, ANN, "phone:ann")
    assert Unverified(node("phone:ann")) == found.refused[typed.id].reason


# --- a chain is not a person ---------------------------------------------------------------------


def test_splink_1824_a_chain_of_likely_pairs_does_not_make_its_two_ends_one() -> None:
    """Plain components join whatever a chain connects: here two unionids, which are two people."""
    chain = ["unionid:1", "phone:1", "till_member:1", "email:1", "till_member:2", "phone:2", "unionid:2"]
    told = [same(one, other, -nth) for nth, (one, other) in enumerate(itertools.pairwise(chain))]
    assert not are_two(naive_components(told), "unionid:1", "unionid:2")

    found = resolved(*told)

    assert are_two(found.persons, "unionid:1", "unionid:2")
    assert [OverLimit("unionid", 1)] == [each.reason for each in found.refused.values()]


def naive_limits_afterwards(links: Iterable[Same], size_max: int) -> Groups:
    """First everything is joined, and then what has become too large is given up."""
    return frozenset(group for group in naive_components(links) if len(group) <= size_max)


def test_goldenmatch_2389_certain_pairs_told_first_do_not_fuse_chains_into_one_giant() -> None:
    """There limits were asked after the joining, when everything was one already, and nobody was left."""
    homes = [[f"{sort}:{nth}" for sort in ("unionid", "till_member", "phone")] for nth in range(80)]
    told = [same(one, other, -1) for home in homes for one, other in itertools.pairwise(home)]
    bridges = [same(one[2], other[1], 0, Strength.TOLD) for one, other in itertools.pairwise(homes)]

    def every_home_is_one(groups: Groups) -> bool:
        return frozenset(frozenset(map(node, home)) for home in homes) == groups

    assert not every_home_is_one(naive_components([*bridges, *told]))
    assert not every_home_is_one(naive_limits_afterwards([*bridges, *told], size_max=200))

    found = resolved(*bridges, *told)

    assert every_home_is_one(found.persons)
    assert {each.id for each in bridges} == set(found.refused)
