"""Bugs that other people's customers met in public: what a plain program makes of them, and what we make.

Each test first shows its plain version wrong, so the town it plays in can tell right from wrong. The plain
versions are ours, as small as the fault allows; they are nobody's code.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import attrs
import numpy as np

from omnicommerce.identity.resolution.batch import components
from omnicommerce.identity.resolution.checking import check_resolution
from omnicommerce.identity.resolution.evidence import Evidence, Piece, Same, Strength, evidence
from omnicommerce.identity.resolution.explaining import Apart, explain
from omnicommerce.identity.resolution.incremental import resolved as kept
from omnicommerce.identity.resolution.namespaces import IdentityRules
from omnicommerce.identity.resolution.ownership import owner_at
from omnicommerce.identity.resolution.reasons import Hub, KeptApart, OverLimit, Undeclared, Unverified
from omnicommerce.identity.resolution.resolving import Resolution, resolve
from omnicommerce.kernel.ids import MemberId
from tests.identity.resolution.told import HOUR, NOON, distinct, end, node, owned, retracted, same

RULES = IdentityRules()


def resolved(*pieces: Piece, rules: IdentityRules = RULES) -> Resolution:
    found = resolve(evidence(pieces), rules, NOON)
    assert () == check_resolution(found)
    return found


def plain(links: Iterable[Same]) -> frozenset[frozenset[MemberId]]:
    """Plain connected components: whoever shares anything is one."""
    group_of: dict[MemberId, set[MemberId]] = {}
    for link in links:
        both = group_of.get(link.a.node, {link.a.node}) | group_of.get(link.b.node, {link.b.node})
        group_of |= dict.fromkeys(both, both)
    return frozenset(map(frozenset, group_of.values()))


def are_one(groups: Iterable[frozenset[MemberId]], *names: str) -> bool:
    return any(set(map(node, names)) <= group for group in groups)


# --- strangers become one ------------------------------------------------------------------------


def test_mautic_4211_two_who_log_in_on_one_browser_stay_two_with_their_own_history() -> None:
    """There the first one's history moved to the second, and the first was deleted."""
    told = [same("till_member:ann", "device:tablet", -3), same("till_member:bob", "device:tablet", -1)]
    assert are_one(plain(told), "till_member:ann", "till_member:bob")

    hands = [owned("device:tablet", "till_member:ann", -3, -1), owned("device:tablet", "till_member:bob", -1)]
    found = resolved(*told, *hands)

    assert frozenset() == found.persons
    assert {Hub(node("device:tablet"), 2, 1)} == {each.reason for each in found.refused.values()}
    owners = [
        owner_at(evidence(hands), node("device:tablet"), NOON + h * HOUR, NOON) for h in (-4, -2, -1, 0)
    ]
    assert [None, "till_member:ann", "till_member:bob", "till_member:bob"] == owners


def test_mautic_2950_who_shares_a_public_address_of_the_internet_shares_nothing() -> None:
    told = [same("till_member:ann", "ip:203", -3), same("till_member:bob", "ip:203", -1)]
    assert are_one(plain(told), "till_member:ann", "till_member:bob")

    found = resolved(*told)

    assert frozenset() == found.persons
    assert {Undeclared("ip")} == {each.reason for each in found.refused.values()}


def test_mautic_5495_two_who_are_known_to_be_two_stay_two_though_they_share_a_mailbox() -> None:
    told = [same("till_member:ann", "email:home", -3), same("till_member:bob", "email:home", -1)]
    assert are_one(plain(told), "till_member:ann", "till_member:bob")

    apart = distinct("till_member:ann", "till_member:bob")
    found = resolved(*told, apart)

    assert not are_one(found.persons, "till_member:ann", "till_member:bob")
    assert KeptApart(apart.id) == found.refused[told[0].id].reason


def test_posthog_5898_an_identifier_that_thousands_share_makes_no_person_of_thousands() -> None:
    """There one person came to have more than 2,500 identifiers, by accident."""
    told = [same("phone:shop", f"till_member:{nth}", -1) for nth in range(2_500)]
    assert 2_501 == max(map(len, plain(told)))

    found = resolved(*told)

    assert frozenset() == found.persons
    assert Hub(node("phone:shop"), 2_500, 20) == found.refused[told[0].id].reason


