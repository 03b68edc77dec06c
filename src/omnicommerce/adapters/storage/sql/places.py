"""How a record's index rows are repeated inside it: as one text, so that two sets of them can be compared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from omnicommerce.kernel.collection import IndexRow

SEPARATOR: Final = "\x1f"
"""Between the parts. It is a control character, and so never part of a name or a text."""


def joined(rows: Iterable[IndexRow]) -> str:
    """These index rows as one text."""
    return SEPARATOR.join([part for row in rows for part in row])


def parted(places: str) -> dict[IndexRow, None]:
    """The index rows in such a text, each once and in their order."""
    parts = places.split(SEPARATOR) if places else []
    return dict.fromkeys(zip(parts[::2], parts[1::2], strict=True))
