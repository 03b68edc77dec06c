"""Quantity: how many of an article stand on a line of a receipt, of an order or of a delivery."""

from __future__ import annotations

from typing import Final

import attrs

from omnicommerce.kernel.bounds import checked_amount

QUANTITY_MAX: Final = 9_999_999
"""Real receipts go to 89,638 of one article; eight digits are a barcode scanned into the wrong field."""


@attrs.frozen
class Quantity:
    """A whole number of pieces, from 0 to QUANTITY_MAX; what was given back is subtracted, never negative.

    >>> Quantity(3) - Quantity(1)
    Quantity(count=2)

    Raises:
        BadValue: *count* is not an int within bounds.
    """

    count: int

    # Not a validator: those can be switched off for the whole process, and cost twice as much.
    def __attrs_post_init__(self) -> None:
        count = self.count
        if type(count) is not int or not 0 <= count <= QUANTITY_MAX:
            checked_amount(count, "quantity", 0, QUANTITY_MAX)

    @property
    def is_zero(self) -> bool:
        """Whether there is not even one."""
        return self.count == 0

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.count + other.count) if type(other) is Quantity else NotImplemented

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self.count - other.count) if type(other) is Quantity else NotImplemented

    def __lt__(self, other: Quantity) -> bool:
        return self.count < other.count if type(other) is Quantity else NotImplemented

    def __le__(self, other: Quantity) -> bool:
        return self.count <= other.count if type(other) is Quantity else NotImplemented

    def __gt__(self, other: Quantity) -> bool:
        return self.count > other.count if type(other) is Quantity else NotImplemented

    def __ge__(self, other: Quantity) -> bool:
        return self.count >= other.count if type(other) is Quantity else NotImplemented

    def __str__(self) -> str:
        return str(self.count)
