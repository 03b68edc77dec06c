"""How many points have I?"""

from __future__ import annotations

from omnicommerce.identity import NODES
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.flow import Flow, Get, Outcome, ask_all
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.verdict import failed
from omnicommerce.loyalty import BOOKS, Balance, PointsBook


def balance(*, member: MemberId) -> Flow[Balance]:
    """What *member* holds now.

    Raises:
        Refused: ``no_such_member``.
    """
    node, held = yield from ask_all(Get(NODES, member), Get(BOOKS, member))
    if node.value is None:
        raise Refused(failed("no_such_member"))
    return Outcome(Balance(member, (held.value or PointsBook()).balance))
