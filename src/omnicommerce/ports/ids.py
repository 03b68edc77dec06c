"""The ids port: where unpredictable names come from."""

from __future__ import annotations

from typing import Final, Protocol

CODE_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 characters that nobody mistakes for one another when a code is read aloud: five bits each."""

CODE_LENGTH_MAX: Final = 64
"""Nobody reads out a longer code."""


class Ids(Protocol):
    """Draws names that nobody has used before and nobody can guess."""

    def fresh(self) -> str:
        """A new id of at least 122 random bits, printable ASCII."""
        ...

    def code(self, length: int) -> str:
        """A new code of *length* characters of CODE_ALPHABET.

        Raises:
            BadValue: *length* is not 1 to CODE_LENGTH_MAX.
        """
        ...
