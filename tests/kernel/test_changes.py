"""Laws of changes: what was decided is written in the order in which it was decided."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce.kernel.bounds import AMOUNT_MAX
from omnicommerce.kernel.changes import (
    NOTHING,
    Changes,
    Event,
    Removal,
    Tally,
    Write,
    adding,
    adding_to,
    happened,
    joined,
    removing,
    replacing,
)
from omnicommerce.kernel.collection import ABSENT, Collection, Counter, Keep, NotPersonal, Version, Versioned
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.points import Points

BOOKS = Collection("book", Points, personal=NotPersonal(), keep=Keep.AS_BOOKS)
USES = Counter("uses/spring")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
EARNED, SPENT = Event("earned", at=NOON), Event("spent", at=NOON)

changes = st.lists(
    st.sampled_from(
        (
            adding(BOOKS, "a", Points(1), EARNED),
            adding_to(USES, -1, floor=0),
            happened(SPENT),
            NOTHING,
        )
    ),
    max_size=6,
)


def test_a_new_record_may_not_be_there_yet() -> None:
    assert (Write(BOOKS, "a", Points(1), ABSENT), EARNED) == adding(BOOKS, "a", Points(1), EARNED).items


@pytest.mark.parametrize(
    "seen", [Versioned(BOOKS, "a", Points(1), Version("v1")), Versioned(BOOKS, "a", None, ABSENT)]
)
def test_a_record_is_replaced_or_removed_only_as_it_was_seen(seen: Versioned[Points]) -> None:
    assert (Write(BOOKS, "a", Points(2), seen.version), SPENT) == replacing(seen, Points(2), SPENT).items
    assert (Removal(BOOKS, "a", seen.version), SPENT) == removing(seen, SPENT).items


def test_a_counter_moves_within_the_bounds_it_is_given() -> None:
    assert (Tally(USES, -1, 0, None), SPENT) == adding_to(USES, -1, SPENT, floor=0).items
    assert (Tally(USES, 1, None, 100),) == adding_to(USES, 1, ceiling=100).items


@pytest.mark.parametrize("delta", [1.0, float("nan"), True, "1", None, AMOUNT_MAX + 1, -AMOUNT_MAX - 1])
def test_a_counter_moves_by_whole_numbers_within_bounds(delta: Any) -> None:
    with pytest.raises(BadValue) as bad:
        adding_to(USES, delta)

    assert "delta" == bad.value.path


@pytest.mark.parametrize("name", ["", "a\n", "x" * 257, None, 7])
def test_a_counter_has_a_name(name: Any) -> None:
    with pytest.raises(BadValue) as bad:
        Counter(name)

    assert "counter" == bad.value.path


def test_events_may_stand_alone() -> None:
    assert (EARNED, SPENT) == happened(EARNED, SPENT).items
    assert NOTHING == happened() == Changes(())


@given(changes, changes)
def test_joining_keeps_the_order_and_loses_nothing(some: list[Changes], more: list[Changes]) -> None:
    in_order = tuple(item for each in [*some, *more] for item in each.items)

    assert in_order == joined([*some, *more]).items
    assert joined([*some, *more]) == joined(iter(some)) + joined(more)
    assert joined(some) == NOTHING + joined(some) == joined(some) + NOTHING


def test_an_event_says_when_it_took_effect() -> None:
    with pytest.raises(TypeError):
        Event("earned")  # type: ignore[call-arg]


def test_changes_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        happened(EARNED).items = ()  # type: ignore[misc]


def test_what_must_be_there_is_there() -> None:
    assert Points(1) == Versioned(BOOKS, "a", Points(1), Version("v1")).must()
    with pytest.raises(AssertionError, match="book/a must exist"):
        Versioned(BOOKS, "a", None, ABSENT).must()
