"""Somebody shows a card: they are a member from now on, or have been one all along."""

from __future__ import annotations

from omnicommerce.identity import (
    NODES,
    PERSONS,
    Identifier,
    Membership,
    apply_to_node,
    apply_to_person,
    checked_showable,
    verify,
)
from omnicommerce.identity import register as decide
from omnicommerce.kernel.changes import Event, adding, replacing
from omnicommerce.kernel.flow import Flow, FreshId, Get, NodeId, Now, Outcome, ask, ask_all
from omnicommerce.kernel.ids import MemberId, PersonId


def register(*, identifier: Identifier, verified: bool = False) -> Flow[Membership]:
    """Make whoever shows *identifier* a member; a known one is found again.

    *verified* says that the shop has seen proof that it is theirs, such as a code sent to the phone. That is
    remembered from then on; a later call without it takes nothing back.

    Raises:
        BadValue: the identifier is not in its normal form, or is a receipt, which nobody is.
    """
    checked_showable(identifier)
    member = MemberId((yield from ask(NodeId(identifier.namespace, identifier.text))))
    node, person, now = yield from ask_all(Get(NODES, member), FreshId("person"), Now())
    if node.value is not None:
        known = Membership(member, is_new=False)
        shown = verify(node.value, member) if verified else None
        if shown is None:
            return Outcome(known)
        after = apply_to_node(node.value, shown)
        return Outcome(known, replacing(node, after, Event(shown, at=now, members=(member,))))

    fact = decide(identifier, member, PersonId(person), is_verified=verified)

    return Outcome(
        Membership(member, is_new=True),
        replacing(node, apply_to_node(None, fact))
        + adding(PERSONS, fact.person, apply_to_person(None, fact), Event(fact, at=now, members=(member,))),
    )
