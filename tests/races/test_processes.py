"""Eight processes, one file: nothing is oversold and nothing is lost.

Each race is run once more without its guard, and must then go wrong: a race that cannot fail proves nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest

from omnicommerce import Commerce, DemoKeys, Points, Rulebook, SqliteStorage
from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.ports.storage import COUNTERS, START, Add, Batch, Key, Put, Record
from tests.races.worker import CARD

WORKER = Path(__file__).with_name("worker.py")
PROCESSES = 8
TRIES = 30
LEFT = 100


def raced(path: Path, role: str, tries: int, journal_mode: str = "delete") -> list[int]:
    """Start all processes, wait until each is ready, let them go together; what each has got."""
    command = [sys.executable, str(WORKER), role, str(path), str(tries), journal_mode]
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
    return [int(text) for text in told]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A shop with a hundred left, and a sum of nothing."""
    file = tmp_path / "shop.db"
    with SqliteStorage(file) as storage:
        put = Put(Key("things", "sum"), "0", (), ABSENT)
        storage.commit(Batch(Version("start"), puts=(put,), adds=(Add("left", LEFT),)))
    return file


def left(path: Path) -> object:
    with SqliteStorage(path) as storage:
        return storage.read((Key(COUNTERS, "left"),))[0]


def summed(path: Path) -> int:
    with SqliteStorage(path) as storage:
        (record,) = storage.read((Key("things", "sum"),))
    assert isinstance(record, Record)
    return int(record.body)


@pytest.mark.parametrize("journal_mode", ["delete", "wal"])
def test_a_bounded_counter_is_never_overrun(path: Path, journal_mode: Literal["delete", "wal"]) -> None:
    SqliteStorage(path, journal_mode=journal_mode).close()
    got = raced(path, "take_guarded", TRIES, journal_mode)

    assert LEFT == sum(got)
    with SqliteStorage(path, journal_mode=journal_mode) as storage:
        assert [0] == storage.read((Key(COUNTERS, "left"),))


def test_without_its_bound_the_counter_is_overrun(path: Path) -> None:
    """The negative control of the race above: it looks first and takes a moment later."""
    got = raced(path, "take_unguarded", TRIES)

    assert sum(got) > LEFT
    assert LEFT - sum(got) == left(path)


def test_no_update_of_a_guarded_record_is_lost(path: Path) -> None:
    got = raced(path, "increment_guarded", 15)

    assert [15] * PROCESSES == got
    assert PROCESSES * 15 == summed(path)


def test_without_its_version_updates_are_lost(path: Path) -> None:
    """The negative control of the race above: it states whatever version is there by now."""
    got = raced(path, "increment_unguarded", 8)

    assert [8] * PROCESSES == got
    assert summed(path) < PROCESSES * 8


@pytest.fixture
def shop_path(tmp_path: Path) -> Path:
    """A shop whose one member holds a hundred points."""
    file = tmp_path / "shop.db"
    with SqliteStorage(file) as storage:
        shop = Commerce(storage, Rulebook(), keys=DemoKeys())
        member = shop.members.register(identifier=CARD).member
        shop.points.adjust(member=member, points=Points(LEFT), reason="gift")
    return file


def balance(path: Path) -> Points:
    with SqliteStorage(path) as storage:
        shop = Commerce(storage, Rulebook(), keys=DemoKeys())
        return shop.points.balance(member=shop.members.register(identifier=CARD).member).points


def is_balanced(path: Path) -> bool:
    with SqliteStorage(path) as storage:
        return Commerce(storage, Rulebook(), keys=DemoKeys()).audit().is_balanced


def test_no_point_is_spent_twice(shop_path: Path) -> None:
    """In a member system, 20 gifts of 100 points out of a balance of 100 credited 2,000 (fuint #71)."""
    got = raced(shop_path, "spend_through_the_shop", 20)

    assert LEFT == sum(got)
    assert Points(0) == balance(shop_path)
    with SqliteStorage(shop_path) as storage:
        entries = [json.loads(entry.body) for entry in storage.journal(START, 1_000)]
    spent = [entry["fact"] for entry in entries if entry["tag"] == "points.moved"][1:]
    assert [{"account": "member", "points": -1}] * LEFT == [fact["postings"][0] for fact in spent]
    assert list(range(2, LEFT + 2)) == [fact["number"] for fact in spent]
    assert is_balanced(shop_path)


def test_without_a_guard_points_are_spent_twice(shop_path: Path) -> None:
    """The negative control of the race above."""
    got = raced(shop_path, "spend_past_the_shop", 20)

    assert sum(got) > LEFT - balance(shop_path).count
    assert not is_balanced(shop_path)
