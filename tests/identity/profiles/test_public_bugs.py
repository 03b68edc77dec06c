"""Bugs that other people's customers met in public: a merge, and nobody knew their name any more.

The plain programs make one row of two. Ours keeps what was told of whom, and makes a profile whenever
somebody looks.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from omnicommerce.identity.profiles import OWNER, Fact, ProfileRules, Told, facts_of, profile
from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.ids import MemberId
from tests.identity.resolution.plain import Shelf, endings, is_same
from tests.identity.resolution.told import HOUR, NOON, node

ANN, PHONE = node("till_member:ann"), node("phone:ann")
BOTH: Final = frozenset({ANN, PHONE})


def fact(of: MemberId, field: str, value: str, hours: int = -1) -> Fact:
    """Somebody said at the till, *hours* from noon, what the *field* of a customer is."""
    return Fact(of, field, value, "till", Channel.STORE, "service", NOON + hours * HOUR)


def seen(told: Iterable[Told]) -> dict[str, Any]:
    """Ours: each field, as the customer sees it."""
    return {each.field: each.value for each in profile(told, ProfileRules(), OWNER, NOON).values}


SIGNED_UP: Final = (fact(ANN, "given_name", "Ann", -4), fact(ANN, "city", "Suzhou", -4))
SIGNED_IN: Final = (fact(PHONE, "nickname", "annie", -1),)


# --- what is left after a merge ------------------------------------------------------------------


def naive_new_record(facts: Iterable[Fact]) -> dict[str, Any]:
    """The merged profile is made anew, and only some of the fields are filled in."""
    return {each.field: each.value for each in facts if each.field not in {"given_name", "city"}}


def test_tracardi_892_who_is_merged_keeps_name_and_town() -> None:
    """There the merged profile was anonymous: the wrong object was built."""

    def knows_her(known: Mapping[str, Any]) -> bool:
        return {"given_name": "Ann", "city": "Suzhou", "nickname": "annie"} == known

    assert not knows_her(naive_new_record(SIGNED_UP + SIGNED_IN))
    assert knows_her(seen(facts_of(SIGNED_UP + SIGNED_IN, BOTH)))


def naive_list_of_both(facts: Iterable[Fact]) -> dict[str, Any]:
    """Two values of one field make a list of two."""
    merged: dict[str, Any] = {}
    for each in facts:
        if each.field not in merged:
            merged[each.field] = each.value
        elif merged[each.field] != each.value:
            merged[each.field] = [merged[each.field], each.value]
    return merged


def test_tracardi_474_a_text_stays_a_text_however_many_are_told() -> None:
    towns = (fact(ANN, "city", "Suzhou", -4), fact(PHONE, "city", "Shanghai", -1))

    def is_a_text(known: Mapping[str, Any]) -> bool:
        return type(known["city"]) is str

    assert not is_a_text(naive_list_of_both(towns))
    assert is_a_text(seen(towns))

    city = profile(towns, ProfileRules(), OWNER, NOON).get("city")
    assert city is not None
    assert ("Shanghai", 1) == (city.value, city.beaten_count)


def naive_first_visit(facts: Iterable[Fact], first_visit: Mapping[MemberId, int]) -> dict[str, Any]:
    """The most recent value is that of the record that began the latest, whenever it was told."""
    in_order = sorted(facts, key=lambda each: first_visit[each.node])
    return {each.field: each.value for each in in_order}


def test_unomi_most_recent_is_what_was_told_last_not_who_came_last() -> None:
    """There its most recent property was the last in a list by first visit."""
    moved = (fact(ANN, "city", "Shanghai", -1), fact(PHONE, "city", "Suzhou", -3))

    def is_where_she_lives(known: Mapping[str, Any]) -> bool:
        return {"city": "Shanghai"} == known

    assert not is_where_she_lives(naive_first_visit(moved, {ANN: -9, PHONE: -4}))
    assert is_where_she_lives(seen(moved))


# --- what a split gives back ---------------------------------------------------------------------


def naive_newest_record(facts: Iterable[Fact], nodes: frozenset[MemberId]) -> dict[str, Any]:
    """One row is left of two, the newer laid over the older; a split copies it to both."""
    assert nodes
    return {each.field: each.value for each in sorted(facts, key=lambda each: each.seen_at)}


def test_mautic_4211_who_was_merged_with_a_stranger_by_mistake_has_their_own_name_again() -> None:
    bob = (fact(PHONE, "given_name", "Bob", -2), fact(PHONE, "gender", "m", -2))

    def is_hers_alone(known: Mapping[str, Any]) -> bool:
        return seen(SIGNED_UP) == known

    assert not is_hers_alone(naive_newest_record(SIGNED_UP + bob, frozenset({ANN})))

    assert not is_hers_alone(seen(facts_of(SIGNED_UP + bob, BOTH)))
    assert is_hers_alone(seen(facts_of(SIGNED_UP + bob, frozenset({ANN}))))
    assert seen(bob) == seen(facts_of(SIGNED_UP + bob, frozenset({PHONE})))


def naive_blanked(rows: Mapping[MemberId, dict[str, Any]], away: MemberId) -> dict[str, Any]:
    """Who is split off gets a new row under their own name; and it was the row of the person all along."""
    return ({**rows} | {away: {}})[ANN]


def test_posthog_104939_a_split_blanks_nobody() -> None:
    """There the row of the person was overwritten with one without properties."""

    def knows_her(known: Mapping[str, Any]) -> bool:
        return {"given_name": "Ann", "city": "Suzhou"} == known

    assert knows_her(naive_blanked({ANN: seen(SIGNED_UP)}, away=PHONE))
    assert not knows_her(naive_blanked({ANN: seen(SIGNED_UP)}, away=ANN))

    assert knows_her(seen(facts_of(SIGNED_UP + SIGNED_IN, frozenset({ANN}))))


# --- two at once ---------------------------------------------------------------------------------


def naive_rows_of_one_instant(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Three rows of one version, and the table keeps whichever it is handed last."""
    return dict(rows[-1])


