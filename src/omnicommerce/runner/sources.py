"""Time and names, unless the host brings its own."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import attrs

from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.ports.ids import CODE_ALPHABET, CODE_LENGTH_MAX


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
        """*length* characters of CODE_ALPHABET, drawn one by one."""
        checked_amount(length, "length", 1, CODE_LENGTH_MAX)
        return "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))
