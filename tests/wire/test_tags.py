"""Tags are part of the public format. Whoever renames a class must not rename a tag."""

from __future__ import annotations

import subprocess
import sys

import pytest

from omnicommerce.wire.tags import EVENT_TAGS, UNION_TAGS

GOLDEN_UNIONS = {
    "actor": {"customer": "Customer", "staff": "Staff", "till": "Till", "system": "System"},
    "evidence": {
        "same": "Same",
        "distinct": "Distinct",
        "ownership": "Ownership",
        "retraction": "Retraction",
    },
    "survivorship": {
        "most_recent": "MostRecent",
        "most_trusted": "MostTrusted",
        "longest": "Longest",
        "by_channel": "ByChannel",
    },
    "profile": {"fact": "Fact", "retraction": "FactRetraction"},
    "value": {"on": "date"},
    "identifier": {"identifier": "Identifier", "host": "HostIdentifier"},
    "measure": {"money": "Money", "points": "Points", "at": "datetime"},
}
"""Written out by hand: shops have stored these words."""

GOLDEN_EVENTS = {
    "member.registered": "MemberRegistered",
    "member.verified": "IdentifierVerified",
    "guest.noted": "GuestNoted",
    "identifier.handed_on": "IdentifierHandedOn",
    "identifier.quarantined": "IdentifierQuarantined",
    "identifier.released": "IdentifierReleased",
    "evidence.told": "EvidenceTold",
    "link.proposed": "LinkProposed",
    "person.formed": "PersonFormed",
    "person.merged": "PersonMerged",
    "nodes.parted": "NodesParted",
    "identity.changed": "IdentityChanged",
    "profile.told": "ProfileTold",
    "person.judged": "PersonJudged",
    "sale.recorded": "SaleRecorded",
    "sale.attached": "SaleAttached",
    "sale.detached": "SaleDetached",
    "return.parked": "ReturnParked",
    "return.taken": "GoodsReturned",
    "return.refused": "ReturnRefused",
    "points.moved": "PointsMoved",
    "tier.changed": "TierChanged",
    "stage.changed": "StageChanged",
    "coupon.redeemed": "CouponRedeemed",
    "coupon.refused": "CouponRefused",
    "coupon.released": "CouponReleased",
    "rulebook.installed": "RulebookInstalled",
}
"""Written out by hand: shops have stored these words. A new event adds a line."""


def test_the_tags_of_unions_are_what_shops_have_stored() -> None:
    assert GOLDEN_UNIONS == {
        union: {tag: kind.__name__ for tag, kind in tags.items()} for union, tags in UNION_TAGS.items()
    }


def test_the_tags_of_events_are_what_shops_have_stored() -> None:
    assert GOLDEN_EVENTS == {tag: kind.__name__ for tag, kind in EVENT_TAGS.items()}


@pytest.mark.parametrize("door", ["wire", "rulebook", "identity", "identity.resolution"])
def test_the_wire_is_light_and_so_is_all_that_it_knows(door: str) -> None:
    """What takes long to import is imported by whoever needs it."""
    program = (
        f"import sys, omnicommerce.{door}\n"
        "heavy = {'pendulum', 'shapely', 'numpy', 'phonenumbers', 'email_validator'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)  # noqa: S603

    assert told.stdout.strip() == "[]"
