"""What type checkers infer of a flow's questions. mypy and pyright read this folder in ``make check``.

A file here states types with `assert_type`; running it proves nothing, so nothing in it is run. To say
that a line must *not* pass, mark it ``# type: ignore[code]``: mypy complains if the mark is not needed.
"""

from __future__ import annotations

from datetime import datetime
from typing import assert_type

import attrs

from omnicommerce.kernel.collection import Collection, Counter, Keep, NotPersonal, Versioned
from omnicommerce.kernel.flow import (
    Count,
    Flow,
    FreshId,
    Get,
    GetMany,
    Look,
    Now,
    Outcome,
    Rules,
    Scan,
    Unseal,
    ask,
    ask_all,
    call,
    stage,
)


@attrs.frozen
class Shelf:
    """A record."""

    height_cm: int


@attrs.frozen
class Price:
    """Another record."""

    amount_minor: int


SHELVES = Collection("shelf", Shelf, personal=NotPersonal(), keep=Keep.UNTIL_DONE)
PRICES = Collection("price", Price, personal=NotPersonal(), keep=Keep.UNTIL_DONE)


def one_question() -> Flow[int]:
    """The answer has the type that the question promises."""
    assert_type((yield from ask(Get(SHELVES, "a"))), Versioned[Shelf])
    assert_type((yield from ask(Look(PRICES, "a"))), Versioned[Price])
    assert_type((yield from ask(GetMany(SHELVES, ("a", "b")))), tuple[Versioned[Shelf], ...])
    assert_type((yield from ask(Scan(PRICES, "by_amount"))), tuple[Versioned[Price], ...])
    assert_type((yield from ask(Count(Counter("uses")))), int)
    assert_type((yield from ask(Now())), datetime)
    assert_type((yield from ask(Rules(Price))), Price)
    assert_type((yield from ask(FreshId("shelf"))), str)
    assert_type((yield from ask(Unseal("scene", "token"))), str | None)
    return Outcome(1)


def several_questions() -> Flow[str]:
    """Each answer keeps its own type and place."""
    two = yield from ask_all(Get(SHELVES, "a"), Count(Counter("uses")))
    assert_type(two, tuple[Versioned[Shelf], int])
    three = yield from ask_all(GetMany(SHELVES, ("a",)), Get(PRICES, "b"), Now())
    assert_type(three, tuple[tuple[Versioned[Shelf], ...], Versioned[Price], datetime])
    return Outcome("done")


def a_value_may_be_absent() -> Flow[int]:
    """Who does not look whether a record is there is told so."""
    shelf = yield from ask(Get(SHELVES, "a"))
    assert_type(shelf.value, Shelf | None)
    assert_type(shelf.must(), Shelf)
    return Outcome(shelf.must().height_cm)


def a_flow_inside() -> Flow[str]:
    """A called flow gives its answer, not its outcome; staging gives nothing."""
    inner = yield from call(one_question())
    assert_type(inner, int)
    outer = yield from call(several_questions())
    assert_type(outer, str)
    yield from stage(Outcome(1).changes)
    return Outcome(outer)


def a_wrong_answer() -> Flow[str]:
    """A flow that promises a text cannot end in a number."""
    yield from ask(Now())
    return Outcome(1)  # type: ignore[arg-type]
