"""Bugs that other people's customers met in public: two became one, and something was lost on the way.

The plain programs move rows from the one who goes to the one who stays. Ours moves nothing: what was told of
an identifier stays with it, and a person is all that was told of theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import pytest

from omnicommerce.identity.resolution.evidence import End, Piece, Same, Strength, evidence
from omnicommerce.identity.resolution.explaining import Apart, explain
from omnicommerce.identity.resolution.incremental import Resolved
from omnicommerce.identity.resolution.reasons import OverLimit
from omnicommerce.identity.resolution.resolving import Resolution
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId
from tests.identity.resolution.plain import RULES, Groups, are_one, naive_first_come, resolved
from tests.identity.resolution.told import NOON, node, retracted, same
from tests.shopfront import SHOP_OPENS, opened

ONE, TWO = "till_member:1", "till_member:2"
VISITS: Final = {node(ONE): 3, node(TWO): 4}
"""How often each was seen, under the number by which they came."""

MERGED: Final = same(ONE, TWO, -1, Strength.DECLARED)


def visits_of(found: Resolution, name: str, visits: Mapping[MemberId, int] = VISITS) -> int:
    return sum(visits.get(each, 0) for each in found.person_of(node(name)))


# --- what was told of the one who goes -----------------------------------------------------------


def naive_rows_go(rows: Mapping[str, str], loser: str) -> dict[str, str]:
    """Deleting the one who goes deletes the rows that point at them."""
    return {name: person for name, person in rows.items() if person != loser}


def test_mautic_7559_a_merge_deletes_no_device_of_the_one_who_goes() -> None:
    """There everybody who was logged in on one became a stranger with their next step."""

    def is_somebodys(device: str, known: Collection[str]) -> bool:
        return device in known

    rows = {"device:tablet": TWO, "device:phone": ONE}
    assert not is_somebodys("device:tablet", naive_rows_go(rows, loser=TWO))

    seen = [same(ONE, "device:phone", -3), same(TWO, "device:tablet", -3)]
    assert is_somebodys("device:tablet", resolved(*seen, MERGED).person_of(node(ONE)))


def naive_known_numbers(visits: Mapping[str, int], loser: str, later: Sequence[str]) -> int:
    """The visits of both until the merge, and later those under a number that is known."""
    total = sum(visits.values())
    return total + sum(each != loser for each in later)


def test_mautic_6079_and_3327_who_comes_under_a_number_that_was_merged_away_is_known() -> None:
    """There the cookie still had the old number, and all later visits were lost."""

    def counts_them_all(visits: int) -> bool:
        return visits == 3 + 4 + 2

    assert not counts_them_all(naive_known_numbers({ONE: 3, TWO: 4}, TWO, later=[TWO, ONE]))

    later = {node(ONE): 3 + 1, node(TWO): 4 + 1}
    assert counts_them_all(visits_of(resolved(MERGED), TWO, later))


def naive_history(events: Iterable[tuple[str, str]], survivor: str) -> list[str]:
    """The profile is merged, and the events stay under the profile that they were written for."""
    return [what for profile, what in events if profile == survivor]


def test_tracardi_784_the_history_of_both_is_the_history_of_the_person() -> None:
    events = [(ONE, "looked"), (TWO, "bought"), ("till_member:3", "left")]

    def is_whole(history: Sequence[str]) -> bool:
        return ["looked", "bought"] == history

    assert not is_whole(naive_history(events, survivor=ONE))

    person = resolved(MERGED).person_of(node(ONE))
    assert is_whole([what for name, what in events if node(name) in person])
    assert ["bought"] == [what for name, what in events if node(name) in resolved().person_of(node(TWO))]


def naive_sum(visits: Mapping[str, int], times: int) -> int:
    """A merge adds the one's visits to the other's; and so it does when it is run again."""
    total = visits[ONE]
    for _ in range(times):
        total += visits[TWO]
    return total


def test_tracardi_850_a_merge_that_runs_twice_counts_nothing_twice() -> None:
    """There visits became twice as many and one more."""

    def counts_each_once(visits: int) -> bool:
        return visits == 3 + 4

    assert not counts_each_once(naive_sum({ONE: 3, TWO: 4}, times=2))

    again = same(ONE, TWO, -1, Strength.DECLARED)
    assert 1 == len(evidence([MERGED, again, MERGED]) | evidence([again]))
    assert counts_each_once(visits_of(resolved(MERGED, again, MERGED), ONE))


def naive_called(person_of: Mapping[str, str], name: str) -> set[MemberId]:
    """What a cohort knows of whoever comes under this name: what their person is called now."""
    return {node(person_of[name])}


def test_posthog_14051_a_cohort_loses_nobody_whose_person_was_merged() -> None:
    """There it held what persons were called, and a merge called them something else."""
    cohort = {node(ONE)}

    def is_in_it(known: Collection[MemberId]) -> bool:
        return not cohort.isdisjoint(known)

    assert is_in_it(naive_called({ONE: ONE, TWO: TWO}, ONE))
    assert not is_in_it(naive_called({ONE: TWO, TWO: TWO}, ONE))

    assert is_in_it(resolved(MERGED).person_of(node(TWO)))
    assert is_in_it(resolved(MERGED, retracted(MERGED)).person_of(node(ONE)))
    assert not is_in_it(resolved(MERGED, retracted(MERGED)).person_of(node(TWO)))


# --- merges that are not made --------------------------------------------------------------------


def naive_last_rule(links: Iterable[Same]) -> Groups:
    """Each step of a workflow says by what to merge, and overwrites what the step before it said."""
    *_, last = links
    return frozenset({frozenset({last.a.node, last.b.node})})


def test_tracardi_875_of_two_ways_to_be_one_both_work_and_not_the_last_alone() -> None:
    by_mail, by_phone = same(ONE, "email:1", -2), same(ONE, "phone:1", -1)
    assert not are_one(naive_last_rule([by_mail, by_phone]), ONE, "email:1", "phone:1")

    assert are_one(resolved(by_mail, by_phone).persons, ONE, "email:1", "phone:1")


def naive_once(told: Iterable[Piece]) -> Groups:
    """A device is given to somebody with the first word about it; every later word is ignored."""
    owner: dict[MemberId, MemberId] = {}
    for piece in told:
        if type(piece) is Same:
            owner.setdefault(piece.b.node, piece.a.node)
    return frozenset(frozenset(pair) for pair in owner.items())


def test_rybbit_1098_and_mixpanel_js_17_an_alias_can_be_said_more_than_once() -> None:
    """There it worked once for each device, and was ignored ever after."""
    guest, member = same("openid:guest", "phone:1", -3), same(ONE, "phone:1", -1)
    assert not are_one(naive_once([guest, member]), ONE, "openid:guest", "phone:1")

    assert are_one(resolved(guest, member).persons, ONE, "openid:guest", "phone:1")

    back, again = retracted(member), same(ONE, "phone:1", 0)
    assert not are_one(resolved(guest, member, back).persons, ONE, "phone:1")
    assert are_one(resolved(guest, member, back, again).persons, ONE, "openid:guest", "phone:1")


def naive_automatic(told: Iterable[Same]) -> Groups:
    """Only a program's word counts: a clerk cannot say that two are one."""
    return frozenset(frozenset({each.a.node, each.b.node}) for each in told if each.source != "desk")


