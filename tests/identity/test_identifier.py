"""Identifiers exist in their normal form only, and say nothing about themselves that a log could keep."""

from __future__ import annotations

import traceback
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce.identity import Identifier, Namespace, checked_showable, email, order, phone, shown
from omnicommerce.identity.identifier import IDENTIFIER_LENGTH_MAX
from omnicommerce.kernel.errors import BadValue

PRINTABLE = st.characters(min_codepoint=0x21, max_codepoint=0x7E)


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
@pytest.mark.parametrize("namespace", list(Namespace))
def test_what_is_no_text_is_refused(namespace: Namespace, text: Any) -> None:
    with pytest.raises(BadValue, match="text: expected str"):
        Identifier(namespace, text)


@pytest.mark.parametrize("namespace", ["till_member", "phone", "fax", None, 1])
def test_a_namespace_is_one_of_those_there_are(namespace: Any) -> None:
    with pytest.raises(BadValue) as caught:
        Identifier(namespace, "M-1")

    assert "namespace" == caught.value.path


@pytest.mark.parametrize(
    ("namespace", "text"),
    [
        (Namespace.PHONE, "138 0013 8000"),
        (Namespace.PHONE, "13800138000"),
        (Namespace.PHONE, "+86 13800138000"),
        (Namespace.PHONE, "008613800138000"),
        (Namespace.PHONE, "+86123"),
        (Namespace.EMAIL, "mary@Example.com"),
        (Namespace.EMAIL, " mary@example.com"),
        (Namespace.EMAIL, "mary@straße.de"),
        (Namespace.EMAIL, "e\u0301va@example.com"),
        (Namespace.EMAIL, "mary"),
        (Namespace.ORDER, "s1/t3"),
        (Namespace.ORDER, "s1/t3/4/5"),
        (Namespace.ORDER, "s1//5"),
        (Namespace.ORDER, "s1/t3/" + "9" * 195),
        (Namespace.ORDER, "s1/t3/\u200b"),
    ],
)
def test_what_is_not_in_normal_form_is_no_identifier(namespace: Namespace, text: str) -> None:
    with pytest.raises(BadValue) as caught:
        Identifier(namespace, text)

    assert "text" == caught.value.path


@pytest.mark.parametrize("key", ["s1/t3/000482", "店/收银 1/№5", "s" * 64 + "/" + "t" * 64 + "/" + "n" * 64])
def test_an_order_is_known_by_its_receipt(key: str) -> None:
    assert Identifier(Namespace.ORDER, key) == order(key)
    assert key == order(key).text


# --- what was shown ---------------------------------------------------------------------------------


def test_what_was_shown_is_read_by_its_kind() -> None:
    assert Identifier(Namespace.TILL_MEMBER, "M-1") == shown("till_member", "M-1")
    assert phone("+8613800138000") == shown("phone", "138 0013 8000", "CN")
    assert email("mary@example.com") == shown("email", "mary@EXAMPLE.com")


@pytest.mark.parametrize("namespace", ["order", "fax", "", "PHONE", None, 7, Namespace.ORDER])
def test_nobody_shows_a_receipt_or_what_there_is_not(namespace: Any) -> None:
    with pytest.raises(BadValue) as caught:
        shown(namespace, "s1/t3/000482")

    assert ("namespace", "expected till_member or phone or email") == (
        caught.value.path,
        caught.value.reason,
    )


def test_a_receipt_is_not_passed_off_as_a_person() -> None:
    """Receipts lie in bins: who finds one must not become the member who gets its points."""
    card = Identifier(Namespace.TILL_MEMBER, "M-1")

    assert card is checked_showable(card)
    with pytest.raises(BadValue) as caught:
        checked_showable(order("s1/t3/000482"))
    assert "identifier.namespace" == caught.value.path


# --- nothing leaks ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "identifier",
    [
        Identifier(Namespace.TILL_MEMBER, "M-1001"),
        phone("+8613800138000"),
        email("mary@example.com"),
        order("s1/t3/000482"),
    ],
)
def test_an_identifier_does_not_show_itself(identifier: Identifier) -> None:
    assert identifier.text not in f"{identifier!r} {identifier}"


SECRETS = st.from_regex(r"[0-9]{9,30}", fullmatch=True) | st.from_regex(
    r"[a-z]{5,9}(@|\uff20| )[a-z]{4,9}(\.|\.\.)(com|test|invalid)[ \u00a0\u200b]?", fullmatch=True
)


@given(SECRETS, st.sampled_from(["till_member", "phone", "email"]))
def test_a_refusal_never_repeats_what_was_typed(secret: str, kind: str) -> None:
    """Errors end in logs, and logs are read by people who need not know."""
    with pytest.raises(BadValue) as caught:
        shown(kind, f"\u200b{secret}")
    told = caught.value

    assert secret.strip() not in "".join(traceback.format_exception(told)) + repr(told) + repr(told.faults)
    assert (None, None) == (told.__cause__, told.__context__)


@given(SECRETS, st.sampled_from(Namespace))
def test_nor_does_a_refusal_of_the_normal_form(secret: str, namespace: Namespace) -> None:
    try:
        Identifier(namespace, secret)
    except BadValue as told:
        # The traceback of Python itself shows source lines only, so the message and its causes are all.
        assert secret.strip() not in str(told) + repr(told)  # noqa: PT017
        assert (None, None) == (told.__cause__, told.__context__)  # noqa: PT017
