"""Laws of money: no cent is lost, none is invented, and nothing that is not an amount becomes one."""

from __future__ import annotations

import decimal
import operator
import pickle
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from iso4217 import Currency

from omnicommerce.kernel.bounds import AMOUNT_MAX
from omnicommerce.kernel.currencies import EXPONENTS
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.money import Money, Rounding, from_decimal, money, total
from omnicommerce.kernel.share import WEIGHTS_MAX, divided, shared_out

NOT_INTS: list[Any] = [
    float("nan"),
    float("inf"),
    1.0,
    0.5,
    True,
    False,
    "12",
    b"12",
    None,
    Decimal(12),
    (1,),
    [1],
]
NOT_CURRENCIES: list[Any] = [
    "",
    "cny",
    "CNY ",
    "XXX",
    "XAU",
    "XTS",
    "ZZZ",
    "¥",
    "ＣＮＹ",
    None,
    156,
    ["CNY"],
    b"CNY",
]

OPERATIONS = [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge]

amounts = st.integers(-(10**12), 10**12)
currencies = st.sampled_from(sorted(EXPONENTS))
weight_rows = st.lists(st.integers(0, 10**9), min_size=1, max_size=40).filter(any)


# --- what money is -------------------------------------------------------------------------------


def test_the_table_of_currencies_is_that_of_iso_4217() -> None:
    published = {each.code: each.exponent for each in Currency if each.exponent is not None}

    assert published == dict(EXPONENTS)


def test_the_table_of_currencies_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        EXPONENTS["XAU"] = 2  # type: ignore[index]


@pytest.mark.parametrize("minor", [*NOT_INTS, AMOUNT_MAX + 1, -AMOUNT_MAX - 1, 10**400])
def test_only_a_whole_number_within_bounds_is_an_amount(minor: Any) -> None:
    with pytest.raises(BadValue) as bad:
        Money(minor, "CNY")

    assert "minor" == bad.value.path


@pytest.mark.parametrize("currency", NOT_CURRENCIES)
@pytest.mark.parametrize(
    "make",
    [
        lambda currency: Money(1, currency),
        Money.zero,
        lambda currency: money("1", currency),
        lambda currency: from_decimal(Decimal(1), currency),
        lambda currency: total((), currency),
    ],
)
def test_only_a_currency_of_the_table_is_one(make: Callable[[Any], Money], currency: Any) -> None:
    with pytest.raises(BadValue) as bad:
        make(currency)

    assert "currency" == bad.value.path


def test_the_bounds_themselves_are_amounts() -> None:
    assert (AMOUNT_MAX, -AMOUNT_MAX) == (Money(AMOUNT_MAX, "CNY").minor, Money(-AMOUNT_MAX, "CNY").minor)


def test_money_is_a_value() -> None:
    amount = Money(5, "CNY")

    assert {amount} == {Money(5, "CNY")}
    assert amount == pickle.loads(pickle.dumps(amount))  # noqa: S301 - we wrote it ourselves
    assert not hasattr(amount, "__dict__")
    with pytest.raises(AttributeError):
        amount.minor = 6  # type: ignore[misc]


def test_zero_of_a_currency_is_no_money() -> None:
    assert (Money(0, "JPY"), True, False) == (
        Money.zero("JPY"),
        Money.zero("JPY").is_zero,
        Money(1, "JPY").is_zero,
    )


# --- adding and comparing ------------------------------------------------------------------------


@given(amounts, amounts)
def test_money_adds_and_compares_as_its_minor_units_do(one: int, other: int) -> None:
    a, b = Money(one, "CNY"), Money(other, "CNY")

    assert (one + other, one - other, -one) == ((a + b).minor, (a - b).minor, (-a).minor)
    assert (one < other, one <= other, one > other, one >= other) == (a < b, a <= b, a > b, a >= b)
    assert (one == other) == (a == b)


def test_a_sum_past_the_bounds_is_refused() -> None:
    with pytest.raises(BadValue):
        _ = Money(AMOUNT_MAX, "CNY") + Money(1, "CNY")


@pytest.mark.parametrize("operate", [*OPERATIONS, lambda one, other: total((one, other), "CNY")])
def test_two_currencies_are_never_equal_and_never_mix(operate: Callable[[Any, Any], Any]) -> None:
    yuan, yen = Money(1, "CNY"), Money(1, "JPY")

    assert yuan != yen
    with pytest.raises(BadValue, match="CNY and JPY do not mix") as bad:
        operate(yuan, yen)
    assert "currency" == bad.value.path


