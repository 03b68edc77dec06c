"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from omnicommerce.kernel.errors import BadValue


class FrozenClock:
    """Says the same instant until it is moved; fits wherever a `Clock` is asked for.

    Raises:
        BadValue: *start* has no time zone, and so is no instant.
    """

    def __init__(self, start: datetime) -> None:
        self._now = _instant(start)

    def __call__(self) -> datetime:
        """The instant at which the clock stands."""
        return self._now

    def __repr__(self) -> str:
        return f"FrozenClock({self._now.isoformat()})"

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> datetime:
        """Move on by so much, or back if it is negative, and return the new instant."""
        self._now += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self._now

    def set(self, instant: datetime) -> None:
        """Jump to *instant*, before or after."""
        self._now = _instant(instant)


def _instant(value: datetime) -> datetime:
    if value.tzinfo is None or value.utcoffset() is None:
        raise BadValue("instant", "expected an instant with a time zone, got a naive datetime")
    return value.astimezone(UTC)
