"""The kit itself: a law cannot be dropped quietly, and a wrong answer is told in words."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
import unittest
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import attrs
import pytest
from hypothesis import Phase, settings

from omnicommerce.adapters.storage.memory import AsyncMemoryStorage, MemoryStorage
from omnicommerce.kernel.errors import Conflict, Unavailable
from omnicommerce.ports.storage import (
    Append,
    Batch,
    Check,
    Committed,
    Delete,
    Entry,
    Found,
    Key,
    Page,
    Position,
    Put,
    Query,
)
from omnicommerce.testing import StorageConformance, agreement_with_memory
from omnicommerce.testing.storage_laws.bench import (
    expect,
    found,
    put,
    refused,
    rows,
    stored,
    total,
)
from omnicommerce.testing.storage_laws.racing import patiently, together, until_stored


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


@pytest.mark.parametrize(
    "name", ["fresh", "again", "beside", "door", "shut", "played", "teardown_method", "kit_waits_no_longer"]
)
def test_what_the_laws_stand_on_cannot_be_replaced_unseen(name: str) -> None:
    cheat = type("Cheat", (Memory,), {name: lambda *_: None})

    with pytest.raises(AssertionError, match=f"{name} is the kit's own, and was replaced"):
        cheat().test_no_law_is_replaced()


def test_the_law_about_replaced_laws_cannot_be_replaced_itself() -> None:
    with pytest.raises(TypeError, match="may not be replaced"):
        type("Cheat", (Memory,), {"test_no_law_is_replaced": lambda _: None})


@pytest.mark.parametrize("name", ["held_max", "seeds", "kills"])
def test_nobody_is_certified_by_playing_nothing(name: str) -> None:
    cheat = type("Cheat", (Memory,), {name: 0})

    with pytest.raises(AssertionError, match=f"{name} is at least 1"):
        cheat().test_no_law_is_replaced()


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

    for module in ("bench", "racing"):
        monkeypatch.setattr(f"omnicommerce.testing.storage_laws.{module}.ATTEMPTS_MAX", 3)
    with pytest.raises(AssertionError, match="Unavailable 3 times"):
        patiently(Busy(), put("a"))
    with pytest.raises(AssertionError, match="3 in a row"):
        until_stored(Rival(), lambda: (Append("e", "{}"),))
    with pytest.raises(AssertionError, match="leads on"):
        rows(Circle())


# --- nothing waits for ever ----------------------------------------------------------------------


class DeadlocksInRaces(MemoryStorage):
    """A lock for each record, taken in the order of the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.locks: defaultdict[Key, threading.Lock] = defaultdict(threading.Lock)

    def commit(self, batch: Batch) -> Committed:
        operations: tuple[Check | Put | Delete, ...] = (*batch.checks, *batch.puts, *batch.deletes)
        with ExitStack() as taken:
            for operation in operations:
                taken.enter_context(self.locks[operation.key])
                time.sleep(0.001)
            return super().commit(batch)


class DeadlocksAsync:
    """The same behind coroutines, in threads."""

    def __init__(self) -> None:
        self.storage = DeadlocksInRaces()

    async def read(self, keys: Sequence[Key]) -> list[Found]:
        return self.storage.read(keys)

    async def scan(self, query: Query) -> Page:
        return self.storage.scan(query)

    async def commit(self, batch: Batch) -> Committed:
        return await asyncio.to_thread(self.storage.commit, batch)

    async def journal(self, after: Position, limit: int) -> list[Entry]:
        return self.storage.journal(after, limit)


def test_threads_that_wait_for_each_other_end_their_race(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omnicommerce.testing.storage_laws.racing.RACE_SECONDS", 0.5)

    class Case(Memory):
        def make(self) -> MemoryStorage:
            return DeadlocksInRaces()

    with pytest.raises(AssertionError, match="2 of 2 threads have not come back"):
        Case().test_no_two_write_past_each_other()


def test_an_async_storage_whose_threads_wait_for_each_other_can_be_shut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("omnicommerce.testing.blocking.CLOSING_SECONDS", 0.2)

    class Case(Memory):
        stuck_seconds = 0.3

        def make(self) -> Any:
            return DeadlocksAsync()

    case = Case()
    with pytest.raises(AssertionError, match="never came back"):
        case.test_litmus_crosswise()
    case.teardown_method()


def test_the_error_of_a_racer_is_raised() -> None:
    def fails() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        together(fails, lambda: None)


CASE_OF_ONE_WHO_LOCKS_FOR_EVER = """
import threading
from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.testing import StorageConformance

class LocksForEver(MemoryStorage):
    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()

    def commit(self, batch):
        self.lock.acquire()
        answer = super().commit(batch)
        self.lock.release()
        return answer

class TestMine(StorageConformance):
    is_durable = False
    law_seconds = 0.5

    def make(self):
        return LocksForEver()
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no such alarm")
def test_a_call_that_never_comes_back_fails_its_law_in_words(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(CASE_OF_ONE_WHO_LOCKS_FOR_EVER)

    told = pytester.runpytest_subprocess(
        "-p", "no:cacheprovider", "-k", "a_put_needs_the_version or absent_things", timeout=60
    )

    told.assert_outcomes(passed=1, failed=1)
    told.stdout.fnmatch_lines(["*promised: a call comes back", "*has not, after 0.5 s, here:*"])


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
