"""Evidence is a set of frozen pieces, each known by the digest of what it says."""

from __future__ import annotations

import pickle
from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce.identity.resolution.evidence import (
    Distinct,
    End,
    Evidence,
    EvidenceId,
    Ownership,
    Piece,
    Retraction,
    Same,
    Strength,
    evidence,
)
from omnicommerce.identity.resolution.ownership import owner_at
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId
from tests.identity.resolution.told import (
    HOUR,
    NOON,
    distinct,
    end,
    histories,
    links,
    node,
    owned,
    retracted,
    same,
)

LINK = same("till_member:1", "phone:1")


@given(histories(), histories(), histories())
def test_evidence_joins_as_sets_do(
    one: tuple[Piece, ...], two: tuple[Piece, ...], three: tuple[Piece, ...]
) -> None:
    a, b, c = evidence(one), evidence(two), evidence(three)

    assert a | b == b | a
    assert (a | b) | c == a | (b | c)
    assert a | a == a == a | Evidence()
    assert len({piece.id for piece in one}) == len(a)


@given(links())
def test_which_end_is_which_makes_no_difference(link: Same) -> None:
    turned = attrs.evolve(link, a=link.b, b=link.a)

    assert link == turned
    assert hash(link) == hash(turned)
    assert link.id == turned.id


@pytest.mark.parametrize(
    "change",
    [
        {"a": end("till_member:2")},
        {"b": end("phone:1", is_verified=False)},
        {"b": attrs.evolve(end("phone:1"), namespace="email")},
        {"strength": Strength.SHOWN},
        {"strength": Strength.SCORED, "score": 1},
        {"seen_at": NOON + timedelta(microseconds=1)},
        {"valid_until": NOON + HOUR},
        {"source": "crm"},
        {"actor": "boss"},
    ],
)
def test_a_link_that_says_anything_else_is_another_link(change: dict[str, Any]) -> None:
    assert LINK != attrs.evolve(LINK, **change)
    assert LINK.id != attrs.evolve(LINK, **change).id


def test_the_id_of_a_link_is_the_same_on_every_machine_and_for_ever() -> None:
    """It is stored: whoever changes the digest loses every retraction there is."""
    golden = "bccab35208da5f382865b3ac74c0f01a7276d0a5638b5b81de16ed87512f0f8a"

    assert golden == LINK.id
    assert LINK == pickle.loads(pickle.dumps(LINK))  # noqa: S301 - we wrote it a moment ago


def test_pieces_of_different_sorts_never_have_one_id() -> None:
    told: list[Piece] = [LINK, distinct("till_member:1", "phone:1"), owned("till_member:1", "phone:1", 0)]
    told.append(retracted(LINK))

    assert 4 == len({piece.id for piece in told})


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"b": end("till_member:1")}, "b"),
        ({"a": "till_member:1"}, "a"),
        ({"strength": 0}, "strength"),
        ({"seen_at": NOON.replace(tzinfo=None)}, "seen_at"),
        ({"valid_until": NOON}, "valid_until"),
        ({"score": 900}, "score"),
        ({"strength": Strength.SCORED}, "score"),
        ({"strength": Strength.SCORED, "score": 1_001}, "score"),
        ({"strength": Strength.SCORED, "score": 0.9}, "score"),
        ({"source": "The Till"}, "source"),
        ({"actor": ""}, "actor"),
    ],
)
def test_a_link_that_cannot_be_is_refused_with_its_path(change: dict[str, Any], path: str) -> None:
    with pytest.raises(BadValue) as bad:
        attrs.evolve(LINK, **change)

    assert path == bad.value.path


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: End(node("x"), "Phone", is_verified=True), "namespace"),
        (lambda: End(node(""), "phone", is_verified=True), "node"),
        (lambda: End(node("x"), "phone", is_verified=1), "is_verified"),  # type: ignore[arg-type]
        (lambda: distinct("phone:1", "phone:1"), "b"),
        (lambda: owned("phone:1", "phone:1", 0), "b"),
        (lambda: owned("device:1", "phone:1", 0, 0), "until"),
        (lambda: Retraction(of=EvidenceId("x"), seen_at=NOON, source="desk", actor="clerk"), "of"),
        (lambda: Evidence(frozenset({"x"})), "pieces"),  # type: ignore[arg-type]
        (lambda: Evidence([LINK]), "pieces"),  # type: ignore[arg-type]
        (lambda: Distinct(a=node("x"), b=node("y"), seen_at=NOON, source="?", actor="clerk"), "source"),
        (
            lambda: Ownership(device=node("x"), owner=node(""), since=NOON, source="app", actor="till"),
            "owner",
        ),
    ],
)
def test_what_is_no_evidence_is_refused_with_its_path(make: Any, path: str) -> None:
    with pytest.raises(BadValue) as bad:
        make()

    assert path == bad.value.path


# --- whose a device was --------------------------------------------------------------------------

TABLET = node("device:tablet")


def at(hours: int, *pieces: Piece, told_by: int = 99) -> MemberId | None:
    return owner_at(evidence(pieces), TABLET, NOON + hours * HOUR, NOON + told_by * HOUR)


def test_a_device_is_its_owners_from_the_first_instant_until_before_the_last() -> None:
    mine = owned("device:tablet", "till_member:ann", 0, 2)

    assert [None, "till_member:ann", "till_member:ann", None] == [at(hours, mine) for hours in (-1, 0, 1, 2)]


def test_of_several_owners_at_once_the_last_to_come_has_it_and_of_two_who_came_at_once_nobody() -> None:
    ann, bob = owned("device:tablet", "till_member:ann", 0), owned("device:tablet", "till_member:bob", 1, 3)
    eve = owned("device:tablet", "till_member:eve", 1, 2)

    assert ["till_member:ann", "till_member:bob", "till_member:ann"] == [at(h, ann, bob) for h in (0, 2, 3)]
    assert [None, "till_member:bob"] == [at(h, ann, bob, eve) for h in (1, 2)]


def test_an_ownership_that_was_taken_back_or_is_not_yet_told_is_none() -> None:
    mine = owned("device:tablet", "till_member:ann", 0)

    assert at(1, mine, retracted(mine)) is None
    assert "till_member:ann" == at(1, mine, retracted(mine, 9), told_by=8)
    assert at(1, mine, told_by=-1) is None
    assert at(1, owned("device:other", "till_member:ann", 0)) is None


@given(st.permutations([0, 1, 2, 3]))
def test_owners_do_not_depend_on_the_order_in_which_they_are_told(order: list[int]) -> None:
    told = [owned("device:tablet", f"till_member:{nth}", nth, nth + 2) for nth in range(4)]

    assert "till_member:2" == at(2, *(told[nth] for nth in order))