def test_posthog_23690_and_44062_what_no_program_has_joined_somebody_can_join_by_hand() -> None:
    by_hand = same(ONE, TWO, -1, Strength.DECLARED, source="desk", actor="clerk-7")
    assert not are_one(naive_automatic([by_hand]), ONE, TWO)

    assert are_one(resolved(by_hand).persons, ONE, TWO)


def test_mixpanel_swift_178_a_merge_that_is_not_made_is_kept_with_its_reason() -> None:
    """There it was ignored without a word."""
    told = [same("unionid:1", ONE, -1), same("unionid:2", ONE, -2)]

    def speaks_of_it(known: Iterable[Collection[MemberId]]) -> bool:
        return any(node("unionid:2") in each for each in known)

    assert not speaks_of_it(naive_first_come(told))

    found = resolved(*told)
    why = explain(found, node("unionid:2"), node("unionid:1"))

    assert isinstance(why, Apart)
    links = [each.refusal.link for each in why.witnesses]
    assert speaks_of_it({link.a.node, link.b.node} for link in links)
    assert [OverLimit("unionid", 1)] == [each.refusal.reason for each in why.witnesses]
    beside = why.witnesses[0].beside_a + why.witnesses[0].beside_b
    assert {told[0].id} == {step for reach in beside for step in reach.path}


# --- merges that go wrong in silence -------------------------------------------------------------


def naive_with_itself(ids: Iterable[str], own: str) -> list[str]:
    """The own id is added to a set that nobody keeps."""
    set(ids).add(own)
    return list(ids)


def test_tracardi_t1_a_person_has_the_identifier_that_was_asked_for() -> None:
    def has_its_own(ids: Collection[str]) -> bool:
        return ONE in ids

    assert not has_its_own(naive_with_itself([TWO], own=ONE))

    assert has_its_own(resolved(MERGED).person_of(node(ONE)))
    assert has_its_own(resolved().person_of(node(ONE)))


def naive_all_is_well(links: Iterable[Same]) -> Groups:
    """What goes wrong is caught, and printed nowhere; half of the merge is done."""
    sort_of: dict[MemberId, str] = {}
    for link in links:
        for each in (link.a, link.b):
            if sort_of.setdefault(each.node, each.namespace) != each.namespace:
                break
    return frozenset({frozenset(sort_of)})


def test_tracardi_t1_a_merge_that_fails_says_so_and_leaves_all_as_it_was() -> None:
    """There every error was caught, and the caller was told that all is well."""
    good = same(ONE, "phone:1", -2)
    wrong = same("email:1", ONE, -1, b=End(node(ONE), "phone", is_verified=True))

    def is_as_before(groups: Groups) -> bool:
        return resolved(good).persons == groups

    assert not is_as_before(naive_all_is_well([good, wrong]))

    state = Resolved(RULES, NOON)
    state.add(good)
    with pytest.raises(BadValue, match="each node in one namespace"):
        state.add(wrong)
    assert is_as_before(state.resolution().persons)


# --- one record a customer -----------------------------------------------------------------------


def naive_by_month(seen: Iterable[Any], name: str) -> set[Any]:
    """Customers are kept in a drawer for each month, and looked for in the one of this month."""
    return {(at.month, name) for at in seen}


def test_tracardi_638_who_comes_back_in_another_month_is_the_same_customer() -> None:
    months = [SHOP_OPENS + timedelta(days=31 * nth) for nth in range(3)]

    def is_one_customer(records: Collection[Any]) -> bool:
        return len(records) == 1

    assert not is_one_customer(naive_by_month(months, "M-1"))

    shop = opened()
    assert is_one_customer({shop.at(at).member("M-1") for at in months})
