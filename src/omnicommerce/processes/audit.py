"""The audit: the journal is folded again from its first entry, and records and counters are held to it.

It runs beside writers. A record is compared at the version that the fold has reached, and forgotten once it
is settled, so what is held in memory is what has still to change. One that stands at another version is
waited for: its entry was committed together with it, so it is in the journal by the time that one has been
read to its end once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

import attrs

from omnicommerce.kernel.collection import ABSENT
from omnicommerce.kernel.process import (
    Compare,
    Doing,
    Expected,
    Likeness,
    Process,
    ReadCounters,
    ReadEverything,
    ReadJournal,
    Standing,
    Told,
    do,
)
from omnicommerce.processes.folds import FOLDS, Fold
from omnicommerce.processes.laws import Laws

PAGE: Final = 200
"""Few enough entries that what they wrote is mostly one look."""

FINDINGS_MAX: Final = 100
"""Enough to see what is wrong; all are counted."""

LISTED: Final = 1_000
"""Records that are listed at once."""

ROUNDS_MAX: Final = 20
"""A record that has moved on as often as this while it was looked at is busy, and not wrong."""


@attrs.frozen
class Finding:
    """Something is wrong: which entry, record or counter, and what about it."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@attrs.frozen
class Audited:
    """How much was looked at, and what was found; `more` counts findings beyond the first FINDINGS_MAX.

    `position` is how far the journal was read.
    """

    entries: int
    records: int
    counters: int
    findings: tuple[Finding, ...]
    more: int
    position: str

    @property
    def is_balanced(self) -> bool:
        """Whether the books balance: nothing was found."""
        return not self.findings


_Name: TypeAlias = tuple[str, str]


@attrs.define(eq=False)
class _Books:
    """The fold so far: records that have not been found settled, and the sums of counters."""

    folds: Mapping[str, Fold]
    laws: Laws = attrs.field(factory=Laws)
    position: str = ""
    entries: int = 0
    records: int = 0
    open: dict[_Name, Expected] = attrs.field(factory=dict)
    settled: set[int] = attrs.field(factory=set)
    moved_on: dict[_Name, str] = attrs.field(factory=dict)
    totals: dict[str, int] = attrs.field(factory=dict)
    passed: dict[str, set[int]] = attrs.field(factory=dict)
    blamed: set[_Name] = attrs.field(factory=set)
    findings: list[Finding] = attrs.field(factory=list)
    more: int = 0

    def find(self, where: str, what: str) -> None:
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(Finding(where, what))
        else:
            self.more += 1


def audit(folds: Mapping[str, Fold] = FOLDS) -> Process[Audited]:
    """Fold the journal again, and compare every record, book and counter with it."""
    books = _Books(folds)
    yield from _read_on(books)
    for _ in range(ROUNDS_MAX):
        if not books.open:
            break
        yield from _waited_for(books)
    yield from _counted(books)
    yield from _listed(books)
    return Audited(
        books.entries,
        books.records,
        len(books.totals),
        tuple(books.findings),
        books.more,
        books.position,
    )


def _read_on(books: _Books) -> Doing[None]:
    """Fold the journal to its end, and settle what can be settled on the way.

    A batch may write a record several times and stand across two pages, so what the last batch of a page
    wrote is settled with the next.
    """
    touched: dict[_Name, None] = {}
    while page := (yield from do(ReadJournal(books.position, PAGE))):
        for told in page:
            _take(books, told, touched)
        books.position = page[-1].position
        waits = {name: None for name in touched if _is_of(books, name, page[-1].batch)}
        yield from _settle(books, [name for name in touched if name in books.open and name not in waits])
        touched = waits
    yield from _settle(books, [name for name in touched if name in books.open])


def _is_of(books: _Books, name: _Name, batch: str) -> bool:
    return name in books.open and books.open[name].version == batch


def _waited_for(books: _Books) -> Doing[None]:
    """Look at the open records again; by the journal's next end, an entry tells of each version seen."""
    names = tuple(books.open)
    seen = yield from _settle(books, names)
    yield from _read_on(books)
    for name, version in seen.items():
        expected = books.open.get(name)
        if expected is None or expected.version == version or name in books.moved_on:
            continue
        if hash((name, version)) not in books.settled:
            del books.open[name]
            books.blamed.add(name)
            books.find(f"record {name[0]}/{name[1]}", _astray(version))


def _astray(version: str) -> str:
    return "it is not there" if version == ABSENT else "no entry tells how it came to stand as it does"


# --- one entry -----------------------------------------------------------------------------------


