"""The simulator tells the truth: equal seeds are equal lives, and sound shops are not accused."""

from __future__ import annotations

import inspect
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from omnicommerce import BadValue, Commerce, MemoryStorage, Rulebook, SqliteStorage
from omnicommerce.runner import Runner
from omnicommerce.testing import Fault, Heard, Simulated, Wish, simulate
from omnicommerce.testing.simulation import depot, faults
from omnicommerce.testing.simulation.depot_days import DepotDays
from omnicommerce.testing.simulation.door import SteppingRunner
from omnicommerce.testing.simulation.faults import AT, Moment
from omnicommerce.testing.simulation.mixed import mostly_depot
from omnicommerce.testing.simulation.simulate import joined
from omnicommerce.testing.simulation.till import Till
from omnicommerce.testing.simulation.wishes import Told
from tests.testing.simulation.broken import ForgetsItsKey

KINDS_MIN: Final = 16

# --- sound shops are not accused -----------------------------------------------------------------


def test_many_lives_in_memory_leave_the_books_whole() -> None:
    told = simulate(seeds=range(100, 108)).hold()

    assert told.operations >= 8 * 100
    assert len(told.faults) >= KINDS_MIN
    assert told.faults_total >= told.operations // 5


def test_many_lives_of_a_depot_leave_the_books_whole() -> None:
    told = simulate(seeds=range(100, 104), operations=400, workload=mostly_depot).hold()

    assert told.asks > told.operations


def test_lives_in_a_file_that_is_opened_anew_leave_the_books_whole(tmp_path: Path) -> None:
    opened: list[SqliteStorage] = []

    def make() -> SqliteStorage:
        opened.append(SqliteStorage(tmp_path / f"shop-{len(opened)}.db"))
        return opened[-1]

    def reopen(storage: SqliteStorage) -> SqliteStorage:
        storage.close()
        opened.append(SqliteStorage(storage.path))
        return opened[-1]

    told = simulate(seeds=range(3), operations=80, make=make, reopen=reopen, close=SqliteStorage.close)

    assert told.hold().faults[Fault.SHOP_RESTARTED] > 0
    assert len(opened) == 3 + told.faults[Fault.SHOP_RESTARTED]


def test_memory_and_a_file_live_the_very_same_lives(tmp_path: Path) -> None:
    """A storage may not show through: what happens is the same to the byte."""
    with SqliteStorage(tmp_path / "shop.db") as storage:
        in_file = simulate(5, operations=60, make=lambda: storage)

    assert simulate(5, operations=60).digest == in_file.digest


# --- one seed decides everything -----------------------------------------------------------------

ASKING: Final = "from omnicommerce.testing import simulate; print(simulate(7, operations=60).digest)"


def test_the_same_seed_is_the_same_life_in_any_process() -> None:
    digests = {
        subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", ASKING],
            check=True,
            capture_output=True,
            text=True,
            env=dict(os.environ, PYTHONHASHSEED=seed),
        ).stdout.strip()
        for seed in ("1", "2")
    }

    assert {simulate(7, operations=60).digest} == digests


@pytest.mark.parametrize("operations", [0, -1, True, 10**7])
def test_a_life_holds_something_and_fits_into_memory(operations: int) -> None:
    with pytest.raises(BadValue, match="operations"):
        simulate(operations=operations)


def test_another_seed_is_another_life() -> None:
    assert 3 == len({simulate(seed, operations=20).digest for seed in range(3)})


def test_several_seeds_are_what_each_of_them_is_alone() -> None:
    alone = joined(simulate(seed, operations=20) for seed in (3, 4))

    assert alone == simulate(seeds=(3, 4), operations=20)


def test_the_simulator_hands_out_the_steps_of_everything_that_a_runner_runs() -> None:
    """But for an export, which is no more than pages of the journal."""

    def runs(runner: type[Any]) -> set[str]:
        return {name for name, what in vars(runner).items() if inspect.isfunction(what) and name[0] != "_"}

    assert runs(Runner) == runs(SteppingRunner) | {"export"}


# --- faults --------------------------------------------------------------------------------------


def test_every_kind_of_fault_comes_about() -> None:
    told = joined(
        simulate(seeds=range(12), operations=60, workload=workload) for workload in (DepotDays, Till)
    )

    assert set(Fault) - set(told.hold().faults) <= {Fault.CRASH_AFTER_JOURNAL, Fault.CRASH_BEFORE_JOURNAL}


def test_a_life_without_faults_asks_once() -> None:
    told = simulate(faults=(), workload=DepotDays)

    assert {} == told.faults
    assert told.operations == told.asks


