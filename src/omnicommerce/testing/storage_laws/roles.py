"""What each of several processes does with a storage that all of them have opened."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, TypeVar

import attrs

from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import Conflict, Exhausted, Unavailable
from omnicommerce.ports.storage import (
    COUNTERS,
    PAGE_MAX,
    START,
    Add,
    Append,
    Batch,
    Check,
    Delete,
    Found,
    Key,
    Position,
    Put,
    Query,
    Record,
    Storage,
    Trim,
)

T = TypeVar("T")

LEFT: Final = "left"
SUM: Final = Key("things", "sum")
WRITES: Final = "writes"

LAST: Final = "the last of all"
"""The entry at which whoever follows the journal may stop."""

ATTEMPTS_MAX: Final = 20_000
"""Who was turned away so often will never get through."""

FOLLOWING_SECONDS: Final = 60.0
"""A reader gives up after this; what it has missed by then it would never have read."""


@attrs.frozen
class Left:
    """What lies there of somebody who rolled on: of each kind only the last may be there."""

    head: str | None
    head_rows: list[str]
    record_rows: list[str]
    record_before: Found
    entries: list[str]


def take(storage: Storage, name: str, tries: int) -> Iterator[object]:
    """Take one of what is left, so many times; tells how many it got."""
    got = 0
    for nth in range(tries):
        receipt = Put(Key("receipts", f"{name}-{nth}"), "{}", (), ABSENT)
        try:
            _commit(storage, Batch(Version(f"{name}-{nth}"), puts=(receipt,), adds=(Add(LEFT, -1, floor=0),)))
        except Exhausted:
            continue
        got += 1
    yield got


def add(storage: Storage, name: str, tries: int) -> Iterator[object]:
    """Add one to what is left, so many times, without a bound; tells how many."""
    for nth in range(tries):
        _commit(storage, Batch(Version(f"{name}-{nth}"), adds=(Add(LEFT, 1),)))
    yield tries


def increment(storage: Storage, name: str, tries: int) -> Iterator[object]:
    """Add 1 to the sum so many times, by look, put and try again; tells how many times it did."""
    for nth in range(tries):
        for attempt in range(ATTEMPTS_MAX):
            (seen,) = _patient(lambda: storage.read((SUM,)))
            assert isinstance(seen, Record), "the sum was written before the race"
            put = Put(SUM, str(int(seen.body) + 1), (), seen.version)
            try:
                _commit(storage, Batch(Version(f"{name}-{nth}-{attempt}"), puts=(put,)))
            except Conflict:
                continue
            break
        else:
            return
    yield tries


def claim(storage: Storage, name: str, tries: int) -> Iterator[object]:
    """Make one's own record where nobody else's is, again and again; tells in which rounds it did."""
    mine, others = (name, "one") if name == "other" else (name, "other")
    for nth in range(tries):
        guard = Check(Key("claims", f"{others}-{nth}"), ABSENT)
        put = Put(Key("claims", f"{mine}-{nth}"), "{}", (), ABSENT)
        try:
            _commit(storage, Batch(Version(f"{mine}-{nth}"), checks=(guard,), puts=(put,)))
        except Conflict:
            continue
        yield nth


def append(storage: Storage, name: str, tries: int) -> Iterator[object]:
    """Write entries, two a batch; tells how many."""
    for nth in range(tries):
        entries = (Append(f"{name}-{nth}", "{}"), Append(f"{name}-{nth}+", "{}"))
        _commit(storage, Batch(Version(f"{name}-{nth}"), entries=entries))
    yield 2 * tries


def follow(storage: Storage, name: str, tries: int) -> Iterator[object]:  # noqa: ARG001  # all roles are called alike
    """Follow the journal by its last position until the last of all entries; tells each of them."""
    mark, id = START, ""
    until = time.monotonic() + FOLLOWING_SECONDS
    while id != LAST and time.monotonic() < until:
        for entry in _patient(partial(storage.journal, mark, 7)):
            mark, id = entry.position, entry.id
            yield id


def write_for_ever(storage: Storage, name: str, tries: int) -> Iterator[object]:  # noqa: ARG001  # likewise
    """Two records, a head, a counter and an entry in each batch; tells each number once it is stored."""
    keys = (Key(COUNTERS, f"{WRITES}-{name}"), Key("heads", name))
    count, head = _patient(lambda: storage.read(keys))
    version = head.version if isinstance(head, Record) else ABSENT
    assert isinstance(count, int), "a counter reads as an int"
    for number in range(count, 1_000_000):
        id = Version(f"{name}-{number}")
        body = f'"{number}' + "x" * (number % 7 * 1_000) + '"'
        rows = (("when", f"{name}-{number:06d}"),)
        puts = [Put(Key("things", f"{name}-{side}-{number}"), body, rows, ABSENT) for side in "ab"]
        puts.append(Put(Key("heads", name), str(number), (), version))
        adds = (Add(f"{WRITES}-{name}", 1),)
        _commit(storage, Batch(id, puts=tuple(puts), adds=adds, entries=(Append(f"{name}-{number}", "{}"),)))
        version = id
        yield number


def look_when_asked(storage: Storage, name: str, tries: int) -> Iterator[object]:  # noqa: ARG001  # likewise
    """At each word that it is sent, look at the record, the counter and the row of the one that writes."""
    for _ in range(tries):
        sys.stdin.readline()
        record, total = _patient(lambda: storage.read((SUM, Key(COUNTERS, LEFT))))
        rows = _patient(lambda: storage.scan(Query("things", "when"))).rows
        yield [record.body if isinstance(record, Record) else None, total, [row.at for row in rows]]


def roll_on(storage: Storage, name: str, tries: int) -> Iterator[object]:  # noqa: ARG001  # likewise
    """Each batch takes away all that the last one left: its record, its index row, its entry."""
    count, head = _patient(lambda: storage.read((Key(COUNTERS, WRITES), Key("heads", name))))
    version = head.version if isinstance(head, Record) else ABSENT
    assert isinstance(count, int), "a counter reads as an int"
    mark = START
    for number in range(count, 1_000_000):
        mark = _next_position(storage, mark) if number else START
        id = Version(f"{name}-{number}")
        puts = (
            Put(Key("heads", name), str(number), (("when", f"{number:06d}"),), version),
            Put(Key("things", id), "{}", (("when", "now"),), ABSENT),
        )
        deletes = (Delete(Key("things", version), version),) if number else ()
        trim = Trim(mark) if number else None
        adds, entries = (Add(WRITES, 1),), (Append(id, "{}"),)
        _commit(storage, Batch(id, (), puts, deletes, adds, entries, trim))
        version = id
        yield number


ROLES: Final[dict[str, Callable[[Storage, str, int], Iterator[object]]]] = {
    role.__name__: role
    for role in (take, add, increment, claim, append, follow, write_for_ever, look_when_asked, roll_on)
}


def numbers_in(storage: Storage, name: str) -> tuple[int, str | None, list[str], list[str]]:
    """What lies there of somebody who wrote for ever: count, head, rows of the index, entries."""
    count, head = storage.read((Key(COUNTERS, f"{WRITES}-{name}"), Key("heads", name)))
    assert isinstance(count, int), "a counter reads as an int"
    rows: list[str] = []
    page = storage.scan(Query("things", "when"))
    while page.rows:
        rows += [row.id for row in page.rows if row.id.startswith(f"{name}-")]
        last = page.rows[-1]
        page = storage.scan(Query("things", "when", after=(last.at, last.id)))
    entries: list[str] = []
    mark = START
    while found := storage.journal(mark, PAGE_MAX):
        entries += [entry.id for entry in found if entry.id.startswith(f"{name}-")]
        mark = found[-1].position
    return count, head.body if isinstance(head, Record) else None, rows, entries


def left_by(storage: Storage, name: str) -> tuple[int, Left]:
    """How often somebody rolled on, and all that is there of it."""
    count, head = storage.read((Key(COUNTERS, WRITES), Key("heads", name)))
    assert isinstance(count, int), "a counter reads as an int"
    (record_before,) = storage.read((Key("things", f"{name}-{count - 2}"),))
    return count, Left(
        head.body if isinstance(head, Record) else None,
        [row.at for row in storage.scan(Query("heads", "when")).rows],
        [row.id for row in storage.scan(Query("things", "when")).rows],
        record_before,
        [entry.id for entry in storage.journal(START, PAGE_MAX)],
    )


def _next_position(storage: Storage, mark: Position) -> Position:
    """Of the entry behind the mark; a journal may hold it back for a while."""
    while not (found := _patient(partial(storage.journal, mark, 1))):
        time.sleep(0.001)
    return found[0].position


def _commit(storage: Storage, batch: Batch) -> None:
    _patient(lambda: storage.commit(batch))


def _patient(ask: Callable[[], T]) -> T:
    for _ in range(ATTEMPTS_MAX):
        try:
            return ask()
        except Unavailable:  # nothing was done
            time.sleep(0.001)
    raise Unavailable(f"{ATTEMPTS_MAX} times in a row")
