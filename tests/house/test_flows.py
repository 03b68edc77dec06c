"""Flows and processes reach what they ask for. Type checkers miss both mistakes looked for here.

A bare ``yield`` hands out a question without its type, and a call of ``ask(...)`` without ``yield from``
makes a generator that nobody runs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

import pytest

PARTS: Final = frozenset({"Asking", "Doing"})
"""What a part of a story says it returns; it is run by ``yield from``."""

WHOLES: Final = frozenset({"Flow", "Process"})
"""What a whole story says it returns; it is run by ``yield from``, or handed to `call`."""

GROUND: Final = frozenset({"kernel/flow.py", "kernel/process.py"})
"""Where `ask` and `do` are made, so a bare yield is allowed."""

RUNNERS: Final = ("runner/", "commerce.py", "verbs.py", "testing/", "cli/", "adapters/", "wire/")
"""Floors that run stories by other means; everything else tells them."""


def _said(function: ast.AST) -> str:
    """The first word of what *function* says it returns."""
    if isinstance(function, ast.FunctionDef) and function.returns is not None:
        return ast.unparse(function.returns).strip("'\"").split("[")[0].split(".")[-1]
    return ""


def _dotted(place: str) -> str:
    return ".".join(("omnicommerce", *PurePosixPath(place).with_suffix("").parts)).removesuffix(".__init__")


def stories(sources: dict[str, str]) -> dict[str, str]:
    """Every function that makes a story, or part of one, by its whole name: what it says it returns."""
    return {
        f"{_dotted(place)}.{node.name}": _said(node)
        for place, text in sources.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and _said(node) in PARTS | WHOLES
    }


def complaints(place: str, text: str, known: dict[str, str]) -> list[str]:
    """Each bare yield, and each question that is not asked, in the file at *place*."""
    tree = ast.parse(text)
    names = _names(tree, _dotted(place), known)
    return [f"{place}:{each}" for each in (*_bare(tree, place), *_unreached(tree, names, known))]


def _names(tree: ast.Module, module: str, known: dict[str, str]) -> dict[str, str]:
    """What each name of a file means, for the names that matter here."""
    found = {name.removeprefix(f"{module}."): name for name in known if name.startswith(f"{module}.")}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found[alias.asname or alias.name] = whole
        elif isinstance(node, ast.Import):
            found |= {alias.asname: alias.name for alias in node.names if alias.asname}
    return found


def _bare(tree: ast.Module, place: str) -> Iterator[str]:
    if place in GROUND:
        return
    tellers = (
        [tree]
        if place.startswith(("flows/", "processes/"))
        else [node for node in ast.walk(tree) if _said(node) in PARTS | WHOLES]
    )
    for teller in tellers:
        for node in ast.walk(teller):
            if isinstance(node, ast.Yield):
                yield f"{node.lineno}: a bare yield; write `yield from ask(...)`"


def _unreached(tree: ast.Module, names: dict[str, str], known: dict[str, str]) -> Iterator[str]:
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            said = known.get(_meant(node.func, names), "")
            if said and not _is_reached(node, said, parents, names):
                yield f"{node.lineno}: {ast.unparse(node.func)}(...) is never run; write `yield from`"


def _meant(called: ast.expr, names: dict[str, str]) -> str:
    first, *rest = ast.unparse(called).split(".")
    return ".".join((names.get(first, first), *rest))


def _is_reached(node: ast.Call, said: str, parents: dict[ast.AST, ast.AST], names: dict[str, str]) -> bool:
    parent = parents[node]
    if isinstance(parent, ast.YieldFrom | ast.Lambda):
        return True
    if isinstance(parent, ast.Return):
        # A function that only passes a story on is no generator itself.
        above = parents[parent]
        while not isinstance(above, ast.FunctionDef):
            above = parents[above]
        return not any(isinstance(each, ast.Yield | ast.YieldFrom) for each in ast.walk(above))
    if isinstance(parent, ast.Call) and said in WHOLES:
        return _meant(parent.func, names) == "omnicommerce.kernel.flow.call"
    return False


# --- the house as it stands ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def known(sources: dict[str, str]) -> dict[str, str]:
    """The stories of the house."""
    return stories(sources)


def test_every_question_is_asked(sources: dict[str, str], known: dict[str, str]) -> None:
    told = {place: text for place, text in sources.items() if not place.startswith(RUNNERS)}

    assert [] == [each for place, text in told.items() for each in complaints(place, text, known)]


def test_examples_ask_every_question(root: Path, known: dict[str, str]) -> None:
    examples = {path.name: path.read_text(encoding="utf-8") for path in root.glob("examples/**/*.py")}

    assert [] == [each for place, text in examples.items() for each in complaints(place, text, known)]


def test_what_makes_a_story_is_known(known: dict[str, str]) -> None:
    """Were a word to change its return type, the rules above would fall silent."""
    flow = {f"omnicommerce.kernel.flow.{name}" for name in ("ask", "ask_all", "stage", "call")}
    others = {"omnicommerce.kernel.holders.take", "omnicommerce.kernel.todo.remembering"}
    process = {f"omnicommerce.kernel.process.{name}" for name in ("do", "run", "run_once")}

    assert flow | process | others <= known.keys()


# --- every rule bites ----------------------------------------------------------------------------

ASKS: Final = "from omnicommerce.kernel.flow import Asking, Flow, Get, ask, ask_all, call, stage\n"
DOES: Final = "from omnicommerce.kernel.process import Process, do, run\n"


@pytest.mark.parametrize(
    ("place", "text", "complaint"),
    [
        ("flows/a.py", "def f():\n yield Get(A, 'x')", "bare yield"),
        ("flows/a.py", "def f():\n held = yield\n yield from ask(held)", "bare yield"),
        ("flows/a.py", "def rows():\n for each in a:\n  yield each", "bare yield"),
        ("processes/a.py", "def f():\n result = yield Run('pay', pay, {})", "bare yield"),
        ("loyalty/a.py", ASKS + "def f() -> Asking[int]:\n yield Get(A, 'x')", "bare yield"),
        ("flows/a.py", ASKS + "def f():\n held = ask(Get(A, 'x'))", "ask(...) is never run"),
        ("flows/a.py", ASKS + "def f():\n a, b = ask_all(Get(A, 'x'), Get(B, 'x'))", "ask_all(...) is"),
        ("flows/a.py", ASKS + "def f():\n stage(changes)\n yield from ask(q)", "stage(...) is never run"),
        ("flows/a.py", ASKS + "def f():\n yield from ask(q)\n return ask(q)", "ask(...) is never run"),
        ("flows/a.py", ASKS + "def g() -> Flow[int]: ...\ndef f():\n call(g())", "call(...) is never run"),
        ("flows/a.py", ASKS + "def g() -> Flow[int]: ...\ndef f():\n x = g()", "g(...) is never run"),
        ("flows/a.py", ASKS + "def p() -> Asking[int]: ...\ndef f():\n x = p()", "p(...) is never run"),
        (
            "flows/a.py",
            "from omnicommerce.kernel.flow import ask as q\ndef f():\n q(1)",
            "q(...) is never run",
        ),
        ("flows/a.py", "from omnicommerce.kernel import flow\ndef f():\n flow.ask(1)", "flow.ask(...) is"),
        ("flows/a.py", "import omnicommerce.kernel.holders as k\ndef f():\n k.take(1)", "k.take(...) is"),
        ("processes/a.py", DOES + "def f():\n paid = do(deed)", "do(...) is never run"),
        ("processes/a.py", DOES + "def f():\n run(pay, id='x')", "run(...) is never run"),
        ("loyalty/a.py", ASKS + "def f():\n ask(q)", "ask(...) is never run"),
    ],
)
def test_each_rule_bites(place: str, text: str, complaint: str, known: dict[str, str]) -> None:
    found = complaints(place, text, known | stories({place: text}))

    assert complaint in "\n".join(found)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("flows/a.py", ASKS + "def f():\n held = yield from ask(q)"),
        ("flows/a.py", ASKS + "def f():\n a, b = yield from ask_all(p, q)"),
        ("flows/a.py", ASKS + "def f():\n return (yield from ask(q))"),
        ("flows/a.py", ASKS + "def p() -> Asking[int]:\n return ask(q)"),
        ("flows/a.py", ASKS + "def g() -> Flow[int]: ...\ndef f():\n yield from call(g())"),
        ("flows/a.py", "def ask(q): ...\ndef f():\n ask(q)"),
        ("loyalty/a.py", "def rows():\n yield 1"),
        ("kernel/flow.py", "def ask(q) -> Asking[int]:\n answer = yield q"),
    ],
)
def test_what_is_right_passes(place: str, text: str, known: dict[str, str]) -> None:
    assert [] == complaints(place, text, known | stories({place: text}))
