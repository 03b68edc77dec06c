"""The program itself, started, killed at random moments, and started again until it has come to its end."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

ROOT: Final = Path(__file__).parents[2]

# Whoever runs the tests in the background has Ctrl-C ignored, and every process inherits that.
AS_AT_A_TERMINAL: Final = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)

Kill: TypeAlias = Callable[[subprocess.Popen[bytes]], None]


def started(folder: Path, days: int, says: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """The program, in a process group of its own."""
    told = ["--days", str(days), "--file", str(folder / "shop.db"), "--page", str(folder / "page.html")]
    return subprocess.Popen(  # noqa: S603  # it is this very program
        [sys.executable, "-c", AS_AT_A_TERMINAL, "-m", "examples.replay", *told],
        cwd=ROOT,
        stdout=says,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def stopped_by_the_terminal(folder: Path, days: int, after: float) -> tuple[int, str]:
    """Press Ctrl-C so many seconds after the program has opened its file; how it ended, and all it said."""
    process = started(folder, days, says=subprocess.PIPE)
    until = time.monotonic() + 60
    while not (folder / "shop.db").exists() and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(after)
    # A terminal sends it to every process that it started.
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert nobody_is_left(process)
    return process.returncode, said.decode()


def everybody(process: subprocess.Popen[bytes]) -> None:
    """Kill all of its processes at one moment."""
    os.killpg(process.pid, signal.SIGKILL)


def the_conductor(process: subprocess.Popen[bytes]) -> None:
    """Kill the one that gives out the work; its workers find out for themselves."""
    process.kill()


def nobody_is_left(process: subprocess.Popen[bytes]) -> bool:
    """Whether all processes that it started end with it, within a while."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def told_with_deaths(folder: Path, days: int, deaths: int, kill: Kill, *, last: float = 7.0) -> Path:
    """Kill the program so many times, *last* seconds after its start at the latest, and let it end well."""
    folder.mkdir()
    moments = random.Random(f"{deaths} {kill.__name__}")  # noqa: S311  # not for secrets
    for _ in range(deaths):
        process = started(folder, days)
        time.sleep(moments.uniform(2.5, last))
        kill(process)
        process.wait()
        assert nobody_is_left(process)
    assert 0 == started(folder, days).wait()
    return folder
