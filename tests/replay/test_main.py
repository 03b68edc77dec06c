"""The program around the replay: what it is asked for, and what it clears away."""

from __future__ import annotations

from pathlib import Path

import pytest

from examples.replay.__main__ import main


@pytest.mark.parametrize(
    "asked", [["--days", "0"], ["--days", "366"], ["--days", "x"], ["--workers", "0"], ["--workers", "17"]]
)
def test_what_makes_no_sense_is_refused_before_anything_is_told(asked: list[str], tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    with pytest.raises(SystemExit) as ended:
        main([*asked, "--file", str(file)])

    assert 2 == ended.value.code
    assert not file.exists()


def test_a_fresh_start_leaves_nothing_of_the_old_file(tmp_path: Path) -> None:
    file, page = tmp_path / "shop.db", tmp_path / "page.html"
    for ending in ("", "-journal", "-wal", "-shm"):
        file.with_name(f"{file.name}{ending}").write_bytes(b"left by a kill")

    assert 0 == main(["--days", "1", "--file", str(file), "--page", str(page), "--fresh"])
    assert page.exists()
    assert b"left by a kill" not in file.read_bytes()
    assert not file.with_name("shop.db-journal").exists()
