"""Pages run, and the mission table is honest about what is proved."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

ROWS: Final = tuple(f"M{nth}" for nth in range(1, 28))

PAGE: Final = """
```python
gained = 2
```

<!-- skip: next -->

```python
gained = undefined
```

```python
assert gained == {total}
```
"""

MODULE: Final = '''
"""A module.

>>> answer()
{answer}
"""

def answer() -> int:
    return 42
'''


@pytest.mark.parametrize(("total", "passed", "failed"), [(2, 2, 0), (3, 1, 1)])
def test_a_page_runs_in_one_namespace(
    pytester: pytest.Pytester, root: Path, total: int, passed: int, failed: int
) -> None:
    pytester.makeconftest((root / "conftest.py").read_text(encoding="utf-8"))
    pytester.makefile(".md", page=PAGE.format(total=total))

    told = pytester.runpytest_inprocess("-p", "no:cacheprovider")

    # A skip mark and the block it skips count as one passed item each.
    told.assert_outcomes(passed=passed + 2, failed=failed)


def test_two_workers_do_not_tear_a_page(pytester: pytest.Pytester, root: Path) -> None:
    pytester.makeconftest((root / "conftest.py").read_text(encoding="utf-8"))
    counting = "```python\nnth += 1\n```\n"
    pytester.makefile(".md", page="```python\nnth = 0\n```\n" + 8 * counting)

    told = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-n", "2", "--dist", "loadscope")

    told.assert_outcomes(passed=9)


@pytest.mark.parametrize(("answer", "passed", "failed"), [(42, 1, 0), (41, 0, 1)])
def test_docstrings_of_the_package_run(
    pytester: pytest.Pytester, root: Path, answer: int, passed: int, failed: int
) -> None:
    pytester.makeconftest((root / "conftest.py").read_text(encoding="utf-8"))
    package = pytester.mkdir("src") / f"answers_{answer}"
    package.mkdir()
    (package / "__init__.py").write_text(MODULE.format(answer=answer), encoding="utf-8")
    pytester.syspathinsert(pytester.path / "src")

    told = pytester.runpytest_inprocess("-p", "no:cacheprovider", "--import-mode=importlib", "src")

    told.assert_outcomes(passed=passed, failed=failed)


def test_the_mission_table_has_every_row_and_names_proofs_that_exist(root: Path) -> None:
    page = (root / "docs" / "mission.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if "| M" in line]

    assert list(ROWS) == [row[0] for row in rows]
    for row, _what, _when, state, proof in rows:
        named = re.findall(r"`([^`]+)`", proof)
        assert (state == "not yet") == (proof == ""), f"{row}: a state other than `not yet` names its proof"
        assert [] == [path for path in named if not (root / path).exists()], f"{row} names what is not there"
