"""The program around the replay: what it is asked for, and what it clears away."""

from __future__ import annotations

from pathlib import Path

import pytest

from examples.replay.__main__ import _prepare, main


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
