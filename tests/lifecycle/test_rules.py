"""What a merchant may call a stage, and by which signs it may be told."""

from __future__ import annotations

from typing import Any

import pytest

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.money import Money
from omnicommerce.lifecycle import Signs, Stage, StageRules

CNY, EUR = Money(100, "CNY"), Money(100, "EUR")
LAST = Stage("other")
ASKED: dict[str, Any] = {
    "silent_days_min": 0,
    "silent_days_max": 3_650,
    "age_days_min": 0,
    "age_days_max": 3_650,
    "purchases_min": 1,
    "spend_min": CNY,
}
"""As little as can be asked; asked of those who stay, and not of those who enter, it is too much."""


def fault(build: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(BadValue) as caught:
        build(*arguments, **named)
    return caught.value.path


@pytest.mark.parametrize("path", ["silent_days_min", "silent_days_max", "age_days_min", "age_days_max"])
@pytest.mark.parametrize("days", [-1, 3_651, 1.0, "1", True])
def test_a_number_of_days_is_a_whole_one_of_ten_years_at_most(path: str, days: Any) -> None:
    assert path == fault(Signs, **{path: days})


@pytest.mark.parametrize("purchases", [0, -1, 100_001, 1.0, "1", True])
def test_a_number_of_purchases_is_at_least_one(purchases: Any) -> None:
    assert "purchases_min" == fault(Signs, purchases_min=purchases)


@pytest.mark.parametrize("spend", [Money(0, "CNY"), Money(-1, "CNY"), 100, "1.00", 1.0])
def test_a_spend_is_an_amount_above_zero(spend: Any) -> None:
    assert "spend_min" == fault(Signs, spend_min=spend)


@pytest.mark.parametrize("name", ["", "a" * 65, "line\nbreak", "\u200b", None, 1])
def test_a_stage_has_a_name_that_can_be_shown(name: Any) -> None:
    assert "name" == fault(Stage, name)


@pytest.mark.parametrize("name", ["忠诚", "at_risk", "At risk!", "a" * 64])
def test_a_stage_is_called_what_the_merchant_calls_it(name: str) -> None:
    assert name == StageRules((Stage(name),)).stages[0].name


@pytest.mark.parametrize(
    ("path", "stay", "enter"),
    [
        ("stay.silent_days_min", Signs(silent_days_min=2), Signs(silent_days_min=1)),
        ("stay.age_days_min", Signs(age_days_min=2), Signs(age_days_min=1)),
        ("stay.purchases_min", Signs(purchases_min=2), Signs(purchases_min=1)),
        ("stay.spend_min", Signs(spend_min=Money(101, "CNY")), Signs(spend_min=CNY)),
        ("stay.silent_days_max", Signs(silent_days_max=1), Signs(silent_days_max=2)),
        ("stay.age_days_max", Signs(age_days_max=1), Signs(age_days_max=2)),
        *[(f"stay.{name}", Signs(**{name: bound}), Signs()) for name, bound in ASKED.items()],
        ("stay.spend_min", Signs(spend_min=CNY), Signs(spend_min=EUR)),
    ],
)
def test_staying_is_never_harder_than_entering(path: str, stay: Signs, enter: Signs) -> None:
    """Else whoever has just come in would be out again on the next day."""
    assert path == fault(Stage, "a", enter=enter, stay=stay)


def test_staying_may_be_as_hard_as_entering_or_ask_nothing() -> None:
    signs = Signs(silent_days_min=1, silent_days_max=2, age_days_min=3, age_days_max=4, purchases_min=5)

    assert signs == Stage("a", signs).to_stay
    assert signs == Stage("a", signs, signs).to_stay
    assert Signs() == Stage("a", signs, Signs()).to_stay


@pytest.mark.parametrize(
    ("path", "arguments"),
    [
        ("enter", {"enter": None}),
        ("enter", {"enter": {"purchases_min": 1}}),
        ("stay", {"stay": {"purchases_min": 1}}),
    ],
)
def test_signs_are_signs(path: str, arguments: dict[str, Any]) -> None:
    assert path == fault(Stage, "a", **arguments)


@pytest.mark.parametrize(
    ("path", "rules"),
    [
        *[("window_days", {"window_days": days}) for days in (0, -1, 1_101, 1.0, "1", None, True)],
        ("stages", {"stages": [LAST]}),
        ("stages", {"stages": tuple(Stage(f"stage {n}") for n in range(21))}),
        ("stages[0]", {"stages": ("other",)}),
        ("stages[1].name", {"stages": (Stage("other"), LAST)}),
        ("stages[1].enter", {"stages": (LAST, Stage("few", Signs(purchases_min=1)))}),
        ("stages[0].enter", {"stages": (Stage("few", Signs(purchases_min=1), Signs()),)}),
        (
            "stages[1].enter.spend_min",
            {"stages": (Stage("a", Signs(spend_min=CNY)), Stage("b", Signs(spend_min=EUR)), LAST)},
        ),
    ],
)
def test_rules_by_which_nobody_could_be_judged_are_none_and_the_fault_is_named(
    path: str, rules: dict[str, Any]
) -> None:
    assert path == fault(StageRules, **rules)


def test_the_bounds_themselves_are_allowed() -> None:
    most = Signs(
        silent_days_min=0,
        silent_days_max=3_650,
        age_days_min=3_650,
        age_days_max=0,
        purchases_min=100_000,
        spend_min=Money(1, "CNY"),
    )
    stages = (*(Stage(f"stage {n}", most, most) for n in range(19)), LAST)

    assert 20 == len(StageRules(stages, window_days=1_100).stages)
    assert () == StageRules(window_days=1).stages
