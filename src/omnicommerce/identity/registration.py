"""A customer becomes a member: the identifier gets its node, and the member a person to be.

Books lie under the member and never move. A person is a set of members; its record is the guard that
every command about a union of books checks.
"""

from __future__ import annotations

from typing import Final

import attrs

from omnicommerce.identity.identifier import Identifier, Namespace
from omnicommerce.kernel.collection import Collection, Keep, NotPersonal, Personal
from omnicommerce.kernel.ids import MemberId, PersonId


@attrs.frozen
class Node:
    """One identifier, and the person it points at. Its id is a keyed digest: the value is not here."""

    namespace: Namespace
    epoch: int
    person: PersonId


@attrs.frozen
class Person:
    """The members who are one person."""

    members: tuple[MemberId, ...]


@attrs.frozen
class MemberRegistered:
    """An identifier was seen for the first time, and is a member from now on."""

    member: MemberId
    namespace: Namespace
    epoch: int
    person: PersonId


@attrs.frozen
class Membership:
    """Which member an identifier names, and whether this very call made it one."""

    member: MemberId
    is_new: bool


NODES: Final = Collection("node", Node, personal=Personal(subject="id"), keep=Keep.WHILE_KNOWN)

PERSONS: Final = Collection("person", Person, personal=NotPersonal(), keep=Keep.AS_BOOKS)


def register(identifier: Identifier, member: MemberId, person: PersonId) -> MemberRegistered:
    """Make *member*, the node of *identifier*, a person of their own."""
    return MemberRegistered(member, identifier.namespace, epoch=0, person=person)


def node_after(event: MemberRegistered) -> Node:
    """The node as the registration leaves it."""
    return Node(event.namespace, event.epoch, event.person)


def person_after(event: MemberRegistered) -> Person:
    """The person as the registration leaves it."""
    return Person((event.member,))
