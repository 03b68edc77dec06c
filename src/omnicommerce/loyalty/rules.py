"""What the merchant decides about points."""

from __future__ import annotations

import attrs

from omnicommerce.kernel.points import Points


@attrs.frozen
class PointsRules:
    """`adjustment_max` is the most that one adjustment by hand may give or take."""

    adjustment_max: Points = Points(1_000_000)
