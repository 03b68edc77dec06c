"""``python -m omnicommerce audit FILE``: the books balance, or it says what is wrong with them."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final, TypeAlias

import pytest

from omnicommerce import SqliteStorage
from omnicommerce.adapters.storage.sqlite_file import JournalMode
from omnicommerce.cli import main
from omnicommerce.cli.shop_file import opened
from omnicommerce.kernel.errors import Unavailable
from omnicommerce.processes.audited import FINDINGS_MAX
from tests.processes.stories import everything_happened, shop_of

ROOT: Final = Path(__file__).parents[2]

Run: TypeAlias = Callable[..., tuple[int, list[str], list[str]]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command: its exit code, and the lines on standard output and on standard error."""

    def run(*words: object) -> tuple[int, list[str], list[str]]:
        code = main([*map(str, words)])
        told = capsys.readouterr()
        return code, told.out.splitlines(), told.err.splitlines()

    return run


@pytest.fixture(params=["delete", "wal"])
def file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A shop's file in which everything has happened."""
    path = tmp_path / "shop.db"
    with SqliteStorage(path, journal_mode=request.param) as storage:
        everything_happened(storage)
    return path


def folder(path: Path) -> dict[str, bytes]:
    """Everything that lies in a folder."""
    return {each.name: each.read_bytes() if each.is_file() else b"" for each in path.iterdir()}


