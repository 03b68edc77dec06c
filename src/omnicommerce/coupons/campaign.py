"""A campaign: from when until when, for whom, on what, and how often each may use it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, TypeVar

import attrs

from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import CampaignId, MemberId, ProductId, checked_id
from omnicommerce.kernel.window import Window

K = TypeVar("K")
V = TypeVar("V")

NAME_LENGTH_MAX: Final = 128
"""What still fits on a receipt in two lines."""

ID_LENGTH_MAX: Final = 128
"""Half of a record's id: the other half is the member's."""

USES_MAX: Final = 1_000_000
"""Whoever may use a coupon a million times may use it always."""

CAMPAIGNS_MAX: Final = 10_000
LISTS_MAX: Final = 1_000
LIST_LENGTH_MAX: Final = 1_000_000
"""A rulebook is read whole by every process; past these a shop wants tiers, not lists."""


class OnReturn(StrEnum):
    """What becomes of a use when everything that was bought with it comes back."""

    RELEASED = "released"
    """The member may use the coupon again, while the campaign runs."""
    KEPT = "kept"
    """It stays used."""


def _check_name(name: object, path: str) -> None:
    if len(checked_id(name, path)) > NAME_LENGTH_MAX:
        raise BadValue(path, f"expected at most {NAME_LENGTH_MAX} characters")


@attrs.frozen
class Campaign:
    """Terms under which something is cheaper; a coupon is one use of them.

    It runs for `window`, first instant included, last excluded: of whole days it is made with `local_days`.
    `members` and `products` name lists of the rulebook; without one it is for everybody and on anything.
    `uses_per_member` is the limit for each member; without one there is none.

    Raises:
        BadValue: a name is empty, too long or unprintable, or the limit is not from 1 to USES_MAX.
    """

    name: str
    window: Window
    members: str | None = None
    products: str | None = None
    uses_per_member: int | None = None
    on_full_return: OnReturn = OnReturn.RELEASED

    def __attrs_post_init__(self) -> None:
        _check_name(self.name, "name")
        if type(self.window) is not Window:
            raise BadValue("window", f"expected Window, got {type(self.window).__name__}")
        if self.members is not None:
            _check_name(self.members, "members")
        if self.products is not None:
            _check_name(self.products, "products")
        if self.uses_per_member is not None:
            checked_amount(self.uses_per_member, "uses_per_member", 1, USES_MAX)
        if type(self.on_full_return) is not OnReturn:
            raise BadValue("on_full_return", f"expected OnReturn, got {type(self.on_full_return).__name__}")

    @property
    def needs_member(self) -> bool:
        """Whether only somebody known can use it: a list names members, and a limit counts their uses."""
        return self.members is not None or self.uses_per_member is not None


def _by_id(table: Mapping[CampaignId, Campaign]) -> Mapping[CampaignId, Campaign]:
    return _copied(table, "by_id", CAMPAIGNS_MAX)


def _product_lists(table: Mapping[str, frozenset[ProductId]]) -> Mapping[str, frozenset[ProductId]]:
    return _copied(table, "product_lists", LISTS_MAX)


def _member_lists(table: Mapping[str, frozenset[MemberId]]) -> Mapping[str, frozenset[MemberId]]:
    return _copied(table, "member_lists", LISTS_MAX)


def _copied(table: Mapping[K, V], path: str, most: int) -> Mapping[K, V]:
    # Copied, so that nobody changes the rules in force by changing what they were made of.
    if not isinstance(table, Mapping):
        raise BadValue(path, f"expected Mapping, got {type(table).__name__}")
    if len(table) > most:
        raise BadValue(path, f"expected at most {most}, got {len(table)}")
    return dict(table)


@attrs.frozen
class Campaigns:
    """Every campaign of the shop, past ones included, and the lists of products and members they name.

    Raises:
        BadValue: a campaign names a list that is not there, an id cannot name one, or there are more
            campaigns, lists or names in a list than CAMPAIGNS_MAX, LISTS_MAX or LIST_LENGTH_MAX.
    """

    by_id: Mapping[CampaignId, Campaign] = attrs.field(factory=dict, converter=_by_id)
    product_lists: Mapping[str, frozenset[ProductId]] = attrs.field(factory=dict, converter=_product_lists)
    member_lists: Mapping[str, frozenset[MemberId]] = attrs.field(factory=dict, converter=_member_lists)

    def __attrs_post_init__(self) -> None:
        _check_lists(self.product_lists, "product_lists")
        _check_lists(self.member_lists, "member_lists")
        for id, campaign in self.by_id.items():
            _check_campaign_id(id)
            if type(campaign) is not Campaign:
                raise BadValue(f"by_id.{id}", f"expected Campaign, got {type(campaign).__name__}")
            for field, wanted, lists in (
                ("products", campaign.products, self.product_lists),
                ("members", campaign.members, self.member_lists),
            ):
                if wanted is not None and wanted not in lists:
                    raise BadValue(f"by_id.{id}.{field}", f"there is no list {wanted!r}")


def is_given_back(campaign: CampaignId, campaigns: Campaigns) -> bool:
    """Whether a use is given back when the whole sale comes back; that of a campaign long gone is, too."""
    terms = campaigns.by_id.get(campaign)
    return terms is None or terms.on_full_return is OnReturn.RELEASED


def _check_campaign_id(id: str) -> None:
    if len(checked_id(id, "by_id")) > ID_LENGTH_MAX or "/" in id:
        raise BadValue("by_id", f"expected ids of at most {ID_LENGTH_MAX} characters without a slash")


def _check_lists(lists: Mapping[str, frozenset[Any]], path: str) -> None:
    for name, listed in lists.items():
        _check_name(name, path)
        where = f"{path}.{name}"
        if type(listed) is not frozenset:
            raise BadValue(where, f"expected frozenset, got {type(listed).__name__}")
        if len(listed) > LIST_LENGTH_MAX:
            raise BadValue(where, f"expected at most {LIST_LENGTH_MAX}, got {len(listed)}")
        for each in listed:
            checked_id(each, where)
