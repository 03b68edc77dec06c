"""The program around the replay: what it is asked for, and what it clears away."""

from __future__ import annotations

from pathlib import Path

import pytest

from examples.replay.__main__ import _prepare, main
from examples.replay.days import FIRST_DAY
from examples.replay.worker import midnight_after
from omnicommerce import Commerce, DemoKeys, Rulebook, SqliteStorage
from omnicommerce.testing import FrozenClock
from tests.replay.accounts import replayed


@pytest.mark.parametrize(
    "asked", [["--days", "0"], ["--days", "366"], ["--days", "x"], ["--workers", "0"], ["--workers", "17"]]
)
def test_what_makes_no_sense_is_refused_before_anything_is_told(asked: list[str], tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    with pytest.raises(SystemExit) as ended:
        main([*asked, "--file", str(file)])

    assert 2 == ended.value.code
    assert not file.exists()


@pytest.mark.parametrize(("is_fresh", "left"), [(True, 0), (False, 4)])
def test_only_a_fresh_start_clears_the_old_file_and_its_journals_away(
    is_fresh: bool, left: int, tmp_path: Path
) -> None:
    for ending in ("", "-journal", "-wal", "-shm"):
        (tmp_path / f"shop.db{ending}").write_bytes(b"left by a kill")

    _prepare(tmp_path / "shop.db", is_fresh=is_fresh)

    assert left == len(list(tmp_path.iterdir()))


def told(file: Path, *more: str) -> int:
    return main(["--days", "1", "--file", str(file), "--page", str(file.with_suffix(".html")), *more])


def test_a_page_never_takes_the_place_of_the_shop(tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    for page in (file, tmp_path):
        with pytest.raises(SystemExit):
            main(["--days", "1", "--file", str(file), "--page", str(page)])
    assert [] == list(tmp_path.iterdir())


def test_a_file_of_another_shop_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "shop.db"
    with SqliteStorage(file) as storage:
        Commerce(storage, Rulebook(), keys=DemoKeys(), clock=FrozenClock(midnight_after(FIRST_DAY))).tick()
    before = file.read_bytes()

    assert 2 == told(file)

    assert "another shop" in " ".join(capsys.readouterr().out.split())
    assert before == file.read_bytes()


def test_a_file_of_another_program_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("milk, bread\n" * 200, encoding="utf-8")

    assert 2 == told(file)

    assert "Traceback" not in capsys.readouterr().out
    assert "milk, bread\n" * 200 == file.read_text(encoding="utf-8")


def test_days_that_were_told_already_are_not_left_out_of_the_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "shop.db"
    replayed(file, 2)

    assert 2 == told(file)

    assert "told until 2017-01-02 already" in " ".join(capsys.readouterr().out.split())


def test_what_a_reader_left_that_was_killed_is_in_nobodys_way(tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    (tmp_path / "shop.db-days-12345").write_bytes(b"\0" * 1_000)

    assert 0 == told(file)

    assert ["shop.db", "shop.html"] == sorted(each.name for each in tmp_path.iterdir())
