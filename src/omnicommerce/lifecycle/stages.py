"""The stage a member is in, day by day: the first whose signs are seen; to stay is easier than to enter.

The stage of a day follows from that of the day before and from what was bought, so it can be told again from
the first purchase on at any time. Days on which nothing can change are passed over.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import attrs

from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.verdict import Joint, Verdict
from omnicommerce.lifecycle.rules import StageRules
from omnicommerce.lifecycle.signs import Chronicle, Visits, are_seen, chronicle, told, turning_days


@attrs.frozen
class StageState:
    """The stage on `day` as far as it is known, and that at the end of the day `before`.

    The same day is judged again with every further fact of it, so what it was judged from is kept.
    """

    stage: str
    day: date
    before: str


@attrs.frozen
class StageChanged:
    """A member entered another stage; `before` is empty for somebody new."""

    member: MemberId
    before: str
    after: str


def advance(
    state: StageState, visits: Visits, first: date | None, day: date, rules: StageRules
) -> StageState:
    """The stage on *day*, from a state of that day or an earlier one; *first* is the first purchase's day.

    *visits* must reach back to `history_needed` of the state's day.
    """
    return _advanced(state, chronicle(visits, first, rules), day, rules)


def stage_outlook(
    state: StageState, visits: Visits, first: date | None, day: date, rules: StageRules
) -> tuple[StageState, date | None]:
    """The stage on *day*, and the first later day on which it is another, if nothing more is bought."""
    seen = chronicle(visits, first, rules)
    reached = _advanced(state, seen, day, rules)
    return reached, _turns_on(reached, seen, rules)


def _advanced(state: StageState, seen: Chronicle, day: date, rules: StageRules) -> StageState:
    before, today, last = state.before, state.day.toordinal(), day.toordinal()
    while True:
        stage = _stage(before, seen, today, rules)
        if today >= last:
            return StageState(stage, date.fromordinal(today), before)
        # To stay is never harder than to enter: so whoever is in a stage is in it until a sign turns.
        turn = _next_turn(seen, today, rules)
        if turn is None or turn > last:
            return StageState(stage, day, stage)
        before, today = stage, turn


def replay(visits: Visits, first: date | None, since: date, day: date, rules: StageRules) -> StageState:
    """The stage on *day*, told from the start: *since* is the day of the first purchase, or *day* itself."""
    return advance(beginning(since, day), visits, first, day, rules)


def beginning(since: date, day: date) -> StageState:
    """Where to tell the stage of *day* from, if it is told from the start."""
    return StageState("", min(since, day), "")


def history_needed(day: date, rules: StageRules) -> date:
    """The day from which on purchases must be known to judge *day* and those after it."""
    return date.fromordinal(max(day.toordinal() - rules.days_told, _FIRST_DAY))


def next_stage_day(state: StageState, visits: Visits, first: date | None, rules: StageRules) -> date | None:
    """The first day after the state's on which the stage is another, if nothing more is bought."""
    return _turns_on(state, chronicle(visits, first, rules), rules)


def _turns_on(state: StageState, seen: Chronicle, rules: StageRules) -> date | None:
    turn = _next_turn(seen, state.day.toordinal(), rules)
    while turn is not None and _stage(state.stage, seen, turn, rules) == state.stage:
        turn = _next_turn(seen, turn, rules)
    return None if turn is None or turn > _LAST_DAY else date.fromordinal(turn)


def why(state: StageState, visits: Visits, first: date | None, rules: StageRules) -> Verdict:
    """Each stage in the order in which they are looked for, with its signs judged on the state's day."""
    seen, day = chronicle(visits, first, rules), state.day.toordinal()
    parts = tuple(
        attrs.evolve(
            told(each.to_stay if each.name == state.before else each.enter, seen, day), actual=each.name
        )
        for each in rules.stages
    )
    return Verdict("stage", any(part.holds for part in parts), state.stage, joint=Joint.ANY, parts=parts)


_FIRST_DAY: Final = date.min.toordinal()
_LAST_DAY: Final = date.max.toordinal()


def _stage(before: str, seen: Chronicle, day: int, rules: StageRules) -> str:
    for stage in rules.stages:
        if are_seen(stage.to_stay if stage.name == before else stage.enter, seen, day):
            return stage.name
    return ""


def _next_turn(seen: Chronicle, day: int, rules: StageRules) -> int | None:
    turns = (
        turn
        for stage in rules.stages
        for signs in ((stage.enter,) if stage.stay is None else (stage.enter, stage.stay))
        for turn in turning_days(signs, seen, day)
    )
    return min(turns, default=None)