def test_posthog_10337_what_is_told_in_one_instant_makes_one_profile_in_any_order() -> None:
    """There a merge, a mark and a change wrote the whole row each, and no version said which was last."""
    told = (fact(ANN, "city", "Suzhou"), fact(PHONE, "city", "Shanghai"), fact(ANN, "given_name", "Ann"))
    orders = list(itertools.permutations(told))
    rows = [seen(told[: nth + 1]) for nth in range(len(told))]
    assert not is_same(naive_rows_of_one_instant(each) for each in itertools.permutations(rows))

    assert is_same(seen(each) for each in orders)
    assert {"city", "given_name"} == set(seen(told))


def naive_update_of_the_merged() -> list[dict[str, Any]]:
    """A change is written to the person whom it has found, and a merge deletes that person meanwhile."""

    def merges(shelf: Shelf) -> Iterator[None]:
        read = dict(shelf["guest"])
        yield
        shelf["ann"] = read | shelf["ann"]
        shelf["guest"] = {}

    def changes(shelf: Shelf) -> Iterator[None]:
        found = shelf["guest"] or shelf["ann"]
        yield
        found["city"] = "Suzhou"

    start = {"ann": {"given_name": "Ann"}, "guest": {"nickname": "annie"}}
    return [shelf["ann"] for shelf in endings(start, merges, changes)]


def test_posthog_11217_a_change_that_is_told_during_a_merge_is_not_lost() -> None:
    def all_know(answers: Iterable[Mapping[str, Any]]) -> bool:
        return all(each.get("city") == "Suzhou" for each in answers)

    assert not all_know(naive_update_of_the_merged())

    # The merge writes nothing at all, so there is one writer, and both may look before it or after.
    before = (fact(ANN, "given_name", "Ann", -3), fact(PHONE, "nickname", "annie", -3))
    change = fact(PHONE, "city", "Suzhou")
    orders = itertools.permutations([*before, change, change])
    assert all_know(seen(facts_of(each, BOTH)) for each in orders)
