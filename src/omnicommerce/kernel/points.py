"""Points: what a loyal customer collects. Not money, though a rule may say what one is worth."""

from __future__ import annotations

import attrs

from omnicommerce.kernel.bounds import AMOUNT_MAX, checked_amount


@attrs.frozen
class Points:
    """A whole number of points, from -AMOUNT_MAX to AMOUNT_MAX; below zero is a debt.

    Points are added to and compared with points only.

    >>> Points(120) - Points(20)
    Points(count=100)

    Raises:
        BadValue: *count* is not an int within bounds.
    """

    count: int

    # Not a validator: those can be switched off for the whole process, and cost twice as much.
    def __attrs_post_init__(self) -> None:
        count = self.count
        if type(count) is not int or not -AMOUNT_MAX <= count <= AMOUNT_MAX:
            checked_amount(count, "points")

    @property
    def is_zero(self) -> bool:
        """Whether these are no points at all."""
        return self.count == 0

    def __add__(self, other: Points) -> Points:
        return Points(self.count + other.count) if type(other) is Points else NotImplemented

    def __sub__(self, other: Points) -> Points:
        return Points(self.count - other.count) if type(other) is Points else NotImplemented

    def __abs__(self) -> Points:
        return self if self.count >= 0 else -self

    def __neg__(self) -> Points:
        return Points(-self.count)

    def __lt__(self, other: Points) -> bool:
        return self.count < other.count if type(other) is Points else NotImplemented

    def __le__(self, other: Points) -> bool:
        return self.count <= other.count if type(other) is Points else NotImplemented

    def __gt__(self, other: Points) -> bool:
        return self.count > other.count if type(other) is Points else NotImplemented

    def __ge__(self, other: Points) -> bool:
        return self.count >= other.count if type(other) is Points else NotImplemented

    def __str__(self) -> str:
        return f"{self.count} {'point' if abs(self.count) == 1 else 'points'}"
