"""The stages of a member, told the slow way: every day by itself, numbered days, plain tables and loops.

It knows nothing of the library. Signs are a table of bounds; a stage is a row: its name, the signs to enter
it and those to stay in it.
"""

from __future__ import annotations

from typing import TypeAlias

Table: TypeAlias = dict[str, int]
"""Bounds by their names, such as ``{"silent_days_min": 60}``."""

Row: TypeAlias = tuple[str, Table, Table | None]
"""A stage: its name, the signs to enter it and those to stay in it (None: the same)."""

Bought: TypeAlias = dict[int, tuple[int, int]]
"""How many purchases there were on a day, and what they came to."""


def holds(signs: Table, bought: Bought, day: int, window: int) -> bool:
    """Whether every sign is there on that day, counting and looking through all the days there are."""
    past = [each for each, (purchases, _) in bought.items() if purchases > 0 and each <= day]
    counted = [bought[each] for each in past if each > day - window]
    seen = {
        "silent_days": day - max(past) if past else None,
        "age_days": day - min(past) if past else None,
        "purchases": sum(row[0] for row in counted),
        "spend": sum(row[1] for row in counted),
    }
    for name, bound in signs.items():
        what, _, side = name.rpartition("_")
        value = seen[what]
        if value is None or (side == "min" and value < bound) or (side == "max" and value > bound):
            return False
    return True


def stages(rows: list[Row], bought: Bought, since: int, until: int, window: int) -> dict[int, str]:
    """The stage of each day from *since* on; *until* is included."""
    told = {}
    held = ""
    for day in range(since, until + 1):
        for name, enter, stay in rows:
            if holds(stay if name == held and stay is not None else enter, bought, day, window):
                held = name
                break
        told[day] = held
    return told
