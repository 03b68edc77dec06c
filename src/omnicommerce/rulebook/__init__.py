"""The rulebook: every policy a merchant sets, joined as one value. Each room says what its rules are."""

from __future__ import annotations

import attrs

from omnicommerce.loyalty import PointsRules


@attrs.frozen(kw_only=True)
class Rulebook:
    """The rules of every room; a room that is not mentioned follows its defaults."""

    points: PointsRules = PointsRules()
