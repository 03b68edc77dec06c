"""What one decision writes: all of it or none of it.

Changes are a row of items in the order in which they were decided: writes and tallies, then the
event that says why. An event's journal entry carries the writes and tallies that stand before it;
those that stand after the last event join that last one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

import attrs

from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.collection import ABSENT, Collection, Counter, Version, Versioned
from omnicommerce.kernel.ids import MemberId, StoreId
from omnicommerce.kernel.instant import utc

T = TypeVar("T")


@attrs.frozen
class Write:
    """Store *value*, if the record is still at *version* (ABSENT: if there is none)."""

    collection: Collection[Any]
    id: str
    value: Any
    version: Version


@attrs.frozen
class Removal:
    """Delete the record, if it is still at *version*."""

    collection: Collection[Any]
    id: str
    version: Version


@attrs.frozen
class Tally:
    """Add *delta* to a counter, unless the total would then pass the bound it moves towards.

    A floor is tested when the delta is negative, a ceiling when it is positive: giving back is
    never refused.
    """

    counter: Counter
    delta: int
    floor: int | None = None
    ceiling: int | None = None

    def __attrs_post_init__(self) -> None:
        checked_amount(self.delta, "delta")
        if self.floor is not None:
            checked_amount(self.floor, "floor")
        if self.ceiling is not None:
            checked_amount(self.ceiling, "ceiling")


@attrs.frozen(kw_only=True)
class Event:
    """Something that happened: the fact, when it took effect, and whom and where it concerns.

    `at` is the effective time; the runner adds the recorded time, the actor and the rulebook.
    `cause` is the id of the journal entry that led to this one, `depth` how many led to it.
    """

    fact: Any = attrs.field(kw_only=False)
    at: datetime = attrs.field(converter=utc)
    members: tuple[MemberId, ...] = ()
    channel: Channel | None = None
    store: StoreId | None = None
    cause: str | None = None
    depth: int = 0


Change: TypeAlias = Write | Removal | Tally | Event


@attrs.frozen
class Changes:
    """Several changes, in the order in which they were decided; `+` joins them."""

    items: tuple[Change, ...] = ()

    def __add__(self, other: Changes) -> Changes:
        return Changes(self.items + other.items)


NOTHING = Changes()
"""What a question that only asks has changed."""


def adding(collection: Collection[T], id: str, value: T, *events: Event) -> Changes:
    """Store a new record; someone who stored one under the same id first is a Conflict."""
    return Changes((Write(collection, id, value, ABSENT), *events))


def replacing(held: Versioned[T], value: T, *events: Event) -> Changes:
    """Store *value* in place of what was *held*, which may be nothing."""
    return Changes((Write(held.collection, held.id, value, held.version), *events))


def removing(held: Versioned[Any], *events: Event) -> Changes:
    """Delete the record that was *held*."""
    return Changes((Removal(held.collection, held.id, held.version), *events))


def adding_to(
    counter: Counter, delta: int, *events: Event, floor: int | None = None, ceiling: int | None = None
) -> Changes:
    """Move a counter by *delta*, within its bounds in that direction."""
    return Changes((Tally(counter, delta, floor, ceiling), *events))


def happened(*events: Event) -> Changes:
    """Record events that no record of their own goes with."""
    return Changes(events)


def joined(parts: Iterable[Changes]) -> Changes:
    """All of *parts* as one, in their order."""
    return Changes(tuple(item for part in parts for item in part.items))
