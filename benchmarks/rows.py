"""What every benchmark measures with and reports in.

A benchmark is one file that hands `run` a function from the effort to be made to its rows::

    def measure(effort: Effort) -> Iterator[Row]:
        pair = side_by_side(ours, by_hand, rounds=effort.of(31), loops=200)
        yield compared("a sale", pair, goal=0.8)
        cost = alone(story, rounds=effort.of(31), loops=1_000)
        yield limited("the tiny story", cost, most=40)


    if __name__ == "__main__":
        run(measure, __doc__)

Costs are medians of rounds, a call, and the garbage collector is frozen and off while they are taken.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

import attrs

Work: TypeAlias = Callable[[], object]

PER_SECOND: Final = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
"""The units of time a row may be in; any other unit (bytes, rows) is the benchmark's own."""

SMOKE_ROUNDS: Final = 3
"""Enough for every line of a benchmark to run, and for nothing else."""


def _peer_by_ours(row: Row) -> float:
    return row.peer / row.ours


def _reaches_its_goal(row: Row) -> bool:
    return row.ratio >= row.goal


@attrs.frozen(kw_only=True)
class Row:
    """One figure that has a goal. `ours` and `peer` are costs: above 1, `ratio` says that we are cheaper.

    The row keeps what it was handed and works out the rest, so no row can praise itself.
    """

    what: str
    ours: float
    peer: float
    unit: str
    ratio: float = attrs.field(init=False, default=attrs.Factory(_peer_by_ours, takes_self=True))
    goal: float
    met: bool = attrs.field(init=False, default=attrs.Factory(_reaches_its_goal, takes_self=True))


@attrs.frozen
class Pair:
    """What one call costs us and the peer, in seconds."""

    ours_s: float
    peer_s: float


@attrs.frozen
class Effort:
    """How much to measure: a smoke run only shows that the benchmark runs."""

    is_smoke: bool

    def of(self, full: int, smoke: int = SMOKE_ROUNDS) -> int:
        """*full*, or *smoke* in a smoke run: for rounds, loops and the sizes of things."""
        return min(full, smoke) if self.is_smoke else full


# --- measuring -----------------------------------------------------------------------------------


@contextmanager
def frozen() -> Iterator[None]:
    """Take what lives now out of the garbage collector's sight, and switch it off meanwhile."""
    was_on = gc.isenabled()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
        gc.unfreeze()


def side_by_side(ours: Work, peer: Work, *, rounds: int, loops: int = 1) -> Pair:
    """What a call of *ours* and of *peer* costs, measured in turns so that both meet the same weather."""
    _seconds(ours, loops)
    _seconds(peer, loops)
    us: list[float] = []
    them: list[float] = []
    turns = ((us, ours), (them, peer))
    with frozen():
        for nth in range(rounds):
            # Whoever goes first finds the caches of the other: take turns at that, too.
            for costs, work in turns if nth % 2 == 0 else turns[::-1]:
                costs.append(_seconds(work, loops))
    return Pair(statistics.median(us), statistics.median(them))


def alone(work: Work, *, rounds: int, loops: int = 1) -> float:
    """What a call of *work* costs, in seconds."""
    _seconds(work, loops)
    with frozen():
        return statistics.median(_seconds(work, loops) for _ in range(rounds))


def _seconds(work: Work, loops: int) -> float:
    began = time.perf_counter()
    for _ in range(loops):
        work()
    return (time.perf_counter() - began) / loops


# --- reporting -----------------------------------------------------------------------------------


def compared(what: str, pair: Pair, *, goal: float, unit: str = "us") -> Row:
    """A row against somebody else's way: *goal* 0.8 allows us 1 / 0.8 of the peer's cost."""
    scale = PER_SECOND[unit]
    return Row(what=what, ours=pair.ours_s * scale, peer=pair.peer_s * scale, unit=unit, goal=goal)


def limited(what: str, cost_s: float, *, most: float, unit: str = "us") -> Row:
    """A row against a limit: *most*, in *unit*, is the peer and the goal is 1."""
    return Row(what=what, ours=cost_s * PER_SECOND[unit], peer=most, unit=unit, goal=1)


def table(rows: Sequence[Row]) -> str:
    """The rows for people, one a line."""
    wide = max(len(row.what) for row in rows)
    head = f"{'what':<{wide}}  {'ours':>10}  {'peer':>10}  unit  {'ratio':>6}  {'goal':>5}  met"
    return "\n".join((head, *(_line(row, wide) for row in rows)))


def _line(row: Row, wide: int) -> str:
    met = "yes" if row.met else "NO"
    return (
        f"{row.what:<{wide}}  {row.ours:>10.2f}  {row.peer:>10.2f}  {row.unit:<4}"
        f"  {row.ratio:>6.2f}  {row.goal:>5.2f}  {met}"
    )


def run(measure: Callable[[Effort], Iterable[Row]], about: str | None) -> None:
    """Measure, print the table, write the rows if asked. A missed goal is told, not raised."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--smoke", action="store_true", help="run every line once or twice; no figure counts")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there")
    asked = parser.parse_args()
    rows = tuple(measure(Effort(asked.smoke)))
    assert rows, "a benchmark has at least one row with a goal"
    print(table(rows))
    print("ratio = peer's cost / our cost; medians, with the garbage collector frozen and off")
    if asked.smoke:
        print("smoke run: these figures mean nothing")
    if asked.json is not None:
        text = json.dumps([attrs.asdict(row) for row in rows], indent=1, allow_nan=False, ensure_ascii=False)
        asked.json.write_text(text + "\n", encoding="utf-8")
