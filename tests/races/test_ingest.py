"""Several tills at once, one file: the books are those of one till that told everything by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from omnicommerce import SqliteStorage
from tests.races.history import CARDS, HISTORY, THE_END
from tests.shopfront import DAY, Shop, opened, tell

INGESTER = Path(__file__).with_name("ingester.py")


def told_by(path: Path, processes: int, group: int) -> None:
    """Let *processes* tell their shares at the same time."""
    tills = [
        subprocess.Popen(  # noqa: S603  # ours
            [sys.executable, str(INGESTER), str(path), str(number), str(processes), str(group)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(processes)
    ]
    try:
        for till in tills:
            assert till.stdout is not None
            assert till.stdout.readline() == "ready\n"
        for till in tills:
            assert till.stdin is not None
            till.stdin.write("go\n")
            till.stdin.flush()
        for till in tills:
            till.communicate(timeout=120)
    finally:
        for till in tills:
            till.kill()
            till.communicate()
    assert [0] * processes == [till.returncode for till in tills]


def known(shop: Shop) -> list[Any]:
    said: list[Any] = []
    for card in CARDS:
        member = shop.member(card)
        for days in (0, 30, 100):
            shop.at(THE_END + days * DAY)
            said.append(shop.commerce.points.balance(member=member))
            said.append(shop.commerce.tiers.of(member=member))
            said.append(shop.commerce.stages.of(member=member).stage)
    return said


@pytest.mark.parametrize(("processes", "group"), [(2, 7), (4, 20)])
def test_any_split_into_processes_gives_the_books_of_one(tmp_path: Path, processes: int, group: int) -> None:
    alone = opened(now=THE_END)
    for fact in HISTORY:
        tell(alone, fact)
    with SqliteStorage(tmp_path / "shop.db") as storage:
        opened(storage, now=THE_END).member(CARDS[0])
        told_by(tmp_path / "shop.db", processes, group)
        together = opened(storage, now=THE_END)

        assert known(alone) == known(together)
        assert together.commerce.audit().is_balanced
