"""A million operations and what goes wrong with them, on two cores; `make soak` runs ten times as many.

An operation is one thing that one client wanted, however often it had to ask. Two in a hundred are asked at
the tills; the others are a depot's, whose flows are ten times cheaper and run through the very same runner.
"""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable, Iterable
from typing import Final

import pytest

from omnicommerce.testing import Simulated, simulate
from omnicommerce.testing.simulation.mixed import mostly_depot
from omnicommerce.testing.simulation.simulate import joined

CORES: Final = 2
LIVES: Final = 1_000
"""What two cores do in some four minutes."""

LIVES_SOAKED: Final = 10_000
OPERATIONS: Final = 1_000
FAULTS_MIN: Final = 200_000
KINDS_MIN: Final = 16
AT_ONCE: Final = 5
"""So many lives are told by a process before it says what came of them."""

LIVES_AT_THE_TILLS: Final = 2_000


def cheap_lives(seed: int) -> Simulated:
    return lives_from(seed, lambda seeds: simulate(seeds=seeds, operations=OPERATIONS, workload=mostly_depot))


def lives_at_the_tills(seed: int) -> Simulated:
    return lives_from(seed, lambda seeds: simulate(seeds=seeds))


def lives_from(seed: int, told: Callable[[Iterable[int]], Simulated]) -> Simulated:
    # What a life leaves behind is found in one go, and not searched for during the next.
    gc.disable()
    try:
        return told(range(seed, seed + AT_ONCE))
    finally:
        gc.enable()
        gc.collect()


def on_all_cores(lives: Callable[[int], Simulated], seeds: range) -> Simulated:
    with multiprocessing.get_context("spawn").Pool(CORES) as pool:
        return joined(pool.imap_unordered(lives, seeds[::AT_ONCE])).hold()


@pytest.mark.prove
def test_a_million_operations_leave_the_books_whole() -> None:
    told = on_all_cores(cheap_lives, range(LIVES))

    assert told.operations >= LIVES * OPERATIONS
    assert told.faults_total >= FAULTS_MIN
    assert len(told.faults) >= KINDS_MIN


@pytest.mark.soak
def test_ten_million_operations_leave_the_books_whole() -> None:
    told = on_all_cores(cheap_lives, range(LIVES_SOAKED))

    assert told.operations >= LIVES_SOAKED * OPERATIONS
    assert told.faults_total >= 10 * FAULTS_MIN


@pytest.mark.soak
def test_many_lives_at_the_tills_leave_the_books_whole() -> None:
    told = on_all_cores(lives_at_the_tills, range(LIVES_AT_THE_TILLS))

    assert told.faults_total >= told.operations // 5
