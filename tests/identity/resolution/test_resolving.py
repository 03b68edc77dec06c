"""The laws of who is one person: a function of a set, within limits, with a witness for every refusal."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable
from datetime import timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce.identity.resolution.checking import check_resolution
from omnicommerce.identity.resolution.evidence import Evidence, Piece, Same, Strength, evidence
from omnicommerce.identity.resolution.explaining import Apart, Joined, Reach, explain, witness
from omnicommerce.identity.resolution.namespaces import RETAIL, IdentityRules
from omnicommerce.identity.resolution.reasons import (
    Blocked,
    Expired,
    Hub,
    KeptApart,
    NotYet,
    OverLimit,
    Retracted,
    ScoreAlone,
    ScoreTooLow,
    TooLarge,
    Undeclared,
    Unverified,
)
from omnicommerce.identity.resolution.resolving import Resolution, resolve
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId
from tests.identity.resolution.told import (
    HOUR,
    NOON,
    TIGHT,
    distinct,
    end,
    histories,
    links,
    loosened,
    node,
    retracted,
    same,
)

INSTANTS = st.integers(-10, 24).map(lambda hours: NOON + hours * HOUR)


def resolved(*pieces: Piece, rules: IdentityRules = TIGHT) -> Resolution:
    resolution = resolve(evidence(pieces), rules, NOON)
    assert () == check_resolution(resolution)
    return resolution


def persons(*groups: str) -> frozenset[frozenset[MemberId]]:
    return frozenset(frozenset(map(MemberId, group.split())) for group in groups)


# --- laws ----------------------------------------------------------------------------------------


@given(histories(), INSTANTS, st.randoms(use_true_random=False))
def test_the_order_in_which_pieces_come_and_how_often_makes_no_difference(
    told: tuple[Piece, ...], now: object, random: random.Random
) -> None:
    again = [*told, *random.choices(told, k=len(told))]
    random.shuffle(again)
    half = len(again) // 2
    merged = evidence(again[half:]) | evidence(again[:half])

    assert merged == evidence(told)
    assert resolve(evidence(told), TIGHT, now) == resolve(merged, TIGHT, now)  # type: ignore[arg-type]


def naive(told: Iterable[Piece], rules: IdentityRules = TIGHT) -> frozenset[frozenset[MemberId]]:
    """Control: join people as the messages come, within the limits, as engines of events do."""
    limits = {each.name: each.limit for each in rules.namespaces if each.limit is not None}
    group_of: dict[MemberId, set[MemberId]] = {}
    for link in told:
        if type(link) is not Same:
            continue
        one = group_of.setdefault(link.a.node, {link.a.node})
        other = group_of.setdefault(link.b.node, {link.b.node})
        both = one | other
        held = [each.partition(":")[0] for each in both]
        if all(held.count(namespace) <= limit for namespace, limit in limits.items()):
            for each in both:
                group_of[each] = both
    return frozenset(frozenset(group) for group in group_of.values() if len(group) > 1)


def test_joining_as_messages_come_depends_on_their_order_and_ours_does_not() -> None:
    """Control: the naive way gives several answers to most dense histories, so the law above can fail."""
    dice = random.Random(20261122)  # noqa: S311 - nothing here is a secret
    towns = ("unionid", "till_member", "phone")
    names = [f"{namespace}:{nth}" for namespace in towns for nth in range(6)]
    several = 0
    for _ in range(100):
        pairs = [dice.sample(names, 2) for _ in range(18)]
        told: list[Piece] = [same(pair[0], pair[1], dice.randrange(-3, 0)) for pair in pairs]
        shuffles = [dice.sample(told, len(told)) for _ in range(8)]
        several += len({naive(each) for each in shuffles}) > 1
        assert len({resolve(evidence(each), TIGHT, NOON).persons for each in shuffles}) == 1

    assert several > 80


@given(histories(), INSTANTS)
def test_no_limit_no_distinct_and_no_cap_is_ever_broken_and_every_refusal_has_a_witness(
    told: tuple[Piece, ...], now: object
) -> None:
    assert () == check_resolution(resolve(evidence(told), TIGHT, now))  # type: ignore[arg-type]


@given(histories(), INSTANTS)
def test_every_link_is_accepted_or_refused_and_never_both(told: tuple[Piece, ...], now: object) -> None:
    found = resolve(evidence(told), TIGHT, now)  # type: ignore[arg-type]

    assert {each.id for each in told if type(each) is Same} == {
        *(each.id for each in found.accepted),
        *found.refused,
    }
    assert len(found.accepted) + len(found.refused) == len({e.id for e in told if type(e) is Same})


@given(histories(), links())
def test_to_add_a_link_and_take_it_back_is_to_do_nothing(told: tuple[Piece, ...], link: Same) -> None:
    kept = evidence(piece for piece in told if piece.id != link.id and getattr(piece, "of", "") != link.id)
    before = resolve(kept, TIGHT, NOON)
    after = resolve(kept | evidence([link, retracted(link)]), TIGHT, NOON)

    assert before.persons == after.persons
    assert before.accepted == after.accepted
    assert before.refused == {id: each for id, each in after.refused.items() if id != link.id}


@given(histories(), INSTANTS)
def test_to_resolve_what_was_accepted_gives_the_same_persons(told: tuple[Piece, ...], now: object) -> None:
    """Idempotent, but for what windows, hubs and scores know from links that were refused."""
    rules = loosened(
        score_min=None,
        namespaces=tuple(attrs.evolve(each, window=None, hub_limit=None) for each in TIGHT.namespaces),
    )
    found = resolve(evidence(told), rules, now)  # type: ignore[arg-type]

    again = resolve(evidence([*found.accepted, *found.distinct.values()]), rules, now)  # type: ignore[arg-type]

    assert found.persons == again.persons
    assert {} == again.refused


@given(histories(), INSTANTS, st.sampled_from(["unionid:0", "till_member:1", "phone:2"]))
def test_whoever_is_one_is_joined_by_a_path_and_whoever_is_not_has_none(
    told: tuple[Piece, ...], now: object, start: str
) -> None:
    found = resolve(evidence(told), TIGHT, now)  # type: ignore[arg-type]
    for other in [node("till_member:0"), node("device:0"), node("email:3")]:
        told_why = explain(found, node(start), other)
        if other in found.person_of(node(start)):
            assert isinstance(told_why, Joined)
            at = node(start)
            for link in told_why.path:
                assert at in (link.a.node, link.b.node)
                assert link in found.accepted
                at = link.b.node if at == link.a.node else link.a.node
            assert at == other
        else:
            assert isinstance(told_why, Apart)
            assert all(each.refusal.link.id in found.refused for each in told_why.witnesses)


# --- one by one ----------------------------------------------------------------------------------


def test_links_join_and_a_shared_identifier_joins_through_itself() -> None:
    found = resolved(same("till_member:1", "phone:1"), same("phone:1", "email:1"))

    assert persons("till_member:1 phone:1 email:1") == found.persons
    assert node("email:1") in found.person_of(node("till_member:1"))
    assert frozenset({node("device:9")}) == found.person_of(node("device:9"))


def test_of_two_links_that_cannot_both_hold_the_stronger_one_does() -> None:
    weak = same("till_member:1", "unionid:1", strength=Strength.TOLD)
    strong = same("till_member:1", "unionid:2", hours=-5)

    found = resolved(weak, strong)

    assert persons("till_member:1 unionid:2") == found.persons
    assert OverLimit("unionid", 1) == found.refused[weak.id].reason
    told = witness(found, weak.id)
    assert (Reach(node("unionid:2"), (strong.id,)),) == told.beside_a
    assert (Reach(node("unionid:1"), ()),) == told.beside_b


def test_a_witness_shows_what_was_joined_when_the_link_was_judged_and_nothing_later() -> None:
    told = [same(f"till_member:{nth}", "phone:1") for nth in (1, 2)]
    beside = same("till_member:3", "email:3", strength=Strength.SHOWN)
    barred = same("phone:1", "email:3", strength=Strength.DECLARED)
    later = same("till_member:4", "email:3", strength=Strength.TOLD)

    found = resolved(*told, beside, barred, later)

    assert {later.id} < {each.id for each in found.accepted}
    shown = witness(found, barred.id)
    assert ["till_member:1", "till_member:2"] == [each.node for each in shown.beside_a]
    assert (Reach(node("till_member:3"), (beside.id,)),) == shown.beside_b


def test_of_two_equally_strong_links_the_newer_one_holds() -> None:
    old, new = same("till_member:1", "unionid:1", -2), same("till_member:1", "unionid:2", -1)

    assert persons("till_member:1 unionid:2") == resolved(old, new).persons


def test_who_was_said_to_be_distinct_stays_distinct_through_any_path() -> None:
    apart = distinct("till_member:1", "till_member:2")
    one, other = same("till_member:1", "phone:1", -1), same("till_member:2", "phone:1", -2)

    found = resolved(one, other, apart)

    assert persons("till_member:1 phone:1") == found.persons
    assert KeptApart(apart.id) == found.refused[other.id].reason
    why = explain(found, node("till_member:2"), node("phone:1"))
    assert isinstance(why, Apart)
    assert (apart,) == why.distinct
    assert [other] == [each.refusal.link for each in why.witnesses]


def test_of_several_distincts_between_two_people_the_first_by_id_is_told() -> None:
    told = [
        same("till_member:1", "email:1", -1),
        same("till_member:2", "email:2", -1),
        link := same("email:1", "email:2", -2),
    ]
    said = [
        distinct("till_member:1", "till_member:2"),
        distinct("till_member:1", "till_member:2", -1),
        distinct("till_member:1", "email:2"),
        distinct("till_member:2", "email:1"),
    ]

    for order in itertools.permutations(said):
        assert KeptApart(min(each.id for each in said)) == resolved(*told, *order).refused[link.id].reason


def test_a_distinct_that_was_taken_back_keeps_nobody_apart() -> None:
    apart = distinct("till_member:1", "phone:1")

    found = resolved(same("till_member:1", "phone:1"), apart, retracted(apart))

    assert persons("till_member:1 phone:1") == found.persons


def test_an_identifier_that_too_many_share_joins_nobody() -> None:
    told = [same("phone:1", f"till_member:{nth}") for nth in range(4)]

    found = resolved(*told)

    assert frozenset() == found.persons
    assert {Hub(node("phone:1"), 4, 3)} == {each.reason for each in found.refused.values()}
    assert persons("phone:1 till_member:0 till_member:1") == resolved(*told[:3]).persons


def test_neighbours_that_are_ignored_make_no_hub() -> None:
    told = [same("phone:1", f"device:{nth}") for nth in range(5)]

    assert 6 == len(resolved(*told).person_of(node("phone:1")))


def test_two_observations_of_one_neighbour_are_one_neighbour() -> None:
    told = [same("phone:1", "till_member:1", -nth) for nth in range(6)]

    assert persons("phone:1 till_member:1") == resolved(*told).persons


@pytest.mark.parametrize(
    ("card", "phone", "blamed"),
    [(True, False, "phone:1"), (False, True, "till_member:1"), (False, False, "phone:1")],
)
def test_what_nobody_proved_joins_nobody_whichever_end_it_is(card: bool, phone: bool, blamed: str) -> None:
    link = same(
        "till_member:1",
        "phone:1",
        a=end("till_member:1", is_verified=card),
        b=end("phone:1", is_verified=phone),
    )

    found = resolved(link)

    assert frozenset() == found.persons
    assert Unverified(node(blamed)) == found.refused[link.id].reason


def test_a_link_is_set_aside_before_it_is_seen_and_from_its_end_on() -> None:
    link = same("till_member:1", "phone:1", valid_until=NOON + HOUR)
    told = evidence([link])

    def reason(now: object) -> object:
        return resolve(told, TIGHT, now).refused[link.id].reason  # type: ignore[arg-type]

    assert NotYet(NOON) == reason(NOON - timedelta(microseconds=1))
    assert {} == resolve(told, TIGHT, NOON).refused
    assert {} == resolve(told, TIGHT, NOON + HOUR - timedelta(microseconds=1)).refused
    assert Expired(NOON + HOUR) == reason(NOON + HOUR)


def test_a_namespace_says_for_how_long_its_links_hold() -> None:
    link = same("till_member:1", "email:1", -6)

    assert Expired(NOON) == resolved(link).refused[link.id].reason


def test_a_blocked_node_and_a_namespace_without_rules_join_nobody() -> None:
    link, odd = same("till_member:1", "phone:1"), same("till_member:1", "shop.unruled:1")

    found = resolve(evidence([link, odd]), TIGHT, NOON, frozenset({node("phone:1")}))

    assert Blocked(node("phone:1")) == found.refused[link.id].reason
    assert Undeclared("shop.unruled") == found.refused[odd.id].reason


def test_what_was_taken_back_counts_no_more_and_is_told_again_as_something_new() -> None:
    link = same("till_member:1", "phone:1", -2)
    back = retracted(link, -1)

    assert Retracted(back.id) == resolved(link, back).refused[link.id].reason
    assert persons("till_member:1 phone:1") == resolved(link, back, same("till_member:1", "phone:1")).persons


def test_a_retraction_of_tomorrow_takes_nothing_back_today() -> None:
    link = same("till_member:1", "phone:1")

    assert persons("till_member:1 phone:1") == resolved(link, retracted(link, 1)).persons


def test_old_identifiers_make_room_for_new_ones_once_their_window_has_passed() -> None:
    told = [
        same("till_member:1", "phone:1", -4),
        same("till_member:1", "phone:2", -1),
        same("till_member:1", "phone:3", 0),
    ]

    assert 4 == len(resolved(*told).person_of(node("till_member:1")))
    earlier = resolve(evidence(told), TIGHT, NOON - timedelta(microseconds=1))
    assert 3 == len(earlier.person_of(node("till_member:1")))
    young = [told[1], told[2], same("till_member:1", "phone:1", -3)]
    assert OverLimit("phone", 2) == resolved(*young).refused[young[2].id].reason


def test_a_person_has_no_more_identifiers_than_the_cap() -> None:
    told = [same("till_member:1", f"device:{nth}", -nth) for nth in range(8)]

    found = resolved(*told)

    assert 7 == len(found.person_of(node("till_member:1")))
    assert {TooLarge(7)} == {each.reason for each in found.refused.values()}
    assert 7 == len(witness(found, told[7].id).beside_a)


# --- scores --------------------------------------------------------------------------------------


def scored(score: int) -> Same:
    return same("till_member:1", "till_member:2", strength=Strength.SCORED, score=score)


SHARED = [same("phone:1", f"till_member:{nth}", -1) for nth in (1, 2, 3, 4)]
"""A telephone that four share: it joins nobody, and still speaks for a score."""


def test_a_score_joins_nobody_alone_and_two_who_share_a_proved_identifier() -> None:
    assert ScoreAlone() == resolved(scored(1000)).refused[scored(1000).id].reason
    assert persons("till_member:1 till_member:2") == resolved(scored(900), *SHARED).persons


def test_a_score_below_the_policy_or_without_one_joins_nobody() -> None:
    assert ScoreTooLow(899, 900) == resolved(scored(899), *SHARED).refused[scored(899).id].reason
    none = resolved(scored(1000), *SHARED, rules=loosened(score_min=None))
    assert ScoreTooLow(1000, None) == none.refused[scored(1000).id].reason


def test_an_identifier_that_somebody_only_typed_in_supports_no_score() -> None:
    """Or whoever types in a stranger's number, name and birthday would become them."""
    typed = [*SHARED[1:], same("phone:1", "till_member:1", a=end("phone:1", is_verified=False))]

    assert ScoreAlone() == resolved(scored(1000), *typed).refused[scored(1000).id].reason


def test_an_identifier_that_supports_none_supports_no_score() -> None:
    told = [same("device:1", f"till_member:{nth}", -1) for nth in (1, 2, 3)]

    assert ScoreAlone() == resolved(scored(1000), *told).refused[scored(1000).id].reason


# --- bad input -----------------------------------------------------------------------------------


def test_one_node_in_two_namespaces_is_refused() -> None:
    odd = same("phone:1", "till_member:2", a=attrs.evolve(end("phone:1"), namespace="email"))

    with pytest.raises(BadValue, match="one namespace"):
        resolve(evidence([same("phone:1", "till_member:1"), odd]), TIGHT, NOON)


def test_only_refused_links_have_a_witness() -> None:
    link = same("phone:1", "till_member:1")

    with pytest.raises(BadValue, match="refused"):
        witness(resolved(link), link.id)


def test_nothing_told_is_nobody() -> None:
    found = resolve(Evidence(), IdentityRules(RETAIL), NOON)

    assert frozenset() == found.persons
    assert Apart((), ()) == explain(found, node("phone:1"), node("phone:2"))
    assert Joined(()) == explain(found, node("phone:1"), node("phone:1"))
