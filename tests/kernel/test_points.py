"""Laws of points: whole, bounded, and never mistaken for money or a bare number."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce.kernel.bounds import AMOUNT_MAX
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.quantity import Quantity

OPERATIONS = [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge, operator.mul]
counts = st.integers(-AMOUNT_MAX // 2, AMOUNT_MAX // 2)


@pytest.mark.parametrize(
    "count",
    [
        *(float("nan"), float("inf"), 1.0, 0.5, True, False, "12", b"12", None, Decimal(1), (1,)),
        *(AMOUNT_MAX + 1, -AMOUNT_MAX - 1, 10**400),
    ],
)
def test_only_a_whole_number_within_bounds_counts_points(count: Any) -> None:
    with pytest.raises(BadValue) as bad:
        Points(count)

    assert "points" == bad.value.path


@given(counts, counts)
def test_points_add_and_compare_as_their_counts_do(one: int, other: int) -> None:
    a, b = Points(one), Points(other)

    assert (Points(one + other), Points(one - other), Points(-one)) == (a + b, a - b, -a)
    assert (one < other, one <= other, one > other, one >= other) == (a < b, a <= b, a > b, a >= b)
    assert (one == other) == (a == b)
    assert (hash(a) == hash(b)) or one != other


def test_the_bounds_themselves_can_be_counted_and_not_passed() -> None:
    assert (AMOUNT_MAX, -AMOUNT_MAX) == (Points(AMOUNT_MAX).count, Points(-AMOUNT_MAX).count)
    with pytest.raises(BadValue):
        _ = Points(AMOUNT_MAX) + Points(1)
    with pytest.raises(BadValue):
        _ = Points(-AMOUNT_MAX) - Points(1)


@pytest.mark.parametrize("operate", OPERATIONS)
@pytest.mark.parametrize("other", [1, 1.0, "1", None, Money(1, "CNY"), Quantity(1)])
def test_points_go_with_points_only(operate: Callable[[Any, Any], Any], other: Any) -> None:
    assert Points(1) != other
    with pytest.raises(TypeError):
        operate(Points(1), other)


def test_points_are_told_in_words() -> None:
    told = [str(Points(count)) for count in (0, 1, -1, 120)]

    assert ["0 points", "1 point", "-1 point", "120 points"] == told


def test_no_points_are_zero() -> None:
    assert (True, False) == (Points(0).is_zero, Points(1).is_zero)


def test_points_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Points(1).count = 2  # type: ignore[misc]
