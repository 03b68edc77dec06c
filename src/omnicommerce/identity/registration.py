"""A customer becomes a member: the identifier gets its node, and the member a person to be.

Each record is the fold of its events: `apply_to_node` and `apply_to_person` read neither rules nor a clock.
"""

from __future__ import annotations

from typing import TypeAlias, assert_never

import attrs

from omnicommerce.identity.identifier import Identifier, Namespace
from omnicommerce.identity.records import Node, Person, Standing
from omnicommerce.identity.shown import checked_showable
from omnicommerce.kernel.ids import MemberId, PersonId


@attrs.frozen
class MemberRegistered:
    """An identifier was seen for the first time, and is a member from now on."""

    member: MemberId
    namespace: Namespace
    epoch: int
    person: PersonId
    is_verified: bool = False


@attrs.frozen
class IdentifierVerified:
    """A member showed that the identifier is theirs."""

    member: MemberId


@attrs.frozen
class GuestNoted:
    """A guest bought something: the order has a node, to which whoever it was may be linked later."""

    node: MemberId
    namespace: Namespace
    epoch: int


@attrs.frozen
class PersonJudged:
    """A person's tier, stage and next deadline were decided anew."""

    person: PersonId
    standing: Standing


NodeEvent: TypeAlias = MemberRegistered | IdentifierVerified | GuestNoted
"""What changes a node."""

PersonEvent: TypeAlias = MemberRegistered | PersonJudged
"""What changes a person's record."""


@attrs.frozen
class Membership:
    """Which member an identifier names, and whether this very call made it one."""

    member: MemberId
    is_new: bool


@attrs.frozen
class Found:
    """Whom an identifier names, and whether they have shown that it is theirs."""

    member: MemberId
    person: PersonId
    is_verified: bool


def register(
    identifier: Identifier, member: MemberId, person: PersonId, *, is_verified: bool = False
) -> MemberRegistered:
    """Make *member*, the node of *identifier*, a person of their own.

    Raises:
        BadValue: nobody can show such an identifier.
    """
    kind = checked_showable(identifier).namespace
    return MemberRegistered(member, kind, epoch=0, person=person, is_verified=is_verified)


def verify(node: Node, member: MemberId) -> IdentifierVerified | None:
    """Note that *member* has shown the identifier of *node* to be theirs; None if that was known."""
    return None if node.is_verified else IdentifierVerified(member)


def note_guest(order: Identifier, node: MemberId) -> GuestNoted:
    """Give the *order* of somebody unknown its *node*."""
    assert order.namespace is Namespace.ORDER, "only an order is bought by nobody known"
    return GuestNoted(node, order.namespace, epoch=0)


def apply_to_node(node: Node | None, event: NodeEvent) -> Node:
    """The node after *event*; None is one that is not there yet."""
    match event:
        case MemberRegistered(namespace=namespace, epoch=epoch, person=person, is_verified=is_verified):
            assert node is None, "an identifier is registered once in each epoch"
            return Node(namespace, epoch, person, is_verified)
        case GuestNoted(namespace=namespace, epoch=epoch):
            assert node is None, "an order is noted once"
            return Node(namespace, epoch, person=None)
        case IdentifierVerified():
            assert node is not None, "only what is known can be verified"
            return attrs.evolve(node, is_verified=True)
        case _:
            assert_never(event)


def apply_to_person(person: Person | None, event: PersonEvent) -> Person:
    """The person's record after *event*; None is one that is not there yet."""
    match event:
        case MemberRegistered(member=member):
            assert person is None, "a new member is a person of their own"
            return Person((member,))
        case PersonJudged(standing=standing):
            assert person is not None, "only somebody known can be judged"
            return attrs.evolve(person, standing=standing)
        case _:
            assert_never(event)
