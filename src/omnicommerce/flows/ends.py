"""The two identifiers of a link: which nodes they name, whether they were known or not."""

from __future__ import annotations

import attrs

from omnicommerce.flows.epochs import nodes_of
from omnicommerce.flows.register import register
from omnicommerce.identity import (
    NODES,
    AnyIdentifier,
    HostIdentifier,
    Identifier,
    IdentityRules,
    Who,
    apply_to_node,
    note_guest,
)
from omnicommerce.kernel.changes import Event, replacing
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.flow import Asking, Get, Now, Rules, ask, call, stage
from omnicommerce.kernel.ids import MemberId, checked_id


@attrs.frozen
class Ends:
    """The nodes at both ends of a link, and the members who are one person with each."""

    a: MemberId
    b: MemberId
    members_a: tuple[MemberId, ...]
    members_b: tuple[MemberId, ...]


def checked_linkable(a: AnyIdentifier, b: AnyIdentifier, proved: tuple[AnyIdentifier, ...]) -> None:
    """Refuse what is no link.

    Raises:
        BadValue: *a* and *b* are one, or one of *proved* is neither.
    """
    if (a.kind, a.text) == (b.kind, b.text):
        raise BadValue("b", "expected two identifiers, got one at both ends")
    for place, each in enumerate(proved):
        if each not in (a, b):
            raise BadValue(f"proved[{place}]", "expected one of the two that are linked")


def both_ends(a: AnyIdentifier, b: AnyIdentifier) -> Asking[Ends]:
    """The nodes of *a* and *b*; who was not known is from now on."""
    one, members_a = yield from _end(a)
    other, members_b = yield from _end(b)
    return Ends(one, other, members_a, members_b)


def known_node(who: Who) -> Asking[MemberId | None]:
    """The node that *who* names, or None if nothing was ever told of it.

    Raises:
        BadValue: it can be no node.
    """
    if isinstance(who, Identifier | HostIdentifier):
        node = (yield from nodes_of(who))[-1]
    else:
        node = yield from ask(Get(NODES, checked_id(who, "node")))
    return MemberId(node.id) if node.value is not None else None


def _end(identifier: AnyIdentifier) -> Asking[tuple[MemberId, tuple[MemberId, ...]]]:
    nodes = yield from nodes_of(identifier)
    last = nodes[-1]
    if last.value is None:
        rules = yield from ask(Rules(IdentityRules))
        if rules.has_books(identifier.kind):
            member = (yield from call(register(identifier=identifier))).member
            return member, (member,)
        now = yield from ask(Now())
        fact = note_guest(identifier, MemberId(last.id), now, epoch=len(nodes) - 1)
        yield from stage(replacing(last, apply_to_node(None, fact), Event(fact, at=now)))
        return MemberId(last.id), ()
    return MemberId(last.id), last.value.members
