"""What a customer shows: a member card, a phone number, an e-mail address."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, assert_never

import attrs

from omnicommerce.identity.mail import mailbox
from omnicommerce.identity.phone import e164
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import checked_id

IDENTIFIER_LENGTH_MAX: Final = 64
"""No till prints a longer member number; a longer one is a scanning accident."""

ORDER_LENGTH_MAX: Final = 200
"""Three names of 64 and the slashes between them, with a little room."""

_ORDER_PARTS: Final = 3


class Namespace(StrEnum):
    """Which kind of identifier it is; equal texts in two namespaces are two identifiers."""

    TILL_MEMBER = "till_member"
    PHONE = "phone"
    EMAIL = "email"
    ORDER = "order"
    """The library's own: what a guest bought, whoever that was. Nobody can show one."""


@attrs.frozen
class Identifier:
    """An identifier in its normal form; there are no others, so one spelling is one customer.

    * A till member number is kept as printed: ASCII letters, digits and marks, no blanks. Nothing is
      folded or trimmed, so two cards that differ are two members.
    * A phone number is E.164, and one that can be in use (`phone` reads what people type).
    * An e-mail address has its domain in lower case and ASCII (`email` reads what people type).
    * An order is ``{store}/{till}/{number}`` (`order` makes it).

    Raises:
        BadValue: the text is not in normal form; the reason never repeats it.
    """

    namespace: Namespace
    text: str = attrs.field(repr=False)

    def __attrs_post_init__(self) -> None:
        # A plain text that equals a namespace is not one.
        if type(self.namespace) is not Namespace:
            raise BadValue("namespace", f"expected Namespace, got {type(self.namespace).__name__}")
        match self.namespace:
            case Namespace.TILL_MEMBER:
                _check_card(self.text)
            case Namespace.PHONE:
                if e164(self.text) != self.text:
                    raise BadValue("text", "expected E.164, a plus and digits only: read it with phone(...)")
            case Namespace.EMAIL:
                if mailbox(self.text) != self.text:
                    raise BadValue("text", "expected the normal form of an address: read it with email(...)")
            case Namespace.ORDER:
                _check_order(self.text)
            case _:
                assert_never(self.namespace)


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
