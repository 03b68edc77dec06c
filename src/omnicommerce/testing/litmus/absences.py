"""Programs about what is not there: no row can be locked that does not exist."""

from __future__ import annotations

from omnicommerce.ports.storage import Add, Append
from omnicommerce.testing.litmus.program import (
    Absent,
    Find,
    FoundNothing,
    Plus,
    Program,
    Rely,
    Remove,
    Write,
    look,
    store,
    tx,
)

LOST_UPDATE_OF_NOTHING = Program(
    "lost update of nothing",
    "two who make the same record where both saw none: one is told of a Conflict",
    (
        tx(look("a"), store(Write("a", "1"), Append("T", "{}"))),
        tx(look("a"), store(Write("a", "2"), Append("U", "{}"))),
    ),
)

A_NAME_IS_TAKEN_ONCE = Program(
    "a name is taken once",
    "of three who make the same record without a look exactly one is stored",
    (
        tx(store(Write("name", '"T"', over="nothing"))),
        tx(store(Write("name", '"U"', over="nothing"))),
        tx(store(Write("name", '"V"', over="nothing"))),
    ),
)

ABSENT_GUARDS = Program(
    "absent guards",
    "two who each rely on the other's record not being there are not both stored",
    (
        tx(look("a", "b"), store(Rely("a"), Write("b", '"T"'), when=Absent(("a", "b")))),
        tx(look("a", "b"), store(Rely("b"), Write("a", '"U"'), when=Absent(("a", "b")))),
    ),
)

A_GUARD_THAT_IS_FILLED = Program(
    "a guard that is filled",
    "who relies on nothing being there is told of a Conflict once something is",
    (
        tx(look("a"), store(Rely("a"), Add("given", 1), Write("b", "1", over="nothing"))),
        tx(look("a"), store(Write("a", "1"))),
    ),
)

TWO_NEW_CROSSWISE = Program(
    "two new crosswise",
    "two who make the same two records in opposite order both come back, and one is stored whole",
    (
        tx(store(Write("a", '"T"', over="nothing"), Write("b", '"T"', over="nothing"))),
        tx(store(Write("b", '"U"', over="nothing"), Write("a", '"U"', over="nothing"))),
    ),
)

A_NEW_RECORD_OVER_AN_OLD = Program(
    "a new record over an old",
    "a new record is made only where none is, also while the old one is being deleted",
    (
        tx(store(Write("a", '"new"', at=("n",), over="nothing"))),
        tx(look("a"), store(Remove("a"))),
    ),
    (Write("a", '"old"', at=("o",)),),
)

DELETED_AND_MADE_AGAIN = Program(
    "deleted and made again",
    "who saw nothing, and who saw something, are both told when it is the other way round by now",
    (
        tx(look("a"), store(Write("a", Plus("a")))),
        tx(look("a"), store(Remove("a"))),
        tx(look("a"), store(Write("a", Plus("a", 10)))),
    ),
    (Write("a", "1"),),
)

CHECKED_THEN_MADE = Program(
    "checked then made",
    "two who find an index empty, and guard that with one record, do not both file something",
    (
        tx(look("guard"), Find("m", "n"), store(Write("guard"), Write("x", at=("m1",)), when=FoundNothing())),
        tx(look("guard"), Find("m", "n"), store(Write("guard"), Write("y", at=("m2",)), when=FoundNothing())),
    ),
    (Write("guard"),),
)

A_COMMAND_RUNS_ONCE = Program(
    "a command runs once",
    "one command that came twice at the same time leaves one receipt and moves one unit",
    (
        tx(
            look("receipt"),
            store(Write("receipt", '"done"'), Add("free", -1, floor=0), when=Absent(("receipt",))),
        ),
    )
    * 2,
    (Add("free", 5),),
)

A_BATCH_IS_APPLIED_ONCE = Program(
    "a batch is applied once",
    "the same batch sent again, because its answer was lost, changes nothing",
    (
        tx(
            store(Write("receipt", over="nothing"), Add("points", 10), Append("T", "{}")),
            store(Write("receipt", over="nothing"), Add("points", 10), Append("T2", "{}")),
        ),
        tx(look("receipt", "#points"), look("receipt", "#points")),
    ),
)

FALSE_IS_NOT_ABSENT = Program(
    "false is not absent",
    "a record whose body is 0, empty or null is there, and guards as any other",
    (
        tx(look("a"), store(Write("a", "0"), when=Absent(("a",)))),
        tx(look("a"), store(Write("a", '""'), when=Absent(("a",)))),
        tx(look("a", "b"), store(Rely("b"), Write("a", "null"), when=Absent(("a",)))),
    ),
    (Write("b", "null"),),
)

A_DELETE_OF_NOTHING = Program(
    "a delete of nothing",
    "to delete what was not there is to rely on its absence",
    (
        tx(look("a", "b"), store(Remove("a"), Write("b", '"T"'), when=Absent(("a", "b")))),
        tx(look("a", "b"), store(Remove("b"), Write("a", '"U"'), when=Absent(("a", "b")))),
    ),
)

ABSENCES = (
    LOST_UPDATE_OF_NOTHING, A_NAME_IS_TAKEN_ONCE, ABSENT_GUARDS, A_GUARD_THAT_IS_FILLED,
    TWO_NEW_CROSSWISE, A_NEW_RECORD_OVER_AN_OLD, DELETED_AND_MADE_AGAIN, CHECKED_THEN_MADE,
    A_COMMAND_RUNS_ONCE, A_BATCH_IS_APPLIED_ONCE, FALSE_IS_NOT_ABSENT, A_DELETE_OF_NOTHING,
)  # fmt: skip
