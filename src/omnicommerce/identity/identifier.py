"""What a customer shows: a member card today; phone, e-mail and openid have a seat here, too."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import attrs

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import checked_id

IDENTIFIER_LENGTH_MAX: Final = 64
"""No till prints a longer member number; a longer one is a scanning accident."""


class Namespace(StrEnum):
    """Which kind of identifier it is; equal texts in two namespaces are two identifiers."""

    TILL_MEMBER = "till_member"


@attrs.frozen
class Identifier:
    """An identifier in its normal form.

    A till member number is kept as printed: ASCII letters, digits and marks, no blanks. Nothing
    is folded or trimmed, so two cards that differ are two members.

    Raises:
        BadValue: the text is not in normal form, or is longer than IDENTIFIER_LENGTH_MAX.
    """

    namespace: Namespace
    text: str = attrs.field(repr=False)

    def __attrs_post_init__(self) -> None:
        if type(self.namespace) is not Namespace:
            raise BadValue("namespace", f"expected Namespace, got {type(self.namespace).__name__}")
        text = checked_id(self.text, "text")
        if len(text) > IDENTIFIER_LENGTH_MAX:
            raise BadValue("text", f"expected at most {IDENTIFIER_LENGTH_MAX} characters, got {len(text)}")
        if not text.isascii() or " " in text:
            raise BadValue("text", "expected ASCII characters without blanks")
