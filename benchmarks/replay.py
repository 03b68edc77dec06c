"""What a year of a retailer costs: replayed, audited and drawn, by the very program of the example.

Seconds are those of the whole program, from its start to its end. Memory is that of all its processes
together, where pages that they share count once; it is looked at twice a second, and only on Linux.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import attrs

from benchmarks.rows import Effort, Row, limited, run
from examples.replay.dataset import data_folder, days

ROOT: Final = Path(__file__).parents[1]
LENGTHS: Final = (30, 90, 180, 365)
SMOKE_LENGTHS: Final = (1, 2)
ALONE: Final = 90
"""How many days are also told by one worker alone."""

SECONDS_MAX: Final = 300
MEBIBYTES_MAX: Final = 400
LOOK_SECONDS: Final = 0.5


@attrs.frozen
class Cost:
    """What one run of the program took."""

    seconds: float
    mebibytes: float


def measure(effort: Effort) -> Iterator[Row]:
    """Longer and longer replays by two workers, and one by one worker."""
    lengths = SMOKE_LENGTHS if effort.is_smoke else LENGTHS
    sales = _sales_until(lengths)
    costs = {length: _cost(length, workers=2) for length in lengths}
    first, whole = lengths[0], lengths[-1]
    for length in lengths[1:]:
        yield Row(
            what=f"a sale of {length} days, beside one of {first}",
            ours=1_000 * costs[length].seconds / sales[length],
            peer=1_000 * costs[first].seconds / sales[first],
            unit="ms",
            goal=0.8,
        )
    alone = effort.of(ALONE, 1)
    yield Row(
        what=f"{alone} days by two workers, beside one",
        ours=costs[alone].seconds,
        peer=_cost(alone, workers=1).seconds,
        unit="s",
        goal=1.4,
    )
    yield limited(f"{whole} days, audited and drawn", costs[whole].seconds, most=SECONDS_MAX, unit="s")
    yield Row(
        what=f"memory for {whole} days, all processes",
        ours=costs[whole].mebibytes,
        peer=MEBIBYTES_MAX,
        unit="MiB",
        goal=1,
    )


def _sales_until(lengths: Sequence[int]) -> dict[int, int]:
    """How many sales there are in the first so many days."""
    told = [len(baskets) for _, baskets in islice(days(data_folder()), max(lengths))]
    return {length: sum(told[:length]) for length in lengths}


def _cost(length: int, *, workers: int) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        asked = [
            *("--days", str(length), "--workers", str(workers), "--fresh"),
            *("--file", f"{folder}/shop.db", "--page", f"{folder}/page.html"),
        ]
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603  # it is this very program
            [sys.executable, "-m", "examples.replay", *asked],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        most = 0.0
        while process.poll() is None:
            most = max(most, _mebibytes(process.pid))
            time.sleep(LOOK_SECONDS)
        seconds = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"the replay of {length} days ended with {process.returncode}")
    return Cost(seconds, most)


def _mebibytes(group: int) -> float:
    """What the processes of a group hold just now; of pages they share, each counts its part."""
    return sum(_kibibytes(folder, group) for folder in Path("/proc").glob("[0-9]*")) / 1024


def _kibibytes(process: Path, group: int) -> int:
    try:
        if os.getpgid(int(process.name)) != group:
            return 0
        rollup = (process / "smaps_rollup").read_text()
    except OSError:
        # It has ended meanwhile.
        return 0
    return next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)


if __name__ == "__main__":
    run(measure, __doc__)
