"""The lines of a member's statement: one for every movement of their points."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from omnicommerce.kernel.collection import Collection, IndexRow, Keep, NotPersonal
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.instant import as_text
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty.points_book import Account, Kind, PointsMoved, posted

BY_MEMBER: Final = "member"
"""The index in which movements lie by member and by the instant at which they were booked."""


@attrs.frozen
class Movement:
    """One line of a statement: `points` is what it changed for the member, lots and debt together.

    It was booked at `booked_at` and took effect `at`; a till may report a sale days later.
    """

    member: MemberId
    kind: Kind
    points: Points
    booked_at: datetime
    at: datetime
    source: str
    reason: str


def moved_at(member: MemberId, booked_at: datetime) -> str:
    """The index text of a movement that was booked then."""
    return f"{member} {as_text(booked_at)}"


def _by_member(movement: Movement) -> tuple[IndexRow, ...]:
    return ((BY_MEMBER, moved_at(movement.member, movement.booked_at)),)


MOVEMENTS: Final = Collection(
    "movement", Movement, personal=NotPersonal(), keep=Keep.AS_BOOKS, indexes=_by_member
)


def movement_of(event: PointsMoved, booked_at: datetime, at: datetime) -> Movement:
    """The line that *event* adds to the statement; its record lies under the event's own id."""
    return Movement(
        event.member,
        event.kind,
        posted(event, Account.MEMBER) + posted(event, Account.DEBT),
        booked_at,
        at,
        event.source,
        event.reason,
    )