def test_only_what_is_wanted_goes_wrong() -> None:
    told = simulate(seeds=range(6), faults=(Fault.LOST_ANSWER, Fault.CONFLICT))

    assert {Fault.LOST_ANSWER, Fault.CONFLICT} == set(told.faults)


def test_each_life_draws_faults_of_its_own() -> None:
    """Swarm testing: were all of them always on, some would hide what others bring about."""
    lives = [faults.drawn(seed, tuple(Fault)) for seed in range(50)]
    on = [frozenset(kind for kinds in life.kinds.values() for kind in kinds) for life in lives]

    assert len(set(on)) > 40
    assert all(0 < len(each) < len(Fault) for each in on)
    assert set(Fault) == frozenset().union(*on)


def test_every_kind_has_a_moment_at_which_it_strikes() -> None:
    assert set(Fault) == {fault for table in AT.values() for fault in table}
    assert set(Moment) == set(AT)


# --- what is said --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def caught() -> Simulated:
    return simulate(seeds=range(6), operations=100, workload=ForgetsItsKey)


def test_a_result_says_in_a_sentence_what_was_done() -> None:
    told = simulate(seeds=(1, 2), operations=20, workload=DepotDays)

    assert str(told).startswith(f"2 lives, {told.operations} operations asked {told.asks} times, ")
    assert str(told).endswith(" kinds, 0 violations")


def test_a_violation_shows_the_seed_the_program_and_the_turns(caught: Simulated) -> None:
    first = caught.violations[0]
    text = str(first)

    assert f"seed {first.seed}: {first.what}" in text
    assert f"simulate({first.seed}, operations=100)" in text
    assert first.program[0] in text
    assert first.trace[-1] in text


def test_its_seed_brings_a_violation_back(caught: Simulated) -> None:
    first = caught.violations[0]
    again = simulate(first.seed, operations=first.operations, workload=ForgetsItsKey)

    assert first == again.violations[0]


def test_what_is_wrong_is_an_assertion_that_names_it(caught: Simulated) -> None:
    with pytest.raises(AssertionError, match="violations") as raised:
        caught.hold()

    assert str(caught.violations[0]) in str(raised.value)
    assert caught.violations[1].what in str(raised.value)


# --- a workload of a host's own ------------------------------------------------------------------


class Bell:
    """Everybody rings one bell, which counts; the last word says how often it was rung."""

    def __init__(self, _: random.Random) -> None:
        self.rung = 0

    def next(self, _: datetime, /) -> Wish:
        self.rung += 1
        return Wish(f"ring {self.rung}", ring, key=f"ring {self.rung}", same=lambda size: size)

    def hear(self, heard: Heard, /) -> Iterable[str]:
        return () if heard.answer else ("a bell was rung and did not count",)

    def last(self) -> Iterable[Wish]:
        return (Wish("listen", lambda shop: shop.run(depot.look_at, slot="bell")),)

    def wrong(self, shop: Commerce, _: Sequence[Told], heard: Sequence[Heard], /) -> Iterable[str]:
        answered = sum(each.is_answered for each in heard if each.wish.key is not None)
        if not answered <= shop.run(depot.look_at, slot="bell") <= self.rung:
            yield "the bell has counted something else"


def ring(shop: Any) -> Any:
    return shop.run(depot.count_on, slot="bell")


def test_a_host_brings_a_rulebook_and_a_workload_of_its_own() -> None:
    told = simulate(seeds=range(5), rulebook=Rulebook(), workload=Bell).hold()

    assert 5 * 101 == told.operations


def raising(error: Exception) -> Callable[[Any], Any]:
    def ask(_: Any) -> Any:
        raise error

    return ask


class AsksForNonsense(Bell):
    def next(self, _: datetime, /) -> Wish:
        return Wish("nonsense", raising(ValueError("no such thing")))


def test_an_error_that_no_client_expects_is_a_violation() -> None:
    told = simulate(operations=5, workload=AsksForNonsense)

    assert 5 == sum("ended in ValueError" in each.what for each in told.violations)


class IsNeverContent(Bell):
    def next(self, now: datetime, /) -> Wish:
        return attrs.evolve(super().next(now), again=lambda _: True)


def test_a_client_that_gets_no_answer_when_nothing_is_disturbed_is_a_violation() -> None:
    told = simulate(operations=2, workload=IsNeverContent)

    assert any("undisturbed, nobody answers ring 1" in each.what for each in told.violations)


class Breaks(MemoryStorage):
    """Works for a while, and then says what no storage may say."""

    def read(self, keys: Any) -> Any:
        if len(self._entries) > 3:
            raise OSError("the cable is out")
        return super().read(keys)


def test_an_error_that_is_none_of_the_port_is_a_violation() -> None:
    told = simulate(operations=50, make=Breaks)

    assert any("PortFault" in each.what and "the cable is out" in each.what for each in told.violations)
