"""What was given is given back, character for character, and a text is either kept or refused."""

from __future__ import annotations

import json
from typing import Final

from omnicommerce.adapters.storage.checked import INDEX_TEXT_MAX
from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import BadInput
from omnicommerce.kernel.ids import ID_LENGTH_MAX
from omnicommerce.ports.storage import (
    BODY_LENGTH_MAX,
    START,
    Add,
    Append,
    Batch,
    Key,
    Position,
    Put,
    Query,
    Storage,
)
from omnicommerce.testing.storage_laws.bench import (
    Bench,
    batch,
    committed,
    counter,
    entries,
    expect,
    found,
    places,
    put,
    rows,
    stored,
    thing,
)

NAMES: Final = (
    "a", "A", "a ", " a", "a  a", "aa", "0", "00", "1e3", "1.0", "true", "null", "NULL", "None", "nan",
    "'", "''", '"', "`", "%", "_", "a%", "a_", "\\", "\\\\", "\\n", "a/b", "../a", "a;--", "?", ":id",
    "$1", "{}", "[0]", "\u00e9", "e\u0301", "\u00c5", "\u212b", "K", "\u212a", "k", "\u00df", "ss",
    "SS", "\u1e9e", "i", "I", "\u0130", "\u0131", "\ufb01", "fi", "\uff21", "\u4e2d\u6587", "\u4e2d",
    "\u05d0\u05d1", "\u0e01\u0e33", "\U0001f600", "\U0001f468\U0001f3fb", "\U00020bb7", "\u2163",
    "\u2460", "x" * 256, "\u4e2d" * 256, "\U0001f600" * 256,
)  # fmt: skip
"""Pairs that some database somewhere takes for the same, and signs that some query takes for its own."""

BODIES: Final = (
    "{}", "[]", "0", "-0", "null", "false", '""', '" "', '"\\u0000"', '"\\ud800"', '"\\/"', '"\\u00e9"',
    '"\u00e9"', '"e\u0301"', '"\U0001f600 \u4e2d\u6587"', ' {"a" : 1 } ', '{"a":1}\r\n',
    '{"a":1,"a":2}', '{"b":1,"a":2}', "1.10", "1e2", "12345678901234567890", "-9223372036854775809",
    '{"n":9007199254740993}', "0.1000000000000000055511151231257827", '"it\'s 100% \\"so\\" \\\\ _"',
    '"\u2028\u2029"', '"\ufeff"', "[" * 500 + "]" * 500,
)  # fmt: skip
"""JSON texts that change as soon as somebody parses, normalises, strips or re-writes them."""

UNSTORABLE: Final = ("a\0b", "\0", "a\x1fb", "\x7f", "a\nb", "\ud800", "a\udfffb", "\ud83d")
"""What databases disagree about: NUL, control characters, halves of pairs."""


def a_body_comes_back_as_it_was_given(bench: Bench) -> None:
    """Of a record, in a read and in a scan, and of an entry."""
    storage = bench.fresh()
    for n, body in enumerate(BODIES):
        stored(storage, put(f"{n:03d}", body, at=(("when", f"{n:03d}"),)), Append(f"e{n}", body))

    for n, body in enumerate(BODIES):
        expect(f"the body {body[:40]!r}, read", body, found(storage, f"{n:03d}").body)
    page = storage.scan(Query("things", "when"))
    expect("all bodies, scanned", list(BODIES), [row.record.body for row in page.rows])
    expect("all bodies, in the journal", list(BODIES), [entry.body for entry in entries(storage)])


def a_replaced_body_is_replaced_to_the_letter(bench: Bench) -> None:
    """Two texts that mean the same JSON are still two texts."""
    storage = bench.fresh()
    version = ABSENT
    for body in ('{"a":1,"b":2}', '{"b":2,"a":1}', '{"a":1.0,"b":2}', ' {"a":1,"b":2}', '{"a":1,"b":2}'):
        version = stored(storage, put("r", body, version))
        expect("the last body, to the letter", body, found(storage, "r").body)


def a_large_body_comes_back_whole(bench: Bench) -> None:
    """A body may have BODY_LENGTH_MAX characters, of four bytes each."""
    storage = bench.fresh()
    long = '"' + "x" * (BODY_LENGTH_MAX - 2) + '"'
    wide = '"' + "\U0001f600" * (BODY_LENGTH_MAX - 2) + '"'
    stored(storage, put("long", long), Append("long", long))
    stored(storage, put("wide", wide))

    expect("a body of full length", True, long == found(storage, "long").body)
    expect("a body of full length and width", True, wide == found(storage, "wide").body)
    expect("an entry of full length", True, long == storage.journal(START, 1)[0].body)


def a_large_body_comes_back_from_a_scan(bench: Bench) -> None:
    """A row brings the whole body, and so does an entry, however wide its signs are."""
    storage = bench.fresh()
    wide = '"' + "\u4e2d" * (BODY_LENGTH_MAX - 2) + '"'
    stored(storage, put("wide", wide, at=(("when", "1"),)), Append("wide", wide))
    (row,) = storage.scan(Query("things", "when")).rows

    expect("a body of full length, scanned", True, wide == row.record.body)
    expect("an entry of full length and width", True, wide == entries(storage)[0].body)


def no_two_names_are_the_same(bench: Bench) -> None:
    """Names that look alike, differ in case or end in a space are different records."""
    storage = bench.fresh()
    stored(storage, *(put(name, f'"{n}"') for n, name in enumerate(NAMES)))

    for n, name in enumerate(NAMES):
        expect(f"the record {name[:40]!r}", f'"{n}"', found(storage, name).body)
    expect("names nobody gave", [None, None], storage.read((thing("b"), thing("x" * 255))))