@pytest.mark.parametrize("operate", [*OPERATIONS, operator.mul, operator.truediv])
@pytest.mark.parametrize("other", [1, 1.0, "1", None, Decimal(1)])
def test_money_goes_with_money_only(operate: Callable[[Any, Any], Any], other: Any) -> None:
    assert Money(1, "CNY") != other
    with pytest.raises(TypeError):
        operate(Money(1, "CNY"), other)


@given(st.lists(amounts), currencies)
def test_a_total_is_the_sum_in_any_order(minors: list[int], currency: str) -> None:
    monies = [Money(each, currency) for each in minors]

    assert Money(sum(minors), currency) == total(monies, currency) == total(reversed(monies), currency)


def test_only_the_total_has_to_lie_within_bounds() -> None:
    most, least = Money(AMOUNT_MAX, "CNY"), Money(-AMOUNT_MAX, "CNY")

    assert most == total((most, most, least), "CNY")
    with pytest.raises(BadValue):
        total((most, most), "CNY")


# --- rounding ------------------------------------------------------------------------------------

IN_DECIMAL = {
    Rounding.HALF_UP: decimal.ROUND_HALF_UP,
    Rounding.HALF_EVEN: decimal.ROUND_HALF_EVEN,
    Rounding.DOWN: decimal.ROUND_DOWN,
    Rounding.UP: decimal.ROUND_UP,
    Rounding.FLOOR: decimal.ROUND_FLOOR,
    Rounding.CEILING: decimal.ROUND_CEILING,
}


def rounded_by_decimal(numerator: int, denominator: int, rounding: Rounding) -> int:
    """What the standard library makes of it: twice the quotient is exact as far as halves go."""
    doubled, rest = divmod(2 * numerator, denominator)
    # Anything strictly between two halves rounds as a quarter does.
    exact = Decimal(doubled) / 2 + (Decimal("0.25") if rest else 0)
    return int(exact.quantize(Decimal(1), rounding=IN_DECIMAL[rounding]))


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**9), st.sampled_from(Rounding))
@example(5, 2, Rounding.HALF_EVEN)
@example(-5, 2, Rounding.HALF_UP)
@example(-1, 2, Rounding.HALF_EVEN)
def test_every_rounding_is_that_of_the_decimal_module(
    numerator: int, denominator: int, rounding: Rounding
) -> None:
    assert rounded_by_decimal(numerator, denominator, rounding) == divided(numerator, denominator, rounding)


@pytest.mark.parametrize(
    ("rounding", "of_halves"),
    [
        (Rounding.HALF_UP, (-3, -2, -1, 1, 2, 3)),
        (Rounding.HALF_EVEN, (-2, -2, 0, 0, 2, 2)),
        (Rounding.DOWN, (-2, -1, 0, 0, 1, 2)),
        (Rounding.UP, (-3, -2, -1, 1, 2, 3)),
        (Rounding.FLOOR, (-3, -2, -1, 0, 1, 2)),
        (Rounding.CEILING, (-2, -1, 0, 1, 2, 3)),
    ],
)
def test_halves_round_as_the_shop_says(rounding: Rounding, of_halves: tuple[int, ...]) -> None:
    assert of_halves == tuple(divided(odd, 2, rounding) for odd in (-5, -3, -1, 1, 3, 5))


@given(amounts, st.integers(-1000, 1000), st.integers(1, 1000), st.sampled_from(Rounding))
def test_a_product_lies_within_one_unit_of_the_exact_one(
    minor: int, numerator: int, denominator: int, rounding: Rounding
) -> None:
    product = Money(minor, "CNY").times(numerator, denominator, rounding=rounding)

    assert abs(Fraction(minor * numerator, denominator) - product.minor) < 1


def test_a_product_is_exact_where_float_is_not() -> None:
    """15 % of 0.90 is 13.5 cents; the naive version makes 13 of it, and large amounts go astray."""
    price = Money(90, "CNY")

    assert round(price.minor * 0.15, 2) == 13.5
    assert int(0.57 * 100) == 56
    assert Money(14, "CNY") == price.times(15, 100, rounding=Rounding.HALF_UP)
    assert Money(57, "CNY") == Money(100, "CNY").times(57, 100, rounding=Rounding.DOWN)
    assert Money(AMOUNT_MAX - 1, "CNY") == Money(AMOUNT_MAX - 1, "CNY").times(
        AMOUNT_MAX, AMOUNT_MAX, rounding=Rounding.DOWN
    )


