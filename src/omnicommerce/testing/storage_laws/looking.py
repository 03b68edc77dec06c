"""Looks while others write: each call shows one moment, and the journal is never late."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from omnicommerce.kernel.collection import Version
from omnicommerce.ports.storage import START, Add, Append, Query, Record, Storage
from omnicommerce.testing.storage_laws.bench import (
    Bench,
    Operation,
    counter,
    entries,
    expect,
    expect_followed,
    found,
    patient,
    put,
    rows,
    stored,
    thing,
)
from omnicommerce.testing.storage_laws.racing import patiently, together

TOGGLES: Final = 400
"""So often a record changes its rows: what two looks would see apart comes along every few of them."""


def a_read_is_one_look(bench: Bench) -> None:
    """Two records and a counter that are always written together are never seen apart."""
    storage = bench.fresh()
    stored(storage, put("a", "0"), put("b", "0"), Add("n", 0))

    def write() -> None:
        for n in range(1, 41):
            a, b = found(storage, "a").version, found(storage, "b").version
            patiently(storage, put("a", str(n), a), put("b", str(n), b), Add("n", 1))

    def look() -> None:
        keys = (thing("a"), counter("n"), thing("b"))
        a, n, b = patient(lambda: storage.read(keys))
        bodies = [seen.body if isinstance(seen, Record) else None for seen in (a, b)]
        promise = (
            "one read is one look: two records and a counter that are written together are seen together"
        )
        expect(
            promise, f"counter {n}, records {n} and {n}", f"counter {n}, records {bodies[0]} and {bodies[1]}"
        )

    _while(write, look)


def a_scan_is_one_look(bench: Bench) -> None:
    """Records that move through an index together are always found together, each where its body says."""
    storage = bench.fresh()
    versions = dict.fromkeys("abc", stored(storage, *(put(id, "0", at=(("when", "0"),)) for id in "abc")))

    def write() -> None:
        for n in range(1, 41):
            moved = (put(id, str(n), versions[id], at=(("when", str(n)),)) for id in "abc")
            version = _patient_version(storage, *moved)
            versions.update(dict.fromkeys("abc", version))

    def look() -> None:
        seen = patient(lambda: storage.scan(Query("things", "when"))).rows
        expect("three records at one text", (3, 1), (len(seen), len({row.at for row in seen})))
        expect(
            "each with the body of that version", {row.at for row in seen}, {row.record.body for row in seen}
        )

    _while(write, look)
    expect("three rows in the end", 3, len(rows(storage)))


def a_page_is_one_look(bench: Bench) -> None:
    """Rows and `has_more` are of the same moment."""
    storage = bench.fresh()
    version = stored(storage, put("r", at=(("when", "a"), ("when", "b"))))
    states = ((["a", "b"], False), (["a", "c"], True))

    def write() -> None:
        seen = version
        for n in range(TOGGLES):
            texts = "ab" if n % 2 else "acd"
            patiently(storage, put("r", "{}", seen, at=tuple(("when", text) for text in texts)))
            seen = found(storage, "r").version

    def look() -> None:
        page = patient(lambda: storage.scan(Query("things", "when", limit=2)))
        there = [row.at for row in page.rows], page.has_more
        expect("rows and has_more of one moment", True, there in states)

    _while(write, look)


def no_entry_is_late(bench: Bench) -> None:
    """A reader who remembers only its last position misses nothing of four writers."""
    storage = bench.fresh()
    seen: list[str] = []
    marks = [START]

    def read_on() -> None:
        for entry in patient(lambda: storage.journal(marks[-1], 7)):
            seen.append(entry.id)
            marks.append(entry.position)

    def write() -> None:
        def writer(who: int) -> None:
            for n in range(15):
                patiently(storage, Append(f"{who}-{n}", "{}"), Append(f"{who}-{n}+", "{}"))

        together(*[lambda who=who: writer(who) for who in range(4)])

    _while(write, read_on)
    while storage.journal(marks[-1], 1):
        read_on()
    whole = [entry.id for entry in entries(storage)]
    expect("120 entries were written", 120, len(whole))
    expect_followed(whole, seen)
    for who in range(4):
        mine = [id for id in whole if id.startswith(f"{who}-")]
        written = [f"{who}-{n}{sign}" for n in range(15) for sign in ("", "+")]
        expect("each writer's entries in their order, a batch's side by side", written, mine)


def _patient_version(storage: Storage, *operations: Operation) -> Version:
    patiently(storage, *operations)
    return found(storage, "a").version


def _while(write: Callable[[], None], look: Callable[[], None]) -> None:
    """Look again and again while the other thread writes, and once more afterwards."""
    is_done = threading.Event()

    def write_all() -> None:
        try:
            write()
        finally:
            is_done.set()

    def look_on() -> None:
        while not is_done.is_set():
            look()
        look()

    together(write_all, look_on)
