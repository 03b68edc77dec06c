"""The audit: the journal is folded again from its first entry, and records and counters are held to it.

It runs beside writers. A record is compared at the version that the fold has reached, and forgotten once it
is settled, so what is held in memory is what has still to change. One that stands at another version is
looked at again: its entry was committed together with it, so it is in the journal by the time that one has
been read to its end once more. What is written anew after it was forgotten can only be followed: it is held
to its version and its checksum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

import attrs

from omnicommerce.kernel.collection import ABSENT, Collection, Keep, NotPersonal
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
from omnicommerce.processes.numbering import Numbering
from omnicommerce.rulebook import PARTS, RulebookInstalled

PAGE: Final = 200
"""Few enough entries that what they wrote is mostly one look."""

FINDINGS_MAX: Final = 100
"""Enough to see what is wrong; all are counted."""

LISTED: Final = 5
"""Records that are listed at once, for each entry that is read at once: they are not folded."""

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
    """The fold so far: records that have not been found settled, and the sums of counters.

    `settled` holds the hash of every settled record's name, and of its version. Of a name in `watched` are
    kept all versions that entries tell of, of a counter in `passed` all totals. What is `lost` is followed no
    further: why has been said, and it would only be said again of all that comes after.
    """

    folds: Mapping[str, Fold]
    page: int
    laws: Laws = attrs.field(factory=Laws)
    numbering: Numbering = attrs.field(factory=Numbering)
    position: str = ""
    entries: int = 0
    records: int = 0
    open: dict[_Name, Expected] = attrs.field(factory=dict)
    settled: dict[int, int] = attrs.field(factory=dict)
    watched: dict[_Name, set[str]] = attrs.field(factory=dict)
    journaled: set[str] = attrs.field(factory=set)
    parts: set[str] = attrs.field(factory=set)
    totals: dict[str, int] = attrs.field(factory=dict)
    passed: dict[str, set[int]] = attrs.field(factory=dict)
    lost: set[_Name | str] = attrs.field(factory=set)
    accused: set[str] = attrs.field(factory=set)
    findings: list[Finding] = attrs.field(factory=list)
    more: int = 0

    def find(self, where: str, what: str) -> None:
        """Say what is wrong."""
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(Finding(_shown(where), _shown(what)))
        else:
            self.more += 1

    def accuse(self, name: _Name, what: str) -> None:
        """Say what is wrong with a record: once, because the first is the cause of the rest."""
        where = f"record {name[0]}/{name[1]}"
        if where not in self.accused:
            self.accused.add(where)
            self.find(where, what)

    def lose(self, name: _Name) -> None:
        """Follow this record no further."""
        self.open.pop(name, None)
        self.settled.pop(hash(name), None)
        self.lost.add(name)

    def stands(self, name: _Name, version: str) -> bool:
        """Whether this is the version at which the entries have left the record."""
        if name in self.open:
            return self.open[name].version == version
        return self.settled.get(hash(name), hash(ABSENT)) == hash(version)


def _shown(text: str) -> str:
    """One line whatever bytes were damaged."""
    return text if text.isprintable() else ascii(text)[1:-1]


def audit(folds: Mapping[str, Fold] = FOLDS, *, page: int = PAGE) -> Process[Audited]:
    """Fold the journal again, *page* entries at once, and compare every record, book and counter with it."""
    books = _Books(folds, page)
    books.journaled.update(folds)
    yield from _read_on(books)
    yield from _compared(books)
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
    has_more = True
    while has_more:
        page = yield from do(ReadJournal(books.position, books.page))
        # A page that is not full was the end when it was read: waiting for an empty one, a busy shop's audit
        # would never end.
        has_more = len(page) == books.page
        for told in page:
            _take(books, told)
            touched.update(dict.fromkeys((write[0], write[1]) for write in told.writes))
            books.position = told.position
        # A damaged entry does not say of which batch it is.
        last = next((told.batch for told in reversed(page) if told.batch), "")
        waits = {name: None for name in touched if name in books.open and books.open[name].version == last}
        yield from _settle(books, (name for name in touched if name not in waits))
        touched = waits
    yield from _settle(books, touched)


# --- one entry -----------------------------------------------------------------------------------


def _take(books: _Books, told: Told) -> None:
    books.entries += 1
    if wrong := books.numbering.fault_of(told):
        books.find(f"entry {told.id} at {told.position}", wrong)
    if told.fault:
        books.find(f"entry {told.id} at {told.position}", told.fault)
        # What it says cannot be believed, so what it wrote cannot be worked out.
        for collection, id, _, _ in told.writes:
            books.lose((collection, id))
        books.lost.update(counter for counter, _ in told.adds)
        return
    for law in books.laws.broken_by(told):
        books.find(f"entry {told.id} at {told.position}", law)
    if isinstance(told.fact, RulebookInstalled):
        books.parts.update(told.fact.parts)
    for collection, id, before, after in told.writes:
        _follow(books, told, (collection, id), (before, after))
    for counter, delta in told.adds:
        books.totals[counter] = books.totals.get(counter, 0) + delta
        if counter in books.passed:
            books.passed[counter].add(books.totals[counter])


def _follow(books: _Books, told: Told, name: _Name, versions: tuple[str, str]) -> None:
    before, after = versions
    if name in books.watched:
        books.watched[name].add(after)
    if name in books.lost:
        return
    if not books.stands(name, before):
        books.accuse(name, f"entry {told.id} at {told.position} did not find it as those before had left it")
        books.lose(name)
        return
    _fold(books, told, name, versions)


def _fold(books: _Books, told: Told, name: _Name, versions: tuple[str, str]) -> None:
    """Work out what the record is now; of one that was settled, no more than its version is known."""
    before, after = versions
    collection, id = name
    books.journaled.add(collection)
    books.settled.pop(hash(name), None)
    held = books.open.pop(name, None)
    value = None if held is None else held.value
    fold = books.folds.get(collection)
    if fold is None:
        if "." not in collection:
            books.accuse((collection, ""), "nobody knows how such records follow from their events")
        # A collection with a dot is the host's own: it is not for this library to say what should be in it.
        books.open[name] = Expected(_hosts(collection), id, after, None, told.recorded_at)
        return
    is_known = before == ABSENT or value is not None
    try:
        value = fold.apply(value, id, told) if is_known and after != ABSENT else None
    except Exception as error:  # noqa: BLE001 - whatever a damaged history makes a room say
        books.find(f"entry {told.id} at {told.position}", f"it does not fit {collection}/{id}: {error}")
        books.lose(name)
        return
    books.open[name] = Expected(fold.collection, id, after, value, told.recorded_at)
    for law in books.laws.broken_in(collection, id, value):
        books.accuse(name, f"{law}, since entry {told.id} at {told.position}")


def _hosts(name: str) -> Collection[Any]:
    return Collection(name, object, personal=NotPersonal(), keep=Keep.AS_BOOKS)


# --- records and counters ------------------------------------------------------------------------


def _settle(books: _Books, names: Iterable[_Name]) -> Doing[dict[_Name, str]]:
    """Compare these open records; forget what is settled, and say at which other version the rest stands."""
    asked = [(name, books.open[name]) for name in names if name in books.open]
    if not asked:
        return {}
    found = yield from do(Compare(tuple([expected for _, expected in asked])))
    others: dict[_Name, str] = {}
    for (name, expected), each in zip(asked, found, strict=True):
        if each.likeness is Likeness.OTHER_VERSION:
            others[name] = each.version
            continue
        if each.likeness is Likeness.DIFFERENT:
            books.accuse(name, "its body is not what its entries say")
        del books.open[name]
        books.records += 1
        books.settled[hash(name)] = hash(expected.version)
    return others


def _compared(books: _Books) -> Doing[None]:
    """Look at the open records again; by the journal's next end, an entry tells of each version seen."""
    names = tuple(books.open)
    for _ in range(ROUNDS_MAX):
        names = tuple(name for name in names if name in books.open)
        if not names:
            return
        books.watched = {name: {books.open[name].version} for name in names}
        seen = yield from _settle(books, names)
        yield from _read_on(books)
        _judge(books, seen)
        # What was settled and has moved on since is no more than busy.
        names = tuple(seen)


