"""How long a call may wait. PostgreSQL itself would wait for ever."""

from __future__ import annotations

from typing import Final

import attrs

from omnicommerce.kernel.bounds import checked_amount

MS_MAX: Final = 3_600_000
"""Whoever waits longer than an hour has hung."""


@attrs.frozen
class Limits:
    """What the database is told at the start of every transaction; all in milliseconds.

    `lock_ms`: how long to wait for a record or counter that somebody else is writing.
    `statement_ms`: how long one statement may take, waiting included.
    `idle_ms`: how long a transaction may lie idle before the server ends it; after a lost connection this
    is how long it may still hold its records. SQLite knows the first only.

    Raises:
        BadValue: one of them is not a whole number from 1 to an hour.
    """

    lock_ms: int = 5_000
    statement_ms: int = 15_000
    idle_ms: int = 15_000

    def __attrs_post_init__(self) -> None:
        for name in ("lock_ms", "statement_ms", "idle_ms"):
            checked_amount(getattr(self, name), f"limits.{name}", 1, MS_MAX)


USUAL: Final = Limits()
"""Long enough for a slow disk, short enough for a customer at a till."""
