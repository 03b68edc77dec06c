"""A sale is found by its receipt, as the books have it now."""

from __future__ import annotations

import pytest

from omnicommerce import Quantity, Refused, SaleKey, StoreId
from tests.shopfront import opened, returned, sale


def test_a_sale_is_found_with_its_lines_and_what_has_come_back_of_each() -> None:
    shop = opened()
    bought = sale(1, [("milk", 3, 900), ("tea", 1, 500)])
    told = shop.commerce.sales.ingest(sale=bought)
    shop.commerce.sales.take_back(goods=returned(bought, units=((1, 2),)))

    found = shop.commerce.sales.find(receipt=bought.key)

    assert (told.member, bought.total, told.earned) == (found.member, found.total, found.earned)
    assert ["milk", "tea"] == [line.product for line in found.lines]
    assert [Quantity(2), Quantity(0)] == [line.returned for line in found.lines]


def test_a_receipt_that_was_never_told_is_refused() -> None:
    with pytest.raises(Refused, match="no_such_sale") as refused:
        opened().commerce.sales.find(receipt=SaleKey(StoreId("s1"), "t1", "404"))

    assert "s1/t1/404" == refused.value.verdict.actual
