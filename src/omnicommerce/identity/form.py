"""The normal forms that a host may declare for identifiers of its own, and that of a device."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final, assert_never

from omnicommerce.identity.placeholder import placeholder
from omnicommerce.kernel.errors import BadValue

VALUE_LENGTH_MAX: Final = 64
"""No register prints a longer number, and a longer id is usually a token that should not be kept at all."""

_VISIBLE: Final = re.compile(rf"[!-~]{{1,{VALUE_LENGTH_MAX}}}")
_DIGITS: Final = re.compile(rf"[0-9]{{1,{VALUE_LENGTH_MAX}}}")
_HEX: Final = re.compile(rf"[0-9a-f]{{1,{VALUE_LENGTH_MAX}}}")
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_BARE_UUID: Final = re.compile(r"([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})")


class Form(StrEnum):
    """How two spellings are told to be one; whatever is not mentioned makes two of them."""

    OPAQUE = "opaque"
    """1 to 64 visible ASCII characters, as they are."""
    DIGITS = "digits"
    """1 to 64 digits, as they are: zeros in front count, as on a card."""
    UUID = "uuid"
    """A UUID in lower case with hyphens; it may come in capitals, in braces, as a URN or without hyphens."""
    HEX = "hex"
    """1 to 64 hexadecimal digits in lower case; they may come in capitals."""
    LOWER = "lower"
    """1 to 64 visible ASCII characters in lower case; they may come in capitals."""


def normal(text: object, form: Form) -> str:
    """The normal form of *text*; what is in normal form already stays as it is.

    Blanks, letters beyond ASCII and what cannot be seen are refused in every form: nothing is trimmed.

    >>> normal("{550E8400-E29B-41D4-A716-446655440000}", Form.UUID)
    '550e8400-e29b-41d4-a716-446655440000'

    Raises:
        BadValue: it cannot be read like that, or names nobody; the reason never repeats it.
    """
    if type(text) is not str:
        raise BadValue("text", f"expected str, got {type(text).__name__}")
    # ASCII comes first: the Kelvin sign becomes a plain k in lower case.
    if not text.isascii():
        raise BadValue("text", "expected ASCII characters")
    known = _read(text, form)
    if known is None:
        raise BadValue("text", f"expected {_described(form)}")
    why = placeholder(known)
    if why is not None:
        raise BadValue("text", why)
    return known


def device_id(text: object) -> str:
    """The normal form of a device's id: opaque, and if it is a UUID in lower case and without braces.

    Raises:
        BadValue: it is not 1 to 64 visible ASCII characters, or many devices share it; the reason never
            repeats it.
    """
    known = normal(text, Form.OPAQUE)
    hyphened = _without_dressing(known)
    return hyphened if _UUID.fullmatch(hyphened) is not None else known


def _read(text: str, form: Form) -> str | None:
    match form:
        case Form.OPAQUE:
            return _whole(_VISIBLE, text)
        case Form.DIGITS:
            return _whole(_DIGITS, text)
        case Form.UUID:
            return _uuid(text)
        case Form.HEX:
            return _whole(_HEX, text.lower())
        case Form.LOWER:
            return _whole(_VISIBLE, text.lower())
        case _:
            assert_never(form)


def _described(form: Form) -> str:
    match form:
        case Form.OPAQUE | Form.LOWER:
            return f"1 to {VALUE_LENGTH_MAX} visible ASCII characters without blanks"
        case Form.DIGITS:
            return f"1 to {VALUE_LENGTH_MAX} digits from 0 to 9"
        case Form.UUID:
            return "a UUID"
        case Form.HEX:
            return f"1 to {VALUE_LENGTH_MAX} hexadecimal digits"
        case _:
            assert_never(form)


def _whole(pattern: re.Pattern[str], text: str) -> str | None:
    return text if pattern.fullmatch(text) is not None else None


def _uuid(text: str) -> str | None:
    plain = _without_dressing(text)
    if _UUID.fullmatch(plain) is not None:
        return plain
    parts = _BARE_UUID.fullmatch(plain)
    return None if parts is None else "-".join(parts.groups())


def _without_dressing(text: str) -> str:
    lower = text.lower()
    if lower.startswith("{") and lower.endswith("}"):
        return lower[1:-1]
    return lower.removeprefix("urn:uuid:")
