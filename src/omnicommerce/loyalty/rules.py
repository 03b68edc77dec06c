"""What the merchant decides about points."""

from __future__ import annotations

import attrs

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.points import Points


@attrs.frozen
class PointsRules:
    """`adjustment_max` is the most that one adjustment by hand may give or take.

    Raises:
        BadValue: it is less than one point.
    """

    adjustment_max: Points = Points(1_000_000)

    def __attrs_post_init__(self) -> None:
        if type(self.adjustment_max) is not Points or self.adjustment_max < Points(1):
            raise BadValue("adjustment_max", f"expected at least 1 point, got {self.adjustment_max}")
