"""Judging a coupon: every condition, against an oracle that knows nothing of how it is done."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce.coupons import Campaign, Campaigns, Presented, eligible_lines, judge
from omnicommerce.coupons.judging import PRODUCTS_MAX
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import CampaignId, MemberId, ProductId
from omnicommerce.kernel.instant import Fold, Gap, add_days, at_wall, start_of_day
from omnicommerce.kernel.verdict import Verdict, held
from omnicommerce.kernel.window import Window, local_days

TICK: Final = timedelta(microseconds=1)
START: Final = datetime(2026, 6, 1, tzinfo=UTC)
END: Final = datetime(2026, 7, 1, tzinfo=UTC)
JUNE: Final = Window(START, END)
SUMMER: Final = CampaignId("summer")
MARY, JOHN = MemberId("mary"), MemberId("john")
TEA, SHOES = ProductId("tea"), ProductId("shoes")
TERMS: Final = Campaign("Summer", JUNE, members="vips", products="footwear", uses_per_member=2)
SHOP: Final = Campaigns({SUMMER: TERMS}, {"footwear": frozenset({SHOES})}, {"vips": frozenset({MARY})})
GOOD: Final = Presented(SUMMER, MARY, (TEA, SHOES, SHOES), START)


def codes(verdict: Verdict) -> list[str]:
    return [failure.code for failure in verdict.failures()]


def shop(campaign: Campaign) -> Campaigns:
    return attrs.evolve(SHOP, by_id={SUMMER: campaign})


def test_a_coupon_that_fits_may_be_used() -> None:
    assert judge(GOOD, 1, SHOP).holds
    assert (2, 3) == eligible_lines(GOOD, SHOP)


# --- each condition, and all of them -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("presented", "uses", "code"),
    [
        (attrs.evolve(GOOD, campaign=CampaignId("winter")), 0, "no_such_campaign"),
        (attrs.evolve(GOOD, member=None), 0, "not_a_member"),
        (attrs.evolve(GOOD, at=START - TICK), 0, "not_started"),
        (attrs.evolve(GOOD, at=END), 0, "campaign_over"),
        (attrs.evolve(GOOD, member=JOHN), 0, "not_targeted"),
        (attrs.evolve(GOOD, products=(TEA,)), 0, "no_eligible_line"),
        (attrs.evolve(GOOD, products=()), 0, "no_eligible_line"),
        (GOOD, 2, "uses_exhausted"),
        (GOOD, 9, "uses_exhausted"),
    ],
)
def test_each_condition_is_named_by_its_own_word(presented: Presented, uses: int, code: str) -> None:
    assert [code] == codes(judge(presented, uses, SHOP))


def test_whoever_fails_several_conditions_hears_of_all_of_them_at_once() -> None:
    """Before, one bought shoes to please the first condition, only to hear of the second."""
    hopeless = Presented(SUMMER, JOHN, (TEA,), END + TICK)

    assert ["campaign_over", "not_targeted", "no_eligible_line", "uses_exhausted"] == codes(
        judge(hopeless, 2, SHOP)
    )


def test_of_a_guest_nothing_is_claimed_that_nobody_knows() -> None:
    guest = Presented(SUMMER, None, (TEA,), START)

    assert ["not_a_member", "no_eligible_line"] == codes(judge(guest, 0, SHOP))


@pytest.mark.parametrize("uses_per_member", [None, 1])
@pytest.mark.parametrize("members", [None, "vips"])
def test_a_guest_may_use_what_is_for_everybody(members: str | None, uses_per_member: int | None) -> None:
    terms = attrs.evolve(TERMS, members=members, uses_per_member=uses_per_member)
    may = members is None and uses_per_member is None

    assert may == judge(attrs.evolve(GOOD, member=None), 0, shop(terms)).holds


def test_a_condition_that_the_campaign_does_not_set_is_not_mentioned() -> None:
    plain = shop(Campaign("Summer", JUNE))

    told = judge(attrs.evolve(GOOD, member=None), 0, plain)
    assert ["no_such_campaign", "not_started", "campaign_over", "no_eligible_line"] == [
        part.code for part in told.parts
    ]
    assert (1, 2, 3) == eligible_lines(GOOD, plain)


def test_uses_are_told_as_they_are_and_as_they_may_be() -> None:
    failure = judge(GOOD, 3, SHOP).first_failure

    assert ("uses_exhausted", 3, 2) == (failure.code, failure.actual, failure.required)
    assert held("uses_exhausted", actual=1, required=2) in judge(GOOD, 1, SHOP).parts


def test_a_missing_line_is_told_as_the_smallest_change() -> None:
    failure = judge(attrs.evolve(GOOD, products=(TEA,)), 0, SHOP).first_failure

    assert (0, 1, 1) == (failure.actual, failure.required, failure.missing)


def test_a_moment_too_late_is_told_with_the_moment_it_ended() -> None:
    failure = judge(attrs.evolve(GOOD, at=END + TICK), 0, SHOP).first_failure

    assert (END + TICK, END) == (failure.actual, failure.required)


def test_of_a_campaign_that_is_not_there_no_line_is_eligible() -> None:
    assert () == eligible_lines(attrs.evolve(GOOD, campaign=CampaignId("winter")), SHOP)


# --- against an oracle -------------------------------------------------------------------------------

MEMBERS: Final = tuple(MemberId(f"m{number}") for number in range(3))
PRODUCTS: Final = tuple(ProductId(f"p{number}") for number in range(4))
HOURS: Final = tuple(START + timedelta(hours=hour) for hour in range(6))
LISTS: Final = ("a", "b")


@st.composite
def windows(draw: st.DrawFn) -> Window:
    since, until = sorted(draw(st.lists(st.sampled_from(HOURS), min_size=2, max_size=2, unique=True)))
    return Window(since, until)


all_campaigns = st.builds(
    Campaigns,
    st.dictionaries(
        st.sampled_from([CampaignId("c1"), CampaignId("c2")]),
        st.builds(
            Campaign,
            st.just("any"),
            windows(),
            st.none() | st.sampled_from(LISTS),
            st.none() | st.sampled_from(LISTS),
            st.none() | st.integers(1, 3),
        ),
    ),
    st.fixed_dictionaries({name: st.frozensets(st.sampled_from(PRODUCTS)) for name in LISTS}),
    st.fixed_dictionaries({name: st.frozensets(st.sampled_from(MEMBERS)) for name in LISTS}),
)
all_presented = st.builds(
    Presented,
    st.sampled_from([CampaignId("c1"), CampaignId("c2"), CampaignId("c3")]),
    st.none() | st.sampled_from(MEMBERS),
    st.lists(st.sampled_from(PRODUCTS), max_size=4).map(tuple),
    st.sampled_from(HOURS) | st.sampled_from(HOURS).map(lambda at: at - TICK),
)


def oracle(presented: Presented, uses: int, campaigns: Campaigns) -> tuple[set[str], list[int]]:
    """What must be wrong, and the eligible lines, by the words of the brief and by nothing cleverer."""
    if presented.campaign not in campaigns.by_id:
        return {"no_such_campaign"}, []
    terms = campaigns.by_id[presented.campaign]
    wrong = set()
    if presented.member is None and (terms.members or terms.uses_per_member):
        wrong.add("not_a_member")
    if presented.at < terms.window.since:
        wrong.add("not_started")
    if not presented.at < terms.window.until:
        wrong.add("campaign_over")
    if presented.member and terms.members:
        wrong |= set() if presented.member in campaigns.member_lists[terms.members] else {"not_targeted"}
    listed = set(PRODUCTS) if terms.products is None else campaigns.product_lists[terms.products]
    places = range(len(presented.products))
    lines = [place + 1 for place in places if presented.products[place] in listed]
    if not lines:
        wrong.add("no_eligible_line")
    if presented.member and terms.uses_per_member and uses + 1 > terms.uses_per_member:
        wrong.add("uses_exhausted")
    return wrong, lines


@given(all_presented, st.integers(0, 4), all_campaigns)
def test_the_verdict_names_each_condition_that_fails_and_no_other(
    presented: Presented, uses: int, campaigns: Campaigns
) -> None:
    verdict = judge(presented, uses, campaigns)
    wrong, lines = oracle(presented, uses, campaigns)

    assert sorted(wrong) == sorted(codes(verdict))
    assert verdict.holds == (not wrong)
    assert tuple(lines) == eligible_lines(presented, campaigns)


@given(all_presented, st.integers(0, 4), all_campaigns)
def test_one_more_use_never_helps(presented: Presented, uses: int, campaigns: Campaigns) -> None:
    if judge(presented, uses + 1, campaigns).holds:
        assert judge(presented, uses, campaigns).holds


@given(all_presented, st.integers(0, 4), all_campaigns, st.sampled_from(PRODUCTS))
def test_one_more_line_never_hurts(
    presented: Presented, uses: int, campaigns: Campaigns, product: ProductId
) -> None:
    more = attrs.evolve(presented, products=(*presented.products, product))
    if judge(presented, uses, campaigns).holds:
        assert judge(more, uses, campaigns).holds


# --- when ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "failed"),
    [
        (START - TICK, ["not_started"]),
        (START, []),
        (END - TICK, []),
        (END, ["campaign_over"]),
    ],
)
def test_a_campaign_runs_from_its_first_instant_to_the_last_before_its_end(
    at: datetime, failed: list[str]
) -> None:
    assert failed == codes(judge(attrs.evolve(GOOD, at=at), 0, SHOP))


def test_two_campaigns_that_follow_each_other_leave_no_instant_between_them_and_share_none() -> None:
    sooner = shop(attrs.evolve(TERMS, window=Window(START, END)))
    later = shop(attrs.evolve(TERMS, window=Window(END, END + timedelta(days=1))))

    for at in (END - TICK, END, END + TICK):
        presented = attrs.evolve(GOOD, at=at)
        assert judge(presented, 0, sooner).holds != judge(presented, 0, later).holds


@pytest.mark.parametrize(
    ("zone", "first", "last", "minutes"),
    [
        ("Asia/Shanghai", date(2026, 6, 1), date(2026, 6, 1), 24 * 60),
        ("Europe/Berlin", date(2026, 3, 29), date(2026, 3, 29), 23 * 60),
        ("Europe/Berlin", date(2026, 10, 25), date(2026, 10, 25), 25 * 60),
        ("America/New_York", date(2026, 3, 7), date(2026, 3, 8), 47 * 60),
        ("Australia/Lord_Howe", date(2026, 4, 5), date(2026, 4, 5), 24 * 60 + 30),
        ("America/Havana", date(2026, 3, 8), date(2026, 3, 8), 23 * 60),
        ("Pacific/Apia", date(2011, 12, 29), date(2011, 12, 31), 48 * 60),
    ],
)
def test_a_campaign_of_whole_days_runs_to_the_end_of_the_last_as_the_shops_clock_tells_it(
    zone: str, first: date, last: date, minutes: int
) -> None:
    """Also where clocks change: at midnight (Havana), by half an hour (Lord Howe), by a day (Samoa)."""
    window = local_days(first, last, zone)
    campaigns = shop(attrs.evolve(TERMS, window=window))

    def failed(at: datetime) -> list[str]:
        return codes(judge(attrs.evolve(GOOD, at=at), 0, campaigns))

    assert start_of_day(first, zone) == window.since
    assert ["not_started"] == failed(window.since - TICK)
    assert [] == failed(window.since)
    assert [] == failed(at_wall(last, time(23, 59, 59, 999_999), zone, gap=Gap.REFUSE, fold=Fold.LATER))
    assert ["campaign_over"] == failed(window.until)
    assert ["campaign_over"] == failed(add_days(start_of_day(last, zone), 1, zone))
    assert timedelta(minutes=minutes) == window.duration


@given(
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Havana", "America/St_Johns", "Asia/Tehran"]),
    st.dates(date(2005, 1, 1), date(2026, 12, 30)),
)
def test_of_two_campaigns_of_neighbouring_days_each_instant_belongs_to_one(zone: str, day: date) -> None:
    morrow = day + timedelta(days=1)
    sooner = shop(attrs.evolve(TERMS, window=local_days(day, day, zone)))
    later = shop(attrs.evolve(TERMS, window=local_days(morrow, morrow, zone)))
    midnight = start_of_day(morrow, zone)

    for at, is_sooner in ((midnight - TICK, True), (midnight, False)):
        assert is_sooner == judge(attrs.evolve(GOOD, at=at), 0, sooner).holds
        assert is_sooner != judge(attrs.evolve(GOOD, at=at), 0, later).holds


def test_the_same_instant_is_judged_the_same_in_whatever_zone_it_is_told() -> None:
    evening = END - TICK

    for hours in (-11, 0, 8, 14):
        told = evening.astimezone(timezone(timedelta(hours=hours)))
        assert judge(attrs.evolve(GOOD, at=told), 0, SHOP).holds


# --- what was presented ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("campaign", ""),
        ("campaign", None),
        ("campaign", "a\nb"),
        ("member", ""),
        ("member", 7),
        ("products", (TEA,) * (PRODUCTS_MAX + 1)),
        ("products[1]", (TEA, "")),
        ("products[0]", (None,)),
        ("at", datetime(2026, 6, 1)),  # noqa: DTZ001
        ("at", "now"),
    ],
)
def test_what_cannot_lie_on_a_counter_is_refused_with_its_path(path: str, wrong: Any) -> None:
    with pytest.raises(BadValue) as caught:
        attrs.evolve(GOOD, **{path.partition("[")[0]: wrong})

    assert path == caught.value.path
