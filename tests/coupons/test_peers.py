"""Bugs that users of other shop systems met, each beside the way of doing it that led there."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final

import attrs

from omnicommerce.coupons import (
    Campaign,
    Campaigns,
    CouponRedeemed,
    CouponRefused,
    OnReturn,
    Presented,
    Usage,
    apply,
    is_given_back,
    judge,
    redeem,
    release,
)
from omnicommerce.kernel.ids import CampaignId, MemberId, ProductId
from omnicommerce.kernel.instant import Fold, Gap, at_wall
from omnicommerce.kernel.window import Window, local_days

SHANGHAI: Final = "Asia/Shanghai"
LAST_DAY: Final = date(2026, 6, 30)
SUMMER: Final = CampaignId("summer")
MARY: Final = MemberId("mary")
TEA, SHOES = ProductId("tea"), ProductId("shoes")


def on_the_wall(day: date, clock: time) -> datetime:
    return at_wall(day, clock, SHANGHAI, gap=Gap.REFUSE, fold=Fold.REFUSE)


def shop(window: Window) -> Campaigns:
    return Campaigns(
        {SUMMER: Campaign("Summer", window, products="footwear", uses_per_member=1)},
        {"footwear": frozenset({SHOES})},
    )


def test_vc_platform_956_a_campaign_that_ends_on_a_day_runs_through_that_day() -> None:
    """Virto Commerce #956: a promotion until 30 June was over at 00:00 of 30 June."""
    first = datetime(2026, 6, 1, tzinfo=UTC)
    # The naive way: the last day, typed into a date field, is an instant: its midnight. And whose midnight?
    naive = shop(Window(first, datetime.combine(LAST_DAY, time.min, UTC)))
    ours = shop(local_days(date(2026, 6, 1), LAST_DAY, SHANGHAI))

    def may(at: datetime, campaigns: Campaigns) -> bool:
        return judge(Presented(SUMMER, MARY, (SHOES,), at), 0, campaigns).holds

    noon = on_the_wall(LAST_DAY, time(12))
    last = on_the_wall(LAST_DAY, time(23, 59, 59, 999_999))
    after = on_the_wall(date(2026, 7, 1), time.min)
    assert (False, False, False) == tuple(may(at, naive) for at in (noon, last, after))
    assert (True, True, False) == tuple(may(at, ours) for at in (noon, last, after))


def test_sylius_10125_openmage_1031_a_sale_that_comes_back_whole_gives_its_coupon_back() -> None:
    """Sylius #10125, OpenMage PR #1031: the order was cancelled, the coupon stayed used for ever."""
    campaigns = shop(local_days(date(2026, 6, 1), LAST_DAY, SHANGHAI))
    presented = Presented(SUMMER, MARY, (SHOES,), on_the_wall(LAST_DAY, time(12)))
    used = redeem(None, presented, "s1/t3/1", campaigns)

    # The naive way counts the redemptions there were, and a return changes none of them.
    naive = Usage(sum(isinstance(each, CouponRedeemed) for each in [used]))
    assert isinstance(redeem(naive, presented, "s1/t3/2", campaigns), CouponRefused)

    assert is_given_back(SUMMER, campaigns)
    usage = apply(None, used)
    ours = apply(usage, release(usage, MARY, SUMMER, "s1/t3/1"))
    assert isinstance(redeem(ours, presented, "s1/t3/2", campaigns), CouponRedeemed)


def test_a_merchant_may_say_that_a_use_stays_used() -> None:
    """Sylius has a switch for it, too; here it is part of the campaign."""
    terms = Campaign("Summer", local_days(LAST_DAY, LAST_DAY, SHANGHAI), on_full_return=OnReturn.KEPT)

    assert not is_given_back(SUMMER, Campaigns({SUMMER: terms}))


def test_a_use_is_given_back_when_the_campaign_is_over_and_is_then_of_no_use() -> None:
    """CRMEB makes a coupon that has run out meanwhile valid again; here its window still counts."""
    campaigns = shop(local_days(date(2026, 6, 1), LAST_DAY, SHANGHAI))
    june = Presented(SUMMER, MARY, (SHOES,), on_the_wall(LAST_DAY, time(12)))
    usage = apply(None, redeem(None, june, "s1/t3/1", campaigns))
    given_back = apply(usage, release(usage, MARY, SUMMER, "s1/t3/1"))

    july = attrs.evolve(june, at=on_the_wall(date(2026, 7, 1), time(12)))
    again = redeem(given_back, july, "s1/t3/2", campaigns)
    assert isinstance(again, CouponRefused)
    assert ["campaign_over"] == [failure.code for failure in again.verdict.failures()]


def test_spree_14569_shopware_17269_a_valid_code_that_does_nothing_says_why() -> None:
    """Spree PR #14569, Shopware #17269: the code was taken, nothing became cheaper, and nobody said why."""
    campaigns = shop(local_days(date(2026, 6, 1), LAST_DAY, SHANGHAI))
    presented = Presented(SUMMER, MARY, (TEA,), on_the_wall(LAST_DAY, time(12)))

    def naive(presented: Presented) -> bool:
        terms = campaigns.by_id.get(presented.campaign)
        return terms is not None and terms.window.covers(presented.at)

    assert naive(presented)

    fact = redeem(None, presented, "s1/t3/1", campaigns)
    assert isinstance(fact, CouponRefused)
    failure = fact.verdict.first_failure
    assert ("no_eligible_line", 0, 1) == (failure.code, failure.actual, failure.required)
    assert Usage(0) == apply(None, fact)
