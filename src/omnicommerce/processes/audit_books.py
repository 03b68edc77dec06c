"""The books as far as an audit has folded them: what every record should be by the entries that were read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import attrs

from omnicommerce.kernel.collection import ABSENT, Collection, Keep, NotPersonal
from omnicommerce.kernel.process import Expected, Told
from omnicommerce.kernel.shard import WHOLE, Shard
from omnicommerce.processes.audited import FINDINGS_MAX, Finding
from omnicommerce.processes.folds import Fold
from omnicommerce.processes.laws import Laws
from omnicommerce.processes.numbering import Numbering
from omnicommerce.rulebook import RulebookInstalled

Name: TypeAlias = tuple[str, str]


@attrs.define(eq=False)
class Books:
    """The fold so far: records that have not been found settled, and the sums of counters.

    `settled` holds the hash of every settled record's name, and of its version; `others` the hashes of the
    names that belong to other shards. Of a name in `watched` are kept all versions that entries tell of, of a
    counter in `passed` all totals. What is `lost` is followed no further: why has been said, and it would
    only be said again of all that comes after.
    """

    folds: Mapping[str, Fold]
    page: int
    shard: Shard = WHOLE
    laws: Laws = attrs.field(factory=Laws)
    numbering: Numbering = attrs.field(factory=Numbering)
    position: str = ""
    entries: int = 0
    records: int = 0
    open: dict[Name, Expected] = attrs.field(factory=dict)
    settled: dict[int, int] = attrs.field(factory=dict)
    others: set[int] = attrs.field(factory=set)
    watched: dict[Name, set[str]] = attrs.field(factory=dict)
    journaled: set[str] = attrs.field(factory=set)
    parts: set[str] = attrs.field(factory=set)
    totals: dict[str, int] = attrs.field(factory=dict)
    passed: dict[str, set[int]] = attrs.field(factory=dict)
    lost: set[Name | str] = attrs.field(factory=set)
    accused: set[str] = attrs.field(factory=set)
    findings: list[Finding] = attrs.field(factory=list)
    more: int = 0

    def find(self, where: str, what: str) -> None:
        """Say what is wrong."""
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(Finding(shown(where), shown(what)))
        else:
            self.more += 1

    def accuse(self, name: Name, what: str) -> None:
        """Say what is wrong with a record: once, because the first is the cause of the rest."""
        where = f"record {name[0]}/{name[1]}"
        if where not in self.accused:
            self.accused.add(where)
            self.find(where, what)

    def lose(self, name: Name) -> None:
        """Follow this record no further."""
        self.open.pop(name, None)
        self.settled.pop(hash(name), None)
        self.lost.add(name)

    def is_ours(self, name: Name, *, is_made_by: str) -> bool:
        """Whether a record belongs to this shard; an entry about *is_made_by* tells of it."""
        if self.shard.of == 1 or name in self.open or hash(name) in self.settled or name in self.lost:
            return True
        if hash(name) not in self.others:
            if self.shard.has(is_made_by):
                return True
            self.others.add(hash(name))
        return False

    def stands(self, name: Name, version: str) -> bool:
        """Whether this is the version at which the entries have left the record."""
        if name in self.open:
            return self.open[name].version == version
        return self.settled.get(hash(name), hash(ABSENT)) == hash(version)


def shown(text: str) -> str:
    """One line whatever bytes were damaged."""
    return text if text.isprintable() else ascii(text)[1:-1]


# --- one entry -----------------------------------------------------------------------------------


def take(books: Books, told: Told) -> None:
    """Follow one entry: what it wrote, what it added, and whether it keeps the laws."""
    books.entries += 1
    books.journaled.update([write[0] for write in told.writes])
    # Whoever else looks at the entry leaves it to this shard to say what is wrong with it.
    is_ours = books.shard.has(told.subject or told.id)
    writes = [
        ((collection, id), (before, after))
        for collection, id, before, after in told.writes
        if books.is_ours((collection, id), is_made_by=told.subject)
    ]
    faults, is_readable = _faults(books, told, is_asked=is_ours or bool(writes))
    if is_ours:
        for fault in faults:
            books.find(f"entry {told.id} at {told.position}", fault)
        if is_readable and isinstance(told.fact, RulebookInstalled):
            books.parts.update(told.fact.parts)
    if not is_readable:
        # What it says cannot be believed, so what it wrote cannot be worked out.
        for name, _ in writes:
            books.lose(name)
        books.lost.update(counter for counter, _ in told.adds)
        return
    for name, versions in writes:
        _follow(books, told, name, versions)
    for counter, delta in told.adds:
        if books.shard.has(counter):
            _add(books, counter, delta)


def end(books: Books) -> None:
    """The journal has been read to its end."""
    for told in books.numbering.broken_off():
        if books.shard.has(told.subject or told.id):
            books.find(f"entry {told.id} at {told.position}", "an entry of its batch is missing behind it")


def _faults(books: Books, told: Told, *, is_asked: bool) -> tuple[list[str], bool]:
    """What is wrong with the entry itself, and whether what it says can be believed."""
    faults = [wrong] if (wrong := books.numbering.fault_of(told)) else []
    unreadable = told.fault or (_unreadable(told) if is_asked else "")
    if unreadable:
        return [*faults, unreadable], False
    return [*faults, *(books.laws.broken_by(told) if is_asked else ())], True


def _add(books: Books, counter: str, delta: int) -> None:
    books.totals[counter] = books.totals.get(counter, 0) + delta
    if counter in books.passed:
        books.passed[counter].add(books.totals[counter])


def _unreadable(told: Told) -> str:
    """Why what happened cannot be read; nothing if it can."""
    try:
        told.fact  # noqa: B018  # it is read when it is asked for
    except Exception as bad:  # noqa: BLE001 - whatever damaged bytes make a reader say
        return f"it cannot be read: {bad}"
    return ""


def _follow(books: Books, told: Told, name: Name, versions: tuple[str, str]) -> None:
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


def _fold(books: Books, told: Told, name: Name, versions: tuple[str, str]) -> None:
    """Work out what the record is now; of one that was settled, no more than its version is known."""
    before, after = versions
    collection, id = name
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