def test_cubecart_2489_a_family_telephone_that_fifty_share_makes_nobody_a_relation() -> None:
    told = [same("phone:family", f"openid:{nth}", -1) for nth in range(50)]
    assert are_one(plain(told), "openid:0", "openid:49")

    assert frozenset() == resolved(*told).persons


def test_splink_1824_a_chain_of_likely_pairs_does_not_make_its_two_ends_one() -> None:
    """Plain components join whatever a chain connects: here two unionids, which are two people."""
    chain = ["unionid:1", "phone:1", "till_member:1", "email:1", "till_member:2", "phone:2", "unionid:2"]
    told = [same(one, other, -nth) for nth, (one, other) in enumerate(itertools.pairwise(chain))]
    assert are_one(plain(told), "unionid:1", "unionid:2")

    found = resolved(*told)

    assert not are_one(found.persons, "unionid:1", "unionid:2")
    assert [OverLimit("unionid", 1)] == [each.reason for each in found.refused.values()]


def test_goldenmatch_2389_certain_pairs_told_first_do_not_fuse_chains_into_one_giant() -> None:
    """There limits were asked after the joining, when everything was one already."""
    homes = [[f"{sort}:{nth}" for sort in ("unionid", "till_member", "phone")] for nth in range(60)]
    told = [same(one, other, -1) for home in homes for one, other in itertools.pairwise(home)]
    bridges = [same(one[2], other[1], -2, Strength.TOLD) for one, other in itertools.pairwise(homes)]
    assert 180 == max(map(len, plain([*bridges, *told])))

    found = resolved(*bridges, *told)

    assert frozenset(frozenset(map(node, home)) for home in homes) == found.persons
    assert {each.id for each in bridges} == set(found.refused)


def test_nobody_takes_over_an_account_by_typing_in_somebody_elses_telephone() -> None:
    """Pre-hijacking: who comes first with a number that is not theirs, waits for its owner to prove it."""
    typed = same("till_member:thief", "phone:ann", -5, b=end("phone:ann", is_verified=False))
    proved = same("till_member:ann", "phone:ann", -1)
    assert are_one(plain([typed, proved]), "till_member:thief", "till_member:ann")

    found = resolved(typed, proved)

    assert frozenset({frozenset({node("till_member:ann"), node("phone:ann")})}) == found.persons
    assert Unverified(node("phone:ann")) == found.refused[typed.id].reason


# --- the answer depends on the order -------------------------------------------------------------


def _first_come(told: Sequence[Same]) -> dict[MemberId, MemberId]:
    """Each contact belongs to the first card that it is told of."""
    owner: dict[MemberId, MemberId] = {}
    for link in told:
        owner.setdefault(link.b.node, link.a.node)
    return owner


def test_tracardi_t2_a_conflict_of_main_identifiers_is_not_settled_by_who_comes_first() -> None:
    told = [same(f"unionid:{nth}", "till_member:ann", -nth) for nth in range(3)]
    orders = list(itertools.permutations(told))
    assert 3 == len({_first_come(each)[node("till_member:ann")] for each in orders})

    assert 1 == len({resolved(*each).persons for each in orders})
    assert are_one(resolved(*told).persons, "unionid:0", "till_member:ann")


def test_posthog_11217_two_workers_who_merge_at_once_lose_neither_merge() -> None:
    """There each read the person, changed it and wrote it back, for five years of fixes."""
    one, other = same("till_member:ann", "phone:ann", -1), same("till_member:ann", "email:ann", -1)
    record = {"ann": frozenset({"till_member:ann"})}
    read_by_one, read_by_other = record["ann"], record["ann"]
    record["ann"] = read_by_one | {"phone:ann"}
    record["ann"] = read_by_other | {"email:ann"}
    assert "phone:ann" not in record["ann"]

    both = evidence([one]) | evidence([other])

    assert both == evidence([other]) | evidence([one])
    assert are_one(resolve(both, RULES, NOON).persons, "till_member:ann", "phone:ann", "email:ann")


