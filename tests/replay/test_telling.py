"""A receipt of the data becomes a sale: nothing is added, nothing is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import islice
from typing import Final

from examples.replay.dataset import data_folder, days
from examples.replay.receipts import Basket, BasketLine
from examples.replay.telling import sale_of
from omnicommerce import (
    CampaignId,
    Channel,
    Line,
    Money,
    Points,
    ProductId,
    Quantity,
    Sale,
    Shown,
    StoreId,
)

AT: Final = datetime(2017, 5, 8, 23, 30, tzinfo=UTC)

BASKET: Final = Basket(
    id=31_198_459_044,
    household=2_375,
    store=309,
    at=AT,
    day=date(2017, 5, 8),
    lines=(
        BasketLine(product=1_082_185, quantity=2, paid_minor=178, coupon_minor=50),
        BasketLine(product=6_534_178, quantity=0, paid_minor=0, coupon_minor=0),
        BasketLine(product=6_534_178, quantity=9_870, paid_minor=2_999, coupon_minor=0),
        BasketLine(product=819_063, quantity=0, paid_minor=101, coupon_minor=0),
    ),
)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def test_a_basket_is_told_as_the_sale_of_a_till_that_was_shown_a_card() -> None:
    """178 + 0 + 2,999 + 101 = 3,278 cents; lines without units are lines, too, in their places."""
    expected = Sale(
        store=StoreId("309"),
        till="1",
        number="31198459044",
        at=AT,
        channel=Channel.STORE,
        shown=Shown("till_member", "2375"),
        lines=(
            Line(ProductId("1082185"), Quantity(2), usd(178)),
            Line(ProductId("6534178"), Quantity(0), usd(0)),
            Line(ProductId("6534178"), Quantity(9_870), usd(2_999)),
            Line(ProductId("819063"), Quantity(0), usd(101)),
        ),
        total=usd(3_278),
        burn=Points(0),
        coupons=(),
    )

    assert expected == sale_of(BASKET, (), Points(0))


def test_a_sale_carries_its_coupons_in_their_order_and_its_burn() -> None:
    coupons = [CampaignId("8-10000085364"), CampaignId("8-10000085361")]

    sale = sale_of(BASKET, coupons, Points(500))

    assert tuple(coupons) == sale.coupons
    assert Points(500) == sale.burn


def test_a_burn_does_not_lower_what_was_paid() -> None:
    assert usd(3_278) == sale_of(BASKET, (), Points(500)).total


def test_every_basket_of_a_week_can_be_told_and_no_two_have_one_receipt() -> None:
    week = [basket for _, baskets in islice(days(data_folder()), 7) for basket in baskets]

    sales = [sale_of(basket, (), Points(0)) for basket in week]

    assert len(week) == len({sale.key for sale in sales})
    assert [sum(line.paid_minor for line in basket.lines) for basket in week] == [
        sale.total.minor for sale in sales
    ]
