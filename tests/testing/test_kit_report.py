"""The kit's report: who is certified for what, which laws have gaps, and what was not run."""

from __future__ import annotations

import pytest

from omnicommerce.testing.kit_report import KIT_VERSION, LEVELS, Certificate, kit_report
from omnicommerce.testing.storage import LAWS, LAWS_OF_A_LEVEL

SIZES = {"A": 2, "B": 2, "C": 1, "D": 1}

CASE = """
import pytest
from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.testing import StorageConformance

class TestMine(StorageConformance):
    is_durable = False

    def make(self):
        return MemoryStorage()

    @pytest.mark.xfail(reason="our database counts in 32 bits")
    def test_large_numbers_stay_exact(self):
        raise AssertionError("promised: exact")

    def test_of_its_own(self):
        assert True
"""


def certificate(**outcomes: str) -> Certificate:
    made = Certificate("TestMine", SIZES)
    for law, outcome in outcomes.items():
        made.take(law[0], law, outcome, "a reason")  # type: ignore[arg-type]  # one of the three
    return made


def test_a_level_is_certified_when_all_its_laws_are_kept() -> None:
    everything = dict.fromkeys(("A1", "A2", "B1", "B2", "C1", "D1"), "kept")

    assert "A-D" == certificate(**everything).certified
    assert "A, C, D" == certificate(**everything | {"B2": "broken"}).certified
    assert "B-D" == certificate(**everything | {"A1": "gap"}).certified
    assert "A, B" == certificate(A1="kept", A2="kept", B1="kept", B2="kept").certified
    assert "" == certificate().certified


def test_the_report_names_what_is_broken_what_has_a_gap_and_what_was_not_run() -> None:
    made = certificate(A1="kept", A2="gap", B1="broken", C1="kept")
    made.not_asked["D"] = "is_shared = False"
    made.counts["B"] = {"orders of calls": 90}
    text = made.as_text()

    assert f"TestMine: certified C, kit version {KIT_VERSION}" == text.splitlines()[0]
    for line in (
        "1 of 2 laws kept",
        "gap: A2: a reason",
        "0 of 2 laws kept, 1 not run; 90 orders of calls",
        "broken: B1",
        "not asked for: is_shared = False",
    ):
        assert line in text


def test_a_law_that_fails_after_it_was_kept_is_broken() -> None:
    made = certificate(A1="kept", A2="kept")
    made.take("A", "A1", "broken")

    assert "" == made.certified


def test_a_law_that_is_kept_after_it_failed_is_broken_all_the_same() -> None:
    made = certificate(A1="kept", A2="kept")
    made.take("A", "A1", "broken")
    made.take("A", "A1", "kept")

    assert "" == made.certified
    assert "broken: A1" in made.as_text()


CASE_WITH_PARAMETERS = """
import pytest
from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.testing import StorageConformance

@pytest.mark.parametrize("size", [1, 2])
class TestMine(StorageConformance):
    is_durable = False

    @pytest.fixture(autouse=True)
    def _size(self, size):
        self.size = size

    def make(self):
        return MemoryStorage()
"""


def test_a_law_counts_once_however_many_parameters_it_is_asked_with(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(CASE_WITH_PARAMETERS)

    told = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-k", "empty")

    told.assert_outcomes(passed=4)
    told.stdout.fnmatch_lines([f"  A * 2 of {LAWS_OF_A_LEVEL['A']} laws kept, * not run"])


def test_a_replaced_law_that_is_marked_and_does_not_fail_is_a_gap(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        CASE.replace('xfail(reason="our', 'xfail(False, reason="our').replace(
            'raise AssertionError("promised: exact")', "pass"
        )
    )

    told = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-k", "numbers")

    told.stdout.fnmatch_lines(["*gap: test_large_numbers_stay_exact: replaced, and marked*"])


def test_the_report_says_when_each_shop_has_a_database_of_its_own(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(CASE)
    alone = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-k", "two_shops")
    neighbour = "    def neighbour(self, storage):\n        return MemoryStorage()\n"
    pytester.makepyfile(CASE + "\n" + neighbour)
    housed = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-k", "two_shops")

    alone.stdout.fnmatch_lines(["*shops: each in a database of its own*"])
    housed.stdout.no_fnmatch_line("*shops: each in a database of its own*")


def test_several_reports_stand_one_below_the_other() -> None:
    text = kit_report({"b": certificate(), "a": certificate(C1="kept")})

    assert 2 == text.count("TestMine: ")
    assert text.index("certified C") < text.index("not certified")


def test_every_law_has_a_level() -> None:
    assert set(LEVELS) == set(LAWS.values())
    assert len(LAWS) == sum(LAWS_OF_A_LEVEL.values())


def test_the_report_stands_at_the_end_of_the_run(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(CASE)

    told = pytester.runpytest_inprocess(
        "-p", "no:cacheprovider", "-k", "numbers or own or process or lost_update"
    )

    told.stdout.fnmatch_lines(
        [
            "*storage conformance kit*",
            f"TestMine: not certified, kit version {KIT_VERSION}",
            "  A * laws kept, * not run",
            "*gap: test_large_numbers_stay_exact: our database counts in 32 bits",
            "  B * not run; * orders of calls, * with a call held up",
            "  D * not asked for: is_durable = False",
        ]
    )


def test_a_broken_law_is_in_the_report(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(CASE.replace("MemoryStorage()", "object()"))

    told = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-k", "lost_update")

    told.stdout.fnmatch_lines(["*broken: test_litmus_lost_update"])


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_the_report_can_be_written_to_a_file(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    pytester.makepyfile(CASE)
    plugin = ("-p", "no:cacheprovider", "-p", "omnicommerce.testing.kit_report")

    told = pytester.runpytest_subprocess(*plugin, *workers, "--kit-report", "report.txt", "-k", "empty")

    told.assert_outcomes(passed=2)
    assert (pytester.path / "report.txt").read_text(encoding="utf-8").startswith("TestMine: not certified")


def test_the_report_gets_along_with_tests_in_other_folders(pytester: pytest.Pytester) -> None:
    for folder in ("mine", "theirs"):
        pytester.mkpydir(folder).joinpath("conftest.py").touch()
    pytester.path.joinpath("mine/test_mine.py").write_text(CASE, encoding="utf-8")
    pytester.path.joinpath("theirs/test_theirs.py").write_text("def test_of_theirs(): ...", encoding="utf-8")

    told = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-k", "lost_update or of_theirs")

    told.assert_outcomes(passed=3)
    told.stdout.fnmatch_lines(["*storage conformance kit*"])


def test_a_run_without_a_kit_has_no_report(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing():\n    assert True\n")

    told = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "omnicommerce.testing.kit_report")

    told.stdout.no_fnmatch_line("*storage conformance kit*")
