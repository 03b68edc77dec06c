"""Campaigns: what a merchant may write down, and what would be no campaign."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from omnicommerce.coupons import Campaign, Campaigns, OnReturn, is_given_back
from omnicommerce.coupons.campaign import CAMPAIGNS_MAX, LIST_LENGTH_MAX, LISTS_MAX, USES_MAX
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import CampaignId, MemberId, ProductId
from omnicommerce.kernel.window import Window

JUNE = Window(datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
PLAIN = Campaign("Summer", JUNE)
C1 = CampaignId("c1")


def test_a_campaign_is_for_everybody_on_anything_and_without_limit_unless_it_says_so() -> None:
    assert Campaign("Summer", JUNE, None, None, None, OnReturn.RELEASED) == PLAIN
    assert not PLAIN.needs_member


@pytest.mark.parametrize("terms", [{"members": "vips"}, {"uses_per_member": 1}])
def test_a_campaign_with_a_list_or_a_limit_is_for_members(terms: dict[str, Any]) -> None:
    assert attrs.evolve(PLAIN, **terms).needs_member


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("name", ""),
        ("name", "x" * 129),
        ("name", "a\nb"),
        ("name", None),
        ("window", None),
        ("window", (JUNE.since, JUNE.until)),
        ("members", ""),
        ("members", "x" * 129),
        ("products", ""),
        ("products", 7),
        ("uses_per_member", 0),
        ("uses_per_member", -1),
        ("uses_per_member", USES_MAX + 1),
        ("uses_per_member", True),
        ("uses_per_member", 1.0),
        ("on_full_return", "released"),
        ("on_full_return", None),
    ],
)
def test_terms_that_cannot_be_are_refused_with_their_path(path: str, wrong: Any) -> None:
    with pytest.raises(BadValue) as caught:
        attrs.evolve(PLAIN, **{path: wrong})

    assert path == caught.value.path


@pytest.mark.parametrize("uses", [1, USES_MAX])
def test_a_limit_is_from_one_to_a_million(uses: int) -> None:
    assert uses == attrs.evolve(PLAIN, uses_per_member=uses).uses_per_member


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("by_id", {"by_id": None}),
        ("by_id", {"by_id": [(C1, PLAIN)]}),
        ("by_id", {"by_id": {CampaignId(""): PLAIN}}),
        ("by_id", {"by_id": {CampaignId("a/b"): PLAIN}}),
        ("by_id", {"by_id": {CampaignId("x" * 129): PLAIN}}),
        ("by_id", {"by_id": {7: PLAIN}}),
        ("by_id.c1", {"by_id": {C1: "summer"}}),
        ("by_id", {"by_id": {CampaignId(f"c{n}"): PLAIN for n in range(CAMPAIGNS_MAX + 1)}}),
        ("by_id.c1.products", {"by_id": {C1: attrs.evolve(PLAIN, products="shoes")}}),
        ("by_id.c1.members", {"by_id": {C1: attrs.evolve(PLAIN, members="vips")}}),
        ("product_lists", {"product_lists": 7}),
        ("product_lists", {"product_lists": {"": frozenset()}}),
        ("product_lists", {"product_lists": {"x" * 129: frozenset()}}),
        ("product_lists", {"product_lists": {f"l{n}": frozenset() for n in range(LISTS_MAX + 1)}}),
        ("product_lists.shoes", {"product_lists": {"shoes": {"p1"}}}),
        ("product_lists.shoes", {"product_lists": {"shoes": frozenset({""})}}),
        ("member_lists.vips", {"member_lists": {"vips": frozenset({7})}}),
        ("member_lists.vips", {"member_lists": {"vips": ("m1",)}}),
        ("member_lists.vips", {"member_lists": {"vips": frozenset(map(str, range(LIST_LENGTH_MAX + 1)))}}),
    ],
)
def test_campaigns_that_cannot_be_are_refused_with_their_path(path: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadValue) as caught:
        Campaigns(**wrong)

    assert path == caught.value.path


def test_a_list_that_a_campaign_names_is_there() -> None:
    shoes = attrs.evolve(PLAIN, products="shoes", members="vips")
    lists = {"shoes": frozenset({ProductId("p1")})}, {"vips": frozenset({MemberId("m1")})}

    assert shoes == Campaigns({C1: shoes}, *lists).by_id[C1]


def test_nobody_changes_the_rules_by_writing_into_what_they_were_made_of() -> None:
    source = {C1: PLAIN}
    campaigns = Campaigns(source)
    source.clear()

    assert {C1: PLAIN} == campaigns.by_id


@pytest.mark.parametrize(("on_full_return", "expected"), [(OnReturn.RELEASED, True), (OnReturn.KEPT, False)])
def test_the_campaign_says_whether_a_use_is_given_back(on_full_return: OnReturn, expected: bool) -> None:
    campaigns = Campaigns({C1: attrs.evolve(PLAIN, on_full_return=on_full_return)})

    assert expected == is_given_back(C1, campaigns)


def test_a_use_of_a_campaign_that_the_rules_forgot_is_given_back() -> None:
    assert is_given_back(C1, Campaigns())
