"""Names of things. Swapping two of them is a type error, not a wrong answer."""

from __future__ import annotations

import re
from typing import Final, NewType

from omnicommerce.kernel.errors import BadValue

MemberId = NewType("MemberId", str)
"""An identifier that was ever posted to; books lie under it and never move."""

PersonId = NewType("PersonId", str)
"""A component of linked members. It may change with every link, so nothing durable is keyed by it."""

StoreId = NewType("StoreId", str)

ProductId = NewType("ProductId", str)
"""What the shop's catalogue calls an article: a barcode, an article number."""

CampaignId = NewType("CampaignId", str)

LotId = NewType("LotId", str)
"""A lot of points in its owner's book: the page and the place on it, such as ``2026-09.0/3``."""

ID_LENGTH_MAX: Final = 256
"""Long enough for `{store}/{till}/{receipt}` and a namespace, short enough for any index."""


_WORD: Final = re.compile(r"[a-z][a-z0-9]*([_.][a-z0-9]+)*")


def checked_id(text: object, path: str) -> str:
    """Return *text* if it can name a record: 1 to 256 printable characters.

    Control characters, lone surrogates and unusual blanks are refused, because databases
    disagree about them and people cannot see them.

    Raises:
        BadValue: *text* is no text, is empty, is too long or holds a character nobody can see.
    """
    if type(text) is not str:
        raise BadValue(path, f"expected str, got {type(text).__name__}")
    if not 0 < len(text) <= ID_LENGTH_MAX:
        raise BadValue(path, f"expected 1 to {ID_LENGTH_MAX} characters, got {len(text)}")
    if not text.isprintable():
        raise BadValue(path, "expected printable characters only")
    return text


def checked_word(text: object, path: str) -> str:
    """Return *text* if it can name a kind of thing: lower-case words, joined by underscores and dots.

    Raises:
        BadValue: it is no such name.
    """
    if type(text) is not str or len(text) > ID_LENGTH_MAX or _WORD.fullmatch(text) is None:
        raise BadValue(path, f"expected lower-case words such as parcels.parcel, got {text!r}")
    return text
