"""How large a number may be. Money, points and counters are whole numbers; float never touches them."""

from __future__ import annotations

from typing import Final

from omnicommerce.kernel.errors import BadValue

AMOUNT_MAX: Final = 10**15
"""No counter, amount or bound passes this: far from 2**63, so sums of many stay exact everywhere."""


def checked_amount(number: object, path: str, least: int = -AMOUNT_MAX, most: int = AMOUNT_MAX) -> int:
    """Return *number* if it is a whole number within bounds; a bool, a float or a text is not.

    Raises:
        BadValue: it is not an int, or lies outside [*least*, *most*].
    """
    if type(number) is not int:
        raise BadValue(path, f"expected int, got {type(number).__name__}")
    if not least <= number <= most:
        raise BadValue(path, f"expected {least} to {most}")
    return number
