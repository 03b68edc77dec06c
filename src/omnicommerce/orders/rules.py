"""What the merchant decides about sales: where the shop is, in which money it sells, how late it hears."""

from __future__ import annotations

from datetime import date
from typing import Final

import attrs

from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.instant import opening_of
from omnicommerce.kernel.money import Money

AHEAD_MINUTES_MAX: Final = 1_440
"""A clock that runs a day ahead is not a clock: its dates are wrong, too, and so is every window."""

LATE_DAYS_MAX: Final = 36_500
"""A hundred years: whoever brings old books along brings all of them."""

_ANY_DAY: Final = date(2000, 1, 1)


@attrs.frozen
class SaleRules:
    """The merchant's part of the rulebook about sales.

    `zone` is the time zone of the shop, whose calendar says which day a sale belongs to; a store may have
    one of its own. `currency` is the one in which the shop sells. `accepts_empty_lines` keeps lines of
    quantity 0, which earn by what was paid for them. A till's clock may run `ahead_minutes_max` minutes
    ahead of ours. A sale may be told `late_days_max` days after it happened.

    Raises:
        BadValue: the zone or the currency is unknown, or a number is out of its bounds; the path names it.
    """

    zone: str = "Asia/Shanghai"
    currency: str = "CNY"
    accepts_empty_lines: bool = False
    ahead_minutes_max: int = 5
    late_days_max: int = 3_650

    def __attrs_post_init__(self) -> None:
        opening_of(_ANY_DAY, self.zone)
        Money.zero(self.currency)
        _check_bool(self.accepts_empty_lines, "accepts_empty_lines")
        checked_amount(self.ahead_minutes_max, "ahead_minutes_max", 0, AHEAD_MINUTES_MAX)
        checked_amount(self.late_days_max, "late_days_max", 0, LATE_DAYS_MAX)


def _check_bool(value: object, path: str) -> None:
    if type(value) is not bool:
        raise BadValue(path, f"expected bool, got {type(value).__name__}")
