"""How people lie in the records: a node for each identifier, and a person for the members who are one.

Books lie under the member and never move. A person is a set of members; its record is the guard that
every command about a union of books checks.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import attrs

from omnicommerce.identity.identifier import Namespace
from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.collection import Collection, IndexRow, Keep, NotPersonal, Personal
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId, PersonId
from omnicommerce.kernel.instant import as_text, utc

MEMBERS_MAX: Final = 16
"""One person's books are read in one call; nobody carries more cards."""

WORD_LENGTH_MAX: Final = 128
"""Tiers and stages have names that fit on a card."""

EPOCHS_MAX: Final = 10**6
"""An identifier is handed on a few times in its life."""

DUE: Final = "due"
"""The index of persons by the instant at which their standing changes by itself."""


@attrs.frozen
class Node:
    """One identifier, and the person it points at. Its id is a keyed digest: the value is not here.

    The node of a guest's order points at nobody, until somebody is linked to it. `is_verified` says whether
    the shop has seen proof that the identifier is theirs, such as a code sent to the phone.

    Raises:
        BadValue: the epoch is no whole number from 0 to EPOCHS_MAX.
    """

    namespace: Namespace
    epoch: int
    person: PersonId | None
    is_verified: bool = False

    def __attrs_post_init__(self) -> None:
        checked_amount(self.epoch, "epoch", 0, EPOCHS_MAX)


def _due(at: datetime | None) -> datetime | None:
    return None if at is None else utc(at, "due")


@attrs.frozen
class Standing:
    """Where a person stood when they were last judged: tier and stage, and when to look again.

    A cache that can be computed anew from the books: nothing is decided from it alone. `stage_day` is the day
    on which the stage was judged, `stage_before` the stage at the end of the day before (empty if none),
    `first_day` the day of the first purchase. Before the day `turns_on`, time alone makes neither tier nor
    stage another, and before the instant `due` there is nothing to do: then, or when points run out, at the
    earliest. Facts that only put these two off do not write them anew.

    Raises:
        BadValue: a name is longer than WORD_LENGTH_MAX or holds a character nobody can see, or a day or
            the instant is none.
    """

    tier: str
    stage: str
    stage_day: date
    stage_before: str
    first_day: date | None = None
    due: datetime | None = attrs.field(default=None, converter=_due)
    turns_on: date | None = None

    def __attrs_post_init__(self) -> None:
        for path, word in (("tier", self.tier), ("stage", self.stage), ("stage_before", self.stage_before)):
            if type(word) is not str or len(word) > WORD_LENGTH_MAX or not word.isprintable():
                raise BadValue(path, f"expected a name of up to {WORD_LENGTH_MAX} printable characters")
        for path, day in (
            ("stage_day", self.stage_day),
            ("first_day", self.first_day),
            ("turns_on", self.turns_on),
        ):
            if type(day) is not date and not (day is None and path != "stage_day"):
                raise BadValue(path, f"expected date, got {type(day).__name__}")


@attrs.frozen
class Person:
    """The members who are one person, and where that person stands.

    Raises:
        BadValue: there are no members, more than MEMBERS_MAX, or one of them twice.
    """

    members: tuple[MemberId, ...]
    standing: Standing | None = None

    def __attrs_post_init__(self) -> None:
        if not 0 < len(self.members) <= MEMBERS_MAX:
            raise BadValue("members", f"expected 1 to {MEMBERS_MAX} members, got {len(self.members)}")
        if len(set(self.members)) < len(self.members):
            raise BadValue("members", "expected every member once")


def _rows(person: Person) -> tuple[IndexRow, ...]:
    if person.standing is None or person.standing.due is None:
        return ()
    return ((DUE, as_text(person.standing.due)),)


NODES: Final = Collection("node", Node, personal=Personal(subject="id"), keep=Keep.WHILE_KNOWN)

PERSONS: Final = Collection("person", Person, personal=NotPersonal(), keep=Keep.AS_BOOKS, indexes=_rows)
