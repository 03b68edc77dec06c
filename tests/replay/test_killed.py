"""A replay that is killed goes on where it was, and ends as if nothing had happened."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.replay.accounts import content, replayed

DAYS = 6
ROOT = Path(__file__).parents[2]


def started(folder: Path) -> subprocess.Popen[bytes]:
    """The program itself, in a process group of its own."""
    told = ["--days", str(DAYS), "--file", str(folder / "shop.db"), "--page", str(folder / "page.html")]
    return subprocess.Popen(  # noqa: S603  # it is this very program
        [sys.executable, "-m", "examples.replay", *told],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def everybody(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)


def the_conductor(process: subprocess.Popen[bytes]) -> None:
    process.kill()


def told_with_deaths(folder: Path, deaths: int, kill: Callable[[subprocess.Popen[bytes]], None]) -> Path:
    """Kill the program at random moments, so many times, and then let it come to its end."""
    folder.mkdir()
    moments = random.Random(f"{deaths} {kill.__name__}")  # noqa: S311  # not for secrets
    for _ in range(deaths):
        process = started(folder)
        time.sleep(moments.uniform(2.5, 7.0))
        kill(process)
        process.wait()
    assert 0 == started(folder).wait()
    return folder


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return told_with_deaths(tmp_path_factory.mktemp("replay") / "undisturbed", 0, everybody)


@pytest.mark.parametrize("kill", [everybody, the_conductor])
def test_killed_at_any_moment_it_ends_with_the_same_content_and_the_same_page(
    kill: Callable[[Any], None], undisturbed: Path, tmp_path: Path
) -> None:
    killed = told_with_deaths(tmp_path / "killed", 2, kill)

    assert content(undisturbed / "shop.db") == content(killed / "shop.db")
    assert (undisturbed / "page.html").read_bytes() == (killed / "page.html").read_bytes()


def test_told_by_one_worker_instead_of_two_it_is_the_same(undisturbed: Path, tmp_path: Path) -> None:
    replayed(tmp_path / "alone.db", DAYS, workers=1)

    assert content(undisturbed / "shop.db") == content(tmp_path / "alone.db")
