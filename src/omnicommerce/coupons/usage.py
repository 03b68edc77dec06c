"""How often a member has used a campaign's coupon: counted for every member, limit or no limit.

A till fact is never refused for a coupon: where the shop's rules say no, that is recorded as well, with the
verdict.
"""

from __future__ import annotations

from typing import Final, TypeAlias, assert_never

import attrs

from omnicommerce.coupons.campaign import Campaigns
from omnicommerce.coupons.judging import Presented, eligible_lines, judge
from omnicommerce.kernel.bounds import AMOUNT_MAX, checked_amount
from omnicommerce.kernel.collection import Collection, Keep, NotPersonal
from omnicommerce.kernel.ids import CampaignId, MemberId, checked_id
from omnicommerce.kernel.verdict import Verdict


@attrs.frozen
class Usage:
    """How many uses of one campaign one member has made and not been given back.

    Raises:
        BadValue: it is no whole number from 0 on.
    """

    uses: int

    def __attrs_post_init__(self) -> None:
        checked_amount(self.uses, "uses", 0, AMOUNT_MAX)


@attrs.frozen
class CouponRedeemed:
    """A coupon was used for `lines` of a sale (1 is the first); a guest's use counts for nobody."""

    campaign: CampaignId
    member: MemberId | None
    sale: str
    lines: tuple[int, ...]


@attrs.frozen
class CouponRefused:
    """A coupon was presented in a sale against the rules; the sale stands, the use is not counted."""

    campaign: CampaignId
    member: MemberId | None
    sale: str
    verdict: Verdict


@attrs.frozen
class CouponReleased:
    """A use was given back: everything that was bought with it came back."""

    campaign: CampaignId
    member: MemberId
    sale: str


CouponEvent: TypeAlias = CouponRedeemed | CouponRefused | CouponReleased
"""What happens to a coupon."""

USAGE: Final = Collection("usage", Usage, personal=NotPersonal(), keep=Keep.AS_BOOKS)


def usage_id(campaign: CampaignId, member: MemberId) -> str:
    """The id of the record in `USAGE` that counts *member*'s uses of *campaign*, one of the shop's own."""
    return f"{campaign}/{member}"


def redeem(
    usage: Usage | None, presented: Presented, sale: str, campaigns: Campaigns
) -> CouponRedeemed | CouponRefused:
    """Use the coupon in the *sale*; what the rules forbid is recorded as refused, with every reason."""
    checked_id(sale, "sale")
    verdict = judge(presented, 0 if usage is None else usage.uses, campaigns)
    if not verdict.holds:
        return CouponRefused(presented.campaign, presented.member, sale, verdict)
    lines = eligible_lines(presented, campaigns)
    return CouponRedeemed(presented.campaign, presented.member, sale, lines)


def release(usage: Usage, member: MemberId, campaign: CampaignId, sale: str) -> CouponReleased:
    """Give back the use that *member* made in *sale*, whether or not the campaign still runs.

    `is_given_back` says whether the campaign does so; that it is done once is the sale's to know.
    """
    assert usage.uses > 0, "only a use that was counted is given back"
    return CouponReleased(campaign, member, checked_id(sale, "sale"))


def apply(usage: Usage | None, event: CouponEvent) -> Usage:
    """The member's uses after *event*; None is a record that is not there yet."""
    uses = 0 if usage is None else usage.uses
    match event:
        case CouponRedeemed(member=member):
            assert member is not None, "a guest's use is counted nowhere"
            return Usage(uses + 1)
        case CouponReleased():
            assert uses > 0, "uses never go below zero"
            return Usage(uses - 1)
        case CouponRefused():
            return Usage(uses)
        case _:
            assert_never(event)
