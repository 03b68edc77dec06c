"""Whether a sale or a return can have happened at all; a limit or a coupon is no reason to doubt a fact."""

from __future__ import annotations

from datetime import datetime, timedelta

from omnicommerce.kernel.verdict import Verdict, every, failed, held
from omnicommerce.orders.rules import SaleRules
from omnicommerce.orders.sale import Return, Sale


def sale_verdict(sale: Sale, rules: SaleRules, now: datetime) -> Verdict:
    """Whether the shop can have made this sale: its currency, its time and its quantities."""
    return every(
        "impossible_sale", (_currency(sale, rules), *_times(sale.at, rules, now), _quantities(sale, rules))
    )


def return_verdict(goods: Return, rules: SaleRules, now: datetime) -> Verdict:
    """Whether the shop can have taken these goods back: its time."""
    return every("impossible_return", _times(goods.at, rules, now))


def _currency(sale: Sale, rules: SaleRules) -> Verdict:
    is_ours = sale.total.currency == rules.currency
    judged = held if is_ours else failed
    return judged("not_the_shops_currency", actual=sale.total.currency, required=rules.currency)


def _times(at: datetime, rules: SaleRules, now: datetime) -> tuple[Verdict, ...]:
    latest = now + timedelta(minutes=rules.ahead_minutes_max)
    earliest = now - timedelta(days=rules.late_days_max)
    return (
        Verdict("in_the_future", at <= latest, at, latest),
        Verdict("too_long_ago", at >= earliest, at, earliest),
    )


def _quantities(sale: Sale, rules: SaleRules) -> Verdict:
    if not rules.accepts_empty_lines:
        for place, line in enumerate(sale.lines):
            if line.quantity.is_zero:
                return failed("empty_line", actual=f"0 units on line {place + 1}", required="1 unit")
    return held("empty_line")
