"""The fakes a host tests with do exactly what they say."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

import attrs
import pytest

import omnicommerce.testing
from omnicommerce.adapters.storage.memory import AsyncMemoryStorage, MemoryStorage
from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import BadValue, CommitUnknown, Conflict, Refused, Unavailable
from omnicommerce.kernel.verdict import at_least
from omnicommerce.ports.clock import Clock
from omnicommerce.ports.ids import Ids
from omnicommerce.ports.storage import START, Batch, Key, Put, Query, Record, Storage
from omnicommerce.testing import (
    BlockingStorage,
    Call,
    CountingIds,
    CountingStorage,
    CrashingStorage,
    FrozenClock,
    LossyStorage,
    RefusingStorage,
    SimulatedCrash,
    given,
)

A = Key("things", "a")
QUERY = Query("things", "when")


def batch(id: str = "v", version: Version = ABSENT) -> Batch:
    return Batch(Version(id), puts=(Put(A, "{}", (), version),))


def is_there(storage: Storage) -> bool:
    return storage.read((A,)) != [None]


def four_calls(storage: Storage) -> None:
    storage.read((A,))
    storage.scan(QUERY)
    storage.commit(batch())
    storage.journal(START, 1)


# --- faults ----------------------------------------------------------------------------------------


def test_a_counting_storage_counts_and_passes_on() -> None:
    storage = CountingStorage(MemoryStorage())
    four_calls(storage)
    storage.read([A])

    assert {"read": 2, "scan": 1, "commit": 1, "journal": 1} == storage.counts
    assert [
        Call("read", (A,)),
        Call("scan", QUERY),
        Call("commit", batch()),
        Call("journal", (START, 1)),
        Call("read", (A,)),
    ] == storage.calls
    assert is_there(storage.storage)
    storage.forget()
    assert {"read": 0, "scan": 0, "commit": 0, "journal": 0} == storage.counts


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_comes_at_the_call_it_is_told(nth: int, when: Literal["before", "after"]) -> None:
    inner = CountingStorage(MemoryStorage())
    with pytest.raises(SimulatedCrash, match=f"{when} call {nth}"):
        four_calls(CrashingStorage(inner, nth, when))

    assert nth - (when == "before") == len(inner.calls)
    assert is_there(inner.storage) == (len(inner.calls) >= 3)


def test_a_crash_that_is_never_reached_changes_nothing() -> None:
    storage = CrashingStorage(MemoryStorage(), 5, "before")
    four_calls(storage)

    assert 4 == storage.calls
    assert not issubclass(SimulatedCrash, Exception)


@pytest.mark.parametrize(("lost", "stored"), [("request", False), ("answer", True)])
def test_a_lost_commit_is_unknown(lost: Literal["request", "answer"], stored: bool) -> None:
    storage = LossyStorage(MemoryStorage(), 2, lost)
    four_calls(storage)
    with pytest.raises(CommitUnknown, match=f"the {lost} of commit 2 was lost"):
        storage.commit(batch("w", Version("v")))

    (seen,) = storage.read((A,))
    assert isinstance(seen, Record)
    assert stored == (seen.version == "w")
    storage.commit(batch("u", seen.version))


@pytest.mark.parametrize("error", [Conflict("a rival"), Unavailable("too busy")])
def test_a_refusing_storage_refuses_once(error: Conflict | Unavailable) -> None:
    storage = RefusingStorage(MemoryStorage(), 1, error)
    with pytest.raises(type(error)):
        storage.commit(batch())
    assert not is_there(storage)

    four_calls(storage)
    assert is_there(storage)


def test_the_first_call_is_number_one() -> None:
    with pytest.raises(BadValue, match="nth"):
        CrashingStorage(MemoryStorage(), 0, "before")


# --- clock and ids ---------------------------------------------------------------------------------

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_a_frozen_clock_stands_until_it_is_moved() -> None:
    frozen = FrozenClock(NOON)
    clock: Clock = frozen

    assert NOON == clock() == clock()
    assert NOON + timedelta(days=1, hours=1, minutes=1, seconds=1) == frozen.advance(
        days=1, hours=1, minutes=1, seconds=1
    )
    frozen.advance(days=-1, hours=-1, minutes=-1, seconds=-1)
    assert NOON == clock()
    frozen.set(NOON + timedelta(hours=2))
    assert "FrozenClock(2026-01-31T14:00:00+00:00)" == repr(frozen)


def test_a_clock_says_utc_and_takes_no_naive_time() -> None:
    clock = FrozenClock(datetime(2026, 1, 31, 20, tzinfo=timezone(timedelta(hours=8))))

    assert (NOON, UTC) == (clock(), clock().tzinfo)
    with pytest.raises(BadValue, match="naive"):
        FrozenClock(NOON.replace(tzinfo=None))
    with pytest.raises(BadValue, match="naive"):
        clock.set(NOON.replace(tzinfo=None))


def test_counting_ids_count() -> None:
    ids: Ids = CountingIds()

    assert ["id-000001", "id-000002"] == [ids.fresh(), ids.fresh()]
    assert ["22223", "4", "22225"] == [ids.code(5), ids.code(1), ids.code(5)]
    assert "sale-000001" == CountingIds("sale").fresh()


def test_codes_run_out_loudly() -> None:
    ids = CountingIds()
    codes = [ids.code(1) for _ in range(31)]

    assert 31 == len(set(codes))
    with pytest.raises(BadValue, match="all codes of 1 characters are drawn"):
        ids.code(1)


# --- decisions -------------------------------------------------------------------------------------


@attrs.frozen
class Earned:
    points: int


@attrs.frozen
class Spent:
    points: int


def apply(balance: int, event: Earned | Spent) -> int:
    return balance + event.points if isinstance(event, Earned) else balance - event.points


def spend(balance: int, points: int) -> Spent:
    verdict = at_least("too_few_points", actual=balance, required=points)
    if not verdict.holds:
        raise Refused(verdict)
    return Spent(points)


def test_given_when_then() -> None:
    after = given(apply, 0, Earned(5), Earned(3)).when(lambda balance: spend(balance, 6)).then(Spent(6))

    assert 2 == after.state
    refusal = after.when(lambda balance: spend(balance, 3)).refused("too_few_points")
    assert 1 == refusal.verdict.missing
    given(apply, 1).when(lambda _: (Spent(1), Earned(2))).then(Spent(1), Earned(2))
    given(apply, 1).when(lambda _: []).then()


def test_a_wrong_expectation_says_what_was_decided_instead() -> None:
    decided = given(apply, 5).when(lambda balance: spend(balance, 3))
    refused = given(apply, 2).when(lambda balance: spend(balance, 3))

    with pytest.raises(AssertionError, match=r"decided \(Spent\(points=3\),\)"):
        decided.then(Spent(4))
    with pytest.raises(AssertionError, match="expected the refusal 'too_few_points', decided"):
        decided.refused("too_few_points")
    with pytest.raises(AssertionError, match="but it was refused: too_few_points"):
        refused.then(Spent(3))
    with pytest.raises(
        AssertionError, match="expected the refusal 'expired', was refused with too_few_points"
    ):
        refused.refused("expired")


# --- the rest --------------------------------------------------------------------------------------


def test_an_async_storage_gets_a_blocking_face() -> None:
    storage = BlockingStorage(AsyncMemoryStorage())
    four_calls(storage)

    assert is_there(storage)
    with pytest.raises(Conflict):
        storage.commit(batch())
    storage.close()


def test_closing_the_face_closes_the_storage() -> None:
    closed: list[str] = []

    class Closing(AsyncMemoryStorage):
        async def close(self) -> None:
            closed.append("async")

    class ClosingAtOnce(AsyncMemoryStorage):
        def close(self) -> None:
            closed.append("blocking")

    BlockingStorage(Closing()).close()
    BlockingStorage(ClosingAtOnce()).close()

    assert ["async", "blocking"] == closed


def test_every_public_name_is_there() -> None:
    for name in omnicommerce.testing.__all__:
        assert getattr(omnicommerce.testing, name).__doc__, f"{name} says what it is"
    assert sorted(omnicommerce.testing.__all__) == dir(omnicommerce.testing)
    with pytest.raises(AttributeError, match="no attribute 'Mock'"):
        omnicommerce.testing.Mock  # noqa: B018


def test_a_clock_brings_no_pytest_along() -> None:
    program = (
        "import sys; from omnicommerce.testing import FrozenClock, CountingIds, CrashingStorage, given;"
        "sys.exit(bool({'pytest', 'hypothesis'} & set(sys.modules)))"
    )

    assert 0 == subprocess.run([sys.executable, "-c", program], check=False).returncode  # noqa: S603
