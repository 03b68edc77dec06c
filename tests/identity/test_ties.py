"""What is kept of what was told about one identifier: enough, and never too much."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from omnicommerce.identity import (
    EvidenceTold,
    IdentifierQuarantined,
    IdentifierReleased,
    Piece,
    Ties,
    apply_to_ties,
    is_full,
    links_between,
    parted_at,
    retracted,
)
from omnicommerce.identity.resolution import IdentityRules, evidence, resolve
from omnicommerce.identity.ties import TIES_MAX
from tests.identity.resolution.told import NOON, distinct, node, same
from tests.identity.resolution.told import retracted as taken_back

CARD, PHONE = node("till_member:ann"), node("phone:1")


def kept(*pieces: Piece) -> Ties:
    ties: Ties | None = None
    for piece in pieces:
        ties = apply_to_ties(ties, EvidenceTold(piece, (CARD, PHONE)))
    return ties or Ties()


def test_a_piece_told_twice_is_kept_once() -> None:
    link = same("till_member:ann", "phone:1", -1)

    assert (link,) == kept(link, link).pieces


@given(st.permutations(range(6)))
def test_of_sightings_that_are_alike_the_first_and_the_last_are_kept_whatever_the_order(
    order: list[int],
) -> None:
    seen = [same("till_member:ann", "phone:1", -hours) for hours in range(6)]

    assert {seen[0], seen[5]} == set(kept(*(seen[place] for place in order)).pieces)


@given(st.permutations(range(7)))
def test_who_is_one_is_the_same_by_what_is_kept_as_by_all_that_was_told(order: list[int]) -> None:
    told: list[Piece] = [same("till_member:ann", "phone:1", -hours) for hours in range(5)]
    told += [distinct("till_member:ann", "phone:2"), same("phone:1", "phone:2", -9)]
    some = kept(*(told[place] for place in order))

    every, less = (resolve(evidence(pieces), IdentityRules(), NOON) for pieces in (told, some.pieces))
    assert every.persons == less.persons


def test_what_was_taken_back_stays_so_and_makes_no_room_for_what_was_seen_before() -> None:
    link = same("till_member:ann", "phone:1", -2)
    back = taken_back(link)
    ties = kept(link, back)

    assert {link.id} == retracted(ties)
    assert () == links_between(ties, CARD, PHONE)
    assert back.seen_at == parted_at(ties, CARD, PHONE)
    assert parted_at(ties, CARD, node("phone:2")) is None


def test_a_sighting_beside_one_that_was_taken_back_is_a_link_of_its_own() -> None:
    link = same("till_member:ann", "phone:1", -2)
    again = same("till_member:ann", "phone:1", 0)

    assert (again,) == links_between(kept(link, taken_back(link), again), CARD, PHONE)


def test_an_identifier_is_full_in_the_end_and_what_takes_back_is_always_kept() -> None:
    links = [same("phone:1", f"till_member:{nth}", -1) for nth in range(TIES_MAX + 1)]
    ties = kept(*links[:-1])

    assert not is_full(ties, links[0])
    assert is_full(ties, links[-1])
    assert not is_full(ties, taken_back(links[0]))
    assert not is_full(None, links[0])


def test_a_quarantined_identifier_keeps_what_was_told_and_can_be_released() -> None:
    link = same("till_member:ann", "phone:1", -1)
    ties = apply_to_ties(kept(link), IdentifierQuarantined(CARD))

    assert Ties((link,), is_quarantined=True) == ties
    assert Ties((link,)) == apply_to_ties(ties, IdentifierReleased(CARD))
