"""The kit itself: a law cannot be dropped quietly, and a wrong answer is told in words."""

from __future__ import annotations

import unittest
from collections.abc import Callable, Sequence
from typing import Any

import attrs
import pytest
from hypothesis import Phase, settings

from omnicommerce.adapters.storage.memory import AsyncMemoryStorage, MemoryStorage
from omnicommerce.kernel.errors import Conflict, Unavailable
from omnicommerce.ports.storage import Append, Batch, Committed, Key, Page, Query
from omnicommerce.testing import StorageConformance, agreement_with_memory
from omnicommerce.testing.storage_laws.bench import (
    expect,
    found,
    patiently,
    put,
    refused,
    rows,
    stored,
    total,
    until_stored,
)


class Memory(StorageConformance):
    is_durable = False

    def make(self) -> MemoryStorage:
        return MemoryStorage()


def test_a_law_that_is_replaced_is_noticed() -> None:
    class Cheat(Memory):
        def test_large_numbers_stay_exact(self) -> None:
            """Never mind."""

    Memory().test_no_law_is_replaced()
    with pytest.raises(AssertionError, match="test_large_numbers_stay_exact was replaced"):
        Cheat().test_no_law_is_replaced()


def test_a_law_may_be_marked_with_a_reason() -> None:
    class Honest(Memory):
        @pytest.mark.xfail(reason="this database counts in 32 bits")
        def test_large_numbers_stay_exact(self) -> None:
            StorageConformance.test_large_numbers_stay_exact(self)

    class Silent(Memory):
        @pytest.mark.xfail
        def test_large_numbers_stay_exact(self) -> None:
            StorageConformance.test_large_numbers_stay_exact(self)

    Honest().test_no_law_is_replaced()
    with pytest.raises(AssertionError, match="mark it xfail"):
        Silent().test_no_law_is_replaced()


def test_a_subclass_must_say_how_to_make_and_reopen() -> None:
    class Empty(StorageConformance):
        pass

    class Lazy(Memory):
        is_durable = True

        def reopen(self, storage: Any) -> Any:
            return storage

    with pytest.raises(NotImplementedError, match="makes an empty storage"):
        Empty().fresh()
    with pytest.raises(NotImplementedError, match="is_durable = False"):
        Empty().reopen(MemoryStorage())
    with pytest.raises(AssertionError, match="returned the same object"):
        Lazy().again(MemoryStorage())


def test_a_neighbour_is_a_shop_of_its_own_unless_a_subclass_knows_better() -> None:
    class Housed(Memory):
        def neighbour(self, storage: Any) -> Any:
            return storage

    first = MemoryStorage()

    assert first is not Memory().beside(first)
    assert first is Housed().beside(first)


def test_a_door_that_was_shut_is_not_closed_again() -> None:
    closed: list[object] = []

    class Closing(MemoryStorage):
        def close(self) -> None:
            closed.append(self)

    class Case(Memory):
        def make(self) -> MemoryStorage:
            return Closing()

    case = Case()
    first, second = case.fresh(), case.fresh()
    case.shut(first)
    case.teardown_method()

    assert [first, second] == closed


def test_a_storage_is_closed_after_its_law() -> None:
    closed: list[object] = []

    class Closing(MemoryStorage):
        def close(self) -> None:
            closed.append(self)

    class Case(Memory):
        def make(self) -> MemoryStorage:
            return Closing()

    case = Case()
    made = [case.fresh(), case.fresh()]
    case.teardown_method()
    case.teardown_method()

    assert made == closed


def test_a_failure_tells_what_was_promised_and_what_was_seen() -> None:
    storage = MemoryStorage()
    with pytest.raises(AssertionError, match=r"promised: a law\nexpected: 1\n    seen: 2"):
        expect("a law", 1, 2)
    with pytest.raises(AssertionError) as caught:
        expect("a law", "x" * 10_000, "y")
    assert len(str(caught.value)) < 1_000
    with pytest.raises(AssertionError, match=r"expected: Conflict\n    seen: Committed"):
        refused("a stale put", Conflict, storage, put("a"))
    with pytest.raises(AssertionError, match=r"expected: Unavailable\n    seen: Conflict"):
        refused("a stale put", Unavailable, storage, put("a"))
    with pytest.raises(AssertionError, match="commit returns Committed"):
        stored(Mute(), put("b"))
    with pytest.raises(AssertionError, match="the counter 'uses' reads as an int"):
        total(Mute(), "uses")
    with pytest.raises(AssertionError, match="'a' reads as a Record"):
        found(Mute(), "a")
    with pytest.raises(AssertionError, match=r"nothing stands against it\n    seen: Conflict"):
        stored(storage, put("a"))


class Mute(MemoryStorage):
    """Says None to everything."""

    def read(self, keys: Sequence[Key]) -> Any:
        return [None for _ in keys]

    def commit(self, batch: Batch) -> Any:
        super().commit(batch)


def test_a_storage_may_keep_what_others_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    for check in ("checked_batch", "checked_keys", "checked_query"):
        monkeypatch.setattr(f"omnicommerce.adapters.storage.memory.{check}", lambda _: None)
    Memory().test_a_text_is_kept_or_refused()


def test_a_storage_that_never_has_time_or_goes_in_circles_ends_the_law(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Busy(MemoryStorage):
        def commit(self, batch: Batch) -> Committed:
            raise Unavailable(batch.id)

    class Rival(MemoryStorage):
        def commit(self, batch: Batch) -> Committed:
            raise Conflict(batch.id)

    class Circle(MemoryStorage):
        def scan(self, query: Query) -> Page:
            return Page(super().scan(attrs.evolve(query, after=None)).rows, has_more=True)

    monkeypatch.setattr("omnicommerce.testing.storage_laws.bench.ATTEMPTS_MAX", 3)
    with pytest.raises(AssertionError, match="Unavailable 3 times"):
        patiently(Busy(), put("a"))
    with pytest.raises(AssertionError, match="3 in a row"):
        until_stored(Rival(), lambda: (Append("e", "{}"),))
    with pytest.raises(AssertionError, match="leads on"):
        rows(Circle())


def run(case: type[unittest.TestCase], histories: int = 60) -> unittest.TestResult:
    case.settings = settings(  # type: ignore[attr-defined]
        max_examples=histories, stateful_step_count=15, deadline=None, phases=[Phase.generate]
    )
    result = unittest.TestResult()
    case("runTest").run(result)
    return result


@pytest.mark.parametrize("make", [MemoryStorage, AsyncMemoryStorage])
def test_random_histories_agree_with_an_honest_storage(make: Callable[[], Any]) -> None:
    assert run(agreement_with_memory(make)).wasSuccessful()


def test_random_histories_find_a_dishonest_one() -> None:
    class ForgetsTheRange(MemoryStorage):
        """A saboteur, though not in the table: random histories must find it without one."""

        def scan(self, query: Query) -> Page:
            return super().scan(attrs.evolve(query, until=None))

    # Enough histories that none of a thousand seeds has missed it.
    result = run(agreement_with_memory(ForgetsTheRange), histories=600)

    assert 1 == len(result.failures)
    assert "memory finds" in result.failures[0][1]
