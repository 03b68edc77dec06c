"""Time and names, unless the host brings its own."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Final

import attrs

CODE_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 characters that nobody mistakes for one another when a code is read aloud."""


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


@attrs.frozen
class RandomIds:
    """Names out of the operating system's randomness; see `omnicommerce.ports.ids.Ids`."""

    def fresh(self) -> str:
        """128 random bits, hexadecimal."""
        return secrets.token_hex(16)

    def code(self, length: int) -> str:
        """*length* characters of CODE_ALPHABET, five random bits each."""
        return "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))
