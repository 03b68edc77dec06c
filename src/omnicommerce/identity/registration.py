"""A customer becomes a member: the identifier gets its node, and the member a person to be.

Each record is the fold of its events: `apply_to_node` and `apply_to_person` read neither rules nor a clock.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias, assert_never

import attrs

from omnicommerce.identity.identifier import AnyIdentifier
from omnicommerce.identity.records import Node, Person, Standing
from omnicommerce.identity.shown import checked_showable
from omnicommerce.kernel.ids import MemberId, PersonId


@attrs.frozen
class MemberRegistered:
    """An identifier was seen for the first time, and is a member from now on."""

    member: MemberId
    namespace: str
    epoch: int
    person: PersonId
    since: datetime
    is_verified: bool = False


@attrs.frozen
class IdentifierVerified:
    """A member showed that the identifier is theirs."""

    member: MemberId


@attrs.frozen
class IdentifierHandedOn:
    """Somebody else has the identifier from `at` on: what is told of it then is told of its next epoch."""

    member: MemberId
    at: datetime


@attrs.frozen
class GuestNoted:
    """Something that is no member was told of: a guest's order, a device. Whose it is may be told later."""

    node: MemberId
    namespace: str
    epoch: int
    since: datetime


@attrs.frozen
class PersonFormed:
    """These are one person from now on: `members` with their books, the eldest first, and `others`.

    At the instant `review` that is to be decided anew.
    """

    person: PersonId
    members: tuple[MemberId, ...]
    others: tuple[MemberId, ...]
    review: datetime | None


@attrs.frozen
class PersonMerged:
    """A person has become one with another; whoever knows the old id is led to the new one."""

    person: PersonId
    into: PersonId


@attrs.frozen
class NodesParted:
    """These orders and devices are nobody's again."""

    nodes: tuple[MemberId, ...]


@attrs.frozen
class PersonJudged:
    """A person's tier, stage and next deadline were decided anew."""

    person: PersonId
    standing: Standing


NodeEvent: TypeAlias = (
    MemberRegistered | IdentifierVerified | IdentifierHandedOn | GuestNoted | PersonFormed | NodesParted
)
"""What changes a node."""

PersonEvent: TypeAlias = MemberRegistered | PersonFormed | PersonMerged | PersonJudged
"""What changes a person's record."""


@attrs.frozen
class Membership:
    """Which member an identifier names, and whether this very call made it one."""

    member: MemberId
    is_new: bool


@attrs.frozen
class Found:
    """Whom an identifier names, and whether they have shown that it is theirs.

    `members` are all the books of that person, the eldest first.
    """

    member: MemberId
    person: PersonId
    is_verified: bool
    members: tuple[MemberId, ...]


def register(
    identifier: AnyIdentifier,
    member: MemberId,
    person: PersonId,
    since: datetime,
    *,
    epoch: int = 0,
    is_verified: bool = False,
) -> MemberRegistered:
    """Make *member*, the node of *identifier*, a person of their own.

    Raises:
        BadValue: nobody can show such an identifier.
    """
    kind = checked_showable(identifier).kind
    return MemberRegistered(member, kind, epoch, person, since, is_verified)


def verify(node: Node, member: MemberId) -> IdentifierVerified | None:
    """Note that *member* has shown the identifier of *node* to be theirs; None if that was known."""
    return None if node.is_verified else IdentifierVerified(member)


def note_guest(order: AnyIdentifier, node: MemberId, since: datetime, *, epoch: int = 0) -> GuestNoted:
    """Give the *order* of somebody unknown, or a device, its *node*."""
    return GuestNoted(node, order.kind, epoch, since)


def apply_to_node(node: Node | None, event: NodeEvent) -> Node:
    """The node after *event*; None is one that is not there yet."""
    match event:
        case MemberRegistered():
            assert node is None, "an identifier is registered once in each epoch"
            person = event.person
            return Node(
                event.namespace, event.epoch, event.since, person, person, (event.member,), event.is_verified
            )
        case GuestNoted(namespace=namespace, epoch=epoch, since=since):
            assert node is None, "an order is noted once"
            return Node(namespace, epoch, since, home=None, person=None)
        case IdentifierVerified():
            return attrs.evolve(_known(node), is_verified=True)
        case IdentifierHandedOn(at=at):
            return attrs.evolve(_known(node), handed_on_at=at)
        case PersonFormed(person=person, members=members):
            return attrs.evolve(_known(node), person=person, members=members)
        case NodesParted():
            return attrs.evolve(_known(node), person=None, members=())
        case _:
            assert_never(event)


def apply_to_person(person: Person | None, event: PersonEvent) -> Person:
    """The person's record after *event*; None is one that is not there yet."""
    match event:
        case MemberRegistered(member=member):
            assert person is None, "a new member is a person of their own"
            return Person((member,))
        case PersonFormed(members=members, others=others, review=review):
            # Where the same books are one person's, that person stands where they stood.
            is_same = person is not None and set(person.members) == set(members)
            standing = person.standing if person is not None and is_same else None
            return Person(members, standing, others, review)
        case PersonMerged(into=into):
            return Person((), into=into)
        case PersonJudged(standing=standing):
            assert person is not None, "only somebody known can be judged"
            return attrs.evolve(person, standing=standing)
        case _:
            assert_never(event)


def _known(node: Node | None) -> Node:
    assert node is not None, "only what is known can change"
    return node
