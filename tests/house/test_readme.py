"""What the READMEs say is printed is what is printed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

BLOCK: Final = re.compile(r"```python\n(.*?)```", re.DOTALL)
PROMISE: Final = re.compile(r"print\(.*\)\s+# (.*)$", re.MULTILINE)


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_a_readme_prints_what_it_says(
    page: str,
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    code = "\n".join(BLOCK.findall((root / page).read_text(encoding="utf-8")))

    exec(compile(code, page, "exec"), {"__name__": page})  # noqa: S102 - our own page

    promised = PROMISE.findall(code)
    assert len(promised) >= 3
    assert promised == capsys.readouterr().out.splitlines()


def test_both_readmes_tell_the_same_first_story(root: Path) -> None:
    """Translated are the comments, never the code."""

    def story(page: str) -> list[str]:
        first = BLOCK.findall((root / page).read_text(encoding="utf-8"))[0]
        return [line for line in first.splitlines() if line and not line.lstrip().startswith("#")]

    assert story("README.md") == story("README.zh.md")
