"""Random rules and random lives, as plain tables for the oracle and as values for the library."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import attrs
from hypothesis import strategies as st

from omnicommerce.kernel.money import Money
from omnicommerce.lifecycle import Signs, Stage, StageRules, Visit
from tests.lifecycle.oracle import Bought, Row, Table

START: Final = date(2026, 1, 1)
NAMES: Final = ("潜在", "active", "at risk", "lost", "d")
LIFE_DAYS: Final = 14
"""Days on which something may be bought; few, so that one bound often falls on the day of another."""

DAYS_MAX: Final = 5
"""The largest bound in days, and the longest window: there is time for all of them."""

EASIER_MAX: Final = 3
"""The most by which staying is easier than entering."""


def on(number: int) -> date:
    return START + timedelta(days=number)


def number_of(day: date) -> int:
    return (day - START).days


@attrs.frozen
class Case:
    """A shop's stages and a member's life."""

    rows: list[Row]
    window: int
    bought: Bought

    @property
    def rules(self) -> StageRules:
        return StageRules(tuple(stage(row) for row in self.rows), self.window)

    @property
    def visits(self) -> dict[date, Visit]:
        return {on(day): Visit(*visit) for day, visit in self.bought.items()}

    @property
    def first_number(self) -> int | None:
        return min((day for day, (purchases, _) in self.bought.items() if purchases), default=None)

    @property
    def first(self) -> date | None:
        return None if self.first_number is None else on(self.first_number)


def stage(row: Row) -> Stage:
    name, enter, stay = row
    return Stage(name, signs(enter), None if stay is None else signs(stay))


def signs(table: Table) -> Signs:
    bounds: dict[str, Any] = dict(table)
    if "spend_min" in table:
        bounds["spend_min"] = Money(table["spend_min"], "CNY")
    return Signs(**bounds)


_TABLES: Final = st.fixed_dictionaries(
    {},
    optional={
        "silent_days_min": st.integers(0, DAYS_MAX),
        "silent_days_max": st.integers(0, DAYS_MAX),
        "age_days_min": st.integers(0, DAYS_MAX),
        "age_days_max": st.integers(0, DAYS_MAX),
        "purchases_min": st.integers(1, 4),
        "spend_min": st.integers(1, 8),
    },
)


@st.composite
def _rows(draw: st.DrawFn) -> list[Row]:
    rows: list[Row] = []
    for name in NAMES[: draw(st.integers(0, 3))]:
        enter = draw(_TABLES)
        rows.append((name, enter, draw(st.none() | _easier(enter))))
    return [*rows, (NAMES[len(rows)], {}, None)]


@st.composite
def _easier(draw: st.DrawFn, enter: Table) -> Table:
    """Each sign as it is, or less of it, or none at all."""
    stay = {}
    for name, bound in enter.items():
        if draw(st.integers(0, 3)) == 0:
            continue
        less = draw(st.integers(0, EASIER_MAX))
        lowest = 1 if name in {"purchases_min", "spend_min"} else 0
        stay[name] = bound + less if name.endswith("_max") else max(bound - less, lowest)
    return stay


_VISITS: Final = st.tuples(st.integers(1, 2), st.integers(0, 4)) | st.just((0, 0))
"""A day whose every purchase came back may still be there, with nothing on it."""

LIVES: Final = st.dictionaries(st.integers(0, LIFE_DAYS), _VISITS, max_size=6)
CASES: Final = st.builds(Case, _rows(), st.integers(1, DAYS_MAX), LIVES)
