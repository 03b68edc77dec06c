"""What a merchant may decide about points, and what a purchase is worth."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty import PointsRules, ShortBurn, earned

YUAN = Money(100, "CNY")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *[("earn_per", each) for each in (Money(0, "CNY"), Money(-1, "CNY"), 100, "1.00", 1.0)],
        *[("activation_days", each) for each in (-1, 3_651, 1.0, None, "1", True)],
        *[("expiry_days", each) for each in (0, -1, 3_651, 1.0, "365", True)],
        *[("restored_days", each) for each in (-1, 3_651, None, 0.5, True)],
        *[("on_short_burn", each) for each in ("refuse", "owe", None, True)],
        *[("written_off", each) for each in ("at_once", "monthly", None, True)],
        *[("adjustment_max", each) for each in (Points(0), Points(-1), 5, None)],
    ],
)
def test_a_rule_out_of_its_bounds_is_no_rule_and_is_named(path: str, value: Any) -> None:
    with pytest.raises(BadValue) as caught:
        PointsRules(**{path: value})

    assert path == caught.value.path


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"earn_per": Money(1, "CNY"), "expiry_days": 1},
        {"activation_days": 3_650, "expiry_days": 3_650, "restored_days": 3_650},
        {"on_short_burn": ShortBurn.OWE, "adjustment_max": Points(1)},
    ],
)
def test_the_bounds_themselves_are_allowed(rules: dict[str, Any]) -> None:
    assert PointsRules(**rules) == PointsRules(**rules)


# --- earning -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paid", "points"), [(0, 0), (99, 0), (100, 1), (199, 1), (200, 2), (1_999, 19), (-500, 0)]
)
def test_only_whole_points_are_earned(paid: int, points: int) -> None:
    assert Points(points) == earned(Money(paid, "CNY"), PointsRules(earn_per=YUAN))


def test_nothing_is_earned_where_the_merchant_says_so() -> None:
    assert Points(0) == earned(Money(10_000, "CNY"), PointsRules())


def test_money_of_another_currency_earns_nothing() -> None:
    """Such a sale is not turned away for its points; they are adjusted by hand, if at all."""
    assert Points(0) == earned(Money(10_000, "EUR"), PointsRules(earn_per=YUAN))


@examples(st.integers(0, 10**12), st.integers(1, 10**6))
def test_what_is_earned_costs_no_more_than_was_paid(paid: int, per: int) -> None:
    points = earned(Money(paid, "CNY"), PointsRules(earn_per=Money(per, "CNY"))).count

    assert points * per <= paid < (points + 1) * per
