"""Sharing a whole number out without losing a cent, and rounding that is said aloud.

Plain integers: money and points are shared by the same arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from omnicommerce.kernel.bounds import AMOUNT_MAX, checked_amount
from omnicommerce.kernel.errors import BadValue

WEIGHTS_MAX: Final = 10_000
"""No receipt has more lines; more weights than this are a mistake."""


class Rounding(StrEnum):
    """Which neighbour a number between two whole ones becomes."""

    HALF_UP = "half_up"
    """The nearer one; halfway, the one further from zero, as people learn at school."""
    HALF_EVEN = "half_even"
    """The nearer one; halfway, the even one, so that many roundings do not drift."""
    DOWN = "down"
    """The one nearer to zero."""
    UP = "up"
    """The one further from zero."""
    FLOOR = "floor"
    """The smaller one."""
    CEILING = "ceiling"
    """The larger one."""


def divided(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Exactly *numerator* / *denominator*, as a whole number.

    >>> divided(-5, 2, Rounding.HALF_UP), divided(-5, 2, Rounding.HALF_EVEN)
    (-3, -2)

    Raises:
        BadValue: *numerator* is no int, *denominator* is not 1 to AMOUNT_MAX, or *rounding* is
            no Rounding.
    """
    if type(numerator) is not int:
        raise BadValue("numerator", f"expected int, got {type(numerator).__name__}")
    checked_amount(denominator, "denominator", 1)
    if type(rounding) is not Rounding:
        raise BadValue("rounding", f"expected Rounding, got {type(rounding).__name__}")
    floor, rest = divmod(numerator, denominator)
    return floor + 1 if rest and _goes_up(floor, 2 * rest - denominator, rounding) else floor


def _goes_up(floor: int, beyond_half: int, rounding: Rounding) -> bool:
    """Whether a number strictly between *floor* and the next whole one becomes the next one.

    *beyond_half* is below, at or above zero as the number lies below, at or above the middle.
    """
    is_negative = floor < 0
    match rounding:
        case Rounding.HALF_UP:
            return beyond_half > 0 or (beyond_half == 0 and not is_negative)
        case Rounding.HALF_EVEN:
            return beyond_half > 0 or (beyond_half == 0 and floor % 2 == 1)
        case Rounding.DOWN:
            return is_negative
        case Rounding.UP:
            return not is_negative
        case Rounding.FLOOR:
            return False
        case Rounding.CEILING:
            return True


def shared_out(whole: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Share *whole* out in proportion to *weights*; the parts always add up to it.

    Largest remainders (Hamilton's method; see M. L. Balinski and H. P. Young, "Fair
    Representation", 1982): everyone gets the whole units of their exact share, and the units left
    over go, one each, to the largest remainders; of equal remainders the leftmost goes first. So
    every part lies less than one unit from its exact share, and a receipt printed twice is the same.

    A negative whole is shared as the mirror image of the positive one, so a refund takes back
    exactly what the sale gave. A weight of zero gets nothing.

    >>> shared_out(100, (1, 1, 1))
    (34, 33, 33)
    >>> shared_out(-100, (1, 1, 1))
    (-34, -33, -33)

    Raises:
        BadValue: *whole* is no amount, a weight is not 0 to AMOUNT_MAX, there are more than
            WEIGHTS_MAX, or all are zero (or there are none) and *whole* is not.
    """
    checked_amount(whole, "whole")
    if len(weights) > WEIGHTS_MAX:
        raise BadValue("weights", f"expected at most {WEIGHTS_MAX}, got {len(weights)}")
    for weight in weights:
        if type(weight) is not int or not 0 <= weight <= AMOUNT_MAX:
            raise _bad_weight(weights)
    everything = sum(weights)
    if everything == 0:
        if whole != 0:
            raise BadValue("weights", "expected at least one above zero")
        return (0,) * len(weights)
    sign = -1 if whole < 0 else 1
    exact = [divmod(abs(whole) * weight, everything) for weight in weights]
    left_over = abs(whole) - sum(units for units, _ in exact)
    # `sorted` is stable, so of equal remainders the leftmost stays first.
    by_remainder = sorted(range(len(exact)), key=lambda place: -exact[place][1])
    favoured = frozenset(by_remainder[:left_over])
    return tuple(sign * (units + (place in favoured)) for place, (units, _) in enumerate(exact))


def share_of_next(whole: int, units: int, before: int, returned: int) -> int:
    """What of *whole* belongs to the next *returned* of *units*, after *before* have come back already.

    The share of the first j units minus the share of those before, both rounded down: however a
    return is split, the parts add up to the same, and all units together to *whole*.

    >>> [share_of_next(100, 3, before, 1) for before in range(3)]
    [33, 33, 34]

    Raises:
        BadValue: *units* is not at least 1, or more units would come back than there are.
    """
    checked_amount(units, "units", 1)
    checked_amount(before, "before", 0, units)
    checked_amount(returned, "returned", 0, units - before)
    until = divided(whole * (before + returned), units, Rounding.FLOOR)
    return until - divided(whole * before, units, Rounding.FLOOR)


def _bad_weight(weights: Sequence[int]) -> BadValue:
    for place, weight in enumerate(weights):
        try:
            checked_amount(weight, f"weights[{place}]", 0)
        except BadValue as bad:
            return bad
    raise AssertionError("one of the weights is bad")
