"""The floors of the house: who may import whom, and which library lives where.

Imports go down only and rooms have no side doors. What is read here is the source, so an import
inside a function counts as much as one at the top.
"""

from __future__ import annotations

import ast
import builtins
import subprocess
import sys
from collections.abc import Iterator
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath
from typing import Final

import attrs
import pytest

ROOMS: Final = frozenset(
    {
        "identity",
        "consent",
        "catalogue",
        "stores",
        "inventory",
        "coupons",
        "loyalty",
        "rewards",
        "orders",
        "payments",
        "lifecycle",
        "acquisition",
        "insights",
        "feedback",
    }
)
FLOORS: Final = (
    frozenset({"testing"}),
    frozenset({"cli", "__main__"}),
    frozenset({"__init__"}),  # the front door hands out names of every floor below it
    frozenset({"adapters"}),
    frozenset({"commerce", "verbs"}),
    frozenset({"runner"}),
    frozenset({"wire"}),
    frozenset({"processes"}),
    frozenset({"flows"}),
    frozenset({"rulebook"}),
    frozenset({"ports"}),
    ROOMS,
    frozenset({"kernel"}),
)
"""From the roof to the ground."""

PURE: Final = ROOMS | {"kernel", "rulebook", "flows", "processes"}
"""Where nothing may reach the outside."""

BUILTINS: Final = frozenset(dir(builtins))

# fmt: off
PURE_STDLIB: Final = frozenset({
    "__future__", "abc", "bisect", "calendar", "collections", "contextlib", "datetime", "decimal",
    "enum", "fractions", "functools", "graphlib", "hashlib", "heapq", "itertools", "math",
    "operator", "re", "statistics", "string", "textwrap", "types", "typing", "unicodedata",
    "zoneinfo",
})
# fmt: on
"""What the standard library offers without a clock, a file, a socket or a die."""

LIBRARIES: Final = {
    "attrs": ("",),
    "typing_extensions": ("",),
    "pendulum": ("kernel/instant.py", "kernel/window.py", "stores/hours"),
    "shapely": ("stores/",),
    "numpy": ("stores/", "identity/resolution/batch.py", "identity/resolution/columns.py"),
    "phonenumbers": ("identity/",),
    "email_validator": ("identity/",),
    "cattrs": ("wire",),
    "pytest": ("testing/",),
    "hypothesis": ("testing/",),
    "sqlalchemy": ("adapters/storage/",),
    "alembic": ("adapters/storage/",),
    "psycopg": ("adapters/storage/",),
    "duckdb": ("adapters/engines/", "adapters/linkage/"),
    "splink": ("adapters/linkage/",),
    "pyspark": ("adapters/engines/",),
    "pandas": ("adapters/engines/",),
}
"""Every library we use, and the places that may. A new one gets a line here on purpose."""

HEAVY: Final = frozenset({"pendulum", "shapely", "numpy", "phonenumbers", "email_validator", "sqlalchemy"})
"""Loaded on first use: no module imports them while it is itself imported."""

FORBIDDEN: Final = (
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "pendulum.now",
    "pendulum.today",
    "pendulum.DateTime.now",
    "uuid",
    "random",
    "secrets",
    "time",
    "os",
    "open",
    "print",
    "input",
    "eval",
    "exec",
)
"""What a pure place may neither call nor hand on; a flow asks `Now()` or `FreshId(...)` instead."""


# --- reading a file ------------------------------------------------------------------------------


class When(StrEnum):
    """When an import happens."""

    AT_ONCE = "at once"
    ON_USE = "on use"
    NEVER = "for type checkers only"


@attrs.frozen
class Imported:
    """One import: the module, the name taken from it if any, and when it happens."""

    module: str
    name: str
    when: When

    @property
    def whole(self) -> str:
        return f"{self.module}.{self.name}" if self.name else self.module


