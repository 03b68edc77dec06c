"""The project as a package: pins and bounds agree, nothing names a registry, the wheel is whole."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ENVIRONMENT: Final = {"python_version": "3.11", "python_full_version": "3.11.0", "extra": ""}
"""The pins are made for Python 3.11."""

ADDRESSES: Final = tuple(
    re.compile(pattern)
    for pattern in (r"-index-url", r"find-links", r"/simple/", r"^\s*-[if]\s+\S", r"@ file:")
)
"""How a file would say where packages come from; that is the host's own affair."""

TEXTS: Final = frozenset({".toml", ".txt", ".md", ".py", ".cfg", ".yml", ".yaml", ""})


def pins(text: str) -> dict[str, str]:
    """The version of each package that requirements-dev.txt names."""
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    found = [line.split("==") for line in lines if line]
    return {canonicalize_name(name): version for name, version in found}


def asked(project: dict[str, Any]) -> Iterator[Requirement]:
    """Every requirement of the project: its own, its extras' and its groups'."""
    lists = [
        project["project"]["dependencies"],
        *project["project"].get("optional-dependencies", {}).values(),
        *project.get("dependency-groups", {}).values(),
    ]
    for each in lists:
        yield from (Requirement(line) for line in each if isinstance(line, str))


def unmet(requirements: Iterator[Requirement], pinned: dict[str, str]) -> list[str]:
    """The requirements that no pin satisfies."""
    return [
        str(each)
        for each in requirements
        if (each.marker is None or each.marker.evaluate(ENVIRONMENT))
        and not each.specifier.contains(pinned.get(canonicalize_name(each.name), "0"), prereleases=True)
    ]


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pinned(root: Path) -> dict[str, str]:
    """What requirements-dev.txt says."""
    return pins((root / "requirements-dev.txt").read_text(encoding="utf-8"))


# --- pins ----------------------------------------------------------------------------------------


def test_every_requirement_has_a_pin_that_satisfies_it(
    project: dict[str, Any], pinned: dict[str, str]
) -> None:
    assert [] == unmet(asked(project), pinned)


def test_pins_are_complete(pinned: dict[str, str]) -> None:
    """What a pinned package needs is pinned, too, so that no install picks a version of its own."""
    needed = [
        Requirement(line)
        for name in pinned
        for line in metadata.requires(name) or ()
        if canonicalize_name(Requirement(line).name) not in {"pip", "setuptools"}
    ]

    assert [] == unmet(iter(needed), pinned)


def test_every_requirement_has_a_lower_bound(project: dict[str, Any]) -> None:
    assert [] == [str(each) for each in asked(project) if ">=" not in str(each.specifier)]


@pytest.mark.parametrize("text", ["attrs==25.3", "cattrs==26.1"])
def test_a_pin_that_is_missing_or_too_old_is_found(text: str) -> None:
    assert ["attrs>=25.4"] == unmet(iter([Requirement("attrs>=25.4")]), pins(text))


# --- files ---------------------------------------------------------------------------------------


def addresses(text: str) -> list[str]:
    """The lines that say where packages come from."""
    return [line for line in text.splitlines() if any(each.search(line) for each in ADDRESSES)]


def test_no_file_says_where_packages_come_from(root: Path) -> None:
    hidden = (".venv", ".git", ".hypothesis", "build", "dist")
    files = [
        path
        for path in root.rglob("*")
        if path.is_file()
        and path.suffix in TEXTS
        and path != Path(__file__)
        and not path.name.startswith(".coverage")
        and not any(part in hidden or part.endswith("_cache") for part in path.relative_to(root).parts)
    ]

    assert {root / "requirements-dev.txt", root / "Makefile", root / ".ci" / "run"} <= set(files)
    assert {} == {
        path.name: addresses(text)
        for path in files
        if addresses(text := path.read_text(encoding="utf-8", errors="replace"))
    }
    assert "://" not in (root / "requirements-dev.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "line", ["pip install --index-url x", "-f ./wheels", "--find-links x", "x @ file:///y"]
)
def test_an_address_is_found(line: str) -> None:
    assert [line] == addresses(line)


def test_the_changelog_knows_the_version(root: Path, project: dict[str, Any]) -> None:
    assert project["project"]["version"] in (root / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_licence_is_there(root: Path, project: dict[str, Any]) -> None:
    assert "Apache-2.0" == project["project"]["license"]
    assert "Apache License" in (root / "LICENSE").read_text(encoding="utf-8")


def test_the_wheel_is_whole(root: Path, tmp_path: Path, sources: dict[str, str]) -> None:
    subprocess.run(  # noqa: S603 - our own build
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=root,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        files = set(opened.namelist())

    assert {f"omnicommerce/{place}" for place in sources} | {"omnicommerce/py.typed"} <= files
    assert any(name.endswith("/licenses/LICENSE") for name in files)
    assert {"omnicommerce"} == {name.split("/")[0] for name in files if ".dist-info" not in name}