def _judge(books: _Books, seen: Mapping[_Name, str]) -> None:
    for name, version in seen.items():
        if version not in books.watched[name]:
            is_there = version != ABSENT
            books.accuse(
                name, "no entry tells how it came to stand as it does" if is_there else "it is not there"
            )
            books.lose(name)
    books.watched = {}


def _listed(books: _Books) -> Doing[None]:
    """Where the storage can list its records: find those that are damaged, or that no entry tells of."""
    parts = {(PARTS.name, digest) for digest in books.parts}
    after: _Name | None = ("", "")
    while after is not None:
        page = yield from do(ReadEverything(after, LISTED * books.page))
        if page is None:
            return
        after = _next(page, after) if len(page) == LISTED * books.page else None
        parts.difference_update((each.collection, each.id) for each in page)
        for each in page:
            if not each.is_intact:
                books.accuse((each.collection, each.id), "its checksum is not its own")
        seen = {(each.collection, each.id): each.version for each in page if not _is_told(books, each)}
        if seen:
            # They may be newer than what was read of the journal.
            books.watched = {name: set() for name in seen}
            yield from _read_on(books)
            _judge(books, seen)
    for name in sorted(parts):
        books.accuse(name, "it is not there")


def _next(page: tuple[Standing, ...], after: _Name) -> _Name | None:
    """Behind which name to go on: one that is damaged cannot be asked for, so the last that is not."""
    names = ((each.collection, each.id) for each in reversed(page))
    name = next((name for name in names if "".join(name).isprintable()), after)
    return name if name != after else None


def _is_told(books: _Books, each: Standing) -> bool:
    name = (each.collection, each.id)
    return each.collection not in books.journaled or name in books.lost or books.stands(name, each.version)


def _counted(books: _Books) -> Doing[None]:
    """Compare the counters; one that moves meanwhile stands where some entry since has left it.

    That may be so by chance: it is looked at again until nobody moves it.
    """
    names = tuple(books.totals)
    for _ in range(ROUNDS_MAX):
        names = tuple(name for name in names if name not in books.lost)
        if not names:
            return
        books.passed = {name: {books.totals[name]} for name in names}
        stored = yield from do(ReadCounters(names))
        yield from _read_on(books)
        for name, passed in books.passed.items():
            if name not in books.lost and stored[name] not in passed:
                books.find(f"counter {name}", f"it is not {books.totals[name]}, which its entries add up to")
                books.lost.add(name)
        names = tuple(name for name in names if len(books.passed[name]) > 1)
        books.passed = {}
