"""Somebody shows a card: they are a member from now on, or have been one all along."""

from __future__ import annotations

from omnicommerce.flows.epochs import nodes_of
from omnicommerce.identity import (
    PERSONS,
    AnyIdentifier,
    IdentityRules,
    Membership,
    apply_to_node,
    apply_to_person,
    checked_showable,
    verify,
)
from omnicommerce.identity import register as decide
from omnicommerce.kernel.changes import Event, adding, replacing
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.flow import Flow, FreshId, Now, Outcome, Rules, ask, ask_all
from omnicommerce.kernel.ids import MemberId, PersonId


def register(*, identifier: AnyIdentifier, verified: bool = False) -> Flow[Membership]:
    """Make whoever shows *identifier* a member; a known one is found again.

    *verified* says that the shop has seen proof that it is theirs, such as a code sent to the phone. That is
    remembered from then on; a later call without it takes nothing back.

    Raises:
        BadValue: the identifier is not in its normal form, or names no member: a receipt, a device.
    """
    checked_showable(identifier)
    nodes = yield from nodes_of(identifier)
    rules, now = yield from ask_all(Rules(IdentityRules), Now())
    if not rules.has_books(identifier.kind):
        raise BadValue("identifier.namespace", f"expected one that names a member, got {identifier.kind}")
    node = nodes[-1]
    member = MemberId(node.id)
    if node.value is not None:
        known = Membership(member, is_new=False)
        shown = verify(node.value, member) if verified else None
        if shown is None:
            return Outcome(known)
        after = apply_to_node(node.value, shown)
        return Outcome(known, replacing(node, after, Event(shown, at=now, members=(member,))))
    person = PersonId((yield from ask(FreshId("person"))))
    fact = decide(identifier, member, person, now, epoch=len(nodes) - 1, is_verified=verified)

    return Outcome(
        Membership(member, is_new=True),
        replacing(node, apply_to_node(None, fact))
        + adding(PERSONS, fact.person, apply_to_person(None, fact), Event(fact, at=now, members=(member,))),
    )
