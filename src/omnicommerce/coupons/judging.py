"""May this coupon be used? Every condition is judged: nobody meets the second only after the first."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from omnicommerce.coupons.campaign import Campaign, Campaigns
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import CampaignId, MemberId, ProductId, checked_id
from omnicommerce.kernel.instant import utc
from omnicommerce.kernel.verdict import Verdict, at_least, before, every, failed, held

PRODUCTS_MAX: Final = 1_000
"""As many as a receipt has lines."""


@attrs.frozen
class Presented:
    """A coupon on the counter: of which campaign, by whom (None: a guest), with what goods, and when.

    `one_with` are all members who are one person with that member: a list that names any of them means them.
    `products` has one entry for each line of the receipt, in its order; `at` is when the sale happened.

    Raises:
        BadValue: the campaign's or a product's name cannot be one, there are more than PRODUCTS_MAX products,
            or `at` is no instant.
    """

    campaign: CampaignId
    member: MemberId | None
    products: tuple[ProductId, ...]
    at: datetime = attrs.field(converter=utc)
    one_with: tuple[MemberId, ...] = ()

    def __attrs_post_init__(self) -> None:
        checked_id(self.campaign, "campaign")
        if self.member is not None:
            checked_id(self.member, "member")
        for place, each in enumerate(self.one_with):
            checked_id(each, f"one_with[{place}]")
        if len(self.products) > PRODUCTS_MAX:
            raise BadValue("products", f"expected at most {PRODUCTS_MAX}, got {len(self.products)}")
        for place, product in enumerate(self.products):
            checked_id(product, f"products[{place}]")


def judge(presented: Presented, uses: int, campaigns: Campaigns) -> Verdict:
    """Whether the coupon may be used by somebody who has used it *uses* times, and each reason why not.

    The reasons: ``no_such_campaign``, ``not_a_member`` (a guest, where a list or a limit is set),
    ``not_started``, ``campaign_over``, ``not_targeted``, ``no_eligible_line``, ``uses_exhausted``. Of a guest
    nobody knows whether they are on a list or have used it before, so those two are asked of members only.
    """
    campaign = campaigns.by_id.get(presented.campaign)
    if campaign is None:
        return every("coupon_refused", (failed("no_such_campaign"),))
    return every("coupon_refused", _conditions(presented, uses, campaign, campaigns))


def eligible_lines(presented: Presented, campaigns: Campaigns) -> tuple[int, ...]:
    """Which lines of the receipt the campaign is about; line 1 is the first, as in a return."""
    campaign = campaigns.by_id.get(presented.campaign)
    if campaign is None:
        return ()
    if campaign.products is None:
        return tuple(range(1, len(presented.products) + 1))
    listed = campaigns.product_lists[campaign.products]
    return tuple(line for line, product in enumerate(presented.products, start=1) if product in listed)


def _conditions(
    presented: Presented, uses: int, campaign: Campaign, campaigns: Campaigns
) -> tuple[Verdict, ...]:
    member, at, window = presented.member, presented.at, campaign.window
    judged = [held("no_such_campaign")]
    if campaign.needs_member:
        judged.append(Verdict("not_a_member", member is not None))
    judged.append(Verdict("not_started", at >= window.since, actual=at, required=window.since))
    judged.append(before("campaign_over", actual=at, required=window.until))
    if campaign.members is not None and member is not None:
        listed = campaigns.member_lists[campaign.members]
        judged.append(Verdict("not_targeted", any(each in listed for each in (member, *presented.one_with))))
    judged.append(at_least("no_eligible_line", actual=len(eligible_lines(presented, campaigns)), required=1))
    if campaign.uses_per_member is not None and member is not None:
        limit = campaign.uses_per_member
        judged.append(Verdict("uses_exhausted", uses < limit, actual=uses, required=limit))
    return tuple(judged)
