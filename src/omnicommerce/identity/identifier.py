"""What a customer is known by: a card, a phone, an address, a name on a platform, a device.

The namespaces of this library are a closed list. Those of a host have a dot in their name, as its collections
have, and a normal form out of a list: so nobody can bring one that makes two people one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeAlias, assert_never

import attrs

from omnicommerce.identity.form import Form, device_id, normal
from omnicommerce.identity.mail import mailbox
from omnicommerce.identity.phone import e164
from omnicommerce.identity.placeholder import nobodys_mailbox, placeholder
from omnicommerce.identity.wechat import checked_external_userid, checked_openid, checked_unionid
from omnicommerce.kernel.errors import BadValue, Fault
from omnicommerce.kernel.ids import checked_id, checked_word

IDENTIFIER_LENGTH_MAX: Final = 64
"""No till prints a longer member number; a longer one is a scanning accident."""

ORDER_LENGTH_MAX: Final = 200
"""Three names of 64 and the slashes between them, with a little room."""

NAMESPACE_LENGTH_MAX: Final = 64
"""A name that a rulebook, a report and an index can all carry."""

_ORDER_PARTS: Final = 3


class Namespace(StrEnum):
    """Which kind of identifier it is; equal texts in two namespaces are two identifiers."""

    TILL_MEMBER = "till_member"
    PHONE = "phone"
    EMAIL = "email"
    OPENID = "openid"
    """A person in one app of WeChat."""
    UNIONID = "unionid"
    """A person in all apps of one WeChat open-platform account."""
    EXTERNAL_USERID = "external_userid"
    """A customer in an enterprise WeChat."""
    DEVICE = "device"
    """A telephone, a tablet, a browser: it may be in many hands."""
    ORDER = "order"
    """The library's own: what a guest bought, whoever that was. Nobody can show one."""


@attrs.frozen
class Identifier:
    """An identifier in its normal form; there are no others, so one spelling is one customer.

    * A till member number is kept as printed: ASCII letters, digits and marks, no blanks. Nothing is
      folded or trimmed, so two cards that differ are two members.
    * A phone number is E.164, and one that can be in use (`phone` reads what people type).
    * An e-mail address has its domain in lower case and ASCII (`email` reads what people type).
    * An openid is ``{app}/{openid}`` (`openid` makes it); a unionid and an external_userid are as WeChat
      tells them.
    * A device is what it calls itself, a UUID in lower case (`device` reads it).
    * An order is ``{store}/{till}/{number}`` (`order` makes it).

    What names nobody, such as zeros or ``undefined``, is refused too, except as a till member number: cards
    are kept as printed, and `why_not` says which of them cannot be a person.

    Raises:
        BadValue: the text is not in normal form, or names nobody; the reason never repeats it.
    """

    namespace: Namespace
    text: str = attrs.field(repr=False)

    def __attrs_post_init__(self) -> None:
        # A plain text that equals a namespace is not one.
        if type(self.namespace) is not Namespace:
            raise BadValue("namespace", f"expected Namespace, got {type(self.namespace).__name__}")
        _check_text(self.namespace, self.text)

    @property
    def kind(self) -> str:
        """The name of the namespace, by which rules know it."""
        return self.namespace.value


@attrs.frozen
class HostNamespace:
    """A namespace of the host's own, such as ``shop.loyalty_app``, and how its texts are normalised.

    The name alone says which it is. To change the form is to make other identifiers of the texts that are
    kept already, so it is decided once.

    Raises:
        BadValue: the name has no dot, is no word or is longer than NAMESPACE_LENGTH_MAX, or the form is none.
    """

    name: str
    form: Form = attrs.field(default=Form.OPAQUE, eq=False)

    def __attrs_post_init__(self) -> None:
        checked_word(self.name, "name")
        if "." not in self.name:
            raise BadValue("name", "expected a name with a dot: those without belong to the library")
        if len(self.name) > NAMESPACE_LENGTH_MAX:
            raise BadValue(
                "name", f"expected at most {NAMESPACE_LENGTH_MAX} characters, got {len(self.name)}"
            )
        if type(self.form) is not Form:
            raise BadValue("form", f"expected Form, got {type(self.form).__name__}")

    def read(self, text: str) -> HostIdentifier:
        """The identifier that somebody's program wrote as *text*.

        Raises:
            BadValue: it cannot be read in this form, or names nobody; the reason never repeats it.
        """
        return HostIdentifier(self, normal(text, self.form))


