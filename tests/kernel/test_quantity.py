"""Laws of quantity: pieces are counted, from none to what a shop can sell."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.quantity import QUANTITY_MAX, Quantity

OPERATIONS = [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge, operator.mul]
counts = st.integers(0, QUANTITY_MAX)


@pytest.mark.parametrize(
    "count",
    [
        *(float("nan"), float("inf"), 1.0, 0.5, True, False, "12", b"12", None, Decimal(1)),
        *(-1, QUANTITY_MAX + 1, 10_000_000, 6901234567892, 10**400),
    ],
)
def test_only_a_whole_number_a_shop_can_sell_is_a_quantity(count: Any) -> None:
    with pytest.raises(BadValue) as bad:
        Quantity(count)

    assert "quantity" == bad.value.path


@pytest.mark.parametrize("count", [0, 1, 89_638, 9_999_999])
def test_none_one_and_the_most_ever_sold_are_quantities(count: int) -> None:
    assert count == Quantity(count).count
    assert str(count) == str(Quantity(count))
    assert (count == 0) == Quantity(count).is_zero


@given(counts, counts)
def test_quantities_add_and_compare_as_their_counts_do(one: int, other: int) -> None:
    a, b = Quantity(one), Quantity(other)

    assert (one < other, one <= other, one > other, one >= other) == (a < b, a <= b, a > b, a >= b)
    assert (one == other) == (a == b)
    if one + other <= QUANTITY_MAX:
        assert Quantity(one + other) == a + b
    if one >= other:
        assert Quantity(one - other) == a - b


def test_nobody_gives_back_more_than_they_bought() -> None:
    with pytest.raises(BadValue):
        _ = Quantity(1) - Quantity(2)
    with pytest.raises(BadValue):
        _ = Quantity(QUANTITY_MAX) + Quantity(1)


@pytest.mark.parametrize("operate", OPERATIONS)
@pytest.mark.parametrize("other", [1, 1.0, "1", None, Points(1)])
def test_quantities_go_with_quantities_only(operate: Callable[[Any, Any], Any], other: Any) -> None:
    assert Quantity(1) != other
    with pytest.raises(TypeError):
        operate(Quantity(1), other)
