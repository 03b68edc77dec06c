"""Coupons: which campaigns there are, whether one may be used, and how often each member has."""

from __future__ import annotations

from omnicommerce.coupons.campaign import Campaign as Campaign
from omnicommerce.coupons.campaign import Campaigns as Campaigns
from omnicommerce.coupons.campaign import OnReturn as OnReturn
from omnicommerce.coupons.campaign import is_given_back as is_given_back
from omnicommerce.coupons.judging import Presented as Presented
from omnicommerce.coupons.judging import eligible_lines as eligible_lines
from omnicommerce.coupons.judging import judge as judge
from omnicommerce.coupons.usage import USAGE as USAGE
from omnicommerce.coupons.usage import CouponEvent as CouponEvent
from omnicommerce.coupons.usage import CouponRedeemed as CouponRedeemed
from omnicommerce.coupons.usage import CouponRefused as CouponRefused
from omnicommerce.coupons.usage import CouponReleased as CouponReleased
from omnicommerce.coupons.usage import Usage as Usage
from omnicommerce.coupons.usage import apply as apply
from omnicommerce.coupons.usage import redeem as redeem
from omnicommerce.coupons.usage import release as release
from omnicommerce.coupons.usage import usage_id as usage_id
