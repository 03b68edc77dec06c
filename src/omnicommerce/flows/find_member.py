"""Somebody shows a card: who is that?"""

from __future__ import annotations

from omnicommerce.identity import NODES, Found, Identifier, checked_showable
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.flow import Flow, Get, NodeId, Outcome, ask
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.verdict import failed


def find_member(*, identifier: Identifier) -> Flow[Found]:
    """Whom *identifier* names. Finding does not register: somebody unknown stays unknown.

    Raises:
        Refused: ``no_such_member``.
        BadValue: the identifier is not in its normal form, or is a receipt, which nobody is.
    """
    checked_showable(identifier)
    member = MemberId((yield from ask(NodeId(identifier.namespace, identifier.text))))
    node = (yield from ask(Get(NODES, member))).value
    if node is None or node.person is None:
        raise Refused(failed("no_such_member"))
    return Outcome(Found(member, node.person, node.is_verified))
