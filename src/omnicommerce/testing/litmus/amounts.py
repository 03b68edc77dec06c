"""Programs about counters: many may move one at once, and nobody passes a bound."""

from __future__ import annotations

from omnicommerce.ports.storage import Add, Append
from omnicommerce.testing.litmus.program import Plus, Program, Rely, Write, look, store, tx

THE_LAST_ONE = Program(
    "the last one",
    "of three who take the last one exactly one gets it",
    (
        tx(store(Add("free", -1, floor=0), Append("T", "{}"))),
        tx(store(Add("free", -1, floor=0), Append("U", "{}"))),
        tx(store(Add("free", -1, floor=0), Append("V", "{}"))),
    ),
    (Add("free", 1),),
)

THE_LAST_PLACE = Program(
    "the last place",
    "of three who take the last place under a ceiling exactly one gets it",
    (
        tx(look("#used"), store(Add("used", 1, ceiling=3))),
        tx(store(Add("used", 1, ceiling=3))),
        tx(store(Add("used", 1, ceiling=3))),
    ),
    (Add("used", 2),),
)

BOTH_ENDS = Program(
    "both ends",
    "a counter that is moved at both of its ends stays between them",
    (
        tx(store(Add("n", -1, floor=0)), look("#n")),
        tx(store(Add("n", 1, ceiling=1)), look("#n")),
        tx(store(Add("n", 1, ceiling=1))),
    ),
    (Add("n", 1),),
)

GIVING_BACK = Program(
    "giving back",
    "who gives back is never refused, and who takes meanwhile is told the truth",
    (
        tx(store(Add("free", 2, floor=0)), look("#free")),
        tx(store(Add("free", -1, floor=0)), look("#free")),
    ),
    (Add("free", -1),),
)

TWO_COUNTERS_CROSSWISE = Program(
    "two counters crosswise",
    "two who take from the same two shelves in opposite order both come back, and one gets both",
    (
        tx(store(Add("x", -1, floor=0), Add("y", -1, floor=0), Write("t", over="nothing"))),
        tx(store(Add("y", -1, floor=0), Add("x", -1, floor=0), Write("u", over="nothing"))),
    ),
    (Add("x", 1), Add("y", 1)),
)

THE_RUNNING_TOTAL = Program(
    "the running total",
    "each addition of a batch is tested in its place, whatever rivals do meanwhile",
    (
        tx(store(Add("n", 2), Add("n", -3, floor=0), Add("n", 5))),
        tx(store(Add("n", -1, floor=0))),
        tx(store(Add("n", 1), Add("n", -2, floor=0))),
    ),
    (Add("n", 1),),
)

EXHAUSTED_LEAVES_NO_TRACE = Program(
    "exhausted leaves no trace",
    "a batch that a bound refuses has written no record, no index row, no entry and no other counter",
    (
        tx(
            look("a"),
            store(
                Write("a", Plus("a"), at=("9",)), Write("b", at=("8",), over="nothing"), Add("other", 7),
                Append("T", "{}"), Add("free", -1, floor=0),
            ),
        ),
        tx(store(Add("free", -1, floor=0), Append("U", "{}"))),
        tx(look("a", "b", "#other", "#free")),
    ),
    (Write("a", "1", at=("1",)), Add("free", 1)),
)  # fmt: skip

A_COUNTER_AND_ITS_RECORD = Program(
    "a counter and its record",
    "a counter moves with the record of its batch or not at all, and both are seen together",
    (
        tx(look("a"), store(Write("a", Plus("a")), Add("n", 1))),
        tx(look("a"), store(Write("a", Plus("a")), Add("n", 1))),
        tx(look("a", "#n")),
    ),
    (Write("a", "0"),),
)

A_CHECK_AND_AN_ADDITION = Program(
    "a check and an addition",
    "who relies on a record and writes none has relied on it all the same",
    (
        tx(look("a"), store(Rely("a"), Add("n", 1), Append("T", "{}"))),
        tx(look("a"), store(Rely("a"), Append("V", "{}"))),
        tx(look("a"), store(Write("a", Plus("a")), Append("U", "{}")), look("#n")),
    ),
    (Write("a", "0"),),
)

AMOUNTS = (
    THE_LAST_ONE, THE_LAST_PLACE, BOTH_ENDS, GIVING_BACK, TWO_COUNTERS_CROSSWISE, THE_RUNNING_TOTAL,
    EXHAUSTED_LEAVES_NO_TRACE, A_COUNTER_AND_ITS_RECORD, A_CHECK_AND_AN_ADDITION,
)  # fmt: skip
