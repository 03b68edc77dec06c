"""Tiers by spend over a rolling window of days: up at once, down after a grace.

What was bought on the days of the window, today being the last of them, reaches a level or it does not. A
level is kept for the days of grace after the spend last reached it. So the tier of a day follows from what
was bought in the window and the grace before it, and from nothing else: a sale that is told late and one
that came back need no path of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, TypeAlias

import attrs

from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.money import Money

WINDOW_DAYS_MAX: Final = 1_100
"""Three years: whoever judges by more than that never lets anybody down."""

GRACE_DAYS_MAX: Final = 400
"""A year and a month, for those who let a tier stand for the whole of the next year."""

LEVELS_MAX: Final = 20
NAME_LENGTH_MAX: Final = 64


@attrs.frozen
class Level:
    """A level, and what has to be bought within the window to reach it.

    Raises:
        BadValue: the name is empty, too long or not printable, or the spend is not above zero.
    """

    name: str
    spend: Money

    def __attrs_post_init__(self) -> None:
        check_name(self.name, "name")
        if type(self.spend) is not Money:
            raise BadValue("spend", f"expected Money, got {type(self.spend).__name__}")
        if self.spend.minor <= 0:
            raise BadValue("spend", "expected more than nothing: who has bought nothing is on the base level")


def check_name(name: object, path: str) -> None:
    """Refuse what nobody could read on a card.

    Raises:
        BadValue: it is empty, longer than NAME_LENGTH_MAX, or not printable.
    """
    if type(name) is not str or not 0 < len(name) <= NAME_LENGTH_MAX or not name.isprintable():
        raise BadValue(path, f"expected a name of 1 to {NAME_LENGTH_MAX} printable characters")


@attrs.frozen
class TierRules:
    """The levels from the lowest to the highest, above the `base` that everybody has.

    Spend counts for `window_days` days, and a level is kept for `grace_days` after the spend last reached it.

    Raises:
        BadValue: tiers overlap (two of one name, or spends that do not rise), are in several currencies, or
            a number of days is out of its bounds. The path says which, such as ``levels[1].spend``.
    """

    base: str = "member"
    levels: tuple[Level, ...] = ()
    window_days: int = 365
    grace_days: int = 0

    def __attrs_post_init__(self) -> None:
        check_name(self.base, "base")
        checked_amount(self.window_days, "window_days", 1, WINDOW_DAYS_MAX)
        checked_amount(self.grace_days, "grace_days", 0, GRACE_DAYS_MAX)
        if type(self.levels) is not tuple or len(self.levels) > LEVELS_MAX:
            raise BadValue("levels", f"expected a tuple of at most {LEVELS_MAX} levels")
        names = {self.base}
        for place, level in enumerate(self.levels):
            if type(level) is not Level:
                raise BadValue(f"levels[{place}]", f"expected Level, got {type(level).__name__}")
            if level.name in names:
                raise BadValue(f"levels[{place}].name", f"tiers overlap: there are two {level.name!r}")
            names.add(level.name)
        for place in range(1, len(self.levels)):
            _check_rise(self.levels[place - 1].spend, self.levels[place].spend, f"levels[{place}].spend")


def _check_rise(lower: Money, higher: Money, path: str) -> None:
    if higher.currency != lower.currency:
        raise BadValue(path, f"expected {lower.currency}, as the level below, got {higher.currency}")
    if higher <= lower:
        raise BadValue(path, f"tiers overlap: expected more than {lower}, the level below, got {higher}")


@attrs.frozen
class TierChanged:
    """A member reached another level, or lost one."""

    member: MemberId
    before: str
    after: str


@attrs.frozen
class TierStanding:
    """The tier of a member on one day, and what would change it.

    `spend` is what counts on that day. If nothing more is bought, the tier is lower from `kept_until` on
    (None: it cannot fall). `missing` is what brings the `next_level` on that day (None: there is none above).
    """

    level: str
    spend: Money
    kept_until: date | None
    next_level: str | None
    missing: Money | None


Spend: TypeAlias = Mapping[date, int]
"""What was bought and kept on each day, in minor units."""


# --- the tier of a day ---------------------------------------------------------------------------


def lookback_days(rules: TierRules) -> int:
    """How many days before a day matter for its tier."""
    return rules.window_days + rules.grace_days if rules.levels else 0


def tier_on(spend: Spend, day: date, rules: TierRules) -> str:
    """The tier on *day*, by what was bought up to it."""
    return _name(_reached(_course(spend, day, rules, until=day.toordinal()), day, rules), rules)


def tier_outlook(spend: Spend, day: date, rules: TierRules) -> tuple[str, date | None]:
    """The tier on *day*, and the first later day on which it will be another if no more is told.

    What was told of later days counts from those days on: a till's clock may run ahead.
    """
    course = _course(spend, day, rules)
    reached = _reached(course, day, rules)
    changes = (_lost_on(course, reached, rules), _won_on(course, day, reached, rules))
    return _name(reached, rules), _day(min((at for at in changes if at is not None), default=None))


def standing(spend: Spend, day: date, rules: TierRules, currency: str) -> TierStanding:
    """The tier on *day*, and what would change it; *currency* is the shop's.

    What was bought later is left out, so that a standing of the past is what it was on that day.
    """
    course = _course({each: minor for each, minor in spend.items() if each <= day}, day, rules)
    reached = _reached(course, day, rules)
    today = day.toordinal()
    counted = next((total for since, total in reversed(course) if since <= today), 0)
    above = rules.levels[reached] if reached < len(rules.levels) else None
    return TierStanding(
        _name(reached, rules),
        Money(counted, currency),
        _day(_lost_on(course, reached, rules)),
        above.name if above is not None else None,
        Money(above.spend.minor - counted, currency) if above is not None else None,
    )


def _name(reached: int, rules: TierRules) -> str:
    return rules.levels[reached - 1].name if reached else rules.base


def _day(ordinal: int | None) -> date | None:
    """The day of that number; one past the end of the calendar never comes."""
    return None if ordinal is None or ordinal > _LAST_DAY else date.fromordinal(ordinal)


_LAST_DAY: Final = date.max.toordinal()
_AFTER_ALL: Final = 2 * _LAST_DAY
"""Later than anything leaves its window."""

_Course: TypeAlias = list[tuple[int, int]]
"""What counts from each of these days on (by their ordinals), in order; the last row of a day says it."""


def _course(spend: Spend, day: date, rules: TierRules, *, until: int = _AFTER_ALL) -> _Course:
    """How what counts goes up and down from the first day of the grace before *day* on; *until* is included.

    Without levels nothing counts.
    """
    if not rules.levels:
        return []
    window = rules.window_days
    start = day.toordinal() - rules.grace_days
    total = 0
    came: list[tuple[int, int]] = []
    left: list[tuple[int, int]] = []
    for each, minor in spend.items():
        bought = each.toordinal()
        leaves = bought + window
        if leaves <= start:
            continue
        if bought <= start:
            total += minor
        elif bought <= until:
            came.append((bought, minor))
        if leaves <= until:
            left.append((leaves, -minor))
    course = [(start, total)]
    # In order, what makes a day poorer comes before what makes it richer: so no row of a day tells of more
    # than there was on the day before or is at its end.
    for at, change in sorted(came + left):
        total += change
        course.append((at, total))
    return course


def _reached(course: _Course, day: date, rules: TierRules) -> int:
    """How many levels are held on *day*: those that the spend reached on it or in the grace before it."""
    today = day.toordinal()
    best = max((total for since, total in course if since <= today), default=0)
    return sum(level.spend.minor <= best for level in rules.levels)


def _won_on(course: _Course, day: date, reached: int, rules: TierRules) -> int | None:
    """The first day after *day* on which the spend reaches the next level."""
    if reached == len(rules.levels):
        return None
    wanted, today = rules.levels[reached].spend.minor, day.toordinal()
    return next((since for since, total in course if since > today and total >= wanted), None)


def _lost_on(course: _Course, reached: int, rules: TierRules) -> int | None:
    """The first day on which the highest level that is held will have passed its grace."""
    if not reached:
        return None
    wanted = rules.levels[reached - 1].spend.minor
    below: int | None = None
    for since, total in course:
        if below is not None and since > below + rules.grace_days:
            break
        if total >= wanted:
            below = None
        elif below is None:
            below = since
    assert below is not None, "what counts leaves the window in the end"
    return below + rules.grace_days
