"""What must be true of the journal after a run: all that was stored, nothing else, and never late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import permutations

from omnicommerce.ports.storage import Batch, Entry
from omnicommerce.testing.litmus.history import Seen
from omnicommerce.testing.litmus.party import Followed
from omnicommerce.testing.litmus.stage import Call


def complaints(seen: Seen) -> Iterator[str]:
    """What is wrong with the journals, in words."""
    for shop, journal in enumerate(seen.journals):
        stored = [call for call in seen.stored if seen.shop_of(call) == shop]
        yield from _kept(seen, shop, journal, stored)
        yield from _in_order(journal, stored)
        yield from _never_late(seen, shop, journal)


def _kept(seen: Seen, shop: int, journal: tuple[str, ...], stored: list[Call]) -> Iterator[str]:
    must = Counter(id for call in stored for id in ids_of(call))
    may = must + Counter(id for call in seen.unknown if seen.shop_of(call) == shop for id in ids_of(call))
    have = Counter(journal)
    if must - have:
        yield f"the entries of what was stored are in the journal; {sorted(must - have)} are not"
    if have - may:
        yield f"only the entries of what was stored are in the journal, once; {sorted(have - may)} are more"


def _in_order(journal: tuple[str, ...], stored: list[Call]) -> Iterator[str]:
    places = {id: place for place, id in enumerate(journal)}
    for call in stored:
        at = [places.get(id, -1) for id in ids_of(call)]
        if at and at != list(range(at[0], at[0] + len(at))):
            yield f"the entries of one batch lie side by side, in their order; the journal has {journal}"
    for earlier, later in permutations(stored, 2):
        first, last = (
            [places.get(id, -1) for id in ids_of(later)],
            [places.get(id, -1) for id in ids_of(earlier)],
        )
        if earlier.is_before(later) and first and last and max(last) > min(first):
            yield f"what was stored before has its entries before; the journal has {journal}"


def _never_late(seen: Seen, shop: int, journal: tuple[str, ...]) -> Iterator[str]:
    for number in range(len(seen.world.program.transactions)):
        calls = [call for call in seen.followed if call.party == number and seen.shop_of(call) == shop]
        read: list[str] = []
        for call in calls:
            found = _found(call)
            if isinstance(call.request, Followed) and len(found) > call.request.limit:
                yield f"at most {call.request.limit} entries; there came {found}"
            read += found
        if tuple(read) != journal[: len(read)]:
            yield (
                f"a reader who remembers its last position has read how the journal begins; it has read"
                f" {tuple(read)}, and the journal is {journal}: an entry came late, or went away"
            )


def ids_of(call: Call) -> list[str]:
    """The ids of the entries of a commit."""
    assert isinstance(call.request, Batch), "only commits write"
    return [entry.id for entry in call.request.entries]


def _found(call: Call) -> list[str]:
    assert isinstance(call.answer, list), "it was answered"
    return [entry.id for entry in call.answer if isinstance(entry, Entry)]
