"""What a merchant may decide about points, and what a purchase is worth."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty import PointsRules, ShortBurn, earned, reversed_share

YUAN = Money(100, "CNY")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *[("earn_per", each) for each in (Money(0, "CNY"), Money(-1, "CNY"), 100, "1.00", 1.0)],
        *[("activation_days", each) for each in (-1, 3_651, 1.0, None, "1", True)],
        *[("expiry_days", each) for each in (0, -1, 3_651, 1.0, "365", True)],
        *[("restored_days", each) for each in (-1, 3_651, None, 0.5, True)],
        *[("on_short_burn", each) for each in ("refuse", "owe", None, True)],
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


# --- the share of what comes back ----------------------------------------------------------------


@examples(st.integers(0, 10**6), st.integers(1, 60), st.data())
def test_any_split_of_a_return_takes_back_the_whole(whole: int, units: int, data: st.DataObject) -> None:
    """Cumulative rounding: no sequence of partial returns keeps a point, and none takes one too many."""
    before, taken = 0, 0
    while before < units:
        returned = data.draw(st.integers(1, units - before))
        share = reversed_share(whole, units, before, returned)
        assert 0 <= share
        assert taken + share == reversed_share(whole, units, 0, before + returned)
        before, taken = before + returned, taken + share

    assert whole == taken


def test_rounding_each_return_by_itself_would_lose_points() -> None:
    naive = sum(10 * 1 // 3 for _ in range(3))

    assert 9 == naive
    assert 0 == reversed_share(10, 3, 1, 0)
    assert [3, 3, 4] == [reversed_share(10, 3, before, 1) for before in range(3)]


@pytest.mark.parametrize(
    ("units", "before", "returned", "path"),
    [
        (0, 0, 0, "units"),
        (3, 4, 0, "before"),
        (3, -1, 1, "before"),
        (3, 2, 2, "returned"),
        (3, 0, -1, "returned"),
    ],
)
def test_no_more_comes_back_than_was_sold(units: int, before: int, returned: int, path: str) -> None:
    with pytest.raises(BadValue) as caught:
        reversed_share(10, units, before, returned)

    assert path == caught.value.path
