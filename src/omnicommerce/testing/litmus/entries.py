"""Programs about the journal: never late, nothing of what was refused, in the order of the versions."""

from __future__ import annotations

from omnicommerce.ports.storage import Add, Append
from omnicommerce.testing.litmus.program import (
    Follow,
    Plus,
    Program,
    Rely,
    Remove,
    Write,
    look,
    store,
    tx,
)

NEVER_LATE = Program(
    "never late",
    "once a position was seen, no entry appears at or before it",
    (
        tx(store(Append("T", "{}"), Write("a", over="nothing"))),
        tx(store(Append("U", "{}"), Write("b", over="nothing"))),
        tx(Follow(), Follow(), Follow()),
    ),
)

ENTRIES_SIDE_BY_SIDE = Program(
    "entries side by side",
    "the entries of one batch lie side by side, and a reader of small pages misses none",
    (
        tx(store(Append("T1", "{}"), Append("T2", "{}"))),
        tx(store(Append("U1", "{}"), Append("U2", "{}"))),
        tx(Follow(1), Follow(2), Follow(1)),
    ),
    (Append("first", "{}"),),
)

REFUSED_ENTRIES = Program(
    "refused entries",
    "the entries of a refused batch appear neither at once nor with the next commit",
    (
        tx(look("a"), store(Append("T", "{}"), Write("a", Plus("a"))), store(Append("T+", "{}"))),
        tx(look("a"), store(Append("U", "{}"), Write("a", Plus("a", 10)))),
        tx(Follow()),
    ),
    (Write("a", "0"),),
)

A_CHAIN_OF_VERSIONS = Program(
    "a chain of versions",
    "the entries of one record come in the order in which its versions follow each other",
    (
        tx(look("a"), store(Append("T", "{}"), Write("a", Plus("a")))),
        tx(look("a"), store(Write("a", Plus("a", 10)), Append("U", "{}"))),
        tx(Follow()),
    ),
    (Write("a", "0"),),
)

A_CHAIN_THROUGH_A_CHECK = Program(
    "a chain through a check",
    "who relied on a version has its entry after the one who wrote it and before the one who replaced it",
    (
        tx(look("a"), store(Rely("a"), Append("T", "{}"), Write("b", Plus("a"), over="nothing"))),
        tx(look("a"), store(Write("a", Plus("a", 10)), Append("U", "{}"))),
    ),
    (Write("a", "0"),),
)

A_CHAIN_THROUGH_NOTHING = Program(
    "a chain through nothing",
    "the entry of a delete comes before that of the record which was made in its place",
    (
        tx(look("a"), store(Remove("a"), Append("T", "{}"))),
        tx(store(Write("a", '"U"', over="nothing"), Append("U", "{}"))),
        tx(Follow(), Follow()),
    ),
    (Write("a", "0"),),
)

A_LIMIT_AND_ITS_ENTRIES = Program(
    "a limit and its entries",
    "there are as many entries as were taken, and they are those of the takers",
    (
        tx(store(Append("T", "{}"), Add("left", -1, floor=0))),
        tx(store(Append("U", "{}"), Add("left", -1, floor=0))),
        tx(Follow(), store(Append("V", "{}"), Add("left", -1, floor=0))),
    ),
    (Add("left", 2),),
)

AN_ENTRY_AND_ITS_RECORD = Program(
    "an entry and its record",
    "who has seen an entry finds the record, the row and the counter that were stored with it",
    (
        tx(look("a"), store(Append("T", "{}"), Write("a", Plus("a"), at=("T",)), Add("n", 1))),
        tx(Follow(), look("a", "#n"), Follow(), look("a", "#n")),
    ),
    (Write("a", "0"),),
)

ENTRIES = (
    NEVER_LATE, ENTRIES_SIDE_BY_SIDE, REFUSED_ENTRIES, A_CHAIN_OF_VERSIONS, A_CHAIN_THROUGH_A_CHECK,
    A_CHAIN_THROUGH_NOTHING, A_LIMIT_AND_ITS_ENTRIES, AN_ENTRY_AND_ITS_RECORD,
)  # fmt: skip
