"""What the merchant says about sales is checked when it is said."""

from __future__ import annotations

from typing import Any

import pytest

from omnicommerce.kernel.errors import BadValue
from omnicommerce.orders import SaleRules


def test_a_shop_that_says_nothing_sells_yuan_in_shanghai() -> None:
    assert SaleRules("Asia/Shanghai", "CNY", False, 5, 3_650) == SaleRules()


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("zone", "Asia/Shangri-La"),
        ("zone", "localtime"),
        ("zone", 8),
        ("currency", "RMB"),
        ("currency", None),
        ("accepts_empty_lines", 1),
        ("ahead_minutes_max", -1),
        ("ahead_minutes_max", 1_441),
        ("ahead_minutes_max", 5.0),
        ("late_days_max", -1),
        ("late_days_max", 36_501),
        ("late_days_max", True),
    ],
)
def test_a_rule_out_of_bounds_is_named(rule: str, value: Any) -> None:
    with pytest.raises(BadValue) as bad:
        SaleRules(**{rule: value})

    assert rule == bad.value.path


def test_bounds_belong_to_what_is_allowed() -> None:
    assert 1_440 == SaleRules(ahead_minutes_max=1_440).ahead_minutes_max
    assert 36_500 == SaleRules(late_days_max=36_500).late_days_max
    assert 0 == SaleRules(ahead_minutes_max=0, late_days_max=0).late_days_max
