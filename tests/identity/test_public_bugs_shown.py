"""Every named bug of other people's customers is shown red on a plain version, and then green on ours.

A test that our code passes says little as long as nobody has seen it fail. So each of them asks a law twice:
`assert not law(naive_...(...))`, and `assert law(...)` of what our own code gives.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

FILES: Final = (
    "profiles/test_public_bugs.py",
    "resolution/test_public_bugs.py",
    "test_public_bugs_clusters.py",
    "test_public_bugs_devices.py",
    "test_public_bugs_merges.py",
    "test_public_bugs_races.py",
    "test_public_bugs_splits.py",
)

NAMED_MIN: Final = 18
"""Fewer were not what was promised."""


def _laws(test: ast.FunctionDef, *, broken: bool) -> set[str]:
    """The laws that *test* asserts of a plain version to be broken, or of ours to hold."""
    found = set()
    for asserted in ast.walk(test):
        if not isinstance(asserted, ast.Assert):
            continue
        asked = asserted.test
        is_negated = isinstance(asked, ast.UnaryOp) and isinstance(asked.op, ast.Not)
        law = asked.operand if isinstance(asked, ast.UnaryOp) else asked
        if isinstance(law, ast.Call) and isinstance(law.func, ast.Name) and is_negated is broken:
            names = {each.id for each in ast.walk(law) if isinstance(each, ast.Name)}
            if broken is any(name.startswith("naive_") for name in names):
                found.add(law.func.id)
    return found


def unshown(source: str) -> list[str]:
    """The tests in *source* in which no law is broken by a plain version and kept by ours."""
    tests = [each for each in ast.parse(source).body if isinstance(each, ast.FunctionDef)]
    return [
        test.name
        for test in tests
        if test.name.startswith("test_") and not _laws(test, broken=True) & _laws(test, broken=False)
    ]


def _named() -> Iterator[str]:
    for file in FILES:
        source = (Path(__file__).parent / file).read_text(encoding="utf-8")
        tests = [each for each in ast.parse(source).body if isinstance(each, ast.FunctionDef)]
        yield from (f"{file}::{each.name}" for each in tests if each.name.startswith("test_"))


@pytest.mark.parametrize("file", FILES)
def test_every_named_bug_is_shown_red_on_a_plain_version(file: str) -> None:
    assert [] == unshown((Path(__file__).parent / file).read_text(encoding="utf-8"))


def test_every_file_of_named_bugs_is_looked_at() -> None:
    here = Path(__file__).parent
    found = {str(each.relative_to(here).as_posix()) for each in here.rglob("test_public_bugs*.py")}

    assert found == {*FILES, Path(__file__).name}


def test_there_are_as_many_as_were_promised() -> None:
    assert len(set(_named())) >= NAMED_MIN


@pytest.mark.parametrize(
    "wrong",
    [
        "assert law(ours())",
        "assert not law(naive_one())",
        "assert not law(ours())\n    assert law(ours())",
        "assert law(naive_one())\n    assert law(ours())",
        "assert not law(naive_one())\n    assert other(ours())",
    ],
)
def test_a_test_that_shows_nothing_red_is_found(wrong: str) -> None:
    assert ["test_it"] == unshown(f"def test_it():\n    {wrong}\n")
    assert [] == unshown("def test_it():\n    assert not law(naive_one())\n    assert law(ours())\n")
