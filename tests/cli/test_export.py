"""``python -m omnicommerce export FILE``: a line an entry, and none lost or twice if it stops."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from omnicommerce import AsyncCommerce, DemoKeys, PortFault, SqliteStorage, ThreadedStorage, wire
from omnicommerce.cli import main
from omnicommerce.kernel.errors import BadValue
from omnicommerce.ports.storage import START, Position
from tests.lending import EVENTS
from tests.processes.stories import everything_happened, shop_of
from tests.shopfront import RULES, SHOP_OPENS, returned, sale, tell

ROOT: Final = Path(__file__).parents[2]

Run: TypeAlias = Callable[..., tuple[int, list[str], list[str]]]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop's file in which everything has happened."""
    path = tmp_path_factory.mktemp("shop") / "shop.db"
    with SqliteStorage(path) as storage:
        everything_happened(storage)
    return path


@pytest.fixture(scope="module")
def lines(file: Path) -> list[str]:
    """What an undisturbed export writes."""
    with SqliteStorage(file) as storage:
        return list(shop_of(storage).commerce.export())


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command: its exit code, and the lines on standard output and on standard error."""

    def run(*words: object) -> tuple[int, list[str], list[str]]:
        code = main([*map(str, words)])
        told = capsys.readouterr()
        return code, told.out.splitlines(), told.err.splitlines()

    return run


def position(line: str) -> Position:
    return Position(json.loads(line)["position"])


def changed(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        assert 1 == db.execute(statement, values).rowcount


# --- the lines -----------------------------------------------------------------------------------


def test_a_line_says_where_an_entry_stands_and_then_all_that_it_says(file: Path, lines: list[str]) -> None:
    with SqliteStorage(file) as storage:
        entries = storage.journal(START, 1_000)

    assert len(entries) == len(lines)
    for line, entry in zip(lines, entries, strict=True):
        said = json.loads(line)
        entry_says = json.loads(entry.body)
        assert {"position": entry.position, "id": entry.id, **entry_says} == said
        assert ["position", "id", *entry_says] == list(said)
        assert {"tag", "at", "recorded_at", "rulebook", "batch", "n", "of", "actor"} <= said.keys()


def test_a_line_says_whom_where_and_why(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with SqliteStorage(path) as storage:
        shop = shop_of(storage)
        first = sale(1)
        member = tell(shop, first).member
        tell(shop, returned(first))
        told = {said["tag"]: said for said in map(json.loads, shop.commerce.export())}

    recorded = told["sale.recorded"]
    assert ([member], "store", "s1") == (recorded["members"], recorded["channel"], recorded["store"])
    assert "cause" not in recorded
    assert [member] == told["points.moved"]["members"]
    assert "2026-01-01T04:00:00.000000Z" == recorded["at"] == recorded["recorded_at"]
    assert wire.press(RULES).digest == recorded["rulebook"]


def test_the_command_prints_what_the_shop_exports(run: Run, file: Path, lines: list[str]) -> None:
    assert (0, lines, []) == run("export", file)


def test_after_a_position_come_the_lines_behind_it(run: Run, file: Path, lines: list[str]) -> None:
    for number in (0, 7, len(lines) - 2):
        assert (0, lines[number + 1 :], []) == run("export", file, "--after", position(lines[number]))

    assert (0, [], []) == run("export", file, "--after", position(lines[-1]))


@pytest.mark.parametrize("after", ["x", "-1", "7", "1 or 1", "９" * 19])
def test_a_position_that_is_none_is_trouble(run: Run, file: Path, tmp_path: Path, after: str) -> None:
    code, out, err = run("export", file, f"--after={after}", "--out", tmp_path / "out.jsonl")

    assert (2, []) == (code, out)
    assert 1 == len(err)
    assert [] == list(tmp_path.iterdir())


def test_both_doors_export_alike(file: Path, lines: list[str]) -> None:
    async def exported(shop: AsyncCommerce, after: Position) -> list[str]:
        return [line async for line in shop.export(after)]

    with SqliteStorage(file) as storage:
        shop = shop_of(storage)
        other = AsyncCommerce(ThreadedStorage(storage), RULES, keys=DemoKeys(), events=EVENTS)
        for number in (5, len(lines) - 1):
            after = position(lines[number])
            assert lines[number + 1 :] == list(shop.commerce.export(after))
            assert lines[number + 1 :] == asyncio.run(exported(other, after))
        assert lines == asyncio.run(exported(other, START))


def test_a_journal_of_many_pages_is_exported_whole(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with SqliteStorage(path) as storage:
        shop = shop_of(storage)
        shop.commerce.sales.ingest_many(facts=[sale(number, card=None) for number in range(600)])
        whole = list(shop.commerce.export())

    assert 1_201 == len(whole)
    assert (0, whole, []) == run("export", path)
    assert sorted(set(map(position, whole))) == [position(line) for line in whole]


# --- going on ------------------------------------------------------------------------------------


@settings(max_examples=60)
@for_all(data=st.data())
def test_cut_at_any_byte_it_goes_on_to_the_same_file(
    file: Path, lines: list[str], tmp_path_factory: pytest.TempPathFactory, data: Any
) -> None:
    out = tmp_path_factory.getbasetemp() / "cut.jsonl"
    whole = "".join(f"{line}\n" for line in lines).encode()
    ends = [n for n, byte in enumerate(whole) if byte == ord("\n")]
    near = st.builds(lambda end, by: max(0, end + by), st.sampled_from(ends), st.integers(-1, 2))
    cut = data.draw(st.integers(0, len(whole)) | near)
    out.write_bytes(whole[:cut])

    assert 0 == main(["export", str(file), "--out", str(out)])
    assert whole == out.read_bytes()


def test_a_new_file_is_written_and_an_old_one_gone_on_with(run: Run, tmp_path: Path) -> None:
    path, out = tmp_path / "shop.db", tmp_path / "out.jsonl"
    with SqliteStorage(path) as storage:
        shop = shop_of(storage)
        for number in range(4):
            shop.commerce.sales.ingest(sale=sale(number, at=SHOP_OPENS))
            assert (0, [], []) == run("export", path, "--out", out)
            assert list(shop.commerce.export()) == out.read_text(encoding="utf-8").splitlines()


def test_what_was_begun_behind_a_position_goes_on_where_it_stopped(
    run: Run, file: Path, lines: list[str], tmp_path: Path
) -> None:
    """The same words again, whatever is in the file by then."""
    out = tmp_path / "out.jsonl"
    words = ("export", file, "--out", out, "--after", position(lines[9]))
    whole = "".join(f"{line}\n" for line in lines[10:])
    for cut in (0, 1, 700, 5_000, len(whole)):
        out.write_text(whole[:cut], encoding="utf-8", newline="")
        assert 0 == run(*words)[0]
        assert whole == out.read_text(encoding="utf-8")


def test_whatever_is_no_export_of_this_shop_is_left_as_it_is(
    run: Run, file: Path, lines: list[str], tmp_path: Path
) -> None:
    """Also the shop's own file."""
    out = tmp_path / "out.jsonl"
    others = (
        b"notes",
        b"notes\nmore",
        b"[]\n",
        b'{"position":5}\n',
        b"\xff\n",
        lines[0].encode() + b"\nnotes",
        file.read_bytes(),
    )
    for content in others:
        out.write_bytes(content)
        code, printed, err = run("export", file, "--out", out)

        assert (2, [], True) == (code, printed, err[0].startswith(f"{out}: "))
        assert content == out.read_bytes()

    shop = file.read_bytes()
    assert 2 == run("export", file, "--out", file)[0]
    assert shop == file.read_bytes()


