"""A command about a member begins by finding the person they are."""

from __future__ import annotations

from omnicommerce.identity import Node
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.ids import MemberId, PersonId
from omnicommerce.kernel.verdict import failed


def person_of(node: Node | None) -> PersonId:
    """The person that a member's node points at.

    Raises:
        Refused: ``no_such_member``; a guest's order is none, and neither is a device, whoever has it.
    """
    if node is None or node.home is None or node.person is None:
        raise Refused(failed("no_such_member"))
    return node.person


def books_of(node: Node | None) -> tuple[MemberId, ...]:
    """All members who are one person with a member, and so spend together: the eldest first.

    Raises:
        Refused: ``no_such_member``.
    """
    person_of(node)
    return () if node is None else node.members
