"""Programs about looking: each call shows one moment, and never what is undone later."""

from __future__ import annotations

from omnicommerce.ports.storage import Add, Append
from omnicommerce.testing.litmus.program import Find, Follow, Plus, Program, Remove, Write, look, store, tx

A_DIRTY_READ = Program(
    "a dirty read",
    "nobody sees a record, a row, a counter or an entry of a batch that is refused",
    (
        tx(
            look("a"),
            store(
                Write("new", at=("n",), over="nothing"),
                Add("n", 5),
                Append("T", "{}"),
                Write("a", Plus("a", 100)),
            ),
        ),
        tx(look("a"), store(Write("a", Plus("a")))),
        tx(look("new", "#n", "a"), Follow()),
    ),
    (Write("a", "1", at=("a",)),),
)

A_DIRTY_ROW = Program(
    "a dirty row",
    "nobody finds a row of a batch that is refused, nor misses one that such a batch would have moved",
    (
        tx(look("a"), store(Write("new", at=("n",), over="nothing"), Write("a", "2", at=("z",)))),
        tx(look("a"), store(Write("a", "3", at=("b",)))),
        tx(Find()),
    ),
    (Write("a", "1", at=("a",)),),
)

HALF_A_BATCH = Program(
    "half a batch",
    "two records and a counter that are stored together are seen together",
    (
        tx(look("a", "b"), store(Write("a", Plus("a")), Write("b", Plus("b")), Add("n", 1))),
        tx(look("a", "#n", "b"), look("b", "#n", "a")),
    ),
    (Write("a", "0"), Write("b", "0")),
)

ONE_MOMENT = Program(
    "one moment",
    "of two batches, one after the other, no look sees the first record after and the second before",
    (
        tx(look("a", "b"), store(Write("a", "1"), Write("b", "1")), store(Write("b", "2"), Write("a", "2"))),
        tx(look("b", "a"), look("a", "b")),
    ),
    (Write("a", "0"), Write("b", "0")),
)

THINGS_THAT_MOVE = Program(
    "things that move",
    "two records that change places in an index are both found, whenever somebody looks",
    (
        tx(look("a", "b"), store(Write("a", "2", at=("9",)), Write("b", "2", at=("1",)))),
        tx(Find(), look("a", "b"), Find()),
    ),
    (Write("a", "1", at=("1",)), Write("b", "1", at=("9",))),
)

PAGES_UNDER_INSERTS = Program(
    "pages under inserts",
    "a row that stays is on exactly one page, whatever comes and goes between two pages",
    (
        tx(Find(limit=2), Find(limit=2, goes_on=True), Find(limit=2, goes_on=True)),
        tx(store(Write("x", at=("a",), over="nothing"), Write("y", at=("d5",), over="nothing"))),
        tx(look("d"), store(Remove("d"))),
    ),
    (
        Write("b", at=("b",)), Write("c", at=("b",)), Write("d", at=("d",)), Write("e", at=("e",)),
    ),
)  # fmt: skip

A_ROW_AND_ITS_RECORD = Program(
    "a row and its record",
    "a row that is found brings the record that stands at that text, and no other version of it",
    (
        tx(look("a"), store(Write("a", "2", at=("2", "22"))), store(Write("a", "3", at=("3",)))),
        tx(Find(), Find("2", "3")),
    ),
    (Write("a", "1", at=("1", "11")),),
)

A_DELETED_ROW = Program(
    "a deleted row",
    "a deleted record is in no index, and one that is made again stands where its new batch says",
    (
        tx(look("a"), store(Remove("a"), Add("n", 1)), store(Write("a", "2", at=("z",)))),
        tx(Find(), look("a", "#n"), Find()),
    ),
    (Write("a", "1", at=("a", "m")),),
)

TIME_GOES_FORWARD = Program(
    "time goes forward",
    "who has seen something new never sees the old again, through whichever door",
    (
        tx(store(Write("a", "1", over="nothing")), store(Write("b", "1", over="nothing"))),
        tx(look("b"), look("a")),
        tx(look("a"), look("b")),
    ),
)

LOOKS = (
    A_DIRTY_READ, A_DIRTY_ROW, HALF_A_BATCH, ONE_MOMENT, THINGS_THAT_MOVE, PAGES_UNDER_INSERTS,
    A_ROW_AND_ITS_RECORD, A_DELETED_ROW, TIME_GOES_FORWARD,
)  # fmt: skip