def test_splink_1229_a_record_that_joins_two_clusters_later_joins_them() -> None:
    """New records were given to the first cluster that fits, and clusters never grew together."""
    told = [same("till_member:ann", "phone:ann", -3), same("email:ann", "openid:ann", -2)]
    late = same("phone:ann", "email:ann", -1)
    cluster = {node: nth for nth, link in enumerate(told) for node in (link.a.node, link.b.node)}
    cluster[late.b.node] = cluster[late.a.node]
    assert cluster[node("till_member:ann")] != cluster[node("openid:ann")]

    state = kept([*told, late], RULES, NOON)

    assert node("openid:ann") in state.person_of(node("till_member:ann"))
    assert resolved(*told, late) == state.resolution()


def test_graphframes_320_the_name_of_a_component_is_the_same_in_every_run() -> None:
    a, b = np.array([5, 3, 9, 1, 7]), np.array([3, 4, 1, 8, 5])
    named = [dict(zip(a[list(p)].tolist(), range(5), strict=True)) for p in itertools.permutations(range(5))]
    assert any(each != named[0] for each in named)  # a number drawn as rows come

    runs = [components(10, a[list(p)], b[list(p)]).tolist() for p in itertools.permutations(range(5))]

    assert all(each == [0, 1, 2, 3, 3, 3, 6, 3, 1, 1] for each in runs)


# --- what was merged cannot be told apart again --------------------------------------------------


def test_unomi_u4_a_name_that_led_to_a_name_still_leads_to_the_person() -> None:
    """There, to merge B into C deleted every alias that led to B: A was nobody's."""
    alias = {"a": "b"}
    alias["b"] = "c"
    alias = {name: leads for name, leads in alias.items() if leads != "b"}
    assert "a" not in alias

    first, second = same("till_member:a", "phone:b", -2), same("phone:b", "email:c", -1)
    found = resolved(first, second)

    assert are_one(found.persons, "till_member:a", "phone:b", "email:c")
    assert node("email:c") in found.person_of(node("till_member:a"))
    assert are_one(resolved(first, second, retracted(second)).persons, "till_member:a", "phone:b")


def test_posthog_104939_to_split_off_the_first_identifier_leaves_the_others_one() -> None:
    """There the person was kept under its first identifier, and splitting that one off blanked it."""
    links = [same("till_member:first", "phone:ann", -3), same("phone:ann", "email:ann", -2)]
    person = {"till_member:first": {"till_member:first", "phone:ann", "email:ann"}}
    del person["till_member:first"]
    assert {} == person

    found = resolved(*links, retracted(links[0]))

    assert frozenset({frozenset({node("phone:ann"), node("email:ann")})}) == found.persons
    assert isinstance(explain(found, node("till_member:first"), node("phone:ann")), Apart)


def test_posthog_6056_a_merge_is_taken_back_without_a_trace_in_who_is_one() -> None:
    """There a merge is irreversible, as one of the two records is gone."""
    ann = [same("till_member:ann", "phone:ann", -3), same("till_member:ann", "email:ann", -3)]
    bob = [same("till_member:bob", "phone:bob", -3)]
    wrong = same("phone:ann", "phone:bob", -1)
    merged = {**dict.fromkeys(("till_member:ann", "phone:ann"), "bob"), "till_member:bob": "bob"}
    assert {"bob"} == set(merged.values())  # whose was phone:ann? the record does not say

    before, after = resolved(*ann, *bob), resolved(*ann, *bob, wrong, retracted(wrong))

    assert before.persons == after.persons
    assert before.accepted == after.accepted
    assert are_one(resolved(*ann, *bob, wrong).persons, "email:ann", "till_member:bob")


def test_mautic_7559_an_identifier_that_was_merged_away_still_names_its_person() -> None:
    """There the record that lost was deleted, and cookies that carried its number led to nobody."""
    contacts = {1: {"ann@home"}, 2: {"ann@work"}}
    contacts[2] |= contacts.pop(1)
    assert 1 not in contacts

    found = resolved(same("till_member:1", "till_member:2", -1, Strength.DECLARED))

    assert found.person_of(node("till_member:1")) == found.person_of(node("till_member:2"))


