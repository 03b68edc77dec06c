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

    It was booked at `booked_at` and took effect `at`; a till may report a sale days later. `number` counts
    the member's movements from 1.
    """

    member: MemberId
    kind: Kind
    points: Points
    booked_at: datetime
    at: datetime
    source: str
    reason: str
    number: int


NUMBER_DIGITS: Final = 10
"""Whoever moves their points ten thousand million times does nothing else."""


def moved_at(member: MemberId, booked_at: datetime) -> str:
    """Where in the index the movements begin that were booked then."""
    return f"{member} {as_text(booked_at)}"


def place_of_movement(movement: Movement) -> str:
    """Where a movement lies in the index: by when it was booked, and in the order of booking."""
    return f"{moved_at(movement.member, movement.booked_at)} {movement.number:0{NUMBER_DIGITS}}"


def _by_member(movement: Movement) -> tuple[IndexRow, ...]:
    return ((BY_MEMBER, place_of_movement(movement)),)


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
        event.number,
    )
