"""The clock on the wall."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The current instant as this machine knows it."""
    return datetime.now(UTC)
