"""What programs write where an identifier should be: it names nobody, and would make strangers one.

A till sends zeros, a script sends ``undefined``, a telephone that may not tell its number sends one that
a million others send too. Whoever took them for identifiers would give one customer the purchases of all.
"""

from __future__ import annotations

import re
from typing import Final

EQUAL_MIN: Final = 6
"""From here on a single character again and again is a key held down; shorter ones are on real cards."""

RISING_MIN: Final = 8
"""From here on digits in their order are somebody trying a form out."""

_DRESSING: Final = "\"'`<>()[]{} "
"""What printing nothing leaves around it, as in ``(null)`` and ``<null>``."""

_MARKS: Final = re.compile(r"[-:. _/]")

# fmt: off
_WORDS: Final = frozenset({
    "anon", "anonymous", "default", "deviceid", "distinctid", "dummy", "email", "empty", "false", "guest",
    "id", "n/a", "na", "nan", "nil", "nobody", "none", "not_authenticated", "notauthenticated", "notset",
    "null", "object object", "objectobject", "openid", "phone", "test", "testing", "true", "undefined",
    "unionid", "unknown", "user", "userid", "void",
})
"""Written by programs that had nothing to write; the list begins with that of PostHog."""

_SHARED: Final = frozenset({
    "020000000000",      # the address of the network card that Android tells every program
    "9774d56d682e549c",  # the id that a fault of Android 2.2 gave to millions of telephones
    "0123456789abcdef",  # the serial number of many that have none
    "004999010640000",   # the IMEI of a whole make of copied telephones
})
# fmt: on

_RISING: Final = ("0123456789" * 7, "1234567890" * 7)

_NO_MAILBOX: Final = frozenset(
    {"anonymous", "do-not-reply", "donotreply", "no-reply", "nobody", "none", "noreply", "null"}
    | {"undefined", "unknown"}
)
"""Mailboxes that nobody reads. ``test`` and ``guest`` are not among them: a hotel may well have those."""


def placeholder(text: str) -> str | None:
    """Why *text* names nobody, or None if it may name somebody; the reason never repeats it.

    Case and what is printed around nothing make no difference.

    >>> placeholder("00000000-0000-0000-0000-000000000000")
    'expected an identifier, got one character again and again'
    """
    what = _what_it_is(text)
    return None if what is None else f"expected an identifier, got {what}"


def nobodys_mailbox(address: str) -> str | None:
    """Why nobody has the mailbox *address*, or None if somebody may; the reason never repeats it."""
    if address.partition("@")[0].casefold() in _NO_MAILBOX:
        return "expected a mailbox that somebody reads"
    return None


def _what_it_is(text: str) -> str | None:
    word = text.strip(_DRESSING).casefold().removeprefix("urn:uuid:")
    bare = _MARKS.sub("", word)
    is_repeated = len(set(bare)) == 1 and len(bare) >= EQUAL_MIN
    if is_repeated or set(bare) == {"0"}:
        return "one character again and again"
    if not any(each.isalnum() for each in bare):
        return "nothing but marks"
    if len(bare) >= RISING_MIN and any(row.startswith(bare) for row in _RISING):
        return "digits in their order"
    if word in _WORDS or bare in _WORDS:
        return "a word for nobody"
    if bare in _SHARED:
        return "one that many devices share"
    return None
