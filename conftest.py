"""What every test of this repository shares: pages that run, and no excuses under CI."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final, TypeVar

import pytest
from hypothesis import settings
from sybil import Sybil
from sybil.document import PythonDocStringDocument
from sybil.integration.pytest import pytest_integration as pages
from sybil.parsers.doctest import DocTestParser
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

pytest_plugins = ["pytester"]

HERE: Final = Path(__file__).parent
IN_CI: Final = os.environ.get("CI") == "true"

if not IN_CI:
    # Coverage and a second worker make single examples slow; hypothesis itself sees to CI.
    settings.register_profile("house", deadline=None)
    settings.load_profile("house")


# --- pages that run ------------------------------------------------------------------------------


def _enter_a_folder(namespace: dict[str, Any]) -> None:
    """A page may write files: it runs in a folder of its own, and one namespace."""
    namespace["_left"] = Path.cwd()
    namespace["_folder"] = tempfile.TemporaryDirectory()
    os.chdir(namespace["_folder"].name)


def _leave_the_folder(namespace: dict[str, Any]) -> None:
    os.chdir(namespace["_left"])
    namespace["_folder"].cleanup()


# The blocks of a page build on each other: `--dist loadscope` keeps a file with one worker.
# Two Sybils, because the regions of doctests and of code blocks overlap. A block that cannot run is
# marked `<!-- skip: next -->` in its page, for every reader to see.
pytest_collect_file = pages(
    Sybil(
        parsers=[PythonCodeBlockParser(), SkipParser()],
        patterns=["*.md"],
        path=str(HERE),
        setup=_enter_a_folder,
        teardown=_leave_the_folder,
    ),
    Sybil(
        parsers=[DocTestParser()],
        patterns=["*.py"],
        path=str(HERE / "src"),
        document_types={".py": PythonDocStringDocument},
    ),
)


# --- no excuses under CI -------------------------------------------------------------------------

R = TypeVar("R", pytest.TestReport, pytest.CollectReport)


def without_excuse(report: R) -> R:
    """Under CI=true a skip is a failure: .ci/run installs what tests need."""
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        excuse = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{excuse}\nNothing is skipped under CI=true: have .ci/run install what this names."
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that skipped."""
    return without_excuse((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A file that skipped itself whole."""
    return without_excuse((yield))
