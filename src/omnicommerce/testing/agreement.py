"""Random histories: whatever happens in a shop, an adapter answers as the storage in memory does.

TestAgreement = agreement_with_memory(lambda: MyStorage(new_database()))
"""

from __future__ import annotations

import inspect
import unittest
from collections.abc import Callable
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.collection import ABSENT, IndexRow, Version
from omnicommerce.kernel.errors import Conflict, Exhausted
from omnicommerce.ports.storage import (
    COUNTERS,
    START,
    Add,
    Append,
    AsyncStorage,
    Batch,
    Check,
    Delete,
    Key,
    Page,
    Position,
    Put,
    Query,
    Record,
    Storage,
    Trim,
)
from omnicommerce.testing.blocking import BlockingStorage

NAMES: Final = ("a", "b", "\u4e2d", "\U0001f600")
TEXTS: Final = ("", "1", "10", "2", "A", "a", "\uff5e", "\U0001f600")
COUNTS: Final = ("uses", "free")

Seen: TypeAlias = Literal["current", "absent", "stale"]


class _Wanted(NamedTuple):
    """One guarded operation before it is known at which version the record is."""

    kind: Literal["check", "put", "delete"]
    name: str
    seen: Seen
    body: str
    indexes: tuple[IndexRow, ...]


@attrs.frozen
class _Mark:
    """The same place in both journals; what stands there is opaque, and so may differ."""

    model: Position
    real: Position


_index_rows = st.lists(st.tuples(st.just("when"), st.sampled_from(TEXTS)), max_size=3).map(tuple)
# Mostly what is true, so that histories grow; sometimes not, so that they are refused.
_seen = st.sampled_from(("current", "current", "current", "current", "absent", "stale"))
_wanted = st.lists(
    st.builds(
        _Wanted,
        st.sampled_from(("check", "put", "put", "put", "delete")),
        st.sampled_from(NAMES),
        _seen,
        st.sampled_from(("{}", '"x"', "[1]")),
        _index_rows,
    ),
    max_size=4,
    unique_by=lambda wanted: wanted.name,
)
_bounds = st.none() | st.integers(-5, 5)
_adds = st.lists(
    st.builds(Add, st.sampled_from(COUNTS), st.integers(-4, 4), _bounds, _bounds), max_size=3
).map(tuple)
_appends = st.lists(st.builds(Append, st.sampled_from(NAMES), st.just("{}")), max_size=3).map(tuple)
_queries = st.builds(
    Query,
    st.just("things"),
    st.just("when"),
    st.sampled_from(TEXTS),
    st.none() | st.sampled_from(TEXTS),
    st.integers(1, 4),
    st.none() | st.tuples(st.sampled_from(TEXTS), st.sampled_from(NAMES)),
)


def agreement_with_memory(
    make: Callable[[], Storage | AsyncStorage],
    reopen: Callable[[Any], Storage | AsyncStorage] | None = None,
) -> type[unittest.TestCase]:
    """A test case that runs random histories on what *make* returns and on a `MemoryStorage`.

    With *reopen* a history may also restart the shop at any point.
    """

    def blocking(storage: Storage | AsyncStorage) -> Any:
        face: Any = storage
        return BlockingStorage(face) if inspect.iscoroutinefunction(face.read) else face

    def made() -> Any:
        return blocking(make())

    def reopened(storage: Any) -> Any:
        if reopen is None:
            return storage
        opened = blocking(reopen(getattr(storage, "storage", storage)))
        _close(storage)
        return opened

    class Agreement(_Agreement):
        def __init__(self) -> None:
            super().__init__(made, reopened)

    case: type[unittest.TestCase] = Agreement.TestCase
    return case


