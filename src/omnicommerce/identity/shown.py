"""What people type or show, read as an identifier in its normal form."""

from __future__ import annotations

from typing import Final

from omnicommerce.identity.form import device_id
from omnicommerce.identity.identifier import AnyIdentifier, Identifier, Namespace
from omnicommerce.identity.mail import mailbox
from omnicommerce.identity.phone import e164
from omnicommerce.identity.wechat import app_openid
from omnicommerce.kernel.errors import BadValue

SHOWABLE: Final = (Namespace.TILL_MEMBER, Namespace.PHONE, Namespace.EMAIL)
"""What a person can show at a till."""

NO_MEMBERS: Final = (Namespace.ORDER, Namespace.DEVICE)
"""What is nobody by itself: an order may lie in anybody's pocket, and a device in many hands."""


def phone(text: str, region: str | None = None) -> Identifier:
    """The phone number that somebody typed; *region* (``CN``) says where, if it has no country code.

    >>> phone("138 0013 8000", "CN") == phone("+86 138-0013-8000")
    True

    Raises:
        BadValue: it is no number that can be in use, or is written with anything but ASCII.
    """
    return Identifier(Namespace.PHONE, e164(text, region))


def email(text: str) -> Identifier:
    """The e-mail address that somebody typed.

    >>> email("Mary.Li+shop@Example.COM") == email(" Mary.Li+shop@example.com")
    True

    Raises:
        BadValue: it is no address, or is written so that it could be taken for another.
    """
    return Identifier(Namespace.EMAIL, mailbox(text))


def openid(app: str, text: str) -> Identifier:
    """The person whom WeChat calls *text* in the app *app* (``wx`` and 16 hexadecimal digits).

    Raises:
        BadValue: one of the two is none; the path is ``app`` or ``text``.
    """
    return Identifier(Namespace.OPENID, app_openid(app, text))


def unionid(text: str) -> Identifier:
    """The person whom WeChat calls *text* in all apps of the shop's open-platform account.

    Raises:
        BadValue: it is no unionid.
    """
    return Identifier(Namespace.UNIONID, text)


def external_userid(text: str) -> Identifier:
    """The customer whom the shop's enterprise WeChat calls *text*.

    Raises:
        BadValue: it is no external_userid.
    """
    return Identifier(Namespace.EXTERNAL_USERID, text)


def device(text: str) -> Identifier:
    """The device that calls itself *text*; it is no person, and may be in many hands.

    >>> device("{550E8400-E29B-41D4-A716-446655440000}") == device("550e8400-e29b-41d4-a716-446655440000")
    True

    Raises:
        BadValue: it is no id, or one that many devices share.
    """
    return Identifier(Namespace.DEVICE, device_id(text))


def order(key: str) -> Identifier:
    """The sale of a guest, by its receipt (``{store}/{till}/{number}``); only the library makes these.

    Raises:
        BadValue: it is no such key.
    """
    return Identifier(Namespace.ORDER, key)


def shown(namespace: str, text: str, region: str | None = None) -> Identifier:
    """What was shown at a till, told by the name of its kind and as it was typed.

    Raises:
        BadValue: nobody can show such a kind, or the text is none of it; the path is ``namespace``, ``text``
            or ``region``.
    """
    match namespace:
        case Namespace.PHONE:
            return phone(text, region)
        case Namespace.EMAIL:
            return email(text)
        case Namespace.TILL_MEMBER:
            return Identifier(Namespace.TILL_MEMBER, text)
        case _:
            raise BadValue("namespace", f"expected {_showable()}")


def checked_showable(identifier: AnyIdentifier) -> AnyIdentifier:
    """Return *identifier* if it can name a member: a receipt names a sale, and a device may be in many hands.

    Raises:
        BadValue: it is an order or a device.
    """
    if identifier.namespace in NO_MEMBERS:
        raise BadValue("identifier.namespace", f"expected one that names a member, got {identifier.kind}")
    return identifier


def _showable() -> str:
    return " or ".join(each.value for each in SHOWABLE)