@attrs.frozen
class HostIdentifier:
    """An identifier in a namespace of the host's own, in its normal form; `HostNamespace.read` makes it.

    Raises:
        BadValue: the text is not in normal form, or names nobody; the reason never repeats it.
    """

    namespace: HostNamespace
    text: str = attrs.field(repr=False)

    def __attrs_post_init__(self) -> None:
        if type(self.namespace) is not HostNamespace:
            raise BadValue("namespace", f"expected HostNamespace, got {type(self.namespace).__name__}")
        if normal(self.text, self.namespace.form) != self.text:
            raise BadValue("text", f"expected the normal form {self.namespace.form.value}: use read(...)")

    @property
    def kind(self) -> str:
        """The name of the namespace, by which rules know it."""
        return self.namespace.name


AnyIdentifier: TypeAlias = Identifier | HostIdentifier
"""An identifier of either sort; its `kind` and its `text` together say which it is."""


def why_not(
    namespace: Namespace | HostNamespace, text: object, blocked: frozenset[str] = frozenset()
) -> Fault | None:
    """Why *text* is nobody's identifier in its normal form, or None if it may be somebody's.

    *blocked* are values in normal form that the shop knows to be nobody's, such as its own telephone.
    The fault says where (``namespace`` or ``text``) and what is wrong, and never repeats the text.
    """
    try:
        known: AnyIdentifier
        if type(namespace) is HostNamespace:
            known = HostIdentifier(namespace, text)  # type: ignore[arg-type]  # it may be anything: it is asked
        else:
            known = Identifier(namespace, text)  # type: ignore[arg-type]
    except BadValue as bad:
        return bad.faults[0]
    why = placeholder(known.text) if known.namespace is Namespace.TILL_MEMBER else None
    if why is None and known.text in blocked:
        why = "expected an identifier of a person, got one that the shop has blocked"
    return None if why is None else Fault("text", why)


def _check_text(namespace: Namespace, text: str) -> None:
    match namespace:
        case Namespace.TILL_MEMBER:
            _check_card(text)
        case Namespace.PHONE:
            _check_same(e164(text), text, "expected E.164, a plus and digits only: read it with phone(...)")
        case Namespace.EMAIL:
            _check_mail(text)
        case Namespace.OPENID:
            checked_openid(text)
        case Namespace.UNIONID:
            checked_unionid(text)
        case Namespace.EXTERNAL_USERID:
            checked_external_userid(text)
        case Namespace.DEVICE:
            _check_same(
                device_id(text), text, "expected the normal form of a device: read it with device(...)"
            )
        case Namespace.ORDER:
            _check_order(text)
        case _:
            assert_never(namespace)


def _check_same(normal_form: str, text: str, reason: str) -> None:
    if normal_form != text:
        raise BadValue("text", reason)


def _check_mail(text: str) -> None:
    _check_same(mailbox(text), text, "expected the normal form of an address: read it with email(...)")
    why = nobodys_mailbox(text)
    if why is not None:
        raise BadValue("text", why)


def _check_card(text: object) -> None:
    number = checked_id(text, "text")
    if len(number) > IDENTIFIER_LENGTH_MAX:
        raise BadValue("text", f"expected at most {IDENTIFIER_LENGTH_MAX} characters, got {len(number)}")
    if not number.isascii() or " " in number:
        raise BadValue("text", "expected ASCII characters without blanks")


def _check_order(text: object) -> None:
    key = checked_id(text, "text")
    if len(key) > ORDER_LENGTH_MAX:
        raise BadValue("text", f"expected at most {ORDER_LENGTH_MAX} characters, got {len(key)}")
    parts = key.split("/")
    if len(parts) != _ORDER_PARTS or not all(parts):
        raise BadValue("text", "expected {store}/{till}/{number}")