def changed(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(statement)


# --- what is said --------------------------------------------------------------------------------


def test_a_sound_shop_balances_and_is_left_as_it_was(run: Run, file: Path) -> None:
    before = folder(file.parent)

    code, out, err = run("audit", file)

    (line,) = out
    assert (0, []) == (code, err)
    assert line.startswith("the books balance: 46 entries, ")
    assert before == folder(file.parent)


def test_what_is_wrong_has_a_line_of_its_own(run: Run, file: Path) -> None:
    changed(
        file,
        "UPDATE record SET body = replace(body, '1', '2') WHERE collection = 'sale' AND id = 's1/t1/1'",
        "UPDATE counter SET total = 99",
        "DELETE FROM record WHERE collection = 'return' AND id = 's2/t1/1'",
    )

    code, out, err = run("audit", file)

    assert (1, []) == (code, err)
    assert {
        "record sale/s1/t1/1: its body is not what its entries say",
        "record return/s2/t1/1: it is not there",
        "counter lending/shelf: it is not 6, which its entries add up to",
    } == set(out[:-1])
    assert out[-1].startswith("the books do not balance: 46 entries, ")


def test_as_json_it_says_the_same(run: Run, file: Path) -> None:
    _, sound, _ = run("audit", file, "--json")
    changed(file, "UPDATE counter SET total = 99")
    code, out, err = run("audit", "--json", file)

    (first,), (second,) = map(json.loads, sound), map(json.loads, out)
    assert first == {**first, "is_balanced": True, "findings": [], "more": 0, "entries": 46}
    assert (1, []) == (code, err)
    what = "it is not 6, which its entries add up to"
    findings = [{"where": "counter lending/shelf", "what": what}]
    assert second == first | {"is_balanced": False, "findings": findings}


def test_beyond_the_first_findings_the_rest_is_counted(run: Run, file: Path) -> None:
    rows = "WITH n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 150)"
    changed(file, f"{rows} INSERT INTO entry (id, body) SELECT 'x' || n, 'y' FROM n")  # noqa: S608 - all ours

    code, out, _ = run("audit", file)

    assert 1 == code
    assert FINDINGS_MAX + 2 == len(out)
    assert "and 50 more" == out[-2]


def test_a_finding_is_one_line_that_any_terminal_can_show(file: Path) -> None:
    changed(
        file,
        "INSERT INTO record VALUES ('sale', '收银1', 'x', '{}', '[]')",
        "INSERT INTO record VALUES ('sale', 'a' || char(10) || 'b', 'x', '{}', '[]')",
        "INSERT INTO record VALUES ('sale', CAST(x'ff' AS TEXT), 'x', '{}', '[]')",
    )

    ended = command("audit", file, PYTHONIOENCODING="ascii")

    assert (1, b"") == (ended.returncode, ended.stderr)
    assert 4 == len(ended.stdout.splitlines())


def command(*words: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run it as a program of its own."""
    return subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-m", "omnicommerce", *map(str, words)],
        capture_output=True,
        cwd=ROOT,
        env=os.environ | environment,
        check=False,
        timeout=60,
    )


# --- what is no shop -----------------------------------------------------------------------------


def _another_programs(path: Path) -> None:
    changed(path, "CREATE TABLE customer (name TEXT)")


def _another_programs_log(path: Path) -> None:
    """Somebody else's database whose writer was killed: what it says stands in its log."""
    changed(path, "PRAGMA journal_mode = wal", "PRAGMA application_id = 1")
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE customer (name TEXT)")
        left = folder(path.parent)
    for name, content in left.items():
        path.with_name(name).write_bytes(content)


def _newer(path: Path) -> None:
    with SqliteStorage(path):
        pass
    changed(path, "PRAGMA user_version = 99")


def _cut_short(path: Path) -> None:
    with SqliteStorage(path, journal_mode="delete") as storage:
        everything_happened(storage)
    path.write_bytes(path.read_bytes()[:5_000])


STRANGERS: Final[dict[str, Callable[[Path], object]]] = {
    "nothing": lambda _: None,
    "a folder": Path.mkdir,
    "an empty file": Path.touch,
    "a text": lambda path: path.write_text("the books balance\n" * 500),
    "a short text": lambda path: path.write_text("x"),
    "half a header": lambda path: path.write_bytes(b"SQLite format 3\x00" + bytes(20)),
    "a blank database": lambda path: changed(path, "PRAGMA user_version = 0", "VACUUM"),
    "another program's": _another_programs,
    "another program's log": _another_programs_log,
    "a newer shop": _newer,
    "half a shop": _cut_short,
}


@pytest.mark.parametrize("verb", ["audit", "export"])
@pytest.mark.parametrize("stranger", STRANGERS)
def test_what_is_no_shop_is_refused_and_left_as_it_is(
    run: Run, tmp_path: Path, stranger: str, verb: str
) -> None:
    path = tmp_path / "shop.db"
    STRANGERS[stranger](path)
    before = folder(tmp_path)

    code, out, err = run(verb, path)

    (line,) = err
    assert ([], True) == (out, str(path) in line)
    assert 2 == code or stranger == "half a shop"
    assert before == folder(tmp_path)


def test_a_file_that_is_not_there_leaves_no_traceback(tmp_path: Path) -> None:
    ended = command("audit", tmp_path / "nowhere.db")

    assert (2, b"") == (ended.returncode, ended.stdout)
    assert f"file: there is no file {tmp_path / 'nowhere.db'}\n" == ended.stderr.decode()
    assert [] == list(tmp_path.iterdir())


def test_a_shop_that_is_locked_is_trouble(tmp_path: Path) -> None:
    """Nobody could look, so nothing was found."""
    path = tmp_path / "shop.db"
    with SqliteStorage(path, journal_mode="delete") as storage:
        shop_of(storage).member()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unavailable, match="locked"), opened(path, wait_seconds=0):
            pass


# --- beside a writer -----------------------------------------------------------------------------


@pytest.mark.parametrize("journal_mode", ["delete", "wal"])
def test_a_shop_at_work_balances_at_any_moment(run: Run, tmp_path: Path, journal_mode: JournalMode) -> None:
    path = tmp_path / "shop.db"
    writer = subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, str(ROOT / "tests/processes/writer.py"), str(path), journal_mode],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    assert writer.stdin is not None
    assert writer.stdout is not None
    try:
        assert "at work\n" == writer.stdout.readline()
        ended = [command("audit", path, "--json") for _ in range(2)]
    finally:
        writer.stdin.close()
        written = writer.stdout.read()
        writer.stdout.close()
        writer.wait(60)

    assert [(0, b"")] * 2 == [(each.returncode, each.stderr) for each in ended]
    told = [json.loads(each.stdout) for each in ended]
    assert [[]] * 2 == [each["findings"] for each in told]
    entries = [each["entries"] for each in told]
    assert sorted(set(entries)) == entries
    assert int(written) > 8
    assert 0 == run("audit", path)[0]
