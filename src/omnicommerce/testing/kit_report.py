"""The report of the conformance kit: which levels a storage keeps, and where it has gaps.

It is printed at the end of the pytest run whenever a `StorageConformance` ran. Loaded as a plugin, it is
also written to a file, for the adapter's author to commit, and it then works under pytest-xdist, too:

    pytest -p omnicommerce.testing.kit_report --kit-report kit_report.txt test_my_storage.py
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import attrs
import pytest

KIT_VERSION: Final = 4
"""Raised by one whenever a law is added: what was certified before has not been held to it."""

LEVELS: Final = {
    "A": "fidelity and records",
    "B": "isolation",
    "C": "histories with faults",
    "D": "processes",
}

PROPERTY: Final = "omnicommerce-kit"
"""The user property of a test's report under which the kit tells its level."""

Outcome: TypeAlias = Literal["kept", "broken", "gap"]

_PLUGIN: Final = "omnicommerce-kit-report"


@attrs.define
class Certificate:
    """What one storage has shown. `laws` says how many laws each level has."""

    case: str
    laws: Mapping[str, int]
    kept: dict[str, set[str]] = attrs.Factory(dict)
    broken: dict[str, set[str]] = attrs.Factory(dict)
    gaps: dict[str, dict[str, str]] = attrs.Factory(dict)
    """By level the laws that are marked xfail, each with its reason."""
    counts: dict[str, dict[str, int]] = attrs.Factory(dict)
    """By level how many orders, histories and kills were judged."""
    not_asked: dict[str, str] = attrs.Factory(dict)
    """By level why its laws did not apply."""
    remarks: dict[str, str] = attrs.Factory(dict)
    """By level what its laws could not look at."""

    def take(self, level: str, law: str, outcome: Outcome, reason: str = "") -> None:
        """Note what became of a law."""
        match outcome:
            case "kept":
                # Once broken, broken: also where a second try went well.
                if law not in self.broken.get(level, ()):
                    self.kept.setdefault(level, set()).add(law)
            case "broken":
                self.kept.get(level, set()).discard(law)
                self.broken.setdefault(level, set()).add(law)
            case "gap":
                self.gaps.setdefault(level, {})[law] = reason

    @property
    def certified(self) -> str:
        """The levels that are wholly kept, such as ``A-D`` or ``A, C``; empty if there is none."""
        levels = "".join(level for level in LEVELS if self._is_kept(level))
        if len(levels) > 2 and levels in "".join(LEVELS):
            return f"{levels[0]}-{levels[-1]}"
        return ", ".join(levels)

    def as_text(self) -> str:
        """The report, the same text whenever the same laws are kept."""
        return "\n".join(self._lines())

    def _is_kept(self, level: str) -> bool:
        has_failed = self.broken.get(level) or self.gaps.get(level)
        is_whole = len(self.kept.get(level, ())) == self.laws[level]
        return is_whole and not has_failed and level not in self.not_asked

    def _lines(self) -> Iterator[str]:
        verdict = f"certified {self.certified}" if self.certified else "not certified"
        yield f"{self.case}: {verdict}, kit version {KIT_VERSION}"
        for level, about in LEVELS.items():
            yield f"  {level}  {about:<22} {self._told(level)}"
            for law in sorted(self.broken.get(level, ())):
                yield f"       broken: {law}"
            for law, reason in sorted(self.gaps.get(level, {}).items()):
                yield f"       gap: {law}: {reason}"
            if level in self.remarks:
                yield f"       {self.remarks[level]}"

    def _told(self, level: str) -> str:
        if level in self.not_asked:
            return f"not asked for: {self.not_asked[level]}"
        told = f"{len(self.kept.get(level, ()))} of {self.laws[level]} laws kept"
        ran = sum(len(each.get(level, ())) for each in (self.kept, self.broken, self.gaps))
        if ran < self.laws[level]:
            told += f", {self.laws[level] - ran} not run"
        counted = ", ".join(f"{number} {what}" for what, number in self.counts.get(level, {}).items())
        return f"{told}; {counted}" if counted else told


@attrs.define(eq=False)
class Listener:
    """Hears what became of each law, and tells at the end."""

    path: Path | None = None
    certificates: dict[str, Certificate] = attrs.Factory(dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of a law."""
        for name, value in report.user_properties:
            if name == PROPERTY and isinstance(value, dict):
                self._take(report, value)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the report, and write it."""
        if not self.certificates:
            return
        terminalreporter.section("storage conformance kit")
        terminalreporter.write_line(self.as_text())
        if self.path is not None:
            self.path.write_text(f"{self.as_text()}\n", encoding="utf-8")

    def as_text(self) -> str:
        """The reports of all storages of this run."""
        return "\n\n".join(self.certificates[case].as_text() for case in sorted(self.certificates))

    def _take(self, report: pytest.TestReport, told: dict[str, Any]) -> None:
        case = report.nodeid.partition("[")[0].rpartition("::")[0]
        # Without its parameters: a law is kept if it is kept with all of them.
        law = told["law"]
        name = case.rpartition("::")[2]
        certificate = self.certificates.setdefault(case, Certificate(name, told["laws"]))
        level = told["level"]
        if told["not_asked"]:
            certificate.not_asked[level] = told["not_asked"]
        if told["remark"]:
            certificate.remarks[level] = told["remark"]
        if report.when == "teardown":
            counts = certificate.counts.setdefault(level, {})
            for what, number in told["counts"].items():
                counts[what] = counts.get(what, 0) + number
        if hasattr(report, "wasxfail") and report.when == "call":
            certificate.take(level, law, "gap", report.wasxfail)
        elif not report.passed:
            certificate.take(level, law, "broken")
        elif report.when == "call" and told["replaced"]:
            certificate.take(level, law, "gap", "replaced, and marked without having failed")
        elif report.when == "call":
            certificate.take(level, law, "kept")


def kit_report(certificates: Mapping[str, Certificate]) -> str:
    """The reports of several storages, one below the other."""
    return "\n\n".join(certificates[case].as_text() for case in sorted(certificates))


def listen(config: pytest.Config) -> None:
    """Make sure that somebody hears what becomes of the laws of this run."""
    if not config.pluginmanager.has_plugin(_PLUGIN):
        config.pluginmanager.register(Listener(), _PLUGIN)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--kit-report FILE`` writes the report of the storage conformance kit."""
    parser.addoption("--kit-report", metavar="FILE", help="write the report of the storage conformance kit")


def pytest_configure(config: pytest.Config) -> None:
    """Listen from the beginning, also on behalf of workers."""
    path = config.getoption("--kit-report")
    config.pluginmanager.register(Listener(Path(path) if path else None), _PLUGIN)
