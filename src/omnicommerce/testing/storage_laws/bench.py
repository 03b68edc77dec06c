"""The bench on which a storage is examined: short words for batches, and failures an author can read."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable
from functools import partial
from itertools import zip_longest
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from omnicommerce.kernel.collection import ABSENT, IndexRow, Version
from omnicommerce.kernel.errors import Again, BadInput, Conflict, Exhausted, Unavailable
from omnicommerce.ports.storage import (
    COUNTERS,
    START,
    Add,
    Append,
    Batch,
    Check,
    Committed,
    Delete,
    Entry,
    Found,
    Key,
    Position,
    Put,
    Query,
    Record,
    Row,
    Storage,
    Trim,
)

T = TypeVar("T")

Operation: TypeAlias = Check | Put | Delete | Add | Append | Trim

SHOWN_MAX: Final = 600
"""Nobody reads a megabyte of body in a failure."""

AROUND: Final = 3
"""So many items before and behind the first in which two lists differ."""

ATTEMPTS_MAX: Final = 2_000
"""Who was turned away this often will never get through, and that is a failure too."""

ROWS_MAX: Final = 20_000
"""No law writes more, so a storage that goes on giving goes round in circles."""

_numbers = itertools.count(1)


class Bench(Protocol):
    """Where a law gets its storages from."""

    is_durable: bool

    def fresh(self) -> Storage:
        """A new, empty storage."""
        ...

    def again(self, storage: Storage) -> Storage:
        """The same data as after a restart."""
        ...

    def beside(self, storage: Storage) -> Storage:
        """Another shop, empty, in the same database."""
        ...

    def shut(self, storage: Storage) -> None:
        """Close it, as a process that ends does."""
        ...


def expect(promise: str, expected: object, seen: object) -> None:
    """Fail, in words for the author of the adapter, unless what was *seen* is what was promised."""
    if expected != seen:
        where, wanted, got = _where_they_part(expected, seen)
        raise AssertionError(f"promised: {promise}{where}\nexpected: {wanted}\n    seen: {got}")


def expect_followed(whole: list[str], seen: list[str]) -> None:
    """Fail unless a reader who remembers only its last position has *seen* the *whole* journal."""
    known = set(seen)
    late = next((n for n, id in enumerate(whole) if id not in known), None)
    if late is not None:
        behind = next((id for id in whole[late + 1 :] if id in known), None)
        when = (
            "it never came" if behind is None else f"it had seen {behind!r}, which stands behind it, before"
        )
        raise AssertionError(
            "promised: whoever asks behind the last position misses no entry\n"
            f"    seen: the reader never saw {whole[late]!r}: {when}\n"
            "a position drawn early became visible late: hand out only what lies below the oldest writer"
        )
    expect("the reader saw all entries in the order of the journal", whole, seen)


def batch(*operations: Operation) -> Batch:
    """A batch of these, each kind in the order given, under an id that was never used before."""
    trims = _only(Trim, operations)
    return Batch(
        Version(f"batch-{next(_numbers)}"),
        checks=_only(Check, operations),
        puts=_only(Put, operations),
        deletes=_only(Delete, operations),
        adds=_only(Add, operations),
        entries=_only(Append, operations),
        trim=trims[0] if trims else None,
    )


def stored(storage: Storage, *operations: Operation) -> Version:
    """Commit these, which nothing stands against, and return the id of their batch."""
    try:
        return committed(storage, operations)
    except (Conflict, Exhausted, BadInput) as error:
        raise AssertionError(
            f"promised: {_shown(operations)} is stored, since nothing stands against it\n    seen: {error!r}"
        ) from error


def committed(storage: Storage, operations: tuple[Operation, ...]) -> Version:
    """Commit these, whatever comes of it, and return the id of their batch."""
    made = batch(*operations)
    answer = patient(lambda: storage.commit(made))
    if not isinstance(answer, Committed):
        raise AssertionError(f"promised: commit returns Committed\n    seen: {_shown(answer)}")  # noqa: TRY004
    return made.id


def refused(promise: str, kind: type[Again], storage: Storage, *operations: Operation) -> Again:
    """Commit these, which must be refused with this *kind* of error, and return it."""
    try:
        answer = storage.commit(batch(*operations))
    except (Again, BadInput) as error:
        if isinstance(error, kind):
            return error
        raise AssertionError(
            f"promised: {promise}\nexpected: {kind.__name__}\n    seen: {error!r}"
        ) from error
    raise AssertionError(f"promised: {promise}\nexpected: {kind.__name__}\n    seen: {_shown(answer)}")


def patient(ask: Callable[[], T]) -> T:
    """What the storage answers, however often it has no time; a refusal goes to the caller."""
    for _ in range(ATTEMPTS_MAX):
        try:
            return ask()
        except Unavailable:
            time.sleep(0.001)
    raise AssertionError(f"promised: the storage has time once\n    seen: Unavailable {ATTEMPTS_MAX} times")


def put(name: str, body: str = "{}", version: Version = ABSENT, *, at: tuple[IndexRow, ...] = ()) -> Put:
    """A put into the collection "things"."""
    return Put(thing(name), body, at, version)


def thing(name: str) -> Key:
    """The key of a record in the collection "things"."""
    return Key("things", name)


def counter(name: str) -> Key:
    """The key of a counter."""
    return Key(COUNTERS, name)


def found(storage: Storage, name: str) -> Record:
    """The record of this name, which must be there."""
    (seen,) = patient(lambda: storage.read((thing(name),)))
    if not isinstance(seen, Record):
        raise AssertionError(f"promised: {name!r} reads as a Record\n    seen: {_shown(seen)}")  # noqa: TRY004
    return seen


def total(storage: Storage, name: str) -> int:
    """Where the counter of this name stands."""
    (seen,) = patient(lambda: storage.read((counter(name),)))
    if type(seen) is not int:
        raise AssertionError(f"promised: the counter {name!r} reads as an int\n    seen: {_shown(seen)}")
    return seen


def rows(storage: Storage, index: str = "when", page: int = 1_000) -> list[Row]:
    """All rows of an index of "things", read page by page."""
    seen: list[Row] = []
    answer = patient(lambda: storage.scan(Query("things", index, limit=page)))
    while answer.has_more:
        seen += answer.rows
        if not answer.rows or len(seen) > ROWS_MAX:
            raise AssertionError("promised: a page with more behind it leads on\n    seen: it does not")
        last = answer.rows[-1]
        behind = Query("things", index, limit=page, after=(last.at, last.id))
        answer = patient(partial(storage.scan, behind))
    return [*seen, *answer.rows]


def places(storage: Storage, index: str = "when") -> list[tuple[str, str]]:
    """The (text, id) of all rows of an index of "things"."""
    return [(row.at, row.id) for row in rows(storage, index)]


def entries(storage: Storage, after: Position = START, page: int = 1_000) -> list[Entry]:
    """The whole journal behind *after*, read page by page."""
    seen: list[Entry] = []
    while answer := patient(partial(storage.journal, after, page)):
        seen += answer
        if after == answer[-1].position or len(seen) > ROWS_MAX:
            raise AssertionError(f"promised: behind {after!r} come later entries\n    seen: {_shown(answer)}")
        after = answer[-1].position
    return seen


def everything(
    storage: Storage, names: Iterable[str], counters: Iterable[str]
) -> tuple[list[Found], list[Row], list[Entry]]:
    """All that can be seen of these records and counters, of the index "when" and of the journal."""
    keys = (*map(thing, names), *map(counter, counters))
    return patient(lambda: storage.read(keys)), rows(storage), entries(storage)


def _only(kind: type[T], operations: Iterable[Operation]) -> tuple[T, ...]:
    return tuple(operation for operation in operations if isinstance(operation, kind))


def _where_they_part(expected: Any, seen: Any) -> tuple[str, str, str]:
    """Two values as text; of two long lists only what stands around the first place in which they differ."""
    wanted, got = repr(expected), repr(seen)
    are_lists = isinstance(expected, list) and isinstance(seen, list)
    if not are_lists or max(len(wanted), len(got)) <= SHOWN_MAX:
        return "", _shown(expected), _shown(seen)
    pairs = enumerate(zip_longest(expected, seen, fillvalue=None))
    place = next(n for n, (one, other) in pairs if one != other)
    around = slice(max(0, place - AROUND), place + AROUND + 1)
    return f" (they part at number {place})", _shown(expected[around]), _shown(seen[around])


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN_MAX else f"{text[: SHOWN_MAX // 2]} ... {text[-SHOWN_MAX // 2 :]}"
