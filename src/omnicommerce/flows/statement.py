"""How did a member's points come about? The lines of the statement, page by page."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from omnicommerce.flows.member_known import person_of
from omnicommerce.identity import NODES
from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.flow import Flow, Get, Outcome, Place, Scan, ask
from omnicommerce.kernel.ids import MemberId
from omnicommerce.loyalty import BY_MEMBER, MOVEMENTS, Movement, moved_at, place_of_movement

LINES_AT_ONCE: Final = 500
"""The most lines of a statement that are read at once."""


@attrs.frozen
class Statement:
    """Lines of a member's statement, in the order in which they were booked.

    `after` is where they end: handed back, it asks for what follows; None if there is nothing more.
    """

    member: MemberId
    lines: tuple[Movement, ...]
    after: Place | None


def statement(
    *,
    member: MemberId,
    since: datetime | None = None,
    until: datetime | None = None,
    after: Place | None = None,
    limit: int = 100,
) -> Flow[Statement]:
    """What was booked for *member* from *since* up to but not including *until*, at most *limit* lines.

    Raises:
        Refused: ``no_such_member``.
        BadValue: *limit* is not 1 to 500.
    """
    checked_amount(limit, "limit", 1, LINES_AT_ONCE)
    person_of((yield from ask(Get(NODES, member))).value)
    # "!" comes right behind the blank that ends a member's name in the index.
    first = f"{member} " if since is None else moved_at(member, since)
    last = f"{member}!" if until is None else moved_at(member, until)
    # One more than asked for says whether anything follows.
    found = yield from ask(Scan(MOVEMENTS, BY_MEMBER, first, last, limit=limit + 1, after=after))
    shown = found[:limit]
    end = (place_of_movement(shown[-1].must()), shown[-1].id) if len(found) > limit else None
    return Outcome(Statement(member, tuple(each.must() for each in shown), end))