class _Agreement(RuleBasedStateMachine):
    """One history, told to both storages."""

    def __init__(self, make: Callable[[], Storage], reopen: Callable[[Storage], Storage]) -> None:
        super().__init__()
        self.model: Storage = MemoryStorage()
        self.real = make()
        self.reopen = reopen
        self.number = 0
        self.stale = Version("batch-0")
        self.marks = [_Mark(START, START)]

    @rule(wanted=_wanted, adds=_adds, entries=_appends)
    def commit(self, wanted: list[_Wanted], adds: tuple[Add, ...], entries: tuple[Append, ...]) -> None:
        """A batch is stored by both with the same totals, or refused by both."""
        batch = attrs.evolve(self._batch(wanted), adds=adds, entries=entries)
        self._agree(batch, batch)

    @rule(place=st.integers(0, 50), entries=_appends)
    def trim(self, place: int, entries: tuple[Append, ...]) -> None:
        """Both forget the same entries and keep those of the same batch."""
        mark = self.marks[place % len(self.marks)]
        batch = attrs.evolve(self._batch([]), entries=entries)
        self._agree(attrs.evolve(batch, trim=Trim(mark.model)), attrs.evolve(batch, trim=Trim(mark.real)))

    @rule()
    def restart(self) -> None:
        """A restart changes nothing."""
        self.real = self.reopen(self.real)
        self._look()

    @rule(query=_queries)
    def scan(self, query: Query) -> None:
        """Both find the same rows in the same order."""
        expected: Page = self.model.scan(query)
        seen = self.real.scan(query)

        assert expected == seen, f"{query!r}: memory finds {expected!r}, this storage {seen!r}"

    @rule(place=st.integers(0, 50), limit=st.integers(1, 5))
    def journal(self, place: int, limit: int) -> None:
        """Both tell the same entries behind the same mark."""
        mark = self.marks[place % len(self.marks)]
        expected = self.model.journal(mark.model, limit)
        seen = self.real.journal(mark.real, limit)
        told = [[(entry.id, entry.body) for entry in entries] for entries in (expected, seen)]

        assert told[0] == told[1], f"behind entry {place}: memory tells {told[0]!r}, this storage {told[1]!r}"
        self.marks += [_Mark(m.position, r.position) for m, r in zip(expected, seen, strict=True)]

    def teardown(self) -> None:
        """Close what can be closed."""
        _close(self.real)

    def _batch(self, wanted: list[_Wanted]) -> Batch:
        self.number += 1
        checks: list[Check] = []
        puts: list[Put] = []
        deletes: list[Delete] = []
        for each in wanted:
            key = Key("things", each.name)
            version = self._version(key, each.seen)
            if each.kind == "check":
                checks.append(Check(key, version))
            elif each.kind == "put":
                puts.append(Put(key, each.body, each.indexes, version))
            else:
                deletes.append(Delete(key, version))
        return Batch(Version(f"batch-{self.number}"), tuple(checks), tuple(puts), tuple(deletes))

    def _version(self, key: Key, seen: Seen) -> Version:
        (held,) = self.model.read((key,))
        current = held.version if isinstance(held, Record) else ABSENT
        if seen == "current":
            # What is current now may well be stale when it is named the next time.
            self.stale = current or self.stale
            return current
        return ABSENT if seen == "absent" else self.stale

    def _agree(self, for_model: Batch, for_real: Batch) -> None:
        expected, seen = _outcome(self.model, for_model), _outcome(self.real, for_real)
        assert expected == seen, f"{for_real!r}: memory says {expected!r}, this storage {seen!r}"
        self._look()

    def _look(self) -> None:
        keys = [*(Key("things", name) for name in NAMES), *(Key(COUNTERS, name) for name in COUNTS)]
        expected, seen = self.model.read(keys), self.real.read(keys)
        assert expected == seen, f"memory reads {expected!r}, this storage {seen!r}"


def _outcome(storage: Storage, batch: Batch) -> dict[str, int] | str:
    try:
        return dict(storage.commit(batch).totals)
    except (Conflict, Exhausted):
        # A batch may be wrong in two ways at once, and which one is named is the adapter's choice.
        return "refused"


def _close(storage: object) -> None:
    close = getattr(storage, "close", None)
    if callable(close):
        close()