def no_two_collections_counters_or_indexes_are_the_same(bench: Bench) -> None:
    """The same holds for every other name there is."""
    storage = bench.fresh()
    puts = [Put(Key(name, "r"), f'"{n}"', (), ABSENT) for n, name in enumerate(NAMES)]
    adds = [Add(name, n) for n, name in enumerate(NAMES)]
    stored(storage, *puts, *adds, *(Append(name, "{}") for name in NAMES))
    stored(storage, put("filed", at=tuple((name, str(n)) for n, name in enumerate(NAMES))))
    seen = storage.read([item.key for item in puts])

    expect(
        "each collection its record", [item.body for item in puts], [getattr(r, "body", None) for r in seen]
    )
    expect("each counter its total", list(range(len(NAMES))), storage.read([counter(name) for name in NAMES]))
    expect("each entry its id", list(NAMES), [entry.id for entry in entries(storage)])
    for n, name in enumerate(NAMES):
        expect(f"the index {name[:40]!r}", [(str(n), "filed")], places(storage, name))


def names_and_texts_differ_in_their_last_sign(bench: Bench) -> None:
    """Two that have all but the last sign in common are two, and sort by that sign."""
    storage = bench.fresh()
    for sign in ("x", "\u4e2d", "\U0001f600"):
        names = [sign * (ID_LENGTH_MAX - 1) + last for last in "ba"]
        texts = [sign * (INDEX_TEXT_MAX - 1) + last for last in "ba"]
        stored(
            storage,
            *(put(name, f'"{name[-1]}"', at=((name, "t"),)) for name in names),
            *(put(f"{sign}-{n}", at=((sign, text),)) for n, text in enumerate(texts)),
            *(Add(name, n) for n, name in enumerate(names, 1)),
            *(Append(name, "{}") for name in names),
        )

        expect("two records", ['"b"', '"a"'], [found(storage, name).body for name in names])
        expect("two counters", [1, 2], storage.read([counter(name) for name in names]))
        expect("two entries", names, [entry.id for entry in entries(storage)][-2:])
        expect("two indexes", [[("t", name)] for name in names], [places(storage, name) for name in names])
        in_order = [(texts[1], f"{sign}-1"), (texts[0], f"{sign}-0")]
        expect("two texts, in order", in_order, [(row.at, row.id) for row in rows(storage, sign, 1)])
        between = storage.scan(Query("things", sign, texts[1], texts[0])).rows
        expect("a range between them", [texts[1]], [row.at for row in between])


def index_texts_come_back_as_they_were_given(bench: Bench) -> None:
    """The empty text included; so do the ids of the rows."""
    storage = bench.fresh()
    texts = sorted(("", *NAMES))
    stored(storage, put("many", at=tuple(("when", text) for text in texts)))
    stored(storage, *(put(name, at=(("where", "here"),)) for name in NAMES))

    expect("every text, in order", [(text, "many") for text in texts], places(storage))
    expect("every id, in order", [("here", name) for name in sorted(NAMES)], places(storage, "where"))


def versions_come_back_as_they_were_given(bench: Bench) -> None:
    """A batch may have any printable id, and two that look alike are two versions."""
    storage = bench.fresh()
    for n, name in enumerate(NAMES):
        storage.commit(Batch(Version(name), puts=(put(str(n)),)))

    for n, name in enumerate(NAMES):
        expect("the id of the batch", name, found(storage, str(n)).version)


def answers_are_of_the_types_of_the_port(bench: Bench) -> None:
    """A position is text, which a reader may keep anywhere; a total is an int; a page knows with a bool."""
    storage = bench.fresh()
    answer = storage.commit(
        batch(put("a", at=(("when", "1"),)), Add("n", 3), Append("e1", "{}"), Append("e2", "{}"))
    )
    page = storage.scan(Query("things", "when"))
    kept = Position(json.loads(json.dumps(entries(storage)[0].position)))

    expect("totals are ints", [int], [type(total) for total in answer.totals.values()])
    expect("positions are texts", [str, str], [type(entry.position) for entry in entries(storage)])
    expect("a position that was written down", ["e2"], [entry.id for entry in storage.journal(kept, 9)])
    expect("a page and whether there is more", (tuple, bool), (type(page.rows), type(page.has_more)))
    (row,) = page.rows
    expect("a row's texts", [str] * 3, [type(text) for text in (row.at, row.id, row.record.version)])


def a_text_is_kept_or_refused(bench: Bench) -> None:
    """What cannot be kept is refused as bad input with nothing stored; nothing is bent to fit."""
    storage = bench.fresh()
    for n, text in enumerate(UNSTORABLE):
        _kept_or_refused(storage, Put(Key("things", text), "{}", (), ABSENT), Key("things", text), "{}")
        body = f'"{text}"'
        _kept_or_refused(storage, put(f"body-{n}", body), thing(f"body-{n}"), body)
        filed = put(f"filed-{n}", at=(("when", text),))
        if _kept_or_refused(storage, filed, filed.key, "{}"):
            expect("the index text as given", True, (text, f"filed-{n}") in places(storage))


def _kept_or_refused(storage: Storage, operation: Put, key: Key, body: str) -> bool:
    mark = Append("mark", "{}")
    number = len(entries(storage))
    try:
        committed(storage, (operation, mark))
    except BadInput:
        expect("bad input stores nothing", number, len(entries(storage)))
        return False
    (seen,) = storage.read((key,))
    expect(f"{operation!r} is kept exactly, or else refused as BadInput", body, getattr(seen, "body", None))
    return True
