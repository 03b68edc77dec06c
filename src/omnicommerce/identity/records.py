"""How people lie in the records: a node for each identifier, and a person for the members who are one.

Books lie under the member and never move. A person is a set of members; its record is the guard that
every command about a union of books checks.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import attrs

from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.collection import Collection, IndexRow, Keep, NotPersonal, Personal
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId, PersonId, checked_word
from omnicommerce.kernel.instant import as_text, utc

MEMBERS_MAX: Final = 64
"""One person's books are read in one call; nobody carries more cards, telephones and accounts."""

OTHERS_MAX: Final = 10_000
"""Devices and orders of one person; the shop's rules set a much lower one for all identifiers."""

WORD_LENGTH_MAX: Final = 128
"""Tiers and stages have names that fit on a card."""

EPOCHS_MAX: Final = 10**6
"""An identifier is handed on a few times in its life."""

DUE: Final = "due"
"""The index of persons by the instant at which their standing changes by itself."""


def _handed_on_at(at: datetime | None) -> datetime | None:
    return None if at is None else utc(at, "handed_on_at")


def _since(at: datetime) -> datetime:
    return utc(at, "since")


@attrs.frozen
class Node:
    """One identifier, and the person it points at. Its id is a keyed digest: the value is not here.

    It was first told of at `since`. `home` is the person that it is when nobody is linked to it; an order or
    a device has none, and points at nobody until somebody is linked to it. `members` are the books of that
    person. `is_verified` says whether the shop has seen proof that the identifier is theirs, such as a code
    sent to the phone. From `handed_on_at` on the same identifier has a node of the next epoch, and this one
    stays with those who had it before.

    Raises:
        BadValue: the namespace is no name, the epoch no whole number from 0 to EPOCHS_MAX, or `since` none.
    """

    namespace: str
    epoch: int
    since: datetime = attrs.field(converter=_since)
    home: PersonId | None
    person: PersonId | None
    members: tuple[MemberId, ...] = ()
    is_verified: bool = False
    handed_on_at: datetime | None = attrs.field(default=None, converter=_handed_on_at)

    def __attrs_post_init__(self) -> None:
        checked_word(self.namespace, "namespace")
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


def _review(at: datetime | None) -> datetime | None:
    return None if at is None else utc(at, "review")


@attrs.frozen
class Person:
    """The members who are one person, the eldest first, and where that person stands.

    `others` are what was linked to them and has no books: devices, and orders they made as guests. At the
    instant `review`, and not before, links change by themselves, so that it is to be decided anew who they
    are. A person who has become one with another has no members: `into` says whose they are now.

    Raises:
        BadValue: there are no members (but in `into`), more than MEMBERS_MAX, or one of them twice.
    """

    members: tuple[MemberId, ...]
    standing: Standing | None = None
    others: tuple[MemberId, ...] = ()
    review: datetime | None = attrs.field(default=None, converter=_review)
    into: PersonId | None = None

    def __attrs_post_init__(self) -> None:
        if not (0 if self.into is not None else 1) <= len(self.members) <= MEMBERS_MAX:
            raise BadValue("members", f"expected 1 to {MEMBERS_MAX} members, got {len(self.members)}")
        if len(self.others) > OTHERS_MAX:
            raise BadValue("others", f"expected at most {OTHERS_MAX}, got {len(self.others)}")
        nodes = (*self.members, *self.others)
        if len(set(nodes)) < len(nodes):
            raise BadValue("members", "expected every member once")

    @property
    def due(self) -> datetime | None:
        """When there is something to do for this person that nobody asks for; None: never."""
        standing = None if self.standing is None else self.standing.due
        return min((each for each in (standing, self.review) if each is not None), default=None)


def _rows(person: Person) -> tuple[IndexRow, ...]:
    return () if person.due is None else ((DUE, as_text(person.due)),)


NODES: Final = Collection("node", Node, personal=Personal(subject="id"), keep=Keep.WHILE_KNOWN)

PERSONS: Final = Collection("person", Person, personal=NotPersonal(), keep=Keep.AS_BOOKS, indexes=_rows)
