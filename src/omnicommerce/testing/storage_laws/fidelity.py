"""What was given is given back, character for character, and a text is either kept or refused."""

from __future__ import annotations

from typing import Final

from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import BadInput
from omnicommerce.ports.storage import (
    BODY_LENGTH_MAX,
    START,
    Add,
    Append,
    Batch,
    Key,
    Put,
    Query,
    Storage,
)
from omnicommerce.testing.storage_laws.bench import (
    Bench,
    counter,
    entries,
    expect,
    found,
    places,
    put,
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
        stored(storage, operation, mark)
    except BadInput:
        expect("bad input stores nothing", number, len(entries(storage)))
        return False
    (seen,) = storage.read((key,))
    expect(f"{operation!r} is kept exactly, or else refused as BadInput", body, getattr(seen, "body", None))
    return True
