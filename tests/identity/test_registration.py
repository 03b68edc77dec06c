"""Identifiers and what they become: a node, a member, a person."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce.identity import (
    Identifier,
    MemberRegistered,
    Namespace,
    Node,
    Person,
    node_after,
    person_after,
    register,
)
from omnicommerce.identity.identifier import IDENTIFIER_LENGTH_MAX
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId, PersonId

PRINTABLE = st.characters(min_codepoint=0x21, max_codepoint=0x7E)


def test_a_new_member_is_a_person_of_their_own() -> None:
    fact = register(Identifier(Namespace.TILL_MEMBER, "M-1"), MemberId("m"), PersonId("p"))

    assert MemberRegistered(MemberId("m"), Namespace.TILL_MEMBER, 0, PersonId("p")) == fact
    assert Node(Namespace.TILL_MEMBER, 0, PersonId("p")) == node_after(fact)
    assert Person((MemberId("m"),)) == person_after(fact)


def test_the_event_does_not_carry_the_number_on_the_card() -> None:
    fact = register(Identifier(Namespace.TILL_MEMBER, "M-1"), MemberId("m"), PersonId("p"))

    assert "M-1" not in repr(fact)


@given(st.text(PRINTABLE, min_size=1, max_size=IDENTIFIER_LENGTH_MAX))
def test_a_till_number_stays_as_it_was_printed(text: str) -> None:
    assert text == Identifier(Namespace.TILL_MEMBER, text).text


@given(st.text())
def test_any_other_text_is_refused_with_its_path(text: str) -> None:
    is_printed = text.isascii() and text.isprintable() and " " not in text
    if is_printed and 0 < len(text) <= IDENTIFIER_LENGTH_MAX:
        return

    with pytest.raises(BadValue) as caught:
        Identifier(Namespace.TILL_MEMBER, text)
    assert "text" == caught.value.path


@pytest.mark.parametrize("text", [None, 7, True, b"M-1", ["M-1"]])
def test_what_is_no_text_is_refused(text: Any) -> None:
    with pytest.raises(BadValue, match="expected str"):
        Identifier(Namespace.TILL_MEMBER, text)


@pytest.mark.parametrize("namespace", ["till_member", "fax", None, 1])
def test_a_namespace_is_one_of_those_there_are(namespace: Any) -> None:
    with pytest.raises(BadValue) as caught:
        Identifier(namespace, "M-1")

    assert "namespace" == caught.value.path
