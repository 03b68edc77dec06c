"""Where a person stands: tier and stage are judged anew with every fact, and when time alone may change them.

What is bought and kept, day by day, is all they depend on. So a fact that comes late is judged by reading
those days again, and the order in which facts were told leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias, TypeVar

import attrs

from omnicommerce.identity import Person, PersonJudged, Standing, apply_to_person
from omnicommerce.kernel.changes import Changes, Event, happened, replacing
from omnicommerce.kernel.collection import Versioned
from omnicommerce.kernel.flow import Asking, GetMany, LookMany, Now, Rules, ask, ask_all, stage
from omnicommerce.kernel.ids import MemberId, PersonId
from omnicommerce.kernel.instant import local_day, opening_of
from omnicommerce.lifecycle import (
    StageChanged,
    StageState,
    advance,
    beginning,
    history_needed,
    stage_outlook,
)
from omnicommerce.loyalty import HEADS, PointsHead, TierChanged, lookback_days, next_due, tier_outlook
from omnicommerce.orders import SPEND, DaySpend, days_of, spend_ids
from omnicommerce.rulebook import Rulebook

D = TypeVar("D", date, datetime)

History: TypeAlias = Mapping[date, DaySpend]
"""What a person bought and kept, on the days that were read."""

Members: TypeAlias = tuple[MemberId, ...]
"""The members who are one person: each has books, and all of them together say where that person stands."""

A_MONTH: Final = timedelta(days=31)

A_DAY: Final = timedelta(days=1)

AHEAD: Final = timedelta(days=2)
"""A till's clock may be 24 hours ahead, and on a short day of spring that is the day after tomorrow."""
"""A till's clock may run ahead, so that something was bought tomorrow."""

KEPT_DAYS_MAX: Final = 28
"""What was judged longer ago is written anew, so that going on from it never takes more than A_MONTH more."""


def months_to_judge(members: Members, today: date, rules: Rulebook) -> tuple[str, ...]:
    """The months that judging these *members* on *today* most likely needs; they fit into an earlier read."""
    # The stage was judged some days ago, and goes on from there; the tier looks back from today.
    first = min(
        today - timedelta(days=lookback_days(rules.tiers)), history_needed(today, rules.stages) - A_MONTH
    )
    return tuple([id for member in members for id in spend_ids(member, first, today + AHEAD)])


def judge(person: Versioned[Person], member: MemberId, changed: date | None) -> Asking[Standing]:
    """Judge a person anew after a fact of the day *changed* (None: only time has passed), and stage it.

    Most facts leave a person where they stood, with only more time until anything turns. Then what stands
    there is good enough, and is not written: the next tick looks once too often, and not too late.
    """
    rules, now = yield from ask_all(Rules(Rulebook), Now())
    before = person.must().standing
    standing, is_known = yield from _standing_now(before, person.must().members, changed, rules, now)
    if not is_known or not _is_good_enough(before, standing):
        facts = _moves(member, before, standing, rules.tiers.base)
        yield from stage(_recorded(person, member, standing, facts, now))
    return standing


def judge_formed(
    person: Versioned[Person], before: Mapping[MemberId, Standing | None], since: date | None
) -> Asking[Standing]:
    """Judge a person whose books have become others, and stage it: nothing that was known of them holds.

    *before* are the persons they were, each called after one of their members; the first purchase of any of
    them was not before *since*.
    """
    rules, now = yield from ask_all(Rules(Rulebook), Now())
    members = person.must().members
    standing, _ = yield from _standing_now(None, members, since, rules, now)
    facts: list[TierChanged | StageChanged] = []
    for member, was in before.items():
        facts += _moves(member, was, standing, rules.tiers.base)
    yield from stage(_recorded(person, members[0], standing, facts, now))
    return standing


def expect(person: Versioned[Person], member: MemberId) -> Asking[None]:
    """Have a person looked at when the next of their points run out; their tier and stage have not turned."""
    before = person.must().standing
    if before is None:
        yield from judge(person, member, None)
        return
    heads, rules, now = yield from ask_all(GetMany(HEADS, person.must().members), Rules(Rulebook), Now())
    standing = attrs.evolve(before, due=_due(before.turns_on, heads, rules))
    if standing != before:
        yield from stage(_recorded(person, member, standing, (), now))


def stage_on(
    before: Standing | None, members: Members, today: date, rules: Rulebook
) -> Asking[tuple[StageState, History, date | None]]:
    """The stage of a person on *today*, all days since the first purchase, and the day of that one.

    Judging needs fewer days; to say why, it takes the last purchase, however long ago it was.
    """
    oldest = before.first_day if before is not None and before.first_day is not None else today
    since = min(oldest, today - timedelta(days=lookback_days(rules.tiers)))
    history = yield from days_bought(members, since, today + AHEAD)
    known, first = _known(before, history, None, today)
    return advance(known, history, first, today, rules.stages), history, first


def days_bought(members: Members, first: date, last: date) -> Asking[History]:
    """What these *members* bought and kept in the months from that of *first* to that of *last*."""
    ids = tuple([id for member in members for id in spend_ids(member, first, last)])
    months = yield from ask(LookMany(SPEND, ids))
    days = days_of([(month.id, month.value) for month in months])
    return dict(days) if len(members) == 1 else _joined(days)


