"""Programs about two shops in one database: each shows its own records and never the other's."""

from __future__ import annotations

from omnicommerce.ports.storage import Add, Append
from omnicommerce.testing.litmus.program import (
    Absent,
    Find,
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

TENANT_SWAP = Program(
    "tenant swap",
    "the same names in two shops are different records, counters, rows and entries",
    (
        tx(
            look("a", "#n"),
            store(Write("a", Plus("a"), at=("T",)), Add("n", 1, ceiling=2), Append("T", "{}")),
        ),
        tx(
            look("a", "#n"),
            store(Write("a", Plus("a", 10), at=("U",)), Add("n", 1, ceiling=2), Append("U", "{}")),
            shop=1,
        ),
    ),
    (Write("a", "0", at=("0",)), Add("n", 1)),
)

ONE_NAME_IN_TWO_SHOPS = Program(
    "one name in two shops",
    "a record that is made in one shop stands in nobody's way in the other",
    (
        tx(look("a"), store(Write("a", '"T"'), when=Absent(("a",)))),
        tx(look("a"), store(Write("a", '"U"'), when=Absent(("a",))), Find(), shop=1),
        tx(look("a"), shop=1),
    ),
)

GONE_IN_ONE_SHOP = Program(
    "gone in one shop",
    "what is deleted in one shop stays in the other, in its indexes, too",
    (
        tx(look("a"), store(Remove("a"), Append("T", "{}"))),
        tx(Find(), look("a"), Follow(), shop=1),
    ),
    (Write("a", '"kept"', at=("1", "2")), Append("start", "{}")),
)

A_GUARD_NEXT_DOOR = Program(
    "a guard next door",
    "a guard looks at its own shop: what stands at that name and version next door does not count",
    (
        tx(look("a"), store(Rely("a"), Write("b", Plus("a"), over="nothing"))),
        tx(look("a"), store(Write("a", Plus("a", 5)))),
        tx(look("a"), shop=1),
    ),
    (Write("a", "1"),),
)

NOTHING_NEXT_DOOR = Program(
    "nothing next door",
    "what is there next door is nobody's reason for a Conflict",
    (
        tx(store(Write("a", "1", over="nothing"))),
        tx(look("a"), store(Rely("a"), Write("b", "1", over="nothing")), shop=1),
    ),
)

SHOPS_OF_ONE_HOUSE = (
    TENANT_SWAP, ONE_NAME_IN_TWO_SHOPS, GONE_IN_ONE_SHOP, A_GUARD_NEXT_DOOR, NOTHING_NEXT_DOOR,
)  # fmt: skip