def test_tracardi_850_a_merge_that_runs_twice_counts_nothing_twice() -> None:
    visits = {"ann": 3, "bob": 4}
    for _ in range(2):
        visits["ann"] += visits["bob"]
    assert 7 != visits["ann"]

    link = same("till_member:ann", "phone:ann", -1)
    once, twice = evidence([link]), evidence([link, attrs.evolve(link), link]) | evidence([link])

    assert once == twice
    assert 1 == len(twice)
    assert resolve(once, RULES, NOON) == resolve(twice, RULES, NOON)


def test_rybbit_1098_what_was_said_once_can_be_said_again_after_it_was_taken_back() -> None:
    """There an alias worked once, and was ignored without a word ever after."""
    first = same("till_member:ann", "phone:ann", -3)
    said = {first.id}
    back, again = retracted(first, -2), same("till_member:ann", "phone:ann", -1)
    assert first.id in said  # a plain guard against repeats by pair would ignore the second time, too

    assert frozenset() == resolved(first, back).persons
    assert are_one(resolved(first, back, again).persons, "till_member:ann", "phone:ann")


# --- the last one takes it all -------------------------------------------------------------------


def test_snowplow_s1_who_logs_in_today_does_not_get_what_others_did_on_the_device_before() -> None:
    hands = [owned("device:till", "till_member:ann", -6, -5), owned("device:till", "till_member:bob", -2)]
    last = {each.device: each.owner for each in sorted(hands, key=lambda each: each.since)}
    assert "till_member:bob" == last[node("device:till")]  # and so every row of the past is his

    at = [owner_at(evidence(hands), node("device:till"), NOON + hours * HOUR, NOON) for hours in (-6, -5, -2)]

    assert ["till_member:ann", None, "till_member:bob"] == at


def test_dbt_snowplow_web_42_sessions_of_the_past_keep_their_owner_when_another_one_comes() -> None:
    ann = owned("device:till", "till_member:ann", -6)
    before = owner_at(evidence([ann]), node("device:till"), NOON - 4 * HOUR, NOON)
    restamped = dict.fromkeys(("session 1", "session 2"), "till_member:bob")
    assert {"till_member:bob"} == set(restamped.values())

    later = evidence([ann, owned("device:till", "till_member:bob", -2)])

    assert before == owner_at(later, node("device:till"), NOON - 4 * HOUR, NOON) == "till_member:ann"
    assert "till_member:bob" == owner_at(later, node("device:till"), NOON, NOON)


# --- nothing is refused without a word -----------------------------------------------------------


def test_posthog_3190_a_merge_that_is_not_made_is_kept_with_its_reason() -> None:
    told = [same("unionid:1", "till_member:ann", -1), same("unionid:2", "till_member:ann", -2)]
    dropped = _first_come(told)
    assert "unionid:2" not in dropped.values()  # and nothing says that it was ever asked for

    found = resolved(*told)
    why = explain(found, node("unionid:2"), node("unionid:1"))

    assert isinstance(why, Apart)
    assert [OverLimit("unionid", 1)] == [each.refusal.reason for each in why.witnesses]
    assert {told[0].id} == {step for reach in why.witnesses[0].beside_b for step in reach.path} | {
        step for reach in why.witnesses[0].beside_a for step in reach.path
    }


def test_huly_mcp_250_a_merge_can_be_tried_out_without_being_made() -> None:
    known = evidence([same("till_member:ann", "phone:ann", -1)])
    records = {"ann": {"phone:ann"}}
    records["ann"].add("email:ann")  # to see what a merge would do, it was made
    assert {"phone:ann", "email:ann"} == records["ann"]

    tried = resolve(known | evidence([same("phone:ann", "email:ann", -1)]), RULES, NOON)

    assert are_one(tried.persons, "till_member:ann", "email:ann")
    assert not are_one(resolve(known, RULES, NOON).persons, "till_member:ann", "email:ann")
    assert Evidence(known.pieces) == known