def _joined(days: Iterable[tuple[date, DaySpend]]) -> History:
    """What several members bought, each day once."""
    history: dict[date, DaySpend] = {}
    for day, visit in days:
        held = history.get(day, DaySpend(day.day, 0, 0))
        history[day] = DaySpend(
            day.day, held.spend_minor + visit.spend_minor, held.purchases + visit.purchases
        )
    return history


# --- the days that matter ------------------------------------------------------------------------


def _standing_now(
    before: Standing | None, members: Members, changed: date | None, rules: Rulebook, now: datetime
) -> Asking[tuple[Standing, bool]]:
    """Where these *members* stand, and whether what was known *before* was enough to go on from."""
    today = local_day(now, rules.sales.zone)
    heads = yield from ask(GetMany(HEADS, members))
    history = yield from _history(before, members, changed, today, rules)
    known, first = _known(before, history, changed, today)
    stage_now = stage_outlook(known, history, first, today, rules.stages)
    standing = _standing(stage_now, first, history, heads, today, rules)
    return standing, before is not None and changed is not None and not _is_past(before, history, changed)


def _history(
    before: Standing | None, members: Members, changed: date | None, today: date, rules: Rulebook
) -> Asking[History]:
    """The days that matter; all since the first purchase, if what was judged already has changed."""
    first = today - timedelta(days=lookback_days(rules.tiers))
    last = today + AHEAD
    if before is not None:
        first = min(first, history_needed(before.stage_day, rules.stages))
    elif changed is not None:
        first = min(first, changed)
    history = yield from days_bought(members, first, last)
    if before is None or changed is None or not _is_past(before, history, changed):
        return history
    oldest = min(changed, before.first_day or changed)
    return (yield from days_bought(members, min(first, oldest), last))


def _is_past(before: Standing, history: History, changed: date) -> bool:
    """Whether a fact of *changed* touches days that were judged already, or took the first purchase away."""
    if changed < before.stage_day:
        return True
    return changed == before.first_day and (changed not in history or not history[changed].purchases)


# --- where that leaves the person ----------------------------------------------------------------


def _known(
    before: Standing | None, history: History, changed: date | None, today: date
) -> tuple[StageState, date | None]:
    """The stage that is known and still holds, to judge from, and the day of the first purchase."""
    days = [day for day, visit in history.items() if visit.purchases]
    if before is None or (changed is not None and _is_past(before, history, changed)):
        first = min(days, default=None)
        return beginning(first or today, today), first
    if before.first_day is not None:
        days.append(before.first_day)
    first = min(days, default=None)
    return StageState(before.stage, before.stage_day, before.stage_before), first


def _standing(
    stage_now: tuple[StageState, date | None],
    first: date | None,
    history: History,
    heads: tuple[Versioned[PointsHead], ...],
    today: date,
    rules: Rulebook,
) -> Standing:
    spend = {day: visit.spend_minor for day, visit in history.items()}
    tier, tier_changes = tier_outlook(spend, today, rules.tiers)
    state, stage_changes = stage_now
    turns_on = min((day for day in (tier_changes, stage_changes) if day is not None), default=None)
    return Standing(
        tier=tier,
        stage=state.stage,
        stage_day=state.day,
        stage_before=state.before,
        first_day=first,
        due=_due(turns_on, heads, rules),
        turns_on=turns_on,
    )


def _due(turns_on: date | None, heads: tuple[Versioned[PointsHead], ...], rules: Rulebook) -> datetime | None:
    zone = rules.sales.zone
    dues = [opening_of(turns_on, zone) if turns_on is not None else None]
    dues += [next_due(head.value, rules.points, zone) for head in heads if head.value is not None]
    return min((due for due in dues if due is not None), default=None)


def _is_good_enough(before: Standing | None, standing: Standing) -> bool:
    """Whether all that is decided from *standing* can be decided from what was known *before*."""
    if before is None or (before.tier, before.stage) != (standing.tier, standing.stage):
        return False
    return (
        before.first_day == standing.first_day
        and standing.stage_day - before.stage_day <= timedelta(days=KEPT_DAYS_MAX)
        and _comes_first(before.turns_on, standing.turns_on)
        and _comes_first(before.due, standing.due)
    )


def _comes_first(one: D | None, other: D | None) -> bool:
    """Whether *one* comes no later than *other*; None never comes."""
    return other is None or (one is not None and one <= other)


def _recorded(
    person: Versioned[Person],
    member: MemberId,
    standing: Standing,
    moves: Iterable[TierChanged | StageChanged],
    now: datetime,
) -> Changes:
    fact = PersonJudged(PersonId(person.id), standing)
    told = Event(fact, at=now, members=(member,))
    changes = replacing(person, apply_to_person(person.value, fact), told)
    return changes + happened(*[Event(move, at=now, members=(move.member,)) for move in moves])


def _moves(
    member: MemberId, before: Standing | None, after: Standing, base: str
) -> list[TierChanged | StageChanged]:
    """What others may want to hear of: another tier, another stage. Everybody begins on the *base* level."""
    tier, stage = (base, "") if before is None else (before.tier, before.stage)
    facts: list[TierChanged | StageChanged] = []
    if tier != after.tier:
        facts.append(TierChanged(member, tier, after.tier))
    if stage != after.stage:
        facts.append(StageChanged(member, stage, after.stage))
    return facts
