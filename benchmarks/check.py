"""Do all benchmarks run, and write rows of the agreed shape? Says nothing about speed.

``python -m benchmarks.check`` runs each with ``--smoke``; ``--list`` prints their names.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
NOT_A_BENCHMARK: Final = frozenset(
    {"__init__", "check", "ingest_both", "ingest_by_hand", "ingest_feed", "rows"}
)
"""What benchmarks are made of."""

KINDS: Final = {
    "what": str,
    "ours": float,
    "peer": float,
    "unit": str,
    "ratio": float,
    "goal": float,
    "met": bool,
}

SMOKE_SECONDS_MAX: Final = 60
"""A smoke run that takes longer measures something."""


def names() -> tuple[str, ...]:
    """The benchmarks there are."""
    return tuple(sorted({path.stem for path in HERE.glob("*.py")} - NOT_A_BENCHMARK))


def complaints(rows: object) -> Iterator[str]:
    """What is wrong with what a benchmark wrote."""
    if not isinstance(rows, list) or not rows:
        yield "expected a list of at least one row"
        return
    for nth, row in enumerate(rows):
        yield from (f"[{nth}]: {each}" for each in _complaints_about(row))
    told = [row.get("what") for row in rows if isinstance(row, dict)]
    if len(told) != len(set(map(str, told))):
        yield "two rows say the same of `what`"


def _complaints_about(row: Any) -> Iterator[str]:
    if not isinstance(row, dict) or list(row) != list(KINDS):
        yield f"expected the fields {', '.join(KINDS)}, in this order"
        return
    wrong = [name for name, kind in KINDS.items() if not _is_a(kind, row[name])]
    if wrong:
        yield from (f"{name}: expected {KINDS[name].__name__}, got {row[name]!r}" for name in wrong)
        return
    if not math.isclose(row["ratio"], row["peer"] / row["ours"], rel_tol=1e-6):
        yield "ratio is not the peer's cost by ours"
    if row["met"] is not (row["ratio"] >= row["goal"]):
        yield "met does not follow from ratio and goal"


def _is_a(kind: type, found: object) -> bool:
    if kind is float:
        return type(found) in (int, float) and math.isfinite(found) and found > 0  # type: ignore[arg-type,operator]
    return type(found) is kind and found != ""


def smoke(name: str) -> tuple[str, ...]:
    """Run one benchmark for its shape and return the complaints."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "rows.json"
        command = [sys.executable, "-m", f"benchmarks.{name}", "--smoke", "--json", str(written)]
        try:
            ended = subprocess.run(  # noqa: S603 - our own benchmarks
                command,
                cwd=HERE.parent,
                capture_output=True,
                text=True,
                check=False,
                timeout=SMOKE_SECONDS_MAX,
            )
        except subprocess.TimeoutExpired:
            return (f"still running after {SMOKE_SECONDS_MAX} s",)
        if ended.returncode:
            return (f"ended with {ended.returncode}:\n{ended.stderr}",)
        if not written.exists():
            return ("wrote no rows",)
        return tuple(complaints(json.loads(written.read_text(encoding="utf-8"))))


def main() -> int:
    """Check all; 1 if any of them has a complaint against it."""
    if sys.argv[1:] == ["--list"]:
        print("\n".join(names()))
        return 0
    status = 0
    for name in names():
        found = smoke(name)
        print(f"benchmarks.{name}: {'; '.join(found) or 'the shape is right'}")
        status |= bool(found)
    return status


if __name__ == "__main__":
    sys.exit(main())
