"""Where does a member stand, today or on any other day, and what would change it?"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import attrs

from omnicommerce.flows.judge_person import AHEAD, days_bought, stage_on
from omnicommerce.flows.member_known import books_of, person_of
from omnicommerce.identity import NODES, PERSONS
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.flow import Flow, Get, Now, Outcome, Rules, ask, ask_all
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.instant import local_day
from omnicommerce.kernel.verdict import Verdict
from omnicommerce.lifecycle import next_stage_day, why
from omnicommerce.loyalty import TierStanding, lookback_days, standing
from omnicommerce.rulebook import Rulebook


@attrs.frozen
class StageStanding:
    """The stage a member is in, the first day on which time alone would change it, and why it is this one."""

    stage: str
    changes_on: date | None
    why: Verdict


def tier_of(*, member: MemberId, at: datetime | None = None) -> Flow[TierStanding]:
    """The tier of *member* by what is known: now, as it was, or as it will be if nothing more is bought.

    Raises:
        Refused: ``no_such_member``.
        BadValue: *at* lies at an end of the calendar.
    """
    node, rules, now = yield from ask_all(Get(NODES, member), Rules(Rulebook), Now())
    members = books_of(node.value)
    day = local_day(now if at is None else at, rules.sales.zone)
    try:
        first, last = day - timedelta(days=lookback_days(rules.tiers)), day + AHEAD
    except OverflowError:
        raise BadValue("at", "expected a day of the years 5 to 9998") from None
    history = yield from days_bought(members, first, last)
    spend = {each: visit.spend_minor for each, visit in history.items()}
    return Outcome(standing(spend, day, rules.tiers, rules.sales.currency))


def stage_of(*, member: MemberId) -> Flow[StageStanding]:
    """The stage that *member* is in today, each sign of it judged, and when it would change by itself.

    Raises:
        Refused: ``no_such_member``.
    """
    node, rules, now = yield from ask_all(Get(NODES, member), Rules(Rulebook), Now())
    person = yield from ask(Get(PERSONS, person_of(node.value)))
    today = local_day(now, rules.sales.zone)
    state, history, first = yield from stage_on(person.must().standing, books_of(node.value), today, rules)
    return Outcome(
        StageStanding(
            state.stage,
            next_stage_day(state, history, first, rules.stages),
            why(state, history, first, rules.stages),
        )
    )
