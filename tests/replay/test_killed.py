"""A replay that is killed goes on where it was, and ends as if nothing had happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.replay.accounts import content, replayed
from tests.replay.deaths import Kill, everybody, stopped_by_the_terminal, the_conductor, told_with_deaths

DAYS = 4


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return told_with_deaths(tmp_path_factory.mktemp("replay") / "undisturbed", DAYS, 0, everybody)


@pytest.mark.parametrize("kill", [everybody, the_conductor])
def test_killed_at_any_moment_it_ends_with_the_same_content_and_the_same_page(
    kill: Kill, undisturbed: Path, tmp_path: Path
) -> None:
    killed = told_with_deaths(tmp_path / "killed", DAYS, 2, kill)

    assert content(undisturbed / "shop.db") == content(killed / "shop.db")
    assert (undisturbed / "page.html").read_bytes() == (killed / "page.html").read_bytes()


@pytest.mark.parametrize("after", [0.5, 6.0])
def test_stopped_by_ctrl_c_it_says_so_in_one_sentence_and_goes_on(after: float, tmp_path: Path) -> None:
    returned, said = stopped_by_the_terminal(tmp_path, 90, after)

    assert 130 == returned, said
    assert "the same command goes on from there" in " ".join(said.split())
    assert "Traceback" not in said
    assert [] == list(tmp_path.glob("*-days-*"))


@pytest.mark.prove
def test_told_by_one_worker_instead_of_two_it_is_the_same(undisturbed: Path, tmp_path: Path) -> None:
    replayed(tmp_path / "alone.db", DAYS, workers=1)

    assert content(undisturbed / "shop.db") == content(tmp_path / "alone.db")
