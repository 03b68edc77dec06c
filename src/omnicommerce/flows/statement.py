"""How did a member's points come about? The lines of the statement, page by page."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from omnicommerce.flows.member_known import books_of
from omnicommerce.identity import NODES
from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.collection import Versioned
from omnicommerce.kernel.flow import Flow, Get, Outcome, Place, Scan, ask
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.instant import as_text
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

    A member who is one person with others is told what was booked for any of them; each line says for whom.

    Raises:
        Refused: ``no_such_member``.
        BadValue: *limit* is not 1 to 500.
    """
    checked_amount(limit, "limit", 1, LINES_AT_ONCE)
    members = books_of((yield from ask(Get(NODES, member))).value)
    found: list[Versioned[Movement]] = []
    for each in members:
        # "!" comes right behind the blank that ends a member's name in the index.
        first = f"{each} " if since is None else moved_at(each, since)
        last = f"{each}!" if until is None else moved_at(each, until)
        # One more than asked for says whether anything follows.
        found += yield from ask(
            Scan(MOVEMENTS, BY_MEMBER, first, last, limit=limit + 1, after=_after_in(each, after))
        )
    found.sort(key=lambda line: _time_and_place(line.must()))
    shown = found[:limit]
    end = (place_of_movement(shown[-1].must()), shown[-1].id) if len(found) > limit else None
    return Outcome(Statement(member, tuple(each.must() for each in shown), end))


def _time_and_place(line: Movement) -> tuple[str, str]:
    """By when it was booked, whoever it was booked for; lines of one instant by the place in the index."""
    return as_text(line.booked_at), place_of_movement(line)


def _after_in(member: MemberId, after: Place | None) -> Place | None:
    """Where the lines of *member* go on behind the line of anybody that *after* names."""
    if after is None:
        return None
    place, _ = after
    whose, _, rest = place.partition(" ")
    if whose == member:
        return after
    # Of the lines of one instant, those of members who sort behind it follow.
    instant = rest.rpartition(" ")[0]
    return (f"{member} {instant}" if member > whose else f"{member} {instant}~", "")
