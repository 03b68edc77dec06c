"""What identifiers become: a node, a member, a person; and each record is the fold of its events."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from omnicommerce.identity import (
    DUE,
    PERSONS,
    GuestNoted,
    Identifier,
    IdentifierVerified,
    IdentityRules,
    MemberRegistered,
    Namespace,
    NamespaceKind,
    NamespaceRules,
    Node,
    NodeEvent,
    Person,
    PersonJudged,
    Standing,
    apply_to_node,
    apply_to_person,
    email,
    note_guest,
    order,
    phone,
    register,
    verify,
)
from omnicommerce.identity.records import MEMBERS_MAX, WORD_LENGTH_MAX
from omnicommerce.identity.resolution import RETAIL
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId, PersonId

MARY = MemberId("m")
HER = PersonId("p")
CARD = Identifier(Namespace.TILL_MEMBER, "M-1")
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
STANDING = Standing("gold", "active", date(2026, 6, 1), "new", date(2025, 1, 1), NOON)


def test_a_new_member_is_a_person_of_their_own() -> None:
    fact = register(CARD, MARY, HER, NOON)

    assert MemberRegistered(MARY, "till_member", 0, HER, NOON, is_verified=False) == fact
    assert Node("till_member", 0, NOON, HER, HER, (MARY,), is_verified=False) == apply_to_node(None, fact)
    assert Person((MARY,), standing=None) == apply_to_person(None, fact)


@pytest.mark.parametrize("identifier", [CARD, phone("+8613800138000"), email("mary@example.com")])
def test_the_event_does_not_carry_what_was_shown(identifier: Identifier) -> None:
    fact = register(identifier, MARY, HER, NOON, is_verified=True)

    assert identifier.text not in repr(fact) + repr(apply_to_node(None, fact))
    assert identifier.kind == fact.namespace


def test_a_receipt_does_not_become_a_member() -> None:
    with pytest.raises(BadValue) as caught:
        register(order("s1/t3/000482"), MARY, HER, NOON)

    assert "identifier.namespace" == caught.value.path


def test_a_guests_order_has_a_node_and_nobody_behind_it() -> None:
    fact = note_guest(order("s1/t3/000482"), MARY, NOON)

    assert GuestNoted(MARY, "order", 0, NOON) == fact
    assert Node("order", 0, NOON, None, None, is_verified=False) == apply_to_node(None, fact)
    assert "000482" not in repr(fact)


def test_an_order_and_a_device_are_nobodys_books_and_so_is_what_the_rules_call_a_thing() -> None:
    locker = NamespaceRules(name="shop.locker", kind=NamespaceKind.DEVICE, priority=9)
    rules = IdentityRules((*RETAIL, locker))

    assert [True, True, False, False, False] == [
        rules.has_books(name) for name in ("till_member", "shop.unknown", "order", "device", "shop.locker")
    ]


def test_an_identifier_is_verified_once() -> None:
    node = apply_to_node(None, register(CARD, MARY, HER, NOON))
    fact = verify(node, MARY)

    assert IdentifierVerified(MARY) == fact
    assert fact is not None
    verified = apply_to_node(node, fact)
    assert attrs.evolve(node, is_verified=True) == verified
    assert verify(verified, MARY) is None


@examples(st.booleans(), st.integers(0, 4))
def test_what_was_verified_stays_verified(at_first: bool, times: int) -> None:
    node = apply_to_node(None, register(CARD, MARY, HER, NOON, is_verified=at_first))
    for _ in range(times):
        fact = verify(node, MARY)
        node = node if fact is None else apply_to_node(node, fact)

    assert (at_first or times > 0) == node.is_verified
    assert HER == node.person


@pytest.mark.parametrize(
    ("node", "event"),
    [
        (
            Node("till_member", 0, NOON, HER, HER, (MARY,)),
            MemberRegistered(MARY, "till_member", 0, HER, NOON),
        ),
        (Node("order", 0, NOON, None, None), GuestNoted(MARY, "order", 0, NOON)),
        (None, IdentifierVerified(MARY)),
    ],
)
def test_what_cannot_have_happened_to_a_node_is_found(node: Node | None, event: NodeEvent) -> None:
    with pytest.raises(AssertionError):
        apply_to_node(node, event)


@pytest.mark.parametrize("epoch", [-1, 1.0, True, 10**6 + 1])
def test_an_epoch_is_a_count(epoch: Any) -> None:
    with pytest.raises(BadValue) as caught:
        Node("till_member", epoch, NOON, HER, HER, (MARY,))

    assert "epoch" == caught.value.path


# --- persons ----------------------------------------------------------------------------------------


def test_a_person_is_as_last_judged() -> None:
    person = apply_to_person(None, register(CARD, MARY, HER, NOON))
    once = apply_to_person(person, PersonJudged(HER, STANDING))
    later = attrs.evolve(STANDING, tier="none", due=None)

    assert Person((MARY,), STANDING) == once
    assert Person((MARY,), later) == apply_to_person(once, PersonJudged(HER, later))


def test_nobody_is_judged_before_they_are_known() -> None:
    with pytest.raises(AssertionError, match="somebody known"):
        apply_to_person(None, PersonJudged(HER, STANDING))


def test_a_person_is_made_once() -> None:
    fact = register(CARD, MARY, HER, NOON)

    with pytest.raises(AssertionError, match="of their own"):
        apply_to_person(apply_to_person(None, fact), fact)


def test_a_person_is_found_when_their_standing_is_due() -> None:
    assert ((DUE, "2026-06-01T12:00:00.000000Z"),) == PERSONS.indexes(Person((MARY,), STANDING))


@pytest.mark.parametrize("standing", [None, attrs.evolve(STANDING, due=None)])
def test_a_person_whom_time_does_not_change_is_never_due(standing: Standing | None) -> None:
    assert () == PERSONS.indexes(Person((MARY,), standing))


@pytest.mark.parametrize(
    "members", [(), (MARY, MARY), tuple(MemberId(f"m{number}") for number in range(MEMBERS_MAX + 1))]
)
def test_a_person_is_a_few_different_members(members: tuple[MemberId, ...]) -> None:
    with pytest.raises(BadValue) as caught:
        Person(members)

    assert "members" == caught.value.path


def test_the_instant_at_which_a_standing_is_due_is_in_utc() -> None:
    noon_in_shanghai = datetime(2026, 6, 1, 20, tzinfo=timezone(timedelta(hours=8)))

    assert STANDING == attrs.evolve(STANDING, due=noon_in_shanghai)
    assert UTC is attrs.evolve(STANDING, due=noon_in_shanghai).due.tzinfo  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("tier", "x" * (WORD_LENGTH_MAX + 1)),
        ("tier", None),
        ("stage", "a\nb"),
        ("stage_before", 7),
        ("stage_day", NOON),
        ("stage_day", None),
        ("first_day", "2026-06-01"),
        ("due", datetime(2026, 6, 1)),  # noqa: DTZ001
        ("due", "soon"),
    ],
)
def test_a_standing_is_made_of_names_and_days(path: str, wrong: Any) -> None:
    with pytest.raises(BadValue) as caught:
        attrs.evolve(STANDING, **{path: wrong})

    assert path == caught.value.path
