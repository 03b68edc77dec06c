"""Words that stand in evidence and facts: sources, purposes, roles. None of them is ever a value."""

from __future__ import annotations

from typing import Final

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import checked_word

WORD_LENGTH_MAX: Final = 64
"""Names of fields, sources and purposes stand in reports, side by side."""


def check_word(word: object, path: str) -> None:
    """Refuse what is no lower-case word of at most WORD_LENGTH_MAX characters; the reason never repeats it.

    Raises:
        BadValue: it is none.
    """
    try:
        known = checked_word(word, path)
    except BadValue:
        known = ""
    # Raised out here: the kernel's error quotes the word, and somebody may have swapped it with the value.
    if not 0 < len(known) <= WORD_LENGTH_MAX:
        raise BadValue(path, f"expected lower-case words of at most {WORD_LENGTH_MAX} characters in all")
