"""The page on adapters keeps its word: what stands there is a whole adapter, and the kit certifies it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from omnicommerce.testing.kit_report import KIT_VERSION
from omnicommerce.testing.storage import LAWS, LAWS_OF_A_LEVEL

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "adapters.md"
FILE: Final = re.compile(r'^```python\n("""(\w+\.py): .*?)^```$', re.DOTALL | re.MULTILINE)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The page's files, in a folder as their author has it."""
    for text, name in FILE.findall(PAGE.read_text(encoding="utf-8")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert ["notebook.py", "test_notebook.py"] == sorted(path.name for path in tmp_path.iterdir())
    return tmp_path


def examined(files: Path, *options: str) -> str:
    """What pytest says about them."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "test_notebook.py"]
    environment = {**os.environ, "TMPDIR": str(files)}
    ended = subprocess.run(  # noqa: S603  # ours
        command, cwd=files, env=environment, capture_output=True, text=True, check=False
    )

    assert 0 == ended.returncode, ended.stdout + ended.stderr
    return ended.stdout


def test_the_adapter_of_the_page_keeps_the_laws_that_are_tested_fast(files: Path) -> None:
    told = examined(
        files, "-k", "bytes or restart or killed or process or lost_update or write_skew or tenant"
    )

    assert f"TestNotebook: certified D, kit version {KIT_VERSION}" in told


@pytest.mark.prove
def test_the_adapter_of_the_page_is_certified(files: Path) -> None:
    assert f"TestNotebook: certified A-D, kit version {KIT_VERSION}" in examined(files)


def test_an_adapter_with_a_fault_is_not(files: Path) -> None:
    """The negative control: without its lock, the very same file is found out."""
    whole = (files / "notebook.py").read_text(encoding="utf-8")
    lock = "            fcntl.flock(lock, fcntl.LOCK_EX)"
    assert lock in whole
    (files / "notebook.py").write_text(whole.replace(lock, f"            # {lock.strip()}"), encoding="utf-8")

    with pytest.raises(AssertionError, match="test_processes_lose_no_update"):
        examined(files, "-k", "processes_lose_no_update")


def test_the_page_names_laws_that_exist_and_the_numbers_of_the_kit() -> None:
    page = PAGE.read_text(encoding="utf-8")
    laws = set(re.findall(r"`(test_\w+)`", page))

    assert laws
    assert set() == laws - LAWS.keys()
    for level, number in LAWS_OF_A_LEVEL.items():
        assert re.search(rf"^  {level}  .*{number} of {number} laws kept", page, re.MULTILINE)
    assert f"kit version {KIT_VERSION}" in page


def test_the_committed_report_of_the_example_is_of_this_kit() -> None:
    report = (ROOT / "examples" / "adapter" / "kit_report.txt").read_text(encoding="utf-8")

    assert f"TestLmdb: certified A-D, kit version {KIT_VERSION}" == report.splitlines()[0]
    for level, number in LAWS_OF_A_LEVEL.items():
        assert re.search(rf"^  {level}  .*{number} of {number} laws kept", report, re.MULTILINE)
