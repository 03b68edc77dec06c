"""Whose was a device, and when? Two people on one tablet stay two, each with what they did on it."""

from __future__ import annotations

from datetime import datetime

from omnicommerce.flows.ends import both_ends
from omnicommerce.flows.epochs import nodes_of
from omnicommerce.identity import (
    TIES,
    AnyIdentifier,
    EvidenceTold,
    IdentityRules,
    Ownership,
    apply_to_ties,
    evidence,
    is_full,
    owner_at,
)
from omnicommerce.kernel.actor import Customer, name_of
from omnicommerce.kernel.changes import NOTHING, Event, replacing
from omnicommerce.kernel.errors import BadValue, Refused
from omnicommerce.kernel.flow import Acting, Flow, Get, Now, Outcome, Rules, ask, ask_all
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.verdict import failed


def own(
    *,
    device: AnyIdentifier,
    owner: AnyIdentifier,
    since: datetime,
    until: datetime | None = None,
    source: str = "shop",
) -> Flow[MemberId]:
    """Say that *device* was in the hands of *owner* from *since* until before *until* (None: it still is).

    It joins nobody to anybody; of what happened on the device at an instant, `owner` says whose it is. Where
    two are told of one instant, it is the one who logged in later. The answer is the owner's member. A device
    keeps TIES_MAX of these: one that more people use is a till, whose facts say themselves what was shown.

    Raises:
        Refused: ``not_your_identifier``, if a customer speaks for another; ``too_much_told``.
        BadValue: *device* is none, *owner* is one, or it ends before it begins.
    """
    rules, actor, now = yield from ask_all(Rules(IdentityRules), Acting(), Now())
    if rules.has_books(device.kind):
        raise BadValue("device", f"expected a device, got {device.kind}")
    if not rules.has_books(owner.kind):
        raise BadValue("owner", f"expected one that names a member, got {owner.kind}")
    ends = yield from both_ends(device, owner)
    if isinstance(actor, Customer) and actor.member not in ends.members_b:
        raise Refused(failed("not_your_identifier"))
    piece = Ownership(
        device=ends.a, owner=ends.b, since=since, until=until, source=source, actor=name_of(actor)
    )
    ties = yield from ask(Get(TIES, ends.a))
    if is_full(ties.value, piece):
        raise Refused(failed("too_much_told"))
    fact = EvidenceTold(piece, (ends.a,))
    after = apply_to_ties(ties.value, fact)
    told = NOTHING if after == ties.value else replacing(ties, after, Event(fact, at=now, members=(ends.b,)))
    return Outcome(ends.b, told)


def owner(*, device: AnyIdentifier, at: datetime | None = None) -> Flow[MemberId | None]:
    """Whose *device* was at that instant, by default now; None if nobody has said.

    Raises:
        BadValue: the identifier is not in its normal form, or *at* is no instant.
    """
    node = (yield from nodes_of(device))[-1]
    ties, now = yield from ask_all(Get(TIES, node.id), Now())
    pieces = () if ties.value is None else ties.value.pieces
    return Outcome(owner_at(evidence(pieces), MemberId(node.id), now if at is None else at, now))
