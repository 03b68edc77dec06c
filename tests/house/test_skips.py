"""Under CI=true nothing is skipped."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

SKIPPING: Final = """
import pytest

def test_needs_a_browser():
    pytest.skip("install chromium")

@pytest.mark.xfail(strict=True)
def test_known_to_fail():
    assert False
"""

SKIPPED_WHOLE: Final = """
import pytest

pytest.skip("install postgresql", allow_module_level=True)
"""


@pytest.fixture(autouse=True)
def hooked(pytester: pytest.Pytester, root: Path) -> None:
    """The hooks of this repository, at work on a small one."""
    pytester.makeconftest((root / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile(test_one=SKIPPING)


def test_a_skip_is_a_failure_under_ci(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")

    told = pytester.runpytest_inprocess("-p", "no:cacheprovider")

    told.assert_outcomes(failed=1, xfailed=1)
    told.stdout.fnmatch_lines(["*install chromium*", "Nothing is skipped under CI=true*"])


def test_a_skipped_file_is_a_failure_under_ci(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    pytester.makepyfile(test_two=SKIPPED_WHOLE)

    told = pytester.runpytest_inprocess("-p", "no:cacheprovider", "test_two.py")

    told.assert_outcomes(errors=1)
    told.stdout.fnmatch_lines(["*install postgresql*", "Nothing is skipped under CI=true*"])


def test_a_skip_is_a_skip_elsewhere(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    pytester.makepyfile(test_two=SKIPPED_WHOLE)

    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(skipped=2, xfailed=1)
