"""A merchant checks a rulebook, compares two, and gets a schema for the editor."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import pytest
from jsonschema import Draft202012Validator

from omnicommerce import wire
from omnicommerce.cli.rulebook import add_to
from omnicommerce.kernel.money import Money
from omnicommerce.rulebook import Rulebook
from tests.rulebook.rulebooks import FULL

Run: TypeAlias = Callable[..., tuple[int, list[str], list[str]]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command: its exit code, and the lines on standard output and on standard error."""
    parser = ArgumentParser(prog="omnicommerce")
    add_to(parser.add_subparsers())

    def run(*words: object) -> tuple[int, list[str], list[str]]:
        arguments = parser.parse_args(["rulebook", *map(str, words)])
        code: int = arguments.run(arguments)
        told = capsys.readouterr()
        return code, told.out.splitlines(), told.err.splitlines()

    return run


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A file with a whole rulebook."""
    file = tmp_path / "full.json"
    file.write_text(wire.dump_rulebook(FULL), encoding="utf-8")
    return file


def file_of(folder: Path, content: bytes | dict[str, Any]) -> Path:
    file = folder / "rules.json"
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return file


# --- check ---------------------------------------------------------------------------------------


def test_a_good_rulebook_is_named_by_its_digest(run: Run, full: Path) -> None:
    code, out, err = run("check", full)

    assert 0 == code
    digest, summary = out
    assert wire.press(FULL).digest == digest
    assert summary == (
        "a rulebook for a shop in USD, America/Chicago: "
        "2 tiers, 3 stages, 2 stores, 1 campaign, 1 product list, 1 member list"
    )
    assert [] == err


def test_an_empty_rulebook_is_a_good_one(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("check", file_of(tmp_path, {}))

    assert 0 == code
    assert wire.press(Rulebook()).digest == out[0]


def test_every_fault_has_a_line_of_its_own(run: Run, tmp_path: Path) -> None:
    rules = {
        "points": {"expiry_days": 0},
        "tiers": {"levels": [{"name": "gold", "spend": {"minor": "a", "currency": "CNY"}}]},
        "campaign": {},
    }

    code, out, err = run("check", file_of(tmp_path, rules))

    assert 1 == code
    assert [] == out
    assert [
        "$.points.expiry_days: expected 1 to 3650",
        "$.tiers.levels[0].spend.minor: expected int, got str",
        "$.campaign: unknown field",
    ] == err


def test_a_fault_is_one_line_whatever_names_are_in_it(run: Run, tmp_path: Path) -> None:
    code, _, err = run("check", file_of(tmp_path, {"product_lists": {"a\nb\u2028c": []}, "x\ny": 1}))

    assert 1 == code
    assert [
        '$["x\\ny"]: unknown field',
        '$.product_lists["a\\u000ab\\u2028c"]: expected printable characters only',
    ] == err


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not JSON: Expecting value: line 1 column 1 (char 0)"),
        (b"points: 5", "not JSON: Expecting value: line 1 column 1 (char 0)"),
        (b'{"points": {},}', "not JSON: "),
        (b"\xef\xbb\xbf{}", "not JSON: "),
        (b'{"a": "\xff"}', "not UTF-8 from byte 7 on"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8 from byte 0 on"),
    ],
)
def test_what_is_no_document_is_said_to_be_none(
    run: Run, tmp_path: Path, content: bytes, reason: str
) -> None:
    file = file_of(tmp_path, content)
    code, out, err = run("check", file)

    assert 2 == code
    assert [] == out
    (line,) = err
    assert line.startswith(f"{file}: {reason}")


def test_a_file_that_is_not_there(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "nowhere.json"

    assert (2, [], [f"{file}: No such file or directory"]) == run("check", file)


def test_a_folder_is_no_file(run: Run, tmp_path: Path) -> None:
    assert (2, [], [f"{tmp_path}: Is a directory"]) == run("check", tmp_path)


def test_a_file_of_any_size_is_answered_without_reading_it_all(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    with file.open("wb") as opened:
        opened.truncate(100 * 1024 * 1024)

    assert (2, [], [f"{file}: larger than 16 MiB, which no rulebook is"]) == run("check", file)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"[" * 100_000 + b"]" * 100_000, "$: expected at most 32 levels"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "$.a: expected at most 19 digits"),
        (b'{"sales": {}, "sales": {}}', "$.sales: expected one field of this name, got several"),
        (b"[]", "$: expected dict, got list"),
        (b'{"a": NaN}', "$.a: expected a finite number"),
    ],
)
def test_json_that_nobody_should_write_has_faults(
    run: Run, tmp_path: Path, content: bytes, fault: str
) -> None:
    assert (1, [], [fault]) == run("check", file_of(tmp_path, content))


# --- schema --------------------------------------------------------------------------------------


def test_the_schema_is_printed_as_a_document(run: Run, full: Path) -> None:
    code, out, err = run("schema")
    schema = json.loads("\n".join(out))

    assert 0 == code
    assert [] == err
    assert wire.rulebook_schema() == schema
    assert "https://json-schema.org/draft/2020-12/schema" == schema["$schema"]
    Draft202012Validator.check_schema(schema)
    assert Draft202012Validator(schema).is_valid(json.loads(full.read_text(encoding="utf-8")))


# --- diff ----------------------------------------------------------------------------------------


def test_two_rulebooks_that_are_equal_have_no_changes(run: Run, full: Path) -> None:
    assert (0, [], []) == run("diff", full, full)


def test_changes_are_printed_line_by_line(run: Run, full: Path, tmp_path: Path) -> None:
    after = tmp_path / "after.json"
    points = attrs.evolve(FULL.points, earn_per=Money(200, "USD"))
    after.write_text(
        wire.dump_rulebook(attrs.evolve(FULL, points=points, product_lists=dict(FULL.product_lists)))
    )

    assert (1, ["points: one point per 1.00 USD -> 2.00 USD"], []) == run("diff", full, after)


def test_what_cannot_be_compared_is_trouble(run: Run, full: Path, tmp_path: Path) -> None:
    bad = file_of(tmp_path, {"points": {"expiry_days": 0}})
    gone = tmp_path / "gone.json"

    assert (2, [], [f"{bad}: $.points.expiry_days: expected 1 to 3650"]) == run("diff", full, bad)
    assert (2, [], [f"{gone}: No such file or directory"]) == run("diff", gone, full)
