"""Counting uses: a till fact is never refused for a coupon, and a use is given back at most once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import attrs
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from omnicommerce.coupons import (
    USAGE,
    Campaign,
    Campaigns,
    CouponRedeemed,
    CouponRefused,
    CouponReleased,
    Presented,
    Usage,
    apply,
    judge,
    redeem,
    release,
    usage_id,
)
from omnicommerce.coupons.campaign import ID_LENGTH_MAX
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import CampaignId, MemberId, ProductId, checked_id
from omnicommerce.kernel.window import Window
from omnicommerce.testing import given

START: Final = datetime(2026, 6, 1, tzinfo=UTC)
JUNE: Final = Window(START, datetime(2026, 7, 1, tzinfo=UTC))
SUMMER: Final = CampaignId("summer")
MARY: Final = MemberId("mary")
TEA: Final = ProductId("tea")
SALE: Final = "s1/t3/000482"
TWICE: Final = Campaigns({SUMMER: Campaign("Summer", JUNE, uses_per_member=2)})
OPEN: Final = Campaigns({SUMMER: Campaign("Summer", JUNE)})
HERS: Final = Presented(SUMMER, MARY, (TEA, TEA), START)
USED: Final = CouponRedeemed(SUMMER, MARY, SALE, (1, 2))


def test_a_use_is_counted_for_the_member() -> None:
    given(apply, None).when(lambda usage: redeem(usage, HERS, SALE, TWICE)).then(USED)

    assert Usage(1) == apply(None, USED)
    assert Usage(2) == apply(Usage(1), USED)


def test_a_use_is_counted_where_there_is_no_limit_too() -> None:
    """So that a limit set later knows what was used before."""
    fact = redeem(Usage(7), HERS, SALE, OPEN)

    assert USED == fact
    assert Usage(8) == apply(Usage(7), fact)


def test_a_use_too_many_is_recorded_with_its_verdict_and_not_counted() -> None:
    fact = redeem(Usage(2), HERS, SALE, TWICE)

    assert CouponRefused(SUMMER, MARY, SALE, judge(HERS, 2, TWICE)) == fact
    assert isinstance(fact, CouponRefused)
    assert "uses_exhausted" == fact.verdict.first_failure.code
    assert Usage(2) == apply(Usage(2), fact)
    assert Usage(0) == apply(None, fact)


def test_a_guests_use_counts_for_nobody() -> None:
    fact = redeem(None, attrs.evolve(HERS, member=None), SALE, OPEN)

    assert CouponRedeemed(SUMMER, None, SALE, (1, 2)) == fact
    with pytest.raises(AssertionError, match="counted nowhere"):
        apply(None, fact)


@pytest.mark.parametrize("campaign", ["winter", "a/b", "x" * 256, "№ 5"])
def test_a_coupon_that_nobody_knows_is_recorded_as_refused(campaign: str) -> None:
    """Whatever a till may print on a coupon, its sale has happened."""
    presented = attrs.evolve(HERS, campaign=CampaignId(campaign))
    fact = redeem(None, presented, SALE, TWICE)

    assert isinstance(fact, CouponRefused)
    assert "no_such_campaign" == fact.verdict.first_failure.code


@pytest.mark.parametrize("sale", ["", "a\nb", None, "x" * 257])
def test_a_use_belongs_to_a_sale(sale: Any) -> None:
    with pytest.raises(BadValue) as told:
        redeem(None, HERS, sale, TWICE)
    assert "sale" == told.value.path

    with pytest.raises(BadValue) as told:
        release(Usage(1), MARY, SUMMER, sale)
    assert "sale" == told.value.path


def test_a_use_that_is_given_back_may_be_made_again() -> None:
    back = CouponReleased(SUMMER, MARY, SALE)

    given(apply, Usage(2)).when(lambda usage: release(usage, MARY, SUMMER, SALE)).then(back).when(
        lambda usage: redeem(usage, HERS, "s1/t3/000483", TWICE)
    ).then(CouponRedeemed(SUMMER, MARY, "s1/t3/000483", (1, 2)))


def test_uses_never_go_below_zero() -> None:
    with pytest.raises(AssertionError, match="counted"):
        release(Usage(0), MARY, SUMMER, SALE)
    for usage in (None, Usage(0)):
        with pytest.raises(AssertionError, match="below zero"):
            apply(usage, CouponReleased(SUMMER, MARY, SALE))


@pytest.mark.parametrize("uses", [-1, 1.0, True, None, 10**15 + 1])
def test_uses_are_a_count(uses: Any) -> None:
    with pytest.raises(BadValue) as caught:
        Usage(uses)

    assert "uses" == caught.value.path


def test_uses_are_kept_by_campaign_and_member() -> None:
    assert "summer/mary" == usage_id(SUMMER, MARY)
    assert "usage" == USAGE.name


def test_the_longest_campaign_and_a_members_digest_fit_one_id() -> None:
    digest = MemberId("f" * 64)

    assert checked_id(usage_id(CampaignId("x" * ID_LENGTH_MAX), digest), "id")


@examples(st.lists(st.sampled_from(["use", "give back"]), max_size=30), st.integers(1, 4))
def test_uses_are_what_was_used_less_what_was_given_back_and_never_pass_the_limit(
    asked: list[str], limit: int
) -> None:
    campaigns = Campaigns({SUMMER: Campaign("Summer", JUNE, uses_per_member=limit)})
    usage: Usage | None = None
    live = 0
    for number, wish in enumerate(asked):
        if wish == "use":
            used = redeem(usage, HERS, f"s1/t3/{number}", campaigns)
            assert isinstance(used, CouponRedeemed) == (live < limit)
            live += isinstance(used, CouponRedeemed)
            usage = apply(usage, used)
        elif live:
            assert usage is not None
            usage = apply(usage, release(usage, MARY, SUMMER, f"s1/t3/{number}"))
            live -= 1

    assert live == (0 if usage is None else usage.uses)
    assert 0 <= live <= limit
