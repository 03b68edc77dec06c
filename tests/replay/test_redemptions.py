"""With which basket a coupon was redeemed: by hand, and beside SQL that says it another way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import takewhile
from typing import Final

import duckdb
import pytest

from examples.replay.dataset import coupons, data_folder, days, redemptions
from examples.replay.receipts import Basket, BasketLine, Redemption
from examples.replay.redemptions import attached
from examples.replay.telling import coupon_id
from omnicommerce.orders.sale import COUPONS_MAX

FOLDER: Final = data_folder()
DAY: Final = date(2017, 5, 8)
HOUSEHOLD, OTHER = 7, 8

PRODUCTS: Final = {(8, 1): frozenset({10, 11}), (8, 2): frozenset({20}), (9, 1): frozenset({10})}

BREAD, MILK, EGGS = 10, 20, 30


def basket(id: int, *lines: tuple[int, int], household: int = HOUSEHOLD) -> Basket:
    """A basket of (product, what a coupon took off)."""
    return Basket(
        id,
        household,
        300,
        datetime(2017, 5, 8, 16, tzinfo=UTC),
        DAY,
        tuple(BasketLine(product, 1, 500, off) for product, off in lines),
    )


def redeemed(coupon: int, campaign: int = 8, household: int = HOUSEHOLD) -> Redemption:
    return Redemption(household, coupon, campaign, DAY)


# --- by hand -------------------------------------------------------------------------------------


def test_a_redemption_goes_to_the_basket_with_a_product_of_its_coupon() -> None:
    baskets = [basket(1, (EGGS, 0)), basket(2, (EGGS, 0), (BREAD, 0))]

    assert ({2: ("8-1",)}, ()) == attached(baskets, [redeemed(1)], PRODUCTS)


def test_it_goes_to_the_basket_in_which_a_coupon_took_something_off_such_a_product() -> None:
    """Something off the eggs says nothing about the bread."""
    baskets = [basket(1, (BREAD, 0), (EGGS, 100)), basket(2, (BREAD, 0)), basket(3, (BREAD, 100))]

    assert ({3: ("8-1",)}, ()) == attached(baskets, [redeemed(1)], PRODUCTS)


def test_one_such_line_is_enough() -> None:
    baskets = [basket(1, (BREAD, 0)), basket(2, (BREAD, 0), (11, 50), (BREAD, 0))]

    assert ({2: ("8-1",)}, ()) == attached(baskets, [redeemed(1)], PRODUCTS)


@pytest.mark.parametrize("off", [0, 100])
def test_of_equals_it_goes_to_the_lowest_whatever_their_order(off: int) -> None:
    baskets = [basket(3, (BREAD, off)), basket(1, (BREAD, off)), basket(2, (BREAD, off))]

    assert ({1: ("8-1",)}, ()) == attached(baskets, [redeemed(1)], PRODUCTS)


def test_it_goes_to_no_basket_of_somebody_else() -> None:
    baskets = [basket(1, (BREAD, 100), household=OTHER), basket(2, (EGGS, 0))]

    assert ({}, (redeemed(1),)) == attached(baskets, [redeemed(1)], PRODUCTS)


def test_without_a_basket_of_that_day_it_fits_none() -> None:
    assert ({}, (redeemed(1),)) == attached([], [redeemed(1)], PRODUCTS)


def test_a_basket_takes_several_in_the_order_in_which_they_are_told() -> None:
    baskets = [basket(1, (BREAD, 0), (MILK, 0))]
    told = [redeemed(2), redeemed(1, campaign=9), redeemed(1)]

    assert ({1: ("8-2", "9-1", "8-1")}, ()) == attached(baskets, told, PRODUCTS)


def test_a_coupon_that_is_redeemed_twice_is_handed_over_twice() -> None:
    """Whether it may be is for the shop to judge."""
    baskets = [basket(1, (BREAD, 0))]

    assert ({1: ("8-1", "8-1")}, ()) == attached(baskets, [redeemed(1)] * 2, PRODUCTS)


# --- beside SQL ----------------------------------------------------------------------------------

# Every eligible line of the household's day is ranked for each redemption, and the first gives the basket.
BEST: Final = """
    WITH eligible AS (
        SELECT row, basket_id,
            row_number() OVER (PARTITION BY row ORDER BY coupon_disc = 0, basket_id) AS place
        FROM (
            SELECT file_row_number AS row, *, redemption_date::DATE AS local_day FROM coupon_redemptions
        ) AS redeemed
        JOIN coupons USING (coupon_upc, campaign_id)
        JOIN (
            SELECT *,
                (transaction_timestamp AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York')::DATE AS local_day
            FROM transactions
        ) AS lines USING (household_id, product_id, local_day)
    )
    SELECT row, basket_id FROM eligible WHERE place = 1
"""


@pytest.fixture(scope="module")
def best() -> Mapping[int, int]:
    """The basket of each redemption that fits one, by its row in the file, as SQL has it."""
    with duckdb.connect() as files:
        for name in ("coupon_redemptions", "coupons", "transactions"):
            file = files.read_parquet(str(FOLDER / f"{name}.parquet"), file_row_number=True)
            file.create_view(name)
        return dict(files.sql(BEST).fetchall())


def fitted(until: date) -> tuple[list[tuple[int, str]], list[Redemption]]:
    """The coupons that go with baskets before that day, and the redemptions that fit none."""
    products = coupons(FOLDER)
    told: dict[date, list[Redemption]] = defaultdict(list)
    for each in redemptions(FOLDER):
        told[each.day].append(each)
    with_basket: list[tuple[int, str]] = []
    without: list[Redemption] = []
    for day, baskets in takewhile(lambda each: each[0] < until, days(FOLDER)):
        fitting, unfitting = attached(baskets, told[day], products)
        with_basket += [(id, coupon) for id, ids in fitting.items() for coupon in ids]
        without += unfitting
    return with_basket, without


def assert_they_agree(best: Mapping[int, int], until: date, fits: int, fits_none: int) -> None:
    rows = {row: each for row, each in enumerate(redemptions(FOLDER)) if each.day < until}
    with_basket, without = fitted(until)

    assert (fits, fits_none) == (len(with_basket), len(without))
    assert Counter(
        (best[row], coupon_id(each.campaign, each.coupon)) for row, each in rows.items() if row in best
    ) == Counter(with_basket)
    assert Counter(each for row, each in rows.items() if row not in best) == Counter(without)


def test_sql_attaches_1839_redemptions_of_the_year(best: Mapping[int, int]) -> None:
    assert 1_839 == len(best)


def test_no_basket_takes_more_coupons_than_a_sale_may(best: Mapping[int, int]) -> None:
    assert 14 == max(Counter(best.values()).values()) <= COUPONS_MAX


def test_the_redemptions_of_january_go_where_sql_has_them(best: Mapping[int, int]) -> None:
    assert_they_agree(best, date(2017, 2, 1), fits=16, fits_none=3)


@pytest.mark.prove
def test_the_redemptions_of_the_year_go_where_sql_has_them(best: Mapping[int, int]) -> None:
    """On Christmas Day nobody bought anything, and nobody redeemed a coupon."""
    assert_they_agree(best, date(2018, 1, 1), fits=1_839, fits_none=263)
