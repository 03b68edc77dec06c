"""Programs about records: nobody writes over what he has not seen."""

from __future__ import annotations

from omnicommerce.ports.storage import Add, Append
from omnicommerce.testing.litmus.program import (
    AtLeast,
    Long,
    Plus,
    Program,
    Rely,
    Remove,
    Write,
    look,
    store,
    tx,
)

LOST_UPDATE = Program(
    "lost update",
    "two who add 1 to what they saw have added 2, or one of them is told of a Conflict",
    (tx(look("a"), store(Write("a", Plus("a")))),) * 2,
    (Write("a", "10"),),
)

THREE_IN_A_ROW = Program(
    "three in a row",
    "each of three writes over exactly the version it saw",
    (
        tx(look("a"), store(Write("a", Plus("a")), Append("T", "{}"))),
        tx(look("a"), store(Write("a", Plus("a", 10)), Append("U", "{}"))),
        tx(look("a"), store(Write("a", Plus("a", 100)), Append("V", "{}"))),
    ),
    (Write("a", "0"),),
)

WRITE_SKEW = Program(
    "write skew",
    "a check holds until the commit: of two on duty, who each rely on the other, at most one goes home",
    (
        tx(look("a", "b"), store(Write("a", "0"), Rely("b"), when=AtLeast(("a", "b"), 2))),
        tx(look("a", "b"), store(Write("b", "0"), Rely("a"), when=AtLeast(("a", "b"), 2))),
    ),
    (Write("a", "1"), Write("b", "1")),
)

SKEW_OF_THREE = Program(
    "skew of three",
    "checks hold in a circle of three as they do between two",
    (
        tx(look("a", "b"), store(Rely("a"), Write("b", Plus("a")))),
        tx(look("b", "c"), store(Rely("b"), Write("c", Plus("b", 10)))),
        tx(look("c", "a"), store(Rely("c"), Write("a", Plus("c", 100)))),
    ),
    (Write("a", "0"), Write("b", "0"), Write("c", "0")),
)

A_CHECK_AND_A_PUT = Program(
    "a check and a put",
    "who relies on a record that somebody has written meanwhile is told of a Conflict",
    (
        tx(look("a"), store(Rely("a"), Write("b", Plus("a"), over="nothing"))),
        tx(look("a"), store(Write("a", Plus("a", 5)))),
    ),
    (Write("a", "1"),),
)

A_CHECK_AND_A_DELETE = Program(
    "a check and a delete",
    "who relies on a record that somebody has deleted meanwhile is told of a Conflict",
    (
        tx(look("a"), store(Rely("a"), Write("b", Plus("a"), over="nothing"))),
        tx(look("a"), store(Remove("a"))),
    ),
    (Write("a", "1"),),
)

A_PUT_AND_A_DELETE = Program(
    "a put and a delete",
    "of one who writes a version and one who deletes it, one is told of a Conflict",
    (
        tx(look("a"), store(Write("a", Plus("a")), Add("n", 1))),
        tx(look("a"), store(Remove("a"), Add("n", 10))),
    ),
    (Write("a", "1", at=("x",)),),
)

A_REFUND_IS_PAID_ONCE = Program(
    "a refund is paid once",
    "a version can be deleted once, and what goes with the delete happens once",
    (tx(look("claim"), store(Remove("claim"), Add("paid", 5), when=AtLeast(("claim",), 1))),) * 2,
    (Write("claim", "1"),),
)

ABA_AFTER_A_DELETE = Program(
    "aba after a delete",
    "a record that was deleted and made again is not the one that was seen, though it looks the same",
    (
        tx(look("a"), store(Write("a", Plus("a", 100)))),
        tx(look("a"), store(Remove("a")), store(Write("a", "1", over="nothing"))),
    ),
    (Write("a", "1"),),
)

ABA_OF_A_BODY = Program(
    "aba of a body",
    "a record that was changed and changed back is at another version",
    (
        tx(look("a"), store(Rely("a"), Write("b", "1", over="nothing"))),
        tx(look("a"), store(Write("a", "2")), store(Write("a", "1"))),
    ),
    (Write("a", "1"),),
)

TORN_ON_CONFLICT = Program(
    "torn on conflict",
    "a batch that meets a Conflict at its last record has not touched its first",
    (
        tx(look("a", "b"), store(Write("a", Plus("a", 100)), Write("b", Plus("b", 100)), Append("T", "{}"))),
        tx(look("b"), store(Write("b", Plus("b")), Append("U", "{}"))),
    ),
    (Write("a", "0", at=("1",)), Write("b", "0", at=("2",))),
)

CROSSWISE = Program(
    "crosswise",
    "two who write the same two records in opposite order both come back, and not both are stored",
    (
        tx(look("a", "b"), store(Write("a", Plus("a")), Write("b", Plus("b")))),
        tx(look("b", "a"), store(Write("b", Plus("b", 10)), Write("a", Plus("a", 10)))),
    ),
    (Write("a", "0"), Write("b", "0")),
)

A_SUM_IS_KEPT = Program(
    "a sum is kept",
    "what one record loses the other has gained, whenever somebody looks",
    (
        tx(look("a", "b"), store(Write("a", Plus("a", -1)), Write("b", Plus("b", 1)))),
        tx(look("a", "b"), store(Write("b", Plus("b", -2)), Write("a", Plus("a", 2)))),
        tx(look("a", "b")),
    ),
    (Write("a", "10"), Write("b", "10")),
)

A_READ_ONLY_ANOMALY = Program(
    "a read only anomaly",
    "one who only looks sees nothing that the order of the two who write forbids",
    (
        tx(look("b"), store(Write("b", Plus("b", 20)))),
        tx(look("a", "b"), store(Write("a", Plus("a", -11)), Rely("b"))),
        tx(look("a", "b")),
    ),
    (Write("a", "0"), Write("b", "0")),
)

OWN_WRITES_ARE_SEEN = Program(
    "own writes are seen",
    "what was acknowledged is there for the next look, one's own and everybody's",
    (
        tx(store(Write("a", "1", over="nothing")), look("a"), store(Write("a", Plus("a")))),
        tx(look("a"), look("a")),
    ),
)

A_LARGE_VALUE = Program(
    "a large value",
    "a long body is there whole, and is one writer's",
    (
        tx(look("a"), store(Write("a", Long("x", 1 << 17)))),
        tx(look("a"), store(Write("a", Long("y", (1 << 16) + 2)))),
        tx(look("a")),
    ),
    (Write("a", '""'),),
)

RECORDS = (
    LOST_UPDATE, THREE_IN_A_ROW, WRITE_SKEW, SKEW_OF_THREE, A_CHECK_AND_A_PUT, A_CHECK_AND_A_DELETE,
    A_PUT_AND_A_DELETE, A_REFUND_IS_PAID_ONCE, ABA_AFTER_A_DELETE, ABA_OF_A_BODY, TORN_ON_CONFLICT,
    CROSSWISE, A_SUM_IS_KEPT, A_READ_ONLY_ANOMALY, OWN_WRITES_ARE_SEEN, A_LARGE_VALUE,
)  # fmt: skip
