"""The storage port: four methods over plain records. Integrators implement this and nothing else.

In plain words, this is what you promise:

* **All or nothing.** Everything in a batch is stored, or nothing is. When `commit` returns, it
  survives the process being killed.
* **As if one at a time.** Committed batches behave as if they had run one after another, each after
  everything that was committed before it began (strict serializability). A `Check`, `Put` or
  `Delete` whose record is not at the stated version, absent included, is a `Conflict`.
* **The truth about failure.** `Conflict`, `Exhausted` and `Unavailable` mean that nothing was
  stored. Where a record is not at its version and a counter at its bound, tell the `Conflict`. If you
  cannot know, raise `CommitUnknown`; by then the batch can no longer become stored.
* **What was given is given back**, character for character, or refused as `BadInput` with nothing
  stored: `body` is JSON text, and you need not look inside it.
* **Byte order.** Index texts, and ids among equal texts, sort by their UTF-8 bytes, which is also
  the order of Python's `str`.
* **A bound is tested only in the direction of the delta**, against the running total of the batch.
* **Never late.** Once a reader of the journal has seen a position, no entry will ever appear at or
  before it. Positions grow; they need not be without gaps.
* **A call that was cancelled** is settled before it ends: a cancelled commit waits, and is then
  `CommitUnknown`, which takes the place of the cancellation.
* **One namespace.** A storage shows the records of one shop and never those of another.

`omnicommerce.testing.StorageConformance` holds an adapter to each sentence. An async adapter has the
same four methods as coroutines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, NewType, Protocol, TypeAlias

import attrs

from omnicommerce.kernel.collection import IndexRow, Version

COUNTERS: Final = "#"
"""The collection under which counters are read: ``Key(COUNTERS, name)``."""

KEYS_MAX: Final = 1_000
"""The most keys in one read."""

PAGE_MAX: Final = 1_000
"""The most rows in one page of a scan or of the journal."""

OPERATIONS_MAX: Final = 10_000
"""The most checks, puts, deletes, adds and entries in one batch, together."""

BODY_LENGTH_MAX: Final = 1 << 20
"""The longest body of a record or an entry, in characters."""

Position = NewType("Position", str)
"""A place in the journal. Opaque: hand it back, do not look inside."""

START: Final = Position("")
"""Before the first entry."""


class Key(NamedTuple):
    """The name of a record, or with the collection COUNTERS the name of a counter."""

    collection: str
    id: str


@attrs.frozen
class Record:
    """A record as stored: its version and its body, JSON text."""

    version: Version
    body: str


@attrs.frozen
class Check:
    """Only if the record is still at this version (ABSENT: only if there is none)."""

    key: Key
    version: Version


@attrs.frozen
class Put:
    """Store this body and these index rows, if the record is still at this version.

    The record's new version is the id of the batch. `indexes` replaces all index rows that the
    record had; a row named twice is one row.
    """

    key: Key
    body: str
    indexes: tuple[IndexRow, ...]
    version: Version


@attrs.frozen
class Delete:
    """Remove the record and its index rows, if it is still at this version (ABSENT: a Check)."""

    key: Key
    version: Version


@attrs.frozen
class Add:
    """Add *delta* to a counter, which starts at 0.

    If *delta* is negative the running total must not fall below *floor*; if it is positive it must
    not rise above *ceiling*. The other bound is not tested. None stands for the AMOUNT_MAX of
    `omnicommerce.kernel.bounds`, in either direction, which no total ever passes.
    """

    counter: str
    delta: int
    floor: int | None = None
    ceiling: int | None = None


@attrs.frozen
class Append:
    """Add an entry to the end of the journal."""

    id: str
    body: str


@attrs.frozen
class Trim:
    """Forget the journal up to and including this position; the batch's own entries are spared."""

    upto: Position


@attrs.frozen
class Batch:
    """What one commit stores. No record appears twice among checks, puts and deletes.

    Adds and entries keep their order. `id` was never used before and becomes the version of every
    record that is put.
    """

    id: Version
    checks: tuple[Check, ...] = ()
    puts: tuple[Put, ...] = ()
    deletes: tuple[Delete, ...] = ()
    adds: tuple[Add, ...] = ()
    entries: tuple[Append, ...] = ()
    trim: Trim | None = None


@attrs.frozen
class Committed:
    """Stored. `totals` says where each counter of the batch stands now."""

    totals: Mapping[str, int]


@attrs.frozen
class Query:
    """One index, the texts from *since* up to but not including *until* (None: to the end).

    `after` is the (text, id) of the last row already seen; the page begins behind it.
    """

    collection: str
    index: str
    since: str = ""
    until: str | None = None
    limit: int = PAGE_MAX
    after: tuple[str, str] | None = None


@attrs.frozen
class Row:
    """A record found in an index, at this text."""

    at: str
    id: str
    record: Record


@attrs.frozen
class Page:
    """Rows in order; `has_more` if the range goes on behind them."""

    rows: tuple[Row, ...]
    has_more: bool


@attrs.frozen
class Entry:
    """An entry of the journal, where it stands."""

    position: Position
    id: str
    body: str


Found: TypeAlias = Record | int | None
"""What a key reads as: a record, a counter's total, or None where there is no record."""


class Storage(Protocol):
    """Where the shop's records are kept. The module's docstring is the promise."""

    def read(self, keys: Sequence[Key]) -> list[Found]:
        """One consistent look at all *keys*, in their order; a counter reads as an integer."""
        ...

    def scan(self, query: Query) -> Page:
        """One page of an index, as one consistent look."""
        ...

    def commit(self, batch: Batch) -> Committed:
        """Store all of *batch* or nothing of it.

        Raises:
            Conflict: a record is not at the version stated. Nothing was stored.
            Exhausted: a counter would pass its bound. Nothing was stored.
            Unavailable: no answer in time. Nothing was stored.
            CommitUnknown: it may be stored, and can no longer become stored.
        """
        ...

    def journal(self, after: Position, limit: int) -> list[Entry]:
        """At most *limit* committed entries behind *after*, in order."""
        ...


class AsyncStorage(Protocol):
    """The same four, as coroutines."""

    async def read(self, keys: Sequence[Key]) -> list[Found]:
        """See `Storage.read`."""
        ...

    async def scan(self, query: Query) -> Page:
        """See `Storage.scan`."""
        ...

    async def commit(self, batch: Batch) -> Committed:
        """See `Storage.commit`."""
        ...

    async def journal(self, after: Position, limit: int) -> list[Entry]:
        """See `Storage.journal`."""
        ...
