"""How a batch is written, within a transaction that somebody else begins and ends.

In this order, so that no two writers ever wait for each other:

1. the records that are there are locked, in the order of their keys, and their versions compared;
2. the new ones are inserted, in the order of their keys. A check that a record is absent inserts one too
   and deletes it again: nobody can lock what is not there, but two cannot insert it at the same time;
3. the locked ones are updated and deleted, with their versions compared again and their rows counted;
4. their index rows, which nobody else touches while the record is held;
5. the journal, once every record is held, which makes its order right (see `journal`);
6. the counters, in the order of their names, last of all: many want the same one, and it is held only
   until the commit that follows.

A writer at one step waits only for writers at the same step with a larger key, or at a later step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias, TypeVar

from omnicommerce.adapters.storage.checked import place
from omnicommerce.adapters.storage.sql.places import joined, parted
from omnicommerce.adapters.storage.sql.statements import Statements
from omnicommerce.adapters.storage.sql.transactions import Hand
from omnicommerce.adapters.storage.sql.wording import ROWS_AT_ONCE, filled, repeated
from omnicommerce.kernel.bounds import AMOUNT_MAX
from omnicommerce.kernel.collection import ABSENT, IndexRow, Version
from omnicommerce.kernel.errors import BadValue, Conflict, Exhausted
from omnicommerce.ports.storage import Add, Append, Batch, Check, Delete, Key, Put

T = TypeVar("T")

Guard: TypeAlias = Check | Put | Delete

PLACE_BYTES_MAX: Final = 2_600
"""The longest row of `place` in bytes: PostgreSQL's indexes hold 2,704, with their own marks."""


class Held(NamedTuple):
    """A record that is locked: its version, and its index rows as one text."""

    version: str
    places: str


class Moved(NamedTuple):
    """All that a batch adds to one counter, and from where to where it may stand before."""

    name: str
    delta: int
    least: int
    most: int


def refuse_long_places(batch: Batch) -> None:
    """Refuse what no index of PostgreSQL can hold, before anything is done.

    Raises:
        BadValue: a record's collection, index, text and id are together longer than PLACE_BYTES_MAX bytes.
    """
    for n, put in enumerate(batch.puts):
        for m, row in enumerate(put.indexes):
            if sum(len(part.encode()) for part in (*put.key, *row)) > PLACE_BYTES_MAX:
                raise BadValue(
                    f"puts[{n}].indexes[{m}]",
                    f"expected at most {PLACE_BYTES_MAX} bytes for collection, index, text and id together",
                )


def written(hand: Hand, say: Statements, append: str, batch: Batch) -> dict[str, int]:
    """Write all of *batch* into the open transaction and return where its counters stand.

    Raises:
        Conflict: a record is not at the version stated; the transaction is to be undone.
        Exhausted: a counter would pass its bound; likewise.
    """
    guards: list[Guard] = [*batch.checks, *batch.puts, *batch.deletes]
    absent = sorted((each for each in guards if each.version == ABSENT), key=_key_of)
    seen = sorted((each for each in guards if each.version != ABSENT), key=_key_of)
    if not (len(seen) == 1 and not absent and _is_put_in_place(hand, say, seen[0], batch.id)):
        held = _locked(hand, say, seen)
        _insert(hand, say, absent, batch.id)
        _replace(hand, say, seen, held, batch.id)
        _delete(hand, say, absent)
    if batch.trim is not None:
        hand.changed(say.trim, (place(batch.trim.upto, "trim.upto"),))
    _append(hand, append, batch.entries)
    return _added(hand, say, batch.adds)


def _key_of(guard: Guard) -> Key:
    return guard.key


def _is_put_in_place(hand: Hand, say: Statements, guard: Guard, version: Version) -> bool:
    """Try to write a record that is alone in its batch by one statement; its index rows must be the same."""
    if type(guard) is not Put:
        return False
    values = (version, guard.body, *guard.key, guard.version, joined(guard.indexes))
    return hand.changed(say.update_in_place, values) == 1


def _locked(hand: Hand, say: Statements, seen: Sequence[Guard]) -> dict[Key, Held]:
    held: dict[Key, Held] = {}
    for some in _in_turns(seen):
        size, values = filled([each.key for each in some])
        for collection, id, version, places in hand.rows(say.lock(size), values):
            held[Key(collection, id)] = Held(version, places)
    for each in seen:
        if each.key not in held or held[each.key].version != each.version:
            raise _moved_on(each.key)
    return held


