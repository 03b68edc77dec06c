"""Bugs that other people's customers met in public: what was merged could not be told apart again.

The plain programs keep what came out of a merge, and forget what went in. Ours keeps what went in; so a link
that is taken back leaves everybody as they would be had it never been told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from omnicommerce.identity.resolution.evidence import Evidence, Piece, Retraction, Same, evidence
from omnicommerce.identity.resolution.explaining import Apart, explain
from omnicommerce.identity.resolution.resolving import resolve
from omnicommerce.kernel.ids import MemberId
from tests.identity.resolution.plain import RULES, Groups, are_one, are_two, naive_components, resolved
from tests.identity.resolution.told import NOON, node, retracted, same

ANN: Final = [same("till_member:ann", "phone:ann", -3), same("till_member:ann", "email:ann", -3)]
BOB: Final = [same("till_member:bob", "phone:bob", -3)]
WRONG: Final = same("phone:ann", "phone:bob", -1)


# --- old names -----------------------------------------------------------------------------------


def naive_aliases(merges: Iterable[tuple[str, str]]) -> dict[str, str]:
    """To merge the first into the second deletes the first, and with it the names that led to it."""
    leads: dict[str, str] = {}
    for loser, winner in merges:
        leads = {name: to for name, to in leads.items() if to != loser}
        leads[loser] = winner
    return leads


def test_unomi_u4_a_name_that_led_to_a_name_still_leads_to_the_person() -> None:
    def leads_somewhere(known: Collection[str]) -> bool:
        return "till_member:a" in known

    merges = [("till_member:a", "phone:b"), ("phone:b", "email:c")]
    assert not leads_somewhere(naive_aliases(merges))

    first, second = same("till_member:a", "phone:b", -2), same("phone:b", "email:c", -1)
    found = resolved(first, second)

    assert leads_somewhere(found.person_of(node("email:c")))
    assert leads_somewhere(resolved(first, second, retracted(second)).person_of(node("phone:b")))


# --- splits that do nothing, or too much ---------------------------------------------------------


def naive_named_by_the_first(person: Iterable[str], away: str) -> Groups:
    """A person is named by their first identifier; so is who is split off, and overwrites that name's row."""
    ids = list(person)
    rows = {ids[0]: set(ids)}
    rows[away] = {away} if away != ids[0] else set()
    return frozenset(
        frozenset(map(node, row - ({away} if name != away else set()))) for name, row in rows.items()
    )


def test_posthog_104939_to_split_off_the_first_identifier_leaves_the_others_one() -> None:
    """There it was reported as done, nothing was split off, and the person was blank."""
    first, *others = ("till_member:first", "phone:ann", "email:ann")
    links = [same(first, others[0], -3), same(others[0], others[1], -2)]
    assert are_one(naive_named_by_the_first([first, *others], away="email:ann"), first, others[0])
    assert not are_one(naive_named_by_the_first([first, *others], away=first), *others)

    found = resolved(*links, retracted(links[0]))

    assert are_one(found.persons, *others)
    assert are_two(found.persons, first, others[0])
    assert isinstance(explain(found, node(first), node(others[0])), Apart)


def naive_split_all(person: Iterable[str]) -> Groups:
    """To take out one is to let go of all."""
    return frozenset(frozenset({node(each)}) for each in person)


def test_posthog_55691_to_take_one_out_of_many_leaves_the_many_one() -> None:
    names = [f"phone:{nth}" for nth in range(3)]
    links = [same("till_member:ann", each, -2) for each in names]
    assert not are_one(naive_split_all(["till_member:ann", *names]), "till_member:ann", *names[1:])

    found = resolved(*links, retracted(links[0]))

    assert are_one(found.persons, "till_member:ann", *names[1:])
    assert are_two(found.persons, "till_member:ann", names[0])


# --- undoing -------------------------------------------------------------------------------------


def naive_one_of_two(told: Iterable[Piece]) -> Groups:
    """A merge leaves one row of two; to take it back, somebody would have to know who was in which."""
    return naive_components(each for each in told if type(each) is Same)


def test_posthog_6056_a_merge_is_taken_back_without_a_trace_in_who_is_one() -> None:
    """There a merge is irreversible, and its documentation says so in bold letters."""
    before = resolved(*ANN, *BOB)

    def is_as_before(groups: Groups) -> bool:
        return before.persons == groups

    told: list[Piece] = [*ANN, *BOB, WRONG, retracted(WRONG)]
    assert not is_as_before(naive_one_of_two(told))

    after = resolved(*told)

    assert is_as_before(after.persons)
    assert before.accepted == after.accepted
    assert are_one(resolved(*ANN, *BOB, WRONG).persons, "email:ann", "till_member:bob")


def naive_undo_for_thirty_days(links: Iterable[Same], wrong: Same, at: datetime) -> Groups:
    """The rows as they were are kept for thirty days, and then there is nothing to go back to."""
    if at - wrong.seen_at > timedelta(days=30):
        return naive_components(links)
    return naive_components(each for each in links if each is not wrong)


def test_accounted_2175_a_merge_can_be_taken_back_after_years() -> None:
    """There for thirty days; elsewhere people pay to have it done at all."""
    links = [*ANN, *BOB, WRONG]
    later = NOON + timedelta(days=1_000)
    assert are_two(naive_undo_for_thirty_days(links, WRONG, NOON), "phone:ann", "phone:bob")
    assert not are_two(naive_undo_for_thirty_days(links, WRONG, later), "phone:ann", "phone:bob")

    back = Retraction(of=WRONG.id, seen_at=later, source="desk", actor="clerk")
    told = evidence([*links, back])

    assert are_two(resolve(told, RULES, later).persons, "phone:ann", "phone:bob")
    assert not are_two(resolve(told, RULES, later - timedelta(days=1)).persons, "phone:ann", "phone:bob")


# --- trying out ----------------------------------------------------------------------------------


def naive_try(records: dict[str, set[MemberId]], link: Same) -> Mapping[str, set[MemberId]]:
    """To see what a merge would do, it is made."""
    for each in records.values():
        if link.a.node in each:
            each.add(link.b.node)
    return records


def test_huly_mcp_250_a_merge_can_be_tried_out_without_being_made() -> None:
    link = same("phone:ann", "email:ann", -1)
    records = {"ann": {node("till_member:ann"), node("phone:ann")}}
    known = evidence([ANN[0]])

    def is_still_two(groups: Groups) -> bool:
        return are_two(groups, "till_member:ann", "email:ann")

    assert is_still_two(frozenset(map(frozenset, records.values())))
    assert not is_still_two(frozenset(map(frozenset, naive_try(records, link).values())))

    tried = resolve(known | evidence([link]), RULES, NOON)

    assert are_one(tried.persons, "till_member:ann", "email:ann")
    assert is_still_two(resolve(known, RULES, NOON).persons)
    assert Evidence(frozenset({ANN[0]})) == known
