"""Twenty spends of one balance at once: no more goes out than there is (fuint, issue 71).

There, twenty gifts of a hundred points at once from a balance of a hundred credited two thousand. Each race
is run once more by a till that looks, decides, and writes a moment later, and must then go wrong.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

import pytest

from omnicommerce import MemoryStorage, SqliteStorage
from omnicommerce.kernel.points import Points
from omnicommerce.ports.storage import START, Record
from tests.races.spender import (
    CARD,
    COLUMN,
    CUSTOMERS,
    earn,
    fill_column,
    shop_over,
    spend_past_the_shop,
    spend_through_the_shop,
    spent_at_once,
)

WORKER: Final = Path(__file__).with_name("spender.py")
BALANCE: Final = 100
SPENDS: Final = 20
PROCESSES: Final = SPENDS // CUSTOMERS

Keeper: TypeAlias = MemoryStorage | SqliteStorage


@contextmanager
def kept(kind: str, folder: Path) -> Iterator[Keeper]:
    """A shop whose one member has a hundred points, in four lots."""
    if kind == "memory":
        memory = MemoryStorage()
        earn(memory)
        yield memory
        return
    with SqliteStorage(folder / "shop.db", wait_seconds=60) as storage:
        earn(storage)
        yield storage


def raced(path: Path, role: str, points: int) -> int:
    """Twenty spends at once, five in each of four processes; what they got together."""
    command = [sys.executable, str(WORKER), role, str(path), str(points)]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603  # ours
        for _ in range(PROCESSES)
    ]
    try:
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        for n, worker in enumerate(workers):
            assert worker.stdin is not None
            worker.stdin.write(f"worker-{n}\n")
            worker.stdin.flush()
        told = [worker.communicate(timeout=120)[0] for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()

    assert [0] * PROCESSES == [worker.returncode for worker in workers]
    return sum(int(text) for text in told)


def burned(storage: Keeper) -> list[int]:
    """Every spend that is in the journal."""
    facts = [json.loads(entry.body) for entry in storage.journal(START, 1_000)]
    return [
        posting["points"]
        for told in facts
        if told["tag"] == "points.moved"
        for posting in told["fact"]["postings"]
        if posting["account"] == "burned"
    ]


def assert_spent(storage: Keeper, got: int, points: int) -> None:
    """What was got is what was burned and what is gone, and it is as much as the balance allowed."""
    shop = shop_over(storage)
    member = shop.members.register(identifier=CARD).member
    times = BALANCE // points

    assert [points] * times == burned(storage)
    assert points * times == got
    assert Points(BALANCE - got) == shop.points.balance(member=member).points
    assert BALANCE - got == sum(
        line.points.count for line in shop.points.statement(member=member, limit=100).lines
    )
    assert () == shop.audit().findings


# All there is, more than one lot holds, and so few that some of it is left.
sizes: Final = pytest.mark.parametrize("points", [100, 30, 7])
storages: Final = pytest.mark.parametrize("kind", ["memory", "sqlite"])


@sizes
@storages
def test_twenty_threads_spend_one_balance_once(kind: str, points: int, tmp_path: Path) -> None:
    with kept(kind, tmp_path) as storage:
        names = [f"gift {n}" for n in range(SPENDS)]
        got = spent_at_once(spend_through_the_shop, storage, points, names)

        assert_spent(storage, got, points)


@storages
def test_without_a_guard_twenty_threads_spend_it_again_and_again(kind: str, tmp_path: Path) -> None:
    """The negative control of the race above."""
    with kept(kind, tmp_path) as storage:
        fill_column(storage)
        names = [f"gift {n}" for n in range(SPENDS)]
        got = spent_at_once(spend_past_the_shop, storage, BALANCE, names)

        assert got > BALANCE
        assert 0 == column(storage)


def column(storage: Keeper) -> int:
    (record,) = storage.read((COLUMN,))
    assert isinstance(record, Record)
    return int(record.body)


@storages
def test_twenty_threads_with_one_key_are_one_spend(kind: str, tmp_path: Path) -> None:
    """A button pressed twenty times: each of them is told that it was done, and it was done once."""
    with kept(kind, tmp_path) as storage:
        got = spent_at_once(spend_through_the_shop, storage, 30, ["one gift"] * SPENDS)

        assert 30 * SPENDS == got
        assert_spent_once(storage, 30)


def assert_spent_once(storage: Keeper, points: int) -> None:
    shop = shop_over(storage)
    member = shop.members.register(identifier=CARD).member

    assert [points] == burned(storage)
    assert Points(BALANCE - points) == shop.points.balance(member=member).points


def test_four_processes_spend_one_balance_once(tmp_path: Path) -> None:
    with kept("sqlite", tmp_path):
        got = raced(tmp_path / "shop.db", "through_the_shop", 7)

    with SqliteStorage(tmp_path / "shop.db") as storage:
        assert_spent(storage, got, 7)


def test_without_a_guard_four_processes_spend_it_again_and_again(tmp_path: Path) -> None:
    """The negative control of the race above."""
    with kept("sqlite", tmp_path) as storage:
        fill_column(storage)

    got = raced(tmp_path / "shop.db", "past_the_shop", BALANCE)

    assert got > BALANCE