def _take(books: _Books, told: Told, touched: dict[_Name, None]) -> None:
    books.entries += 1
    where = f"entry {told.id} at {told.position}"
    if told.fault:
        books.find(where, told.fault)
        # What it says cannot be believed, so what it wrote can only be followed.
        for collection, id, _, after in told.writes:
            books.open.pop((collection, id), None)
            books.moved_on[collection, id] = after
    else:
        for law in books.laws.broken_by(told):
            books.find(where, law)
        for collection, id, before, after in told.writes:
            _fold(books, told, (collection, id), (before, after))
            touched[collection, id] = None
    for counter, delta in told.adds:
        total = books.totals[counter] = books.totals.get(counter, 0) + delta
        books.passed.setdefault(counter, set()).add(total)


def _fold(books: _Books, told: Told, name: _Name, versions: tuple[str, str]) -> None:
    before, after = versions
    where = f"record {name[0]}/{name[1]}"
    fold = books.folds.get(name[0])
    if fold is None:
        if "." not in name[0]:
            books.find(where, "nobody knows how such a record follows from its events")
        # A collection with a dot is the host's own: it is not for this library to say what should be in it.
        return
    held = books.open.pop(name, None)
    if held is None and before != ABSENT:
        if books.moved_on.get(name) != before and hash((name, before)) not in books.settled:
            books.find(where, f"no entry tells how it came to what entry {told.id} found")
        # It was settled, and forgotten: what it is now can only be followed, not worked out.
        books.moved_on[name] = after
        return
    if held is not None and held.version != before:
        books.find(where, f"entry {told.id} did not find it as the entries before had left it")
    if name in books.moved_on and before == ABSENT:
        del books.moved_on[name]
    books.open[name] = _folded(books, told, name, fold, held, after)


def _folded(
    books: _Books, told: Told, name: _Name, fold: Fold, held: Expected | None, after: str
) -> Expected:
    value: Any = None
    if after != ABSENT:
        try:
            value = fold.apply(held.value if held is not None else None, name[1], told)
        except Exception as error:  # noqa: BLE001 - whatever a damaged history makes a room say
            books.find(f"entry {told.id} at {told.position}", f"it does not fit {name[0]}/{name[1]}: {error}")
        else:
            for law in books.laws.broken_in(name[0], name[1], value):
                books.find(f"record {name[0]}/{name[1]}", law)
    return Expected(fold.collection, name[1], after, value, told.recorded_at)


# --- records and counters ------------------------------------------------------------------------


def _settle(books: _Books, names: Iterable[_Name]) -> Doing[dict[_Name, str]]:
    """Compare these open records; forget what is settled, and say at which other version the rest stands."""
    asked = [(name, books.open[name]) for name in names]
    if not asked:
        return {}
    found = yield from do(Compare(tuple(expected for _, expected in asked)))
    others: dict[_Name, str] = {}
    for (name, expected), each in zip(asked, found, strict=True):
        if each.likeness is Likeness.OTHER_VERSION:
            others[name] = each.version
            continue
        if each.likeness is Likeness.DIFFERENT:
            books.find(f"record {name[0]}/{name[1]}", "its body is not what its entries say")
        del books.open[name]
        books.records += 1
        books.settled.add(hash((name, expected.version)))
    return others


def _listed(books: _Books) -> Doing[None]:
    """Where the storage can list its records: find those that are damaged, or that no entry tells of."""
    after = ("", "")
    while page := (yield from do(ReadEverything(after, LISTED))):
        after = (page[-1].collection, page[-1].id)
        for each in page:
            if not each.is_intact and each.collection not in books.folds:
                books.find(f"record {each.collection}/{each.id}", "its checksum is not its own")
        if any(not _is_told(books, each) for each in page):
            # It may be newer than what was read of the journal.
            yield from _read_on(books)
        for each in page:
            if not _is_told(books, each):
                books.find(f"record {each.collection}/{each.id}", "no entry tells of it")


def _is_told(books: _Books, each: Standing) -> bool:
    name = (each.collection, each.id)
    if each.collection not in books.folds or name in books.open or name in books.moved_on:
        return True
    return hash((name, each.version)) in books.settled or name in books.blamed


def _counted(books: _Books) -> Doing[None]:
    """Compare the counters; one that moves meanwhile stands where some entry since has left it."""
    wrong = tuple(books.totals)
    for _ in range(ROUNDS_MAX):
        if not wrong:
            return
        for name in wrong:
            books.passed[name] = {books.totals[name]}
        stored = yield from do(ReadCounters(wrong))
        yield from _read_on(books)
        wrong = tuple(name for name in wrong if stored[name] not in books.passed[name])
    for name in wrong:
        books.find(f"counter {name}", f"it is not {books.totals[name]}, which its entries add up to")
