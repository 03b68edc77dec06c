"""What WeChat calls a person: one name for each app, one for all apps of an owner, one for each enterprise.

All are made by machines and told to machines, so nothing is trimmed or folded: upper and lower case are two
people, and a name that was cut off is refused, as it could be that of two.
"""

from __future__ import annotations

import re
from typing import Final

from omnicommerce.identity.placeholder import placeholder
from omnicommerce.kernel.errors import BadValue

OPENID_LENGTH_MIN: Final = 28
"""None shorter is known, so a shorter one was cut off on its way."""

OPENID_LENGTH_MAX: Final = 128
"""The room that WeChat Pay leaves for an openid."""

EXTERNAL_LENGTH_MIN: Final = 32
"""None shorter is known, so a shorter one was cut off on its way."""

EXTERNAL_LENGTH_MAX: Final = 64
"""The room that enterprise WeChat leaves for an id."""

_APP: Final = re.compile(r"wx[0-9a-f]{16}")
_OPENID: Final = re.compile(rf"o[A-Za-z0-9_-]{{{OPENID_LENGTH_MIN - 1},{OPENID_LENGTH_MAX - 1}}}")
_EXTERNAL: Final = re.compile(rf"w[mo][A-Za-z0-9_-]{{{EXTERNAL_LENGTH_MIN - 2},{EXTERNAL_LENGTH_MAX - 2}}}")


def app_openid(app: object, text: object) -> str:
    """The normal form of an openid: ``{app}/{openid}``, because in another app the person has another one.

    Raises:
        BadValue: *app* (path ``app``) is not ``wx`` and 16 hexadecimal digits in lower case, or *text* (path
            ``text``) is no openid; the reason repeats neither.
    """
    if type(app) is not str or _APP.fullmatch(app) is None:
        raise BadValue("app", "expected the id of an app: wx and 16 hexadecimal digits in lower case")
    return f"{app}/{_checked_open(text, 'openid')}"


def checked_openid(text: object) -> str:
    """Return *text* if it is an openid in its normal form, ``{app}/{openid}``.

    Raises:
        BadValue: it is not; the reason never repeats it.
    """
    if type(text) is not str:
        raise BadValue("text", f"expected str, got {type(text).__name__}")
    app, slash, openid = text.partition("/")
    if not slash:
        raise BadValue("text", "expected {app}/{openid}: read it with openid(...)")
    if _APP.fullmatch(app) is None:
        raise BadValue("text", "expected an app before the slash: wx and 16 hexadecimal digits in lower case")
    return f"{app}/{_checked_open(openid, 'openid')}"


def checked_unionid(text: object) -> str:
    """Return *text* if it is a unionid, the name of a person in all apps of one open-platform account.

    Raises:
        BadValue: it is not; the reason never repeats it.
    """
    return _checked_open(text, "unionid")


def checked_external_userid(text: object) -> str:
    """Return *text* if it is what enterprise WeChat calls a customer: ``wm`` or ``wo`` and 30 characters.

    Ids that begin otherwise name somebody or something else, such as staff, a group, or a customer who is
    still pending: that one is good for 90 days only.

    Raises:
        BadValue: it is not; the reason never repeats it.
    """
    if type(text) is not str:
        raise BadValue("text", f"expected str, got {type(text).__name__}")
    if _EXTERNAL.fullmatch(text) is None:
        raise BadValue(
            "text",
            f"expected wm or wo and {EXTERNAL_LENGTH_MIN} to {EXTERNAL_LENGTH_MAX} characters in all"
            " of A-Z a-z 0-9 _ -",
        )
    return _named(text, 2)


def _checked_open(text: object, name: str) -> str:
    if type(text) is not str:
        raise BadValue("text", f"expected str, got {type(text).__name__}")
    if _OPENID.fullmatch(text) is None:
        raise BadValue(
            "text",
            f"expected {name}: an o and {OPENID_LENGTH_MIN} to {OPENID_LENGTH_MAX} characters in all"
            " of A-Z a-z 0-9 _ -",
        )
    return _named(text, 1)


def _named(text: str, prefix: int) -> str:
    """Return *text* if what follows its *prefix* may name somebody."""
    why = placeholder(text[prefix:])
    if why is not None:
        raise BadValue("text", why)
    return text
