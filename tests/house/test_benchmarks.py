"""What benchmarks report: figures that cannot praise themselves, in one agreed shape."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from benchmarks import check, rows

GOOD: Final = attrs.asdict(rows.Row(what="a sale", ours=10.0, peer=8.0, unit="us", goal=0.8))


def test_a_ratio_is_the_cost_of_the_peer_by_ours() -> None:
    assert {"ratio": 0.8, "met": True} == {name: GOOD[name] for name in ("ratio", "met")}
    assert not rows.Row(what="a sale", ours=11.0, peer=8.0, unit="us", goal=0.8).met


def test_a_limit_is_the_peer_and_its_goal_is_one() -> None:
    row = rows.limited("a command", 0.000_020, most=40)

    assert (20, 40, 2, 1, True) == (row.ours, row.peer, row.ratio, row.goal, row.met)


def test_costs_are_taken_with_the_garbage_collector_off_and_it_comes_back() -> None:
    seen: list[bool] = []
    rows.alone(lambda: seen.append(gc.isenabled()), rounds=3)

    assert [True, False, False, False] == seen  # the first call warms up
    assert gc.isenabled()


def test_two_ways_are_measured_in_turns() -> None:
    order: list[str] = []
    rows.side_by_side(lambda: order.append("ours"), lambda: order.append("peer"), rounds=3)

    assert ["ours", "peer"] * 2 + ["peer", "ours"] + ["ours", "peer"] == order


def test_a_benchmark_prints_a_table_and_writes_rows_of_the_agreed_shape(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["it", "--smoke", "--json", str(tmp_path / "rows.json")])

    def measure(effort: rows.Effort) -> Iterator[rows.Row]:
        pair = rows.side_by_side(lambda: sum(range(9)), lambda: sum(range(9)), rounds=effort.of(31))
        yield rows.compared("a sum", pair, goal=1e-9)
        yield rows.limited("a missed goal", 1, most=1)

    rows.run(measure, "It.")

    written = json.loads((tmp_path / "rows.json").read_text(encoding="utf-8"))
    assert [] == list(check.complaints(written))
    assert ["a sum", "a missed goal"] == [row["what"] for row in written]
    assert "NO" in capsys.readouterr().out.splitlines()[2]


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ([], "at least one row"),
        ({"rows": [GOOD]}, "expected a list"),
        ([GOOD, GOOD], "two rows say the same"),
        ([{**GOOD, "extra": 1}], "expected the fields"),
        ([{"what": "a sale"}], "expected the fields"),
        ([{**GOOD, "ours": 0}], "ours: expected float"),
        ([{**GOOD, "peer": True}], "peer: expected float"),
        ([{**GOOD, "goal": None}], "goal: expected float"),
        ([{**GOOD, "unit": ""}], "unit: expected str"),
        ([{**GOOD, "met": 1}], "met: expected bool"),
        ([{**GOOD, "ratio": 1.25}], "ratio is not"),
        ([{**GOOD, "met": False}], "met does not follow"),
    ],
)
def test_another_shape_is_found(written: Any, complaint: str) -> None:
    assert complaint in "\n".join(check.complaints(written))
