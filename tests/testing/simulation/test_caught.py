"""The simulator proves itself: each broken shop is caught, within so many seeds, and its sound twin never is.

It shows in some 6 to 30 of 30 lives. A change of the library changes all lives, so each case allows as many
seeds as leave no more than one chance in a hundred to miss the rarest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs
import pytest

from omnicommerce import Money
from omnicommerce.testing import Simulated, simulate
from omnicommerce.testing.simulation.depot_days import Depot, DepotDays
from omnicommerce.testing.simulation.shop_rules import A_POINT_COSTS, RULEBOOK
from omnicommerce.testing.simulation.till import Till
from tests.saboteurs.saboteur_counters import IgnoresFloors
from tests.saboteurs.saboteur_guards import (
    IgnoresChecks,
    LastWriteWins,
    OneByOne,
    SwallowsConflicts,
    TornOnConflict,
    TornOnExhausted,
)
from tests.saboteurs.saboteur_journal import WritesEntriesOfRefusedBatches
from tests.testing.simulation.broken import (
    AcknowledgesFirst,
    ForgetsItsKey,
    InHalves,
    LagsBehind,
    LosesTheLast,
    delivers_twice,
    lends_without_a_floor,
    never_signs_off,
    passes_unguarded,
    without_the_last,
)

OPERATIONS: Final = 150

SEEDS_MAX: Final = 40
"""Within so many seeds every broken shop is found out; most are by the first three."""


@attrs.frozen
class Case:
    """A broken shop, what is said of it, and its sound twin, where that is not the shop of other tests."""

    name: str
    says: str
    broken: dict[str, Any]
    sound: dict[str, Any] | None = None


def depot_days(**flows: Any) -> Callable[[Any], DepotDays]:
    return lambda die: DepotDays(die, Depot(**flows))


DAYS: Final = {"workload": depot_days()}

OTHER_POINTS: Final = attrs.evolve(
    RULEBOOK, points=attrs.evolve(RULEBOOK.points, earn_per=Money(A_POINT_COSTS + 3, "CNY"))
)
MORE_USES: Final = attrs.evolve(
    RULEBOOK,
    campaigns={id: attrs.evolve(campaign, uses_per_member=9) for id, campaign in RULEBOOK.campaigns.items()},
)
"""The clients' own reckoning does not know of these: to whoever holds the books to it, they are broken."""

CASES: Final = (
    Case(
        "a till that commits in two halves",
        "were sold and",
        {"workload": lambda die: InHalves(die, commits=2)},
        {"workload": lambda die: InHalves(die, commits=1)},
    ),
    Case("a client that forgets its key", "were answered", {"workload": ForgetsItsKey}, DAYS),
    Case(
        "a flow that forgets a guard",
        "both gates",
        {"workload": depot_days(pass_gate=passes_unguarded)},
        DAYS,
    ),
    Case(
        "a flow that forgets the floor of a counter",
        "more crates were lent than there are",
        {"workload": depot_days(lend=lends_without_a_floor)},
        DAYS,
    ),
    Case(
        "a process whose step has no name",
        "has arrived 2 times",
        DAYS | {"processes": {"deliver": delivers_twice}},
        DAYS,
    ),
    Case(
        "a process that never comes to an end",
        "there is still something to do",
        DAYS | {"processes": {"deliver": never_signs_off}},
        DAYS,
    ),
    Case("a storage in which the last write wins", "did not find it", {"make": LastWriteWins}),
    Case("a storage that ignores checks", "both gates", DAYS | {"make": IgnoresChecks}, DAYS),
    Case("a storage that ignores floors", "more crates", DAYS | {"make": IgnoresFloors}, DAYS),
    Case("a storage that swallows a conflict", "was told that it is done", {"make": SwallowsConflicts}),
    Case("a storage that is torn by a conflict", "", DAYS | {"make": TornOnConflict}, DAYS),
    Case("a storage that is torn by a bound", "", DAYS | {"make": TornOnExhausted}, DAYS),
    Case("a storage that commits each put by itself", "no entry tells", {"make": OneByOne}),
    Case("a journal outside the transaction", "did not find it", {"make": WritesEntriesOfRefusedBatches}),
    Case("a storage that answers from a stale replica", "had come to", DAYS | {"make": LagsBehind}, DAYS),
    Case("a storage that acknowledges before it stores", "", DAYS | {"make": AcknowledgesFirst}, DAYS),
    Case(
        "a storage that loses the last commit at a restart",
        "",
        {"make": LosesTheLast, "reopen": without_the_last},
        {"make": LosesTheLast},
    ),
    Case("a shop that gives other points than it says", "it was answered", {"rulebook": OTHER_POINTS}),
    Case(
        "a shop that lets coupons be used too often",
        "has used",
        {"rulebook": MORE_USES, "workload": Till},
        {"workload": Till},
    ),
    Case(
        "sales in a storage that ignores checks",
        "it waits for a sale",
        {"workload": Till, "make": IgnoresChecks},
        {"workload": Till},
    ),
)

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def first_caught(shop: dict[str, Any]) -> Simulated | None:
    """The first life in which something is wrong."""
    lives = (simulate(seed, operations=OPERATIONS, **shop) for seed in range(SEEDS_MAX))
    return next((life for life in lives if life.violations), None)


@every_case
def test_a_broken_shop_is_caught(case: Case) -> None:
    caught = first_caught(case.broken)

    assert caught is not None, f"{SEEDS_MAX} seeds, and nothing was found"
    assert case.says in "\n".join(each.what for each in caught.violations)


@pytest.mark.parametrize("case", [each for each in CASES if each.sound], ids=lambda case: case.name)
def test_its_sound_twin_is_not_accused(case: Case) -> None:
    simulate(seeds=range(2), operations=OPERATIONS, **(case.sound or {})).hold()


def test_most_of_them_answer_whoever_asks_one_thing_at_a_time() -> None:
    """What is found is found because something goes wrong: without faults, ten of them seem sound."""
    seem_sound = [case for case in CASES if not simulate(operations=40, faults=(), **case.broken).violations]

    assert len(seem_sound) >= 10
