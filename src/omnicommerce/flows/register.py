"""Somebody shows a card: they are a member from now on, or have been one all along."""

from __future__ import annotations

from omnicommerce.identity import (
    NODES,
    PERSONS,
    Identifier,
    Membership,
    node_after,
    person_after,
)
from omnicommerce.identity import register as decide
from omnicommerce.kernel.changes import Event, adding, replacing
from omnicommerce.kernel.flow import Flow, FreshId, Get, NodeId, Now, Outcome, ask, ask_all
from omnicommerce.kernel.ids import MemberId, PersonId


def register(*, identifier: Identifier) -> Flow[Membership]:
    """Make whoever shows *identifier* a member; a known one is found again and nothing changes.

    Raises:
        BadValue: the identifier is not in its normal form.
    """
    member = MemberId((yield from ask(NodeId(identifier.namespace, identifier.text))))
    node, person, now = yield from ask_all(Get(NODES, member), FreshId("person"), Now())
    if node.value is not None:
        return Outcome(Membership(member, is_new=False))

    fact = decide(identifier, member, PersonId(person))

    return Outcome(
        Membership(member, is_new=True),
        replacing(node, node_after(fact))
        + adding(PERSONS, fact.person, person_after(fact), Event(fact, at=now, members=(member,))),
    )
