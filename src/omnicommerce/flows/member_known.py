"""A command about a member begins by finding the person they are."""

from __future__ import annotations

from omnicommerce.identity import Node
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.ids import PersonId
from omnicommerce.kernel.verdict import failed


def person_of(node: Node | None) -> PersonId:
    """The person that a member's node points at.

    Raises:
        Refused: ``no_such_member``; a guest's order is none.
    """
    if node is None or node.person is None:
        raise Refused(failed("no_such_member"))
    return node.person
