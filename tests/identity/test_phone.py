"""Phone numbers: many spellings, one number."""

from __future__ import annotations

from typing import Any, Final

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from omnicommerce.identity import Identifier, Namespace, phone
from omnicommerce.kernel.errors import BadValue

Number = phonenumbers.PhoneNumber


def _numbers() -> tuple[tuple[str, Number], ...]:
    """A number of each type of each region, as phonenumbers knows them."""
    found = [
        (region, phonenumbers.example_number_for_type(region, kind))
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        for kind in phonenumbers.PhoneNumberType.values()
    ]
    return tuple((region, number) for region, number in found if number is not None)


NUMBERS: Final = _numbers()
FORMS: Final = (
    phonenumbers.PhoneNumberFormat.E164,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.NATIONAL,
)
"""What people write; RFC 3966 is for links."""


@pytest.mark.parametrize(
    ("typed", "region"),
    [
        ("+8613800138000", None),
        ("+86 138 0013 8000", None),
        ("+86-138-0013-8000", "US"),
        (" (+86) 138.0013.8000 ", None),
        ("138 0013 8000", "CN"),
        ("0086 138 0013 8000", "CN"),
        ("86 13800138000", "CN"),
    ],
)
def test_every_spelling_of_a_number_is_the_same_number(typed: str, region: str | None) -> None:
    assert "+8613800138000" == phone(typed, region).text


@given(st.sampled_from(NUMBERS), st.sampled_from(FORMS), st.sampled_from(FORMS))
def test_one_number_is_one_identifier_in_every_country(
    where: tuple[str, Number], first: int, second: int
) -> None:
    region, number = where
    spellings = [phonenumbers.format_number(number, form) for form in (first, second)]

    assert phone(spellings[0], region) == phone(spellings[1], region)


@given(st.sampled_from(NUMBERS), st.lists(st.sampled_from(" -./()"), max_size=12), st.randoms())
def test_marks_between_the_digits_change_nothing(
    where: tuple[str, Number], marks: list[str], random: Any
) -> None:
    plain = phonenumbers.format_number(where[1], phonenumbers.PhoneNumberFormat.E164)
    typed = list(plain)
    for mark in marks:
        typed.insert(random.randint(2, len(typed)), mark)

    assert plain == phone("".join(typed)).text


@given(
    st.from_regex(r"\+?[0-9(). /-]{4,20}", fullmatch=True),
    st.sampled_from([None, "CN", "US", "IT", "MX", "AR"]),
)
@example("+39 06 1234 5678", None)
@example("011 15 2345 6789", "AR")
@example("044 55 1234 5678", "MX")
def test_what_was_read_once_is_read_the_same_again(typed: str, region: str | None) -> None:
    try:
        once = phone(typed, region)
    except BadValue:
        return

    assert once == phone(once.text) == phone(once.text, region) == Identifier(Namespace.PHONE, once.text)


@pytest.mark.parametrize(
    "typed",
    [
        "\uff0b\uff18\uff16\uff11\uff13\uff18\uff10\uff10\uff11\uff13\uff18\uff10\uff10\uff10",
        "+86138001380\u0660\u0660",
        "+86138001380०0",
        "+86\u00a013800138000",
        "+86\u200b13800138000",
        "\u202d+8613800138000\u202c",
        "+86\u201313800138000",
        "+86\u3000138 0013 8000",
        "+8613800138000\n",
        "+8613800138000\x00",
    ],
)
def test_tricks_of_unicode_are_refused(typed: str) -> None:
    """Each of these is the same number to phonenumbers, so each would be a spelling nobody can search for."""
    assert phonenumbers.is_valid_number(phonenumbers.parse(typed, None))
    with pytest.raises(BadValue) as caught:
        phone(typed)

    assert "text" == caught.value.path


@pytest.mark.parametrize(
    "typed", ["+86 10 6552 9988 ext. 5", "+86 10 6552 9988;ext=5", "+86 10 6552 9988 x5"]
)
def test_an_extension_is_refused(typed: str) -> None:
    """E.164 has no room for it: everybody behind a company's switchboard would become one person."""
    with pytest.raises(BadValue):
        phone(typed)


@pytest.mark.parametrize("typed", ["1-800-FLOWERS", "call +8613800138000 now", "tel:+86-138-0013-8000"])
def test_letters_are_refused(typed: str) -> None:
    """They are dialled by phonenumbers: the second is read as +86 138 0013 8000 669."""
    with pytest.raises(BadValue):
        phone(typed, "US")


@pytest.mark.parametrize(
    ("typed", "region"),
    [
        ("123", "CN"),
        ("+86123", None),
        ("+861380013800013800", None),
        ("13800138000", None),
        ("13800138000", "US"),
        ("", "CN"),
        ("+", None),
        ("()", "CN"),
        ("+999 123 456", None),
        ("1" * 41, "CN"),
    ],
)
def test_what_no_phone_can_have_is_refused(typed: str, region: str | None) -> None:
    with pytest.raises(BadValue) as caught:
        phone(typed, region)

    assert "text" == caught.value.path


@pytest.mark.parametrize("region", ["cn", "XX", "ZZ", "001", "", "China", 86])
def test_a_region_is_one_that_has_phones(region: Any) -> None:
    with pytest.raises(BadValue) as caught:
        phone("+8613800138000", region)

    assert "region" == caught.value.path
