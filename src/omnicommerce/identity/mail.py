"""An e-mail address as people type it, and the one form in which the shop knows it."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import attrs

from omnicommerce.kernel.errors import BadValue

MAIL_LENGTH_MAX: Final = 254
"""What RFC 5321 leaves for an address between its angle brackets."""

_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
"""Marks and letters that leave no ink, though Python calls them printable."""

_LOOK_ALIKES: Final = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
"""Alphabets with letters in common to the eye; no honest word is written in two of them."""

_BETWEEN_WORDS: Final = re.compile("[-._+@]")


def mailbox(text: object) -> str:
    """The normal form of an e-mail address: the domain in lower case and ASCII, the rest as it was written.

    Upper and lower case before the ``@``, its dots and its ``+tag`` stay as they are, because only the owner
    of the domain knows whether they matter; two people must not become one. Mailboxes that RFC 2142 gives to
    a role, such as ``postmaster``, are in lower case. Blanks around it are dropped. Nobody is asked whether
    the address exists.

    Raises:
        BadValue: *text* is no address that people have in public, or is written with characters that cannot
            be seen or told apart; the reason never repeats the address.
    """
    if type(text) is not str:
        raise BadValue("text", f"expected str, got {type(text).__name__}")
    typed = text.strip(" ")
    if not 0 < len(typed) <= MAIL_LENGTH_MAX:
        raise BadValue("text", f"expected 1 to {MAIL_LENGTH_MAX} characters, got {len(typed)}")
    if not typed.isprintable() or _UNSEEN.search(typed) is not None:
        raise BadValue("text", "expected characters that can be seen")
    # NFC joins an accent to its letter; what NFKC changes beyond that is full-width or otherwise dressed up.
    if unicodedata.normalize("NFC", typed) != unicodedata.normalize("NFKC", typed):
        raise BadValue("text", "expected plain characters, got full-width or decorated ones")
    known = _read(typed)
    if known is None:
        raise BadValue("text", "expected an e-mail address")
    if _is_disguised(known.seen):
        raise BadValue("text", "expected words of one alphabet and the digits 0 to 9")
    return known.text


@attrs.frozen
class _Known:
    """An address as people see it, and in its normal form."""

    seen: str = attrs.field(repr=False)
    text: str = attrs.field(repr=False)


def _read(typed: str) -> _Known | None:
    # No error is raised while email-validator's own is at hand: that one may quote the address.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - loads a table of domains

    try:
        known = validate_email(typed, check_deliverability=False)
    except EmailNotValidError:
        return None
    return _Known(known.normalized, f"{known.local_part}@{known.ascii_domain}")


def _is_disguised(address: str) -> bool:
    """Whether a word mixes alphabets that look alike, or a digit is not one of the ASCII ten."""
    if any(each.isdecimal() and not each.isascii() for each in address):
        return True
    return any(len(_alphabets(word)) > 1 for word in _BETWEEN_WORDS.split(address))


def _alphabets(word: str) -> frozenset[str]:
    return _LOOK_ALIKES & {unicodedata.name(each, "").split(" ")[0] for each in word if each.isalpha()}
