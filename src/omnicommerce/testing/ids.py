"""Ids that count, so that the same test draws the same ones every time."""

from __future__ import annotations

import itertools
from typing import Final

from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import checked_id
from omnicommerce.ports.ids import CODE_ALPHABET, CODE_LENGTH_MAX

DIGITS: Final = 6


class CountingIds:
    """Draws ``id-000001``, ``id-000002``, ...; codes count in their own alphabet, from ``22223`` on.

    Anybody can guess the next, so it is for tests only.
    """

    def __init__(self, prefix: str = "id") -> None:
        self._prefix = checked_id(prefix, "prefix")
        self._ids = itertools.count(1)
        self._codes = itertools.count(1)

    def fresh(self) -> str:
        """See `Ids.fresh`."""
        return f"{self._prefix}-{next(self._ids):0{DIGITS}d}"

    def code(self, length: int) -> str:
        """See `Ids.code`."""
        checked_amount(length, "length", 1, CODE_LENGTH_MAX)
        number = next(self._codes)
        if number >= len(CODE_ALPHABET) ** length:
            raise BadValue("length", f"all codes of {length} characters are drawn")
        signs = ""
        for _ in range(length):
            number, place = divmod(number, len(CODE_ALPHABET))
            signs = CODE_ALPHABET[place] + signs
        return signs