@pytest.mark.parametrize("bad", [*NOT_INTS, AMOUNT_MAX + 1])
def test_only_whole_numbers_multiply_money(bad: Any) -> None:
    with pytest.raises(BadValue, match="numerator"):
        Money(1, "CNY").times(bad, rounding=Rounding.DOWN)
    with pytest.raises(BadValue, match="denominator"):
        Money(1, "CNY").times(1, bad, rounding=Rounding.DOWN)


def test_nothing_is_divided_by_zero_or_less_or_in_an_unknown_way() -> None:
    for denominator in (0, -1):
        with pytest.raises(BadValue, match="denominator"):
            Money(1, "CNY").times(1, denominator, rounding=Rounding.DOWN)
    for rounding in ("half_up", None, 4):
        with pytest.raises(BadValue, match="rounding"):
            Money(1, "CNY").times(1, 2, rounding=rounding)  # type: ignore[arg-type]
    with pytest.raises(BadValue, match="numerator"):
        divided(1.0, 1, Rounding.DOWN)  # type: ignore[arg-type]


# --- sharing out ---------------------------------------------------------------------------------


@given(amounts, weight_rows)
def test_the_parts_always_add_up_to_the_whole(minor: int, weights: list[int]) -> None:
    parts = Money(minor, "CNY").split(weights)

    assert len(weights) == len(parts)
    assert Money(minor, "CNY") == total(parts, "CNY")


@given(amounts, weight_rows)
def test_every_part_lies_less_than_one_unit_from_its_exact_share(minor: int, weights: list[int]) -> None:
    parts = shared_out(minor, weights)

    for part, weight in zip(parts, weights, strict=True):
        assert abs(Fraction(minor * weight, sum(weights)) - part) < 1


@given(st.integers(0, 10**12), weight_rows)
def test_the_units_left_over_go_to_the_largest_remainders_then_to_the_leftmost(
    minor: int, weights: list[int]
) -> None:
    exact = [Fraction(minor * weight, sum(weights)) for weight in weights]
    expected = [int(share) for share in exact]
    for _ in range(minor - sum(expected)):
        # `max` keeps the first of equals, and who was given a unit is no longer ahead.
        place = max(range(len(exact)), key=lambda each: exact[each] - expected[each])
        expected[place] += 1

    assert expected == list(shared_out(minor, weights))


@given(amounts, weight_rows)
def test_a_refund_is_shared_as_the_mirror_image_of_the_sale(minor: int, weights: list[int]) -> None:
    assert tuple(-part for part in shared_out(minor, weights)) == shared_out(-minor, weights)


@given(amounts, weight_rows)
def test_a_weight_of_zero_gets_nothing_and_changes_nothing(minor: int, weights: list[int]) -> None:
    assert (*shared_out(minor, weights), 0) == shared_out(minor, [*weights, 0])


@given(amounts, weight_rows, st.integers(2, 1000))
def test_only_the_proportion_of_the_weights_counts(minor: int, weights: list[int], factor: int) -> None:
    assert shared_out(minor, weights) == shared_out(minor, [weight * factor for weight in weights])


def test_equal_remainders_are_served_from_the_left() -> None:
    assert (34, 33, 33) == shared_out(100, (1, 1, 1))
    assert (1, 1, 0, 0) == shared_out(2, (1, 1, 1, 1))
    assert (2, 1, 0) == shared_out(3, (3, 2, 0))


def test_rounding_each_line_on_its_own_loses_cents() -> None:
    """The naive discount: three lines of 1.00 share 1.00 off, and a cent goes missing."""
    discount, lines = 100, (100, 100, 100)

    assert 99 == sum(round(discount * line / sum(lines)) for line in lines)
    assert 100 == sum(shared_out(discount, lines))


def test_nothing_can_be_shared_among_nobody_only_if_it_is_nothing() -> None:
    assert (Money(0, "CNY"), Money(0, "CNY")) == Money(0, "CNY").split((0, 0))
    assert () == Money(0, "CNY").split(())
    for weights in ((), (0,), (0, 0)):
        with pytest.raises(BadValue, match="weights"):
            Money(1, "CNY").split(weights)


@pytest.mark.parametrize("bad", [*NOT_INTS, -1, AMOUNT_MAX + 1])
def test_a_weight_is_a_whole_number_from_zero(bad: Any) -> None:
    with pytest.raises(BadValue) as caught:
        Money(1, "CNY").split((1, bad))

    assert "weights[1]" == caught.value.path


