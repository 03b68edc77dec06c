"""Names: what a host may import, what a file may be called, and that everything public says what it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath
from types import ModuleType
from typing import Final

import pytest

import omnicommerce
from omnicommerce import testing

NAMES: Final = (
    "AsyncCommerce",
    "AsyncMemoryStorage",
    "Audited",
    "BadInput",
    "BadValue",
    "BadWire",
    "Balance",
    "ByChannel",
    "Campaign",
    "CampaignId",
    "ChangeList",
    "Channel",
    "Commerce",
    "CommerceError",
    "CommitUnknown",
    "Conflict",
    "CouponUse",
    "Customer",
    "DemoKeys",
    "Done",
    "ExceptionList",
    "Exhausted",
    "Explained",
    "Failed",
    "FieldRules",
    "Form",
    "Found",
    "GuestOrders",
    "HostIdentifier",
    "HostNamespace",
    "Identifier",
    "IdentityChanged",
    "IdentityRules",
    "Ingested",
    "KnownValue",
    "Level",
    "Line",
    "LinkRefused",
    "LinkSeen",
    "Linked",
    "Longest",
    "MemberId",
    "MemoryStorage",
    "Money",
    "MostRecent",
    "MostTrusted",
    "Movement",
    "Namespace",
    "NamespaceKind",
    "NamespaceRules",
    "NotTheSame",
    "OnReturn",
    "Parked",
    "PersonFound",
    "Points",
    "PointsRules",
    "PortFault",
    "ProductId",
    "Profile",
    "ProfileRules",
    "Quantity",
    "RecordedSale",
    "Refused",
    "Return",
    "ReturnedLine",
    "Rulebook",
    "Sale",
    "SaleKey",
    "SaleRules",
    "SecretKeys",
    "Shard",
    "ShortBurn",
    "Shown",
    "Signs",
    "SoldLine",
    "SqliteStorage",
    "Staff",
    "Stage",
    "StageRules",
    "StageStanding",
    "Statement",
    "Store",
    "StoreId",
    "Strength",
    "System",
    "TakenBack",
    "ThreadedStorage",
    "Ticked",
    "Tie",
    "TierRules",
    "TierStanding",
    "Till",
    "Unavailable",
    "Verdict",
    "View",
    "Window",
    "WrittenOff",
    "device",
    "email",
    "external_userid",
    "load_fact",
    "load_return",
    "load_rulebook",
    "load_sale",
    "openid",
    "order",
    "phone",
    "unionid",
)
"""What a host imports. A change here is a change for every host, and belongs in CHANGELOG.md."""

TESTING_NAMES: Final = (
    "BlockingStorage",
    "Call",
    "CountingIds",
    "CountingStorage",
    "CrashingStorage",
    "Fault",
    "FrozenClock",
    "Heard",
    "LossyStorage",
    "RefusingStorage",
    "Simulated",
    "SimulatedCrash",
    "StorageConformance",
    "Violation",
    "Wish",
    "Workload",
    "agreement_with_memory",
    "given",
    "simulate",
)
"""What somebody who tests a host or an adapter imports."""

DOORS: Final = ((omnicommerce, NAMES), (testing, TESTING_NAMES))

SAYS_NOTHING: Final = frozenset(
    {"utils", "util", "helpers", "helper", "common", "base", "manager", "service", "core", "impl"}
)
"""Names under which anything could be kept."""


# --- what a host may import ----------------------------------------------------------------------


@pytest.mark.parametrize(("door", "names"), DOORS)
def test_a_door_hands_out_exactly_these_names(door: ModuleType, names: tuple[str, ...]) -> None:
    assert sorted(names) == list(names)
    assert list(names) == door.__all__
    assert list(names) == [name for name in dir(door) if not name.startswith("__")]
    assert list(names) == [name for name in names if getattr(door, name).__name__ == name]


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Comerce"):
        omnicommerce.Comerce  # noqa: B018


def test_type_checkers_and_python_see_one_door(sources: dict[str, str]) -> None:
    """The table of homes and the imports for type checkers are two lists of the same."""
    told = {
        alias.asname or alias.name: node.module
        for node in ast.walk(ast.parse(sources["__init__.py"]))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("omnicommerce.")
        for alias in node.names
    }

    assert {name: f"omnicommerce.{home}" for name, home in omnicommerce._HOMES.items()} == told


# --- what a file may be called -------------------------------------------------------------------


def says_nothing(place: str) -> bool:
    """Whether a folder or the file in *place* could hold anything."""
    return any(part.strip("_") in SAYS_NOTHING for part in PurePosixPath(place).with_suffix("").parts)


def test_every_file_says_what_it_holds(sources: dict[str, str]) -> None:
    assert [] == [place for place in sources if says_nothing(place)]


@pytest.mark.parametrize(
    "place", ["utils/text.py", "coupons/helpers.py", "kernel/_core.py", "base/__init__.py"]
)
def test_a_name_that_says_nothing_is_found(place: str) -> None:
    assert says_nothing(place)


# --- everything public says what it is -----------------------------------------------------------


def silent(place: str, text: str) -> Iterator[str]:
    """The public modules, classes and functions in a file that have no docstring."""
    tree = ast.parse(text)
    if not ast.get_docstring(tree):
        yield place
    yield from (f"{place}: {name}" for name in _silent(tree))


def _silent(inside: ast.Module | ast.ClassDef) -> Iterator[str]:
    for node in inside.body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        decorators = {ast.unparse(each) for each in node.decorator_list}
        if not node.name.startswith("_") and "overload" not in decorators and not ast.get_docstring(node):
            yield node.name
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from (f"{node.name}.{name}" for name in _silent(node))


def test_everything_public_says_what_it_is(sources: dict[str, str]) -> None:
    assert [] == [each for place, text in sources.items() for each in silent(place, text)]


def test_what_is_silent_is_found() -> None:
    text = "class A:\n '''A.'''\n def f(self): ...\n def _g(self): ...\ndef h(): ...\n"

    assert ["a.py", "a.py: A.f", "a.py: h"] == list(silent("a.py", text))
