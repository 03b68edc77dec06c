"""A phone number as people type it, and the one form in which the shop knows it: E.164."""

from __future__ import annotations

import re
from typing import Final

from omnicommerce.kernel.errors import BadValue

_TYPED: Final = re.compile(r"[0-9+(). /-]{1,40}")
"""ASCII digits and the marks between them. Full-width digits, letters and blanks that nobody can see
are left out on purpose: phonenumbers reads them all, so one number would have a thousand spellings."""

_NO_NUMBER: Final = (
    "expected a phone number that can be in use, with its country code or a region to read it in"
)


def e164(text: object, region: str | None = None) -> str:
    """The normal form of a phone number, such as ``+8613800138000``.

    *region* (``CN``, two capitals) says where it was typed; without one it must begin with a plus and
    its country code. Extensions are refused: everybody behind one switchboard would be one person.

    Raises:
        BadValue: *text* is no such number or *region* no such place; the reason never repeats the number.
    """
    if type(text) is not str:
        raise BadValue("text", f"expected str, got {type(text).__name__}")
    if _TYPED.fullmatch(text) is None:
        raise BadValue("text", "expected up to 40 ASCII digits, blanks and the marks + ( ) - . /")
    _check_region(region)
    number = _read(text, region)
    if number is None:
        raise BadValue("text", _NO_NUMBER)
    return number


def _check_region(region: object) -> None:
    from phonenumbers import SUPPORTED_REGIONS  # noqa: PLC0415 - 30 ms, and many shops know no phone

    if region is not None and (type(region) is not str or region not in SUPPORTED_REGIONS):
        raise BadValue("region", "expected a region in two capitals, such as CN")


def _read(text: str, region: str | None) -> str | None:
    # No error is raised while phonenumbers' own is at hand: that one may quote the number.
    from phonenumbers import (  # noqa: PLC0415 - likewise
        NumberParseException,
        PhoneNumberFormat,
        format_number,
        is_valid_number,
        parse,
    )

    try:
        number = parse(text, region)
    except NumberParseException:
        return None
    assert number.extension is None, "an extension cannot be typed in these characters"
    if not is_valid_number(number):
        return None
    return format_number(number, PhoneNumberFormat.E164)
