"""The audit: the journal is folded again from its first entry, and records and counters are held to it.

Several audits may share the work: a record belongs to one of them, that of the entry which made it, and of
the entries that write only records of others no more is looked at than that they are whole.

It runs beside writers. A record is compared at the version that the fold has reached, and forgotten once it
is settled, so what is held in memory is what has still to change. One that stands at another version is
looked at again: its entry was committed together with it, so it is in the journal by the time that one has
been read to its end once more. What is written anew after it was forgotten can only be followed: it is held
to its version and its checksum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from omnicommerce.kernel.collection import ABSENT
from omnicommerce.kernel.process import (
    Compare,
    Doing,
    Likeness,
    Process,
    ReadCounters,
    ReadEverything,
    ReadJournal,
    Standing,
    do,
)
from omnicommerce.kernel.shard import WHOLE, Shard
from omnicommerce.processes.audit_books import Books, Name, end, take
from omnicommerce.processes.audited import Audited
from omnicommerce.processes.folds import FOLDS, Fold
from omnicommerce.rulebook import PARTS

PAGE: Final = 200
"""Few enough entries that what they wrote is mostly one look."""

LISTED: Final = 5
"""Records that are listed at once, for each entry that is read at once: they are not folded."""

ROUNDS_MAX: Final = 20
"""A record that has moved on as often as this while it was looked at is busy, and not wrong."""


def audit(folds: Mapping[str, Fold] = FOLDS, *, shard: Shard = WHOLE, page: int = PAGE) -> Process[Audited]:
    """Fold the journal again, *page* entries at once, and compare with it all that belongs to *shard*."""
    books = Books(folds, page, shard)
    books.journaled.update(folds)
    yield from _read_on(books)
    yield from _compared(books)
    yield from _counted(books)
    yield from _listed(books)
    end(books)
    return Audited(
        books.entries,
        books.records,
        len(books.totals),
        tuple(books.findings),
        books.more,
        books.position,
    )


def _read_on(books: Books) -> Doing[None]:
    """Fold the journal to its end, and settle what can be settled on the way.

    A batch may write a record several times and stand across two pages, so what the last batch of a page
    wrote is settled with the next.
    """
    touched: dict[Name, None] = {}
    has_more = True
    while has_more:
        page = yield from do(ReadJournal(books.position, books.page))
        # A page that is not full was the end when it was read: waiting for an empty one, a busy shop's audit
        # would never end.
        has_more = len(page) == books.page
        for told in page:
            take(books, told)
            touched.update(dict.fromkeys((write[0], write[1]) for write in told.writes))
            books.position = told.position
        # A damaged entry does not say of which batch it is.
        last = next((told.batch for told in reversed(page) if told.batch), "")
        waits = {name: None for name in touched if name in books.open and books.open[name].version == last}
        yield from _settle(books, (name for name in touched if name not in waits))
        touched = waits
    yield from _settle(books, touched)


# --- records and counters ------------------------------------------------------------------------


def _settle(books: Books, names: Iterable[Name]) -> Doing[dict[Name, str]]:
    """Compare these open records; forget what is settled, and say at which other version the rest stands."""
    asked = [(name, books.open[name]) for name in names if name in books.open]
    if not asked:
        return {}
    found = yield from do(Compare(tuple([expected for _, expected in asked])))
    others: dict[Name, str] = {}
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


def _compared(books: Books) -> Doing[None]:
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


def _judge(books: Books, seen: Mapping[Name, str]) -> None:
    for name, version in seen.items():
        # What was made meanwhile may belong to another shard.
        if version not in books.watched[name] and hash(name) not in books.others:
            is_there = version != ABSENT
            books.accuse(
                name, "no entry tells how it came to stand as it does" if is_there else "it is not there"
            )
            books.lose(name)
    books.watched = {}


def _listed(books: Books) -> Doing[None]:
    """Where the storage can list its records: find those that are damaged, or that no entry tells of."""
    parts = {(PARTS.name, digest) for digest in books.parts}
    after: Name | None = ("", "")
    while after is not None:
        page = yield from do(ReadEverything(after, LISTED * books.page))
        if page is None:
            return
        after = _next(page, after) if len(page) == LISTED * books.page else None
        parts.difference_update((each.collection, each.id) for each in page)
        ours = [each for each in page if _is_listed_here(books, (each.collection, each.id))]
        for each in ours:
            if not each.is_intact:
                books.accuse((each.collection, each.id), "its checksum is not its own")
        seen = {(each.collection, each.id): each.version for each in ours if not _is_told(books, each)}
        if seen:
            # They may be newer than what was read of the journal.
            books.watched = {name: set() for name in seen}
            yield from _read_on(books)
            _judge(books, seen)
    for name in sorted(parts):
        books.accuse(name, "it is not there")


def _next(page: tuple[Standing, ...], after: Name) -> Name | None:
    """Behind which name to go on: one that is damaged cannot be asked for, so the last that is not."""
    names = ((each.collection, each.id) for each in reversed(page))
    name = next((name for name in names if "".join(name).isprintable()), after)
    return name if name != after else None


def _is_listed_here(books: Books, name: Name) -> bool:
    """Whether it is for this shard to judge a record as it lies there, also one that no entry tells of."""
    if name in books.open or hash(name) in books.settled or name in books.lost:
        return True
    return hash(name) not in books.others and books.shard.has(name[1])


def _is_told(books: Books, each: Standing) -> bool:
    name = (each.collection, each.id)
    return each.collection not in books.journaled or name in books.lost or books.stands(name, each.version)


def _counted(books: Books) -> Doing[None]:
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
