"""Links and nodes as columns of numbers, and what became of each: what a whole town is resolved from."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final, TypeAlias

import attrs

from omnicommerce.kernel.errors import BadValue

Ints: TypeAlias = Any
"""A numpy array of whole numbers; numpy is named only where it is used, in `batch`."""

Marks: TypeAlias = Any
"""A numpy array of true and false."""

FOREVER: Final = 2**60
"""More microseconds than the calendar has, with room to add two of them."""


class Code(IntEnum):
    """What became of a link, in the order in which the reasons are looked for."""

    ACCEPTED = 0
    RETRACTED = 1
    NOT_YET = 2
    UNDECLARED = 3
    EXPIRED = 4
    BLOCKED = 5
    UNVERIFIED = 6
    SCORE_TOO_LOW = 7
    SCORE_ALONE = 8
    HUB = 9
    KEPT_APART = 10
    OVER_LIMIT = 11
    TOO_LARGE = 12


@attrs.frozen(eq=False, kw_only=True)
class LinkColumns:
    """Links, one a row. Instants are in microseconds since the year 1, as `ticks` counts them.

    `a` and `b` are the numbers of the nodes, `strength` that of a `Strength`, `until` FOREVER if the link
    itself has no end, `score` below zero if it has none, `is_verified` whether both ends were, and `rank` the
    place of its id among all ids: of two equal links the lower one is taken first.

    Raises:
        BadValue: the columns differ in length.
    """

    a: Ints
    b: Ints
    strength: Ints
    seen_at: Ints
    until: Ints
    score: Ints
    is_verified: Marks
    is_retracted: Marks
    rank: Ints

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(LinkColumns):
            if len(getattr(self, field.name)) != len(self.a):
                raise BadValue(field.name, "expected columns of one length")


@attrs.frozen(eq=False, kw_only=True)
class NodeColumns:
    """Nodes, one a row.

    `namespace` is the place of its rules among those of all namespaces (-1: it has none), `is_blocked`
    whether the shop knows that it is nobody's.
    """

    namespace: Ints
    is_blocked: Marks


@attrs.frozen(eq=False)
class Batch:
    """Of each node the lowest number of its person's nodes, and of each link its `Code`.

    `namespace` is the place of the namespace whose limit a link would have broken, else -1.
    """

    person: Ints
    code: Ints
    namespace: Ints
