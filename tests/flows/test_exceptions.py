"""What waits for somebody to look is listed, the oldest first, and taken off the list once they have."""

from __future__ import annotations

from datetime import timedelta

import pytest

from omnicommerce import BadValue, Parked, Refused
from tests.shopfront import SHOP_OPENS, Shop, opened, returned, sale

MINUTE = timedelta(minutes=1)


def with_late_returns(many: int) -> Shop:
    """A shop in which so many returns of two units came before the sale of one, a minute apart."""
    shop = opened()
    for number in range(many):
        bought = sale(number, at=SHOP_OPENS)
        shop.commerce.sales.take_back(goods=returned(bought, f"r{number}", ((1, 2),)))
        shop.at(SHOP_OPENS + number * MINUTE).commerce.sales.ingest(sale=bought)
    return shop


def test_an_exception_says_what_it_is_since_when_and_why() -> None:
    shop = with_late_returns(1)

    (parked,) = shop.commerce.exceptions.list().parked
    assert Parked("returns", "s2/t1/r0", SHOP_OPENS, "more_than_sold") == parked


def test_exceptions_are_listed_page_by_page_the_oldest_first() -> None:
    shop = with_late_returns(5)
    first = shop.commerce.exceptions.list(limit=2)
    second = shop.commerce.exceptions.list(limit=2, after=first.after)
    third = shop.commerce.exceptions.list(limit=2, after=second.after)

    listed = [each.subject for page in (first, second, third) for each in page.parked]
    assert [f"s2/t1/r{number}" for number in range(5)] == listed
    assert third.after is None


def test_who_has_looked_takes_it_off_the_list() -> None:
    shop = with_late_returns(2)
    closed = shop.commerce.exceptions.close(process="returns", subject="s2/t1/r0")

    assert "s2/t1/r0" == closed.subject
    assert ["s2/t1/r1"] == [each.subject for each in shop.commerce.exceptions.list().parked]
    with pytest.raises(Refused, match="no_such_exception"):
        shop.commerce.exceptions.close(process="returns", subject="s2/t1/r0")
    assert shop.commerce.audit().is_balanced


@pytest.mark.parametrize("limit", [0, 501, -1])
def test_a_page_has_a_limit(limit: int) -> None:
    with pytest.raises(BadValue, match="limit"):
        opened().commerce.exceptions.list(limit=limit)
