"""A clerk says that two customers are one: where the shop's rules want a second clerk, it waits for them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from omnicommerce.kernel.collection import Collection, Keep, NotPersonal
from omnicommerce.kernel.ids import MemberId


@attrs.frozen
class Proposal:
    """Somebody of the staff has said that two identifiers are one customer's; `by` is their id."""

    by: str
    at: datetime


@attrs.frozen
class LinkProposed:
    """Somebody of the staff has said that *a* and *b* are one customer's; a second one is to say so, too."""

    a: MemberId
    b: MemberId
    by: str
    at: datetime


PROPOSALS: Final = Collection("proposal", Proposal, personal=NotPersonal(), keep=Keep.UNTIL_DONE)


def pair_id(a: MemberId, b: MemberId) -> str:
    """The name of two identifiers together, whichever is named first."""
    return "/".join(sorted((a, b)))


def apply_to_proposal(held: Proposal | None, event: LinkProposed) -> Proposal:
    """The proposal after *event*: the first one stands."""
    return Proposal(event.by, event.at) if held is None else held
