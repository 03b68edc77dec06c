"""Money: so many of the smallest unit of one currency. Never a float, and never two currencies in one sum."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

import attrs

from omnicommerce.kernel.bounds import AMOUNT_MAX, checked_amount
from omnicommerce.kernel.currencies import EXPONENTS
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.share import Rounding as Rounding
from omnicommerce.kernel.share import divided, shared_out

DIGITS_MAX: Final = 18
"""AMOUNT_MAX has 16 digits; whoever writes more than 18 did not mean an amount."""

DECIMAL_EXPONENT_MAX: Final = 9
"""No currency has more than four decimals; Decimal("1E+999999999") would fill the memory."""

_AMOUNT: Final = re.compile(r"(-?)([0-9]{1,18})(?:\.([0-9]{1,18}))?")


@attrs.frozen
class Money:
    """An amount of money, in minor units: ``Money(1234, "CNY")`` is 12.34 yuan.

    *minor* is a whole number from -AMOUNT_MAX to AMOUNT_MAX, *currency* an ISO 4217 code in use.
    Amounts are added and compared within one currency; across two, `==` is False and everything
    else is a BadValue. There is no `*` and no `/`: `times` says how it rounds and `split` loses nothing.

    >>> Money(1234, "CNY") + Money(66, "CNY")
    Money(minor=1300, currency='CNY')

    Raises:
        BadValue: *minor* is not an int within bounds, or *currency* is not in the table.
    """

    minor: int
    currency: str

    # Not validators: those can be switched off for the whole process, and cost twice as much.
    def __attrs_post_init__(self) -> None:
        minor = self.minor
        if type(minor) is not int or not -AMOUNT_MAX <= minor <= AMOUNT_MAX:
            checked_amount(minor, "minor")
        currency = self.currency
        if type(currency) is not str or currency not in EXPONENTS:
            raise _bad_currency(currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """No money at all, in this currency."""
        return cls(0, currency)

    @property
    def is_zero(self) -> bool:
        """Whether this is no money at all."""
        return self.minor == 0

    def __add__(self, other: Money) -> Money:
        if type(other) is not Money:
            return NotImplemented
        return Money(self.minor + _minor_in(self.currency, other), self.currency)

    def __sub__(self, other: Money) -> Money:
        if type(other) is not Money:
            return NotImplemented
        return Money(self.minor - _minor_in(self.currency, other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < _minor_in(self.currency, other) if type(other) is Money else NotImplemented

    def __le__(self, other: Money) -> bool:
        return self.minor <= _minor_in(self.currency, other) if type(other) is Money else NotImplemented

    def __gt__(self, other: Money) -> bool:
        return self.minor > _minor_in(self.currency, other) if type(other) is Money else NotImplemented

    def __ge__(self, other: Money) -> bool:
        return self.minor >= _minor_in(self.currency, other) if type(other) is Money else NotImplemented

    def times(self, numerator: int, denominator: int = 1, *, rounding: Rounding) -> Money:
        """This amount times *numerator* / *denominator*, exact up to the one rounding at the end.

        >>> Money(1999, "CNY").times(15, 100, rounding=Rounding.HALF_UP)  # 15 % of 19.99
        Money(minor=300, currency='CNY')

        Raises:
            BadValue: *numerator* is not an int within bounds, *denominator* is not at least 1, or
                the product is out of bounds.
        """
        checked_amount(numerator, "numerator")
        return Money(divided(self.minor * numerator, denominator, rounding), self.currency)

    def split(self, weights: Sequence[int]) -> tuple[Money, ...]:
        """Share this amount out in proportion to *weights*; the parts add up to it to the cent.

        The units left over go to the largest remainders, then to the leftmost (see `shared_out`).

        Examples:
            >>> [part.minor for part in Money(1000, "CNY").split((2, 1, 0))]
            [667, 333, 0]

        Raises:
            BadValue: a weight is negative or no int, there are more than WEIGHTS_MAX, or all are
                zero (or there are none) and the amount is not.
        """
        return tuple(Money(part, self.currency) for part in shared_out(self.minor, weights))

    def __str__(self) -> str:
        exponent = EXPONENTS[self.currency]
        if exponent == 0:
            return f"{self.minor} {self.currency}"
        whole, part = divmod(abs(self.minor), 10**exponent)
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{whole}.{part:0{exponent}} {self.currency}"


def total(monies: Iterable[Money], currency: str) -> Money:
    """The sum of *monies*, which is zero *currency* where there are none.

    Only the sum has to lie within bounds, so the order does not matter.

    Raises:
        BadValue: one of *monies* is in another currency, or the sum is out of bounds.
    """
    return Money(sum(_minor_in(currency, each) for each in monies), currency)


def money(text: str, currency: str) -> Money:
    """Read an amount that someone typed or sent as text, such as ``"12.34"``.

    ASCII digits with at most one point, perhaps a minus before them; at most 18 digits, and not
    more decimals than the currency has. Nothing is rounded, and nothing that merely looks like a
    number is one: not ``"1e3"``, ``"1_000"``, ``" 1"``, ``"１２"`` or ``"NaN"``.

    >>> money("12.3", "CNY"), money("1500", "JPY")
    (Money(minor=1230, currency='CNY'), Money(minor=1500, currency='JPY'))

    Raises:
        BadValue: *text* is not written like that, or *currency* is not in the table.
    """
    exponent = _exponent(currency)
    if type(text) is not str:
        raise BadValue("amount", f"expected text, got {type(text).__name__}")
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise BadValue("amount", "expected a decimal number such as 12.34")
    sign, whole, part = found[1], found[2], found[3] or ""
    if len(whole) + len(part) > DIGITS_MAX:
        raise BadValue("amount", f"expected at most {DIGITS_MAX} digits")
    if len(part) > exponent:
        raise BadValue("amount", f"expected at most {exponent} decimals, as {currency} has")
    return Money(int(sign + whole + part.ljust(exponent, "0")), currency)


def from_decimal(amount: Decimal, currency: str) -> Money:
    """Read an amount that a database or a payment provider hands over as a Decimal.

    Exact or refused: ``Decimal("12.3400")`` is 12.34 yuan (the zeros are the column's, not the
    writer's), ``Decimal("12.345")`` is none.

    Raises:
        BadValue: *amount* is no finite Decimal of at most 18 digits, has a part smaller than the
            smallest unit, or *currency* is not in the table.
    """
    exponent = _exponent(currency)
    if type(amount) is not Decimal:
        raise BadValue("amount", f"expected Decimal, got {type(amount).__name__}")
    sign, digits, shift = amount.as_tuple()
    if not isinstance(shift, int):
        raise BadValue("amount", "expected a finite number")
    if len(digits) > DIGITS_MAX or abs(shift) > DECIMAL_EXPONENT_MAX:
        raise BadValue("amount", f"expected at most {DIGITS_MAX} digits, {DECIMAL_EXPONENT_MAX} decimals")
    number = int("".join(map(str, digits))) * 10 ** (DECIMAL_EXPONENT_MAX + shift)
    minor, rest = divmod(number, 10 ** (DECIMAL_EXPONENT_MAX - exponent))
    if rest:
        raise BadValue("amount", f"expected at most {exponent} decimals, as {currency} has")
    return Money(-minor if sign else minor, currency)


def _minor_in(currency: str, amount: Money) -> int:
    """The minor units of *amount*, if it is money of that currency."""
    if amount.currency != currency:
        raise BadValue("currency", f"{currency} and {amount.currency} do not mix: exchange one of them first")
    return amount.minor


def _exponent(currency: object) -> int:
    if type(currency) is not str or currency not in EXPONENTS:
        raise _bad_currency(currency)
    return EXPONENTS[currency]


def _bad_currency(currency: object) -> BadValue:
    # A text is not quoted: it may be of any length, and somebody's secret.
    found = "another text" if type(currency) is str else type(currency).__name__
    return BadValue("currency", f"expected an ISO 4217 code such as CNY, got {found}")
