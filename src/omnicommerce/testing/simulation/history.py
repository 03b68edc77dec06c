"""Did things happen one after the other, as clients saw them?

A register that counts up by one is strictly serialisable if what clients saw can be put in a line: every
count once, and whoever was answered before another began stands before it (M. Herlihy and J. Wing,
"Linearizability", 1990). Since each count says its place, that line is known: checking it takes no search.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import attrs


@attrs.frozen
class Seen:
    """A client counted up to *place*, or looked and saw *place*; between these two turns."""

    place: int
    is_look: bool
    began: int
    ended: int
    who: str


def out_of_line(seen: Sequence[Seen]) -> Iterator[str]:
    """Where the line breaks: two counts at one place, or one that saw less than was there before it began."""
    line = sorted(seen, key=lambda each: (each.place, each.is_look))
    counts = [each for each in line if not each.is_look]
    for one, other in pairwise(counts):
        if one.place == other.place:
            yield f"{one.who} and {other.who} both counted to {one.place}"
    first: Seen | None = None
    """Of all that stand behind, the one that ended first."""
    for each in reversed(line):
        if first is not None and first.ended < each.began and not _are_alike(first, each):
            yield f"{each.who} came to {each.place} after {first.who} had come to {first.place}"
        if first is None or each.ended < first.ended:
            first = each


def _are_alike(one: Seen, other: Seen) -> bool:
    """Two looks at one place may stand either way."""
    return one.is_look and other.is_look and one.place == other.place
