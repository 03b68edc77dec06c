"""Indexes: rows in byte order, page by page, always those of a record's last version."""

from __future__ import annotations

from typing import Final

from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import Conflict
from omnicommerce.ports.storage import PAGE_MAX, Delete, Key, Page, Put, Query, Storage
from omnicommerce.testing.storage_laws.bench import (
    Bench,
    expect,
    found,
    places,
    put,
    refused,
    rows,
    stored,
    thing,
)

IN_BYTE_ORDER: Final = (
    "", " ", "0", "00", "A", "Z", "_", "a", "a ", "aa", "b", "e\u0301", "z", "\u00e9", "\u0130",
    "\u4e2d", "\u4e2d\u6587", "\uff5e", "\uffe6", "\U0001f600", "\U00020bb7",
)  # fmt: skip
"""By UTF-8 bytes, which is by code point. UTF-16 would put the last two before the two above them."""


def a_range_is_half_open(bench: Bench) -> None:
    """`since` is in, `until` is out, None goes to the end."""
    storage = _filed(bench, "a", "b", "b", "c", "d")

    expect("from b up to but not including d", ["b", "b", "c"], _texts(storage, "b", "d"))
    expect("from the first", ["a", "b", "b"], _texts(storage, "", "c"))
    expect("to the end", ["c", "d"], _texts(storage, "c", None))
    expect("an empty range", [], _texts(storage, "b", "b"))
    expect("a range that ends before it begins", [], _texts(storage, "d", "a"))
    expect("a range behind everything", [], _texts(storage, "dd", None))


def texts_sort_by_their_bytes(bench: Bench) -> None:
    """Not by a language, not by case, not by UTF-16: by UTF-8, as Python's str does."""
    storage = _filed(bench, *reversed(IN_BYTE_ORDER))

    expect("in the order of their UTF-8 bytes", list(IN_BYTE_ORDER), _texts(storage, "", None))
    expect("a range obeys the same order", ["\uff5e", "\uffe6"], _texts(storage, "\uff00", "\U00010000"))
    expect("and so does its end", ["A", "Z", "_"], _texts(storage, "A", "a"))


def ids_sort_by_their_bytes_at_one_text(bench: Bench) -> None:
    """Among equal texts the ids decide, in the same order of bytes."""
    storage = bench.fresh()
    ids = [text for text in IN_BYTE_ORDER if text]
    stored(storage, *(put(id, at=(("when", "same"),)) for id in reversed(ids)))

    expect("equal texts in the order of their ids", [("same", id) for id in ids], places(storage))


def a_record_may_stand_in_an_index_several_times(bench: Bench) -> None:
    """A lease of three things is found under each of the three; a row said twice is one row."""
    storage = bench.fresh()
    at = (("when", "b"), ("when", "a"), ("where", "x"), ("when", "b"))
    version = stored(storage, put("r", '"r"', at=at), put("s", at=(("when", "ab"),)))

    expect("one row for each text", [("a", "r"), ("ab", "s"), ("b", "r")], places(storage))
    expect("another index", [("x", "r")], places(storage, "where"))
    expect("every row brings the record", {('"r"', version)}, _records(storage, "r"))


def rows_follow_the_last_version(bench: Bench) -> None:
    """A put replaces all rows the record had, and rows that stay bring the new body."""
    storage = bench.fresh()
    first = stored(storage, put("r", '"1"', at=(("when", "a"), ("when", "b"), ("where", "x"))))
    second = stored(storage, put("r", '"2"', first, at=(("when", "b"), ("when", "c"))))

    expect("the rows of the last put", [("b", "r"), ("c", "r")], places(storage))
    expect("an index it no longer stands in", [], places(storage, "where"))
    expect("with the last body and version", {('"2"', second)}, _records(storage, "r"))
    third = stored(storage, put("r", '"3"', second, at=(("when", "b"), ("when", "c"))))
    expect("unchanged rows bring the new body", {('"3"', third)}, _records(storage, "r"))
    stored(storage, put("r", '"4"', third))
    expect("no rows in the put, no rows", [], places(storage))


def rows_vanish_with_their_record(bench: Bench) -> None:
    """A deleted record is in no index, and one made again stands only where its new put says."""
    storage = bench.fresh()
    version = stored(storage, put("r", at=(("when", "a"), ("where", "x"))), put("s", at=(("when", "b"),)))
    stored(storage, Delete(thing("r"), version))

    expect("its rows are gone", [("b", "s")], places(storage))
    expect("from every index", [], places(storage, "where"))
    stored(storage, put("r", at=(("when", "c"),)))
    expect("only the new rows", [("b", "s"), ("c", "r")], places(storage))


def a_refused_batch_files_nothing(bench: Bench) -> None:
    """Index rows are part of all or nothing."""
    storage = bench.fresh()
    version = stored(storage, put("r", at=(("when", "a"),)))
    refused(
        "a stale put is a Conflict",
        Conflict,
        storage,
        put("n", at=(("when", "n"),)),
        put("r", "9", Version("stale"), at=(("when", "z"),)),
    )

    expect("the rows as they were", [("a", "r")], places(storage))
    expect("the record as it was", version, found(storage, "r").version)


