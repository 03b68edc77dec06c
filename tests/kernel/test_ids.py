"""Laws of names: what nobody can see can name nothing."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import ID_LENGTH_MAX, checked_id

UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs")


@pytest.mark.parametrize(
    "text", ["a", "store-7/till-2/000042", "优惠券-春", "Müller 3", "x" * ID_LENGTH_MAX, "🛒"]
)
def test_printable_text_of_bounded_length_is_a_name(text: str) -> None:
    assert text == checked_id(text, "id")


@pytest.mark.parametrize(
    "text",
    [
        *("", "x" * (ID_LENGTH_MAX + 1), "x" * 1_000_000, "a\x00", "a\nb", "a\tb", "\x7f", "\u0085"),
        *(
            "\u200b",
            "a\u200db",
            "\ufeffa",
            "\u202eabc",
            "\u2066a",
            "a\u00a0b",
            "a\u3000b",
            "\u2028",
            "\ud800",
            "\ue000",
        ),
        *(None, 12, 1.0, True, b"a", ["a"], float("nan")),
    ],
)
def test_what_cannot_be_seen_or_is_no_text_is_no_name(text: Any) -> None:
    with pytest.raises(BadValue) as bad:
        checked_id(text, "store")

    assert "store" == bad.value.path


@given(st.text(max_size=ID_LENGTH_MAX + 20))
def test_a_name_holds_no_character_of_an_unseen_kind_but_the_plain_blank(text: str) -> None:
    expected = 0 < len(text) <= ID_LENGTH_MAX and all(
        each == " " or unicodedata.category(each) not in UNSEEN for each in text
    )
    try:
        checked_id(text, "id")
    except BadValue:
        assert not expected
    else:
        assert expected


def test_a_bad_name_is_not_repeated_in_the_message() -> None:
    with pytest.raises(BadValue) as bad:
        checked_id("+8613812345678\u200b", "phone")

    assert "138" not in str(bad.value)