def test_there_are_at_most_ten_thousand_weights() -> None:
    assert WEIGHTS_MAX == sum(shared_out(WEIGHTS_MAX, (1,) * WEIGHTS_MAX))
    with pytest.raises(BadValue, match="10000"):
        shared_out(1, (1,) * (WEIGHTS_MAX + 1))


def test_the_largest_amount_is_shared_exactly() -> None:
    parts = Money(AMOUNT_MAX, "CNY").split((AMOUNT_MAX, AMOUNT_MAX, 1))

    assert [5 * 10**14, 5 * 10**14, 0] == [part.minor for part in parts]


@pytest.mark.parametrize("bad", [*NOT_INTS, AMOUNT_MAX + 1])
def test_only_an_amount_can_be_shared_out(bad: Any) -> None:
    with pytest.raises(BadValue, match="whole"):
        shared_out(bad, (1,))


# --- text ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Money(1234, "CNY"), "12.34 CNY"),
        (Money(1234, "JPY"), "1234 JPY"),
        (Money(1234, "KWD"), "1.234 KWD"),
        (Money(12345, "CLF"), "1.2345 CLF"),
        (Money(-5, "CNY"), "-0.05 CNY"),
        (Money(-105, "CNY"), "-1.05 CNY"),
        (Money(0, "CNY"), "0.00 CNY"),
        (Money(-7, "JPY"), "-7 JPY"),
    ],
)
def test_money_is_written_with_the_decimals_of_its_currency(amount: Money, text: str) -> None:
    assert text == str(amount)


@given(st.integers(-AMOUNT_MAX, AMOUNT_MAX), currencies)
def test_what_is_written_can_be_read_back(minor: int, currency: str) -> None:
    amount = Money(minor, currency)
    text, code = str(amount).split()

    assert amount == money(text, code) == from_decimal(Decimal(text), code)


@pytest.mark.parametrize(
    ("text", "minor"),
    [("12.34", 1234), ("12.3", 1230), ("12", 1200), ("-0.05", -5), ("-0", 0), ("007.00", 700), ("0.00", 0)],
)
def test_a_decimal_number_is_read_to_the_cent(text: str, minor: int) -> None:
    assert Money(minor, "CNY") == money(text, "CNY")


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", " 1", "1 ", "1\n", "+1", "--1", "- 1", "1.", ".5", "1..2", "1.2.3", "1,5", "1,000.00"),
        *("1_000", "1e3", "1E3", "NaN", "nan", "Infinity", "-inf", "0x10", "１２", "12.３４", "٣", "²", "½"),
        *("12.340", "12.345", "1" * 19, "0" * 19, "9" * 18, "0" * 17 + ".00", "1" * 1_000_000, "1.23 CNY"),
        *("￥12", "12\x00", "12\u200b", "\u221212", None, 12, 12.34, True, b"12.34", Decimal("12.34")),
    ],
)
def test_what_is_not_written_as_an_amount_is_none(text: Any) -> None:
    with pytest.raises(BadValue):
        money(text, "CNY")


def test_more_decimals_than_the_currency_has_are_refused() -> None:
    assert Money(1234, "KWD") == money("1.234", "KWD")
    for text, currency in (("1.234", "CNY"), ("1.0", "JPY"), ("1.2345", "KWD")):
        with pytest.raises(BadValue, match="decimals"):
            money(text, currency)


@given(st.text(max_size=25))
def test_any_text_is_read_exactly_or_refused(text: str) -> None:
    try:
        amount = money(text, "CNY")
    except BadValue:
        return
    assert Decimal(text) == Decimal(amount.minor) / 100


def test_the_zeros_of_a_database_column_are_no_precision() -> None:
    assert Money(1234, "CNY") == from_decimal(Decimal("12.3400"), "CNY")
    assert Money(3000, "JPY") == from_decimal(Decimal("3E+3"), "JPY")
    assert Money(-5, "CNY") == from_decimal(Decimal("-0.05"), "CNY")
    assert Money(0, "CNY") == from_decimal(Decimal("-0"), "CNY")


@pytest.mark.parametrize(
    "amount",
    [
        *(Decimal(text) for text in ("NaN", "sNaN", "-NaN", "Infinity", "-Infinity", "12.345", "0.001")),
        *(Decimal(text) for text in ("1E+10", "1E+999999", "1E-10", "0E-30", "1" * 19, "9" * 18)),
        *(12.34, 12, "12.34", None, True),
    ],
)
def test_a_decimal_that_is_no_amount_is_refused(amount: Any) -> None:
    with pytest.raises(BadValue):
        from_decimal(amount, "CNY")
