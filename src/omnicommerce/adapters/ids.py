"""Names and codes drawn from the randomness of the operating system, so that nobody can guess the next."""

from __future__ import annotations

import secrets
from typing import Final

import attrs

from omnicommerce.kernel.bounds import checked_amount

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""What codes are made of: five bits a character, and no 0, 1, I or O to be misread at a till."""

CODE_LENGTH_MAX: Final = 64
"""Nobody types more, and 320 bits are more than anybody needs."""


@attrs.frozen
class RandomIds:
    """Draws ids of 128 random bits, and codes of five random bits a character."""

    def fresh(self) -> str:
        """See `Ids.fresh`."""
        return secrets.token_hex(16)

    def code(self, length: int) -> str:
        """See `Ids.code`."""
        checked_amount(length, "length", 1, CODE_LENGTH_MAX)
        return "".join(secrets.choice(ALPHABET) for _ in range(length))
