"""The retailer's rulebook: what its document says, and what the data adds."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest

from examples.replay.dataset import campaigns, coupons, data_folder, households, stores, targets
from examples.replay.receipts import Basket, BasketLine
from examples.replay.rules import member_ids, rulebook
from examples.replay.telling import card, coupon_id, sale_of
from omnicommerce import (
    CampaignId,
    Commerce,
    DemoKeys,
    Level,
    MemoryStorage,
    Money,
    Points,
    Rulebook,
    SecretKeys,
    Signs,
    Stage,
    Store,
    StoreId,
)
from omnicommerce.kernel.window import local_days
from omnicommerce.testing import FrozenClock

FOLDER: Final = data_folder()
NEW_YORK: Final = "America/New_York"


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return rulebook(FOLDER)


# --- its own rules -------------------------------------------------------------------------------


def test_a_point_is_earned_for_a_whole_dollar_wakes_after_14_days_and_lives_for_90(book: Rulebook) -> None:
    assert Money(100, "USD") == book.points.earn_per
    assert (14, 90) == (book.points.activation_days, book.points.expiry_days)


def test_tiers_are_reached_at_300_1000_and_2500_dollars_in_180_days_with_30_of_grace(book: Rulebook) -> None:
    levels = (
        Level("silver", Money(30_000, "USD")),
        Level("gold", Money(100_000, "USD")),
        Level("platinum", Money(250_000, "USD")),
    )

    assert ("member", levels) == (book.tiers.base, book.tiers.levels)
    assert (180, 30) == (book.tiers.window_days, book.tiers.grace_days)


def test_the_stage_new_is_the_first_30_days_and_silence_counts_first(book: Rulebook) -> None:
    """The day of the first purchase has age 0, so the thirtieth day has age 29."""
    expected = (
        Stage("lost", Signs(silent_days_min=120)),
        Stage("at risk", Signs(silent_days_min=60)),
        Stage("new", Signs(age_days_max=29)),
        Stage("active"),
    )

    assert expected == book.stages.stages


def test_lines_without_units_are_accepted(book: Rulebook) -> None:
    assert book.sales.accepts_empty_lines


# --- stores and campaigns ------------------------------------------------------------------------


def test_every_store_of_the_data_keeps_the_time_of_new_york(book: Rulebook) -> None:
    assert 457 == len(book.stores)
    assert {StoreId(str(store)): Store(NEW_YORK) for store in stores(FOLDER)} == book.stores


def test_every_coupon_is_a_campaign_that_each_household_may_use_once(book: Rulebook) -> None:
    assert 1_197 == len(book.campaigns)
    assert {coupon_id(*key) for key in coupons(FOLDER)} == set(book.campaigns)
    assert {1} == {each.uses_per_member for each in book.campaigns.values()}
    assert CampaignId("8-10000085361") in book.campaigns


def test_a_campaign_runs_for_whole_local_days_the_last_one_included(book: Rulebook) -> None:
    lasting = campaigns(FOLDER)

    assert {
        coupon_id(campaign, number): local_days(
            lasting[campaign].first_day, lasting[campaign].last_day, NEW_YORK
        )
        for campaign, number in coupons(FOLDER)
    } == {id: each.window for id, each in book.campaigns.items()}


def test_a_campaign_may_begin_in_winter_time_and_end_in_summer_time(book: Rulebook) -> None:
    """Campaign 1 lasts from 3 March, five hours behind UTC, until 9 April 2017, four hours behind."""
    first = next(each for id, each in book.campaigns.items() if id.startswith("1-"))

    assert datetime(2017, 3, 3, 5, tzinfo=UTC) == first.window.since
    assert datetime(2017, 4, 10, 4, tzinfo=UTC) == first.window.until


def test_a_campaign_is_for_the_products_of_its_coupon_and_the_households_it_was_sent_to(
    book: Rulebook,
) -> None:
    sent, ids = targets(FOLDER), member_ids(households(FOLDER))
    for (campaign, number), products in coupons(FOLDER).items():
        each = book.campaigns[coupon_id(campaign, number)]
        assert each.products is not None
        assert each.members is not None

        assert {str(product) for product in products} == book.product_lists[each.products]
        assert {ids[household] for household in sent[campaign]} == book.member_lists[each.members]


def test_equal_product_lists_are_one_list(book: Rulebook) -> None:
    """So 963 lists do for 1,197 coupons, and none of them is for nothing."""
    assert 963 == len(book.product_lists) == len(set(book.product_lists.values()))
    assert set(book.product_lists) == {each.products for each in book.campaigns.values()}
    assert 14_477 == max(len(each) for each in book.product_lists.values())


def test_there_is_a_list_of_members_for_each_campaign(book: Rulebook) -> None:
    assert set(book.member_lists) == {each.members for each in book.campaigns.values()}
    assert (27, 6_589) == (len(book.member_lists), sum(len(each) for each in book.member_lists.values()))


# --- members -------------------------------------------------------------------------------------


def test_the_id_of_a_member_is_known_before_anybody_registers() -> None:
    shop = Commerce(MemoryStorage(), Rulebook(), keys=DemoKeys())

    assert member_ids([2_375])[2_375] == shop.members.register(identifier=card(2_375)).member


def test_it_is_known_only_under_the_keys_of_the_shop() -> None:
    shop = Commerce(MemoryStorage(), Rulebook(), keys=SecretKeys(b"of another shop, and not a demonstration"))

    assert member_ids([2_375])[2_375] != shop.members.register(identifier=card(2_375)).member


def test_households_are_different_members() -> None:
    assert 2_469 == len(set(member_ids(households(FOLDER)).values()))


# --- a coupon in the shop ------------------------------------------------------------------------

FIRST_DAY: Final = date(2017, 5, 8)
"""Of campaign 8."""
COUPON: Final = (8, 10_000_085_361)


def basket(number: int, household: int, product: int, at: datetime) -> Basket:
    return Basket(number, household, 309, at, FIRST_DAY, (BasketLine(product, 1, 500, 0),))


def test_a_household_of_the_campaign_uses_its_coupon_once_and_others_do_not_at_all(book: Rulebook) -> None:
    """In this shop the rules meet: the card is the member's on the list, the product is on the other one."""
    sent = targets(FOLDER)[COUPON[0]]
    listed = coupons(FOLDER)[COUPON]
    target, other = min(sent), min(set(households(FOLDER)) - sent)
    product = min(listed)
    opening = local_days(FIRST_DAY, FIRST_DAY, NEW_YORK).since
    second = timedelta(seconds=1)
    shop = Commerce(MemoryStorage(), book, keys=DemoKeys(), clock=FrozenClock(opening + 60 * second))

    told = {
        "too early": basket(1, target, product, opening - second),
        "another product": basket(2, target, min({1, 2} - listed), opening),
        "another household": basket(3, other, product, opening),
        "once": basket(4, target, product, opening),
        "twice": basket(5, target, product, opening + second),
    }
    answers = {
        name: shop.sales.ingest(sale=sale_of(each, (coupon_id(*COUPON),), Points(0)))
        for name, each in told.items()
    }

    assert {
        "too early": ["not_started"],
        "another product": ["no_eligible_line"],
        "another household": ["not_targeted"],
        "once": [],
        "twice": ["uses_exhausted"],
    } == {
        name: [part.code for part in each.coupons[0].verdict.parts if not part.holds]
        for name, each in answers.items()
    }
    assert {member_ids([target])[target]: 4, member_ids([other])[other]: 1} == Counter(
        each.member for each in answers.values()
    )
