"""The ids port: where unpredictable names come from."""

from __future__ import annotations

from typing import Protocol


class Ids(Protocol):
    """Draws names that nobody has used before and nobody can guess."""

    def fresh(self) -> str:
        """A new id of at least 122 random bits, printable ASCII."""
        ...

    def code(self, length: int) -> str:
        """A new code of *length* characters out of ``23456789ABCDEFGHJKLMNPQRSTUVWXYZ``."""
        ...