def imports(node: ast.AST, when: When = When.AT_ONCE) -> Iterator[Imported]:
    """Every import below *node*."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Imported(alias.name, "", when) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            module = "." * child.level + (child.module or "")
            yield from (Imported(module, alias.name, when) for alias in child.names)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from imports(child, When.ON_USE)
        elif isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            yield from imports(ast.Module(child.body, []), When.NEVER)
            yield from imports(ast.Module(child.orelse, []), when)
        else:
            yield from imports(child, when)


def top(place: str) -> str:
    """The folder or file right below the package that *place* belongs to."""
    return PurePosixPath(place).with_suffix("").parts[0]


def floor(name: str) -> int | None:
    """How far from the roof *name* stands."""
    return next((nth for nth, names in enumerate(FLOORS) if name in names), None)


# --- the rules -----------------------------------------------------------------------------------


def complaints(place: str, text: str) -> list[str]:
    """What the file at *place* does that its floor forbids."""
    tree = ast.parse(text)
    here = top(place)
    if floor(here) is None:
        return [f"{place}: {here} stands on no floor"]
    found = [complaint for each in imports(tree) for complaint in _about(place, each)]
    if here in PURE:
        found += _reaching_out(tree)
    return [f"{place}: {each}" for each in found]


def _about(place: str, imported: Imported) -> Iterator[str]:
    package = imported.module.split(".")[0]
    if imported.module.startswith("."):
        yield f"write {imported.whole} as a whole name"
    elif package == "omnicommerce":
        yield from _about_ours(place, imported)
    elif package in sys.stdlib_module_names:
        if top(place) in PURE and package not in PURE_STDLIB:
            yield f"may not import {package}"
    elif package not in LIBRARIES:
        yield f"{package} has no place in the house"
    elif not place.startswith(LIBRARIES[package]):
        yield f"may not import {package}"
    elif package in HEAVY and imported.when is When.AT_ONCE and not place.startswith("adapters/"):
        # Nobody loads an adapter but the host that wants its library.
        yield f"imports {package} before anybody needs it"


def _about_ours(place: str, imported: Imported) -> Iterator[str]:
    here = top(place)
    parts = imported.whole.split(".")[1:]
    there = parts[0] if parts and floor(parts[0]) is not None else "__init__"
    if parts and "." in imported.module and floor(parts[0]) is None:
        yield f"{imported.module} stands on no floor"
        return
    own, other = floor(here), floor(there)
    assert own is not None
    assert other is not None
    may_go = own < other or here == there or (own == other and there not in ROOMS)
    if not may_go:
        yield f"may not import {imported.module}: {here} is not above {there}"
    if there in ROOMS:
        through_door = imported.module == f"omnicommerce.{there}" or imported.whole == f"omnicommerce.{there}"
        if here == there and through_door and place != f"{here}/__init__.py":
            yield f"imports its own door {there}: import from the file"
        if here != there and not through_door:
            yield f"imports {imported.module}: go through the door of {there}"
    if imported.name.startswith("_"):
        yield f"imports {imported.name}, which is private to {imported.module}"


def _reaching_out(tree: ast.Module) -> list[str]:
    homes: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            homes |= {alias.asname or alias.name.split(".")[0]: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            homes |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            first, *rest = ast.unparse(node).split(".")
            whole = ".".join((homes.get(first, first if first in BUILTINS else "?"), *rest))
            if any(whole == each or whole.startswith(f"{each}.") for each in FORBIDDEN):
                found.append(f"may not use {ast.unparse(node)} (line {node.lineno})")
    return found


# --- the house as it stands ----------------------------------------------------------------------


def test_imports_go_down_and_pure_places_reach_nothing_outside(sources: dict[str, str]) -> None:
    assert [] == [each for place, text in sources.items() for each in complaints(place, text)]


def test_no_module_needs_itself(sources: dict[str, str]) -> None:
    """Also not through a function: an import that hides there is a cycle that nobody sees."""
    assert () == cycle(sources)


def cycle(sources: dict[str, str]) -> tuple[str, ...]:
    """Modules that import each other in a ring, if there are any."""
    names = {_dotted(place): text for place, text in sources.items() if place != "__init__.py"}
    needs = {
        name: {
            each.whole if each.whole in names else each.module
            for each in imports(ast.parse(text))
            if each.when is not When.NEVER
            and (each.whole in names or each.module in names)
            and name not in (each.whole, each.module)
        }
        for name, text in names.items()
    }
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as ring:
        return tuple(ring.args[1])
    return ()


def _dotted(place: str) -> str:
    return ".".join(("omnicommerce", *PurePosixPath(place).with_suffix("").parts)).removesuffix(".__init__")


def test_what_is_heavy_loads_on_first_use() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, omnicommerce as o; [getattr(o, name) for name in o.__all__]; print(*sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert set() == HEAVY & set(told)


# --- every rule bites ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "text", "complaint"),
    [
        ("kernel/money.py", "import omnicommerce.ports.storage", "kernel is not above ports"),
        ("flows/sell.py", "from omnicommerce.runner import Runner", "flows is not above runner"),
        ("coupons/book.py", "from omnicommerce.loyalty import BOOKS", "coupons is not above loyalty"),
        ("flows/sell.py", "def f():\n from omnicommerce import wire", "flows is not above wire"),
        ("flows/sell.py", "from omnicommerce import Commerce", "flows is not above __init__"),
        ("flows/sell.py", "from omnicommerce.coupons.book import apply", "through the door of coupons"),
        ("coupons/book.py", "from omnicommerce.coupons import apply", "its own door"),
        ("flows/sell.py", "from omnicommerce.flows.give import _secret", "private to"),
        ("flows/sell.py", "from . import give", "as a whole name"),
        ("utils/text.py", "", "stands on no floor"),
        ("runner/run.py", "from omnicommerce.utils import text", "stands on no floor"),
        ("kernel/ids.py", "import os", "may not import os"),
        ("coupons/book.py", "from json import dumps", "may not import json"),
        ("rulebook/lint.py", "import logging", "may not import logging"),
        ("flows/sell.py", "import random", "may not import random"),
        ("processes/pay.py", "import secrets", "may not import secrets"),
        ("kernel/ids.py", "import uuid", "may not import uuid"),
        ("loyalty/lots.py", "import time", "may not import time"),
        ("loyalty/lots.py", "import sqlite3", "may not import sqlite3"),
        ("loyalty/lots.py", "def f():\n import pendulum", "may not import pendulum"),
        ("kernel/instant.py", "import pendulum", "before anybody needs it"),
        ("stores/near.py", "class A:\n import shapely", "before anybody needs it"),
        ("orders/route.py", "def f():\n import shapely", "may not import shapely"),
        ("identity/merge.py", "def f():\n import numpy", "may not import numpy"),
        ("runner/run.py", "import cattrs", "may not import cattrs"),
        ("adapters/storage/memory.py", "import pytest", "may not import pytest"),
        ("wire/money.py", "from hypothesis import given", "may not import hypothesis"),
        ("wire/phone.py", "def f():\n import phonenumbers", "may not import phonenumbers"),
        ("identity/mail.py", "import email_validator", "before anybody needs it"),
        ("runner/run.py", "import sqlalchemy", "may not import sqlalchemy"),
        ("runner/run.py", "import requests", "has no place"),
        ("flows/a.py", "from datetime import datetime as dt\ndt.now()", "may not use dt.now"),
        (
            "loyalty/a.py",
            "import datetime\ndatetime.datetime.utcnow()",
            "may not use datetime.datetime.utcnow",
        ),
        ("loyalty/a.py", "from datetime import datetime\nA(default=datetime.today)", "datetime.today"),
        ("kernel/a.py", "from datetime import date\ndate.today()", "may not use date.today"),
        ("kernel/instant.py", "def f():\n import pendulum\n pendulum.now()", "may not use pendulum.now"),
        ("kernel/instant.py", "def f():\n from pendulum import now as n\n n()", "may not use n "),
        ("kernel/a.py", "from uuid import uuid4\nuuid4()", "may not use uuid4"),
        ("kernel/a.py", "import random\nrandom.choice('ab')", "may not use random.choice"),
        ("rulebook/a.py", "from secrets import token_hex\ntoken_hex()", "may not use token_hex"),
        ("flows/a.py", "import time\ntime.time()", "may not use time.time"),
        ("flows/a.py", "open('x')", "may not use open"),
        ("kernel/a.py", "print('x')", "may not use print"),
    ],
)
def test_each_rule_bites(place: str, text: str, complaint: str) -> None:
    assert complaint in "\n".join(complaints(place, text))


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("flows/sell.py", "from omnicommerce.coupons import apply"),
        ("flows/sell.py", "from omnicommerce.flows.give import give"),
        ("coupons/book.py", "from omnicommerce.coupons.rules import AllOf"),
        ("coupons/__init__.py", "from omnicommerce.coupons.rules import AllOf as AllOf"),
        ("verbs.py", "from omnicommerce.commerce import Commerce"),
        ("kernel/instant.py", "def f():\n import pendulum"),
        ("stores/near.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n import shapely"),
        ("adapters/storage/sql.py", "import sqlalchemy"),
        ("runner/clock.py", "from datetime import datetime\ndatetime.now()"),
        ("loyalty/a.py", "def f(now, time, facts):\n return now, time.day, facts.now, facts.open()"),
    ],
)
def test_what_is_right_passes(place: str, text: str) -> None:
    assert [] == complaints(place, text)


def test_a_ring_is_found() -> None:
    ring = {
        "runner/a.py": "def f():\n from omnicommerce.runner import b",
        "runner/b.py": "from omnicommerce.runner.a import f",
    }

    assert {"omnicommerce.runner.a", "omnicommerce.runner.b"} == set(cycle(ring))