@pytest.mark.parametrize("out", ["", "nowhere/out.jsonl"])
def test_a_file_that_cannot_be_written_is_trouble(run: Run, file: Path, tmp_path: Path, out: str) -> None:
    code, printed, err = run("export", file, "--out", tmp_path / out)

    assert (2, [], 1) == (code, printed, len(err))
    assert [] == list(tmp_path.iterdir())


# --- damage --------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ["{}", "", "[]", "{"])
def test_a_damaged_entry_is_named(run: Run, file: Path, lines: list[str], tmp_path: Path, body: str) -> None:
    path = tmp_path / "shop.db"
    path.write_bytes(file.read_bytes())
    changed(path, "UPDATE entry SET body = ? WHERE position = 9", body)

    code, out, err = run("export", path)

    where = f"the entry {json.loads(lines[8])['id']} at {position(lines[8])} is damaged"
    assert (1, []) == (code, out)
    assert err[0].startswith(where)
    with SqliteStorage(path) as storage, pytest.raises(PortFault, match=where):
        list(shop_of(storage).commerce.export())
    assert (0, lines[9:], []) == run("export", path, "--after", position(lines[8]))


def test_bytes_that_are_no_text_are_named(run: Run, file: Path, tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    path.write_bytes(file.read_bytes())
    changed(path, "UPDATE entry SET id = CAST(? AS TEXT) WHERE position = 9", b"\xff")

    code, out, err = run("export", path)

    assert (1, []) == (code, out)
    assert err[0].startswith("the entry \\udcff at 0000000000000000009 is damaged")


def test_a_position_that_is_none_is_refused_at_the_door(file: Path) -> None:
    with SqliteStorage(file) as storage, pytest.raises(BadValue):
        list(shop_of(storage).commerce.export(Position("x")))


# --- in a pipe -----------------------------------------------------------------------------------


def test_whoever_reads_only_the_first_line_sees_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with SqliteStorage(path) as storage:
        shop = shop_of(storage)
        shop.commerce.sales.ingest_many(facts=[sale(number, card=None) for number in range(300)])
        first = next(shop.commerce.export())
    command = f"{sys.executable} -m omnicommerce export {path} | head -1"
    ended = subprocess.run(["sh", "-c", command], capture_output=True, cwd=ROOT, check=False, timeout=60)  # noqa: S603, S607

    assert (f"{first}\n".encode(), b"") == (ended.stdout, ended.stderr)


def test_the_lines_are_utf_8_whatever_the_terminal_speaks(file: Path, lines: list[str]) -> None:
    ended = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-m", "omnicommerce", "export", str(file)],
        capture_output=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        check=False,
        timeout=60,
    )

    assert (0, b"") == (ended.returncode, ended.stderr)
    assert "".join(f"{line}\n" for line in lines).encode() == ended.stdout
    assert "面包" in ended.stdout.decode()
