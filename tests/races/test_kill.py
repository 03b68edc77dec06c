"""A process may be killed at any moment: what it had acknowledged is there, and nothing is there in part."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Literal

import pytest

from omnicommerce.adapters.storage.sqlite import SqliteStorage
from omnicommerce.ports.storage import COUNTERS, PAGE_MAX, START, Key, Query, Record

WRITER = Path(__file__).with_name("writer.py")
KILLS = 12


def killed(path: Path, delay_seconds: float, journal_mode: str) -> list[int]:
    """Let a process write, kill it after so long, and return what it had acknowledged by then."""
    command = [sys.executable, str(WRITER), str(path), journal_mode]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:  # noqa: S603
        assert writer.stdin is not None
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        writer.stdin.write("go\n")
        writer.stdin.flush()
        first = writer.stdout.readline()
        time.sleep(delay_seconds)
        writer.kill()
        told = first + writer.stdout.read()
        with contextlib.suppress(BrokenPipeError):
            writer.stdin.close()
    # A line without its end was cut off by the kill, and so was not told.
    return [int(line) for line in told.splitlines(keepends=True) if line.endswith("\n")]


def audit(path: Path, journal_mode: Literal["delete", "wal"]) -> int:
    """Everything a commit stores is there as often as everything else; returns how often."""
    with SqliteStorage(path, journal_mode=journal_mode) as storage:
        count, head = storage.read((Key(COUNTERS, "writes"), Key("things", "head")))
        assert isinstance(count, int)
        numbers: list[str] = []
        mark = START
        while entries := storage.journal(mark, PAGE_MAX):
            numbers += [entry.id.removeprefix("e-") for entry in entries]
            mark = entries[-1].position
        assert [str(n) for n in range(count)] == numbers
        assert isinstance(head, Record)
        assert (str(count - 1), f"batch-{count - 1}") == (head.body, head.version)

        found: list[str] = []
        page = storage.scan(Query("things", "when"))
        while page.rows:
            found += [row.id for row in page.rows]
            page = storage.scan(Query("things", "when", after=(page.rows[-1].at, page.rows[-1].id)))
        assert [f"{side}-{n}" for n in range(count) for side in "ab"] == found

    with contextlib.closing(sqlite3.connect(path)) as db:
        assert [("ok",)] == db.execute("PRAGMA integrity_check").fetchall()
        assert (2 * count + 1,) == db.execute("SELECT count(*) FROM record").fetchone()
    return count


@pytest.mark.parametrize("journal_mode", ["delete", "wal"])
def test_what_was_acknowledged_survives_a_kill(
    tmp_path: Path, journal_mode: Literal["delete", "wal"]
) -> None:
    path = tmp_path / "shop.db"
    moments = random.Random(20_260_101)  # noqa: S311  # the same moments every time
    acknowledged = 0
    for _ in range(KILLS):
        told = killed(path, moments.random() * 0.02, journal_mode)
        stored = audit(path, journal_mode)

        assert told == list(range(told[0], told[0] + len(told)))
        assert told[0] >= acknowledged
        # At most one commit was stored whose acknowledgement never got out.
        assert told[-1] + 1 <= stored <= told[-1] + 2
        acknowledged = told[-1] + 1

    assert acknowledged >= KILLS