def _insert(hand: Hand, say: Statements, absent: Sequence[Guard], version: Version) -> None:
    for some in _in_turns(absent):
        values: list[object] = []
        for each in some:
            if type(each) is Put:
                values += (*each.key, version, each.body, joined(each.indexes))
            else:
                values += (*each.key, ABSENT, "", "")
        if hand.changed(say.insert(len(some)), values) != len(some):
            raise _moved_on(some[0].key) if len(some) == 1 else Conflict("a record is already there")
    entered = [
        (each.key[0], *row, each.key[1])
        for each in absent
        if type(each) is Put
        for row in dict.fromkeys(each.indexes)
    ]
    _enter(hand, say, entered)


def _replace(
    hand: Hand,
    say: Statements,
    seen: Sequence[Guard],
    held: dict[Key, Held],
    version: Version,
) -> None:
    puts = [each for each in seen if type(each) is Put]
    deletes = [each for each in seen if type(each) is Delete]
    if puts:
        rows = [(version, put.body, joined(put.indexes), *put.key, put.version) for put in puts]
        if hand.changed_each(say.update, rows) != len(rows):
            raise Conflict("a record is not at the version stated")
    if deletes:
        gone = [(*each.key, each.version) for each in deletes]
        if hand.changed_each(say.delete, gone) != len(gone):
            raise Conflict("a record is not at the version stated")
    left: list[tuple[str, ...]] = []
    entered: list[tuple[str, ...]] = []
    for each in seen:
        if type(each) is Check:
            continue
        collection, id = each.key
        before = parted(held[each.key].places)
        after: dict[IndexRow, None] = dict.fromkeys(each.indexes) if type(each) is Put else {}
        left += [(collection, *row, id) for row in before if row not in after]
        entered += [(collection, *row, id) for row in after if row not in before]
    if left:
        hand.changed_each(say.leave, left)
    _enter(hand, say, entered)


def _delete(hand: Hand, say: Statements, absent: Sequence[Guard]) -> None:
    """Take away what was inserted only to hold the place of a record that must be absent."""
    held = [(*each.key, ABSENT) for each in absent if type(each) is not Put]
    if held:
        hand.changed_each(say.delete, held)


def _enter(hand: Hand, say: Statements, rows: Sequence[tuple[str, ...]]) -> None:
    for some in _in_turns(rows):
        hand.changed(say.enter(len(some)), [part for row in some for part in row])


def _append(hand: Hand, append: str, entries: Sequence[Append]) -> None:
    for some in _in_turns(entries):
        values = [part for nth, entry in enumerate(some) for part in (nth, entry.id, entry.body)]
        hand.changed(repeated(append, len(some)), values)


def _added(hand: Hand, say: Statements, adds: Sequence[Add]) -> dict[str, int]:
    """Add to all counters, and then look whether each stood where it might.

    A counter that did not takes the whole transaction back, so nothing is lost by looking afterwards.
    """
    totals: dict[str, int] = {}
    moves = [moved for _, moved in sorted(_summed(adds).items())]
    for some in _in_turns(moves):
        values = [part for each in some for part in (each.name, each.delta)]
        totals |= {name: int(total) for name, total in hand.rows(say.add(len(some)), values)}
        for each in some:
            if not each.least <= totals[each.name] - each.delta <= each.most:
                raise Exhausted(each.name)
    return totals


def _summed(adds: Sequence[Add]) -> dict[str, Moved]:
    """For each counter the sum of its adds, and the bounds of all of them as bounds of where it starts.

    An add is tested against the running total, only in its own direction: after the deltas before it and
    its own, the start must not have come below its floor, or above its ceiling.
    """
    moves: dict[str, Moved] = {}
    for add in adds:
        name, delta, least, most = moves.get(add.counter, Moved(add.counter, 0, -_FAR, _FAR))
        delta += add.delta
        if add.delta < 0:
            least = max(least, (-AMOUNT_MAX if add.floor is None else add.floor) - delta)
        elif add.delta > 0:
            most = min(most, (AMOUNT_MAX if add.ceiling is None else add.ceiling) - delta)
        moves[name] = Moved(name, delta, least, most)
    return moves


_FAR: Final = 2**62
"""Beyond every total that a counter can have."""


def _in_turns(many: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(many), ROWS_AT_ONCE):
        yield many[start : start + ROWS_AT_ONCE]


def _moved_on(key: Key) -> Conflict:
    return Conflict(f"{key[0]}/{key[1]} is not at the version stated")
