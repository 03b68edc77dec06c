"""What a host gets: the wheel and its core dependencies alone run the README and the first story."""

from __future__ import annotations

import re
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

import pytest

BLOCK: Final = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)

NOT_CORE: Final = ("pytest", "hypothesis", "coverage", "sqlalchemy")

pytestmark = pytest.mark.prove


@pytest.fixture(scope="module")
def python(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the wheel and what it needs, at the pinned versions, and nothing else."""
    folder = tmp_path_factory.mktemp("host")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=root)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    pins = str(root / "requirements-dev.txt")
    run(str(python), "-m", "pip", "install", "--quiet", "--constraint", pins, str(wheel), cwd=folder)
    return python


def run(*command: str, cwd: Path) -> str:
    """What *command* printed; its complaint, if it failed, is the failure."""
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603 - our own

    assert 0 == ended.returncode, ended.stdout + ended.stderr
    return ended.stdout


def test_the_core_brings_no_tools(python: Path, tmp_path: Path) -> None:
    look = f"from importlib.util import find_spec; print([n for n in {NOT_CORE!r} if find_spec(n)])"

    assert "[]\n" == run(str(python), "-c", look, cwd=tmp_path)


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_the_wheel_alone_runs_the_page(python: Path, root: Path, tmp_path: Path, page: str) -> None:
    if page == "README.zh.md" and not (root / page).exists():
        return
    blocks = BLOCK.findall((root / page).read_text(encoding="utf-8"))

    assert blocks, f"{page} tells no story"
    run(str(python), "-W", "error", "-c", "\n".join(blocks), cwd=tmp_path)


def test_the_wheel_alone_runs_the_first_story(python: Path, root: Path, tmp_path: Path) -> None:
    run(str(python), "-W", "error", str(root / "examples" / "first_story.py"), cwd=tmp_path)
