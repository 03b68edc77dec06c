"""Somebody shows a card: who is that?"""

from __future__ import annotations

from omnicommerce.flows.epochs import nodes_of
from omnicommerce.flows.member_known import person_of
from omnicommerce.identity import AnyIdentifier, Found, checked_showable
from omnicommerce.kernel.flow import Flow, Outcome
from omnicommerce.kernel.ids import MemberId


def find_member(*, identifier: AnyIdentifier) -> Flow[Found]:
    """Whom *identifier* names. Finding does not register: somebody unknown stays unknown.

    Raises:
        Refused: ``no_such_member``.
        BadValue: the identifier is not in its normal form, or names no member: a receipt, a device.
    """
    checked_showable(identifier)
    node = (yield from nodes_of(identifier))[-1]
    person = person_of(node.value)
    known = node.must()
    return Outcome(Found(MemberId(node.id), person, known.is_verified, known.members))