def collections_and_indexes_do_not_mix(bench: Bench) -> None:
    """An index is named by its collection and its own name, together."""
    storage = bench.fresh()
    at = (("when", "a"),)
    stored(
        storage, put("r", at=at), Put(Key("others", "o"), "{}", at, ABSENT), put("w", at=(("whenever", "a"),))
    )

    expect("only its own collection and index", [("a", "r")], places(storage))
    expect("an index nobody filed anything in", [], places(storage, "nowhere"))


def a_page_knows_whether_there_is_more(bench: Bench) -> None:
    """`has_more` is exact, also when the range ends with the page."""
    storage = _filed(bench, *"abcde")

    for limit, more in ((1, True), (4, True), (5, False), (6, False)):
        page = storage.scan(Query("things", "when", limit=limit))
        expect(f"at most {limit} of 5 rows", list("abcde"[:limit]), [row.at for row in page.rows])
        expect(f"has_more with {limit} of 5 rows", more, page.has_more)
    page = storage.scan(Query("things", "when", until="c", limit=2))
    expect("has_more stays within the range", (["a", "b"], False), _told(page))
    expect("an empty page has no more", ([], False), _told(storage.scan(Query("things", "when", "x"))))


def a_scan_goes_on_behind_the_last_row(bench: Bench) -> None:
    """`after` excludes the row it names and nothing else, wherever pages happen to end."""
    storage = bench.fresh()
    filed = [(text, f"{text}{n}") for text in "abc" for n in range(4)]
    stored(storage, *(put(id, at=(("when", text),)) for text, id in filed))

    for limit in range(1, 14):
        seen = [(row.at, row.id) for row in rows(storage, page=limit)]
        expect(f"in pages of {limit}, every row once", filed, seen)
    page = storage.scan(Query("things", "when", "b", "c", after=("b", "b1")))
    expect("after a row within the range", ["b2", "b3"], [row.id for row in page.rows])
    page = storage.scan(Query("things", "when", "b", "c", after=("a", "a2")))
    expect("after a row before the range", 4, len(page.rows))
    page = storage.scan(Query("things", "when", "b", "c", after=("c", "c0")))
    expect("after a row behind the range", ([], False), _told(page))


def paging_survives_inserts_and_deletes(bench: Bench) -> None:
    """Rows that stay are neither skipped nor repeated, whatever comes and goes between two pages."""
    for comes, goes in ((True, False), (False, True), (True, True)):
        storage = _filed(bench, *"bdfhjl")
        seen: list[str] = []
        page = storage.scan(Query("things", "when", limit=2))
        while True:
            seen += [row.at for row in page.rows]
            if not page.has_more or len(seen) > PAGE_MAX:
                break
            last = page.rows[-1]
            n = len(seen)
            if comes:  # one before all pages so far, one at the very end
                stored(storage, put(f"a{n}", at=(("when", "a"),)), put(f"z{n}", at=(("when", "z"),)))
            if goes:  # the very row that the page ended with
                stored(storage, Delete(thing(last.id), last.record.version))
            page = storage.scan(Query("things", "when", limit=2, after=(last.at, last.id)))

        stayed = [text for text in seen if text in "bdfhjl"]
        expect("every row that stayed, once and in order", list("bdfhjl"), stayed)
        expect("nothing that came before the page", [], [text for text in seen if text == "a"])


def pages_follow_the_same_order(bench: Bench) -> None:
    """`after` compares as the index sorts: text by text and id by id, however small the pages are."""
    storage = bench.fresh()
    ids = [text for text in (*IN_BYTE_ORDER, "B", "\u00c9") if text]
    stored(storage, *(put(id, at=(("when", "same"), ("where", id))) for id in ids))

    for page in (1, 2, 5):
        expect(f"ids in pages of {page}", sorted(ids), [row.id for row in rows(storage, page=page)])
        expect(f"texts in pages of {page}", sorted(ids), [row.at for row in rows(storage, "where", page)])


def a_full_page_is_a_full_page(bench: Bench) -> None:
    """A page of PAGE_MAX rows is given whole, and the row behind it is not lost."""
    storage = bench.fresh()
    stored(storage, *(put(f"{n:04d}", at=(("when", f"{n:04d}"),)) for n in range(PAGE_MAX + 1)))
    page = storage.scan(Query("things", "when"))

    expect("PAGE_MAX rows, and more", (PAGE_MAX, True), (len(page.rows), page.has_more))
    expect("all of them in two pages", PAGE_MAX + 1, len(rows(storage)))


def _filed(bench: Bench, *texts: str) -> Storage:
    storage = bench.fresh()
    stored(storage, *(put(f"id-{n}", at=(("when", text),)) for n, text in enumerate(texts)))
    return storage


def _texts(storage: Storage, since: str, until: str | None) -> list[str]:
    return [row.at for row in storage.scan(Query("things", "when", since, until)).rows]


def _told(page: Page) -> tuple[list[str], bool]:
    return [row.at for row in page.rows], page.has_more


def _records(storage: Storage, id: str) -> set[tuple[str, Version]]:
    return {(row.record.body, row.record.version) for row in rows(storage) if row.id == id}
