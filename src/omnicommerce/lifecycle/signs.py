"""What is seen of a member on a day: how long they have been silent, how much they bought."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import accumulate
from typing import Protocol, TypeAlias

import attrs

from omnicommerce.kernel.money import Money
from omnicommerce.kernel.verdict import Verdict, at_least, at_most, every, failed
from omnicommerce.lifecycle.rules import Signs, StageRules


@attrs.frozen
class Visit:
    """What was bought and kept on one day, and in how many purchases; neither is less than nothing."""

    purchases: int
    spend_minor: int


class Bought(Protocol):
    """What tells as much of a day as a `Visit`: the shop's own record of it will do."""

    @property
    def purchases(self) -> int:
        """See `Visit`."""
        ...

    @property
    def spend_minor(self) -> int:
        """See `Visit`."""
        ...


Visits: TypeAlias = Mapping[date, Bought]
"""The days that matter; a day that is not in it saw no purchase, or lies too far back."""


@attrs.frozen
class Chronicle:
    """A member's purchases as running totals, by the ordinals of their days; the first is known apart."""

    first: int | None
    days: list[int]
    purchases: list[int]
    spend: list[int]
    window: int

    def last(self, day: int) -> int | None:
        """The last day of a purchase up to *day*.

        Where it lies before all that was read, the first purchase stands for it: silence that long is the
        same silence for every bound.
        """
        place = bisect_right(self.days, day)
        if place:
            return self.days[place - 1]
        return self.first if self.first is not None and self.first <= day else None

    def within(self, totals: list[int], day: int) -> int:
        """What *totals* add up to in the window that ends with *day*."""
        upto, before = bisect_right(self.days, day), bisect_right(self.days, day - self.window)
        return totals[upto] - totals[before]


def chronicle(visits: Visits, first: date | None, rules: StageRules) -> Chronicle:
    """The running totals of *visits*."""
    bought = [(day.toordinal(), visit) for day, visit in visits.items() if visit.purchases]
    # No two are of one day, so visits themselves are never compared.
    bought.sort()
    return Chronicle(
        None if first is None else first.toordinal(),
        [day for day, _ in bought],
        list(accumulate([visit.purchases for _, visit in bought], initial=0)),
        list(accumulate([visit.spend_minor for _, visit in bought], initial=0)),
        rules.window_days,
    )


def are_seen(signs: Signs, seen: Chronicle, day: int) -> bool:
    """Whether all of *signs* are seen on *day*."""
    if signs.silent_days_min is not None or signs.silent_days_max is not None:
        last = seen.last(day)
        if last is None or not _within(day - last, signs.silent_days_min, signs.silent_days_max):
            return False
    if signs.age_days_min is not None or signs.age_days_max is not None:
        is_known = seen.first is not None and seen.first <= day
        if not is_known or not _within(day - (seen.first or 0), signs.age_days_min, signs.age_days_max):
            return False
    if signs.purchases_min is not None and seen.within(seen.purchases, day) < signs.purchases_min:
        return False
    return signs.spend_min is None or seen.within(seen.spend, day) >= signs.spend_min.minor


def _within(days: int, least: int | None, most: int | None) -> bool:
    return (least is None or days >= least) and (most is None or days <= most)


def turning_days(signs: Signs, seen: Chronicle, day: int) -> Iterator[int]:
    """Days after *day* on which one of *signs* may begin or cease to be seen, if nothing more is bought."""
    place = bisect_right(seen.days, day)
    if place < len(seen.days):
        yield seen.days[place]
    last = seen.last(day)
    if last is not None:
        yield from _after(day, last, signs.silent_days_min, signs.silent_days_max)
    if seen.first is not None:
        yield from _after(day, seen.first, signs.age_days_min, signs.age_days_max)
    if signs.purchases_min is not None:
        yield from _falling(day, seen, seen.purchases, signs.purchases_min)
    if signs.spend_min is not None:
        yield from _falling(day, seen, seen.spend, signs.spend_min.minor)


def _after(day: int, since: int, least: int | None, most: int | None) -> Iterator[int]:
    if least is not None and since + least > day:
        yield since + least
    if most is not None and since + most + 1 > day:
        yield since + most + 1


def _falling(day: int, seen: Chronicle, totals: list[int], least: int) -> Iterator[int]:
    """The day on which so much has left the window that less than *least* is in it, if that is yet to come.

    No day takes away from the totals. So whatever leaves before that day changes nothing, and is passed over.
    """
    bought = totals[bisect_right(seen.days, day)]
    leaving = bisect_right(totals, bought - least) - 1
    if leaving >= 0 and seen.days[leaving] + seen.window > day:
        yield seen.days[leaving] + seen.window


def told(signs: Signs, seen: Chronicle, day: int) -> Verdict:
    """Each sign of *signs* on *day*, with what is asked and what is seen."""
    last = seen.last(day)
    silent = None if last is None else day - last
    age = day - seen.first if seen.first is not None and seen.first <= day else None
    parts: list[Verdict] = []
    parts += _days_told(
        "silent_too_short", "silent_too_long", silent, signs.silent_days_min, signs.silent_days_max
    )
    parts += _days_told("too_new", "too_long_known", age, signs.age_days_min, signs.age_days_max)
    if signs.purchases_min is not None:
        counted = seen.within(seen.purchases, day)
        parts.append(at_least("too_few_purchases", actual=counted, required=signs.purchases_min))
    if signs.spend_min is not None:
        spend = Money(seen.within(seen.spend, day), signs.spend_min.currency)
        parts.append(at_least("spend_too_low", actual=spend, required=signs.spend_min))
    return every("signs", parts)


def _days_told(
    short: str, long: str, days: int | None, least: int | None, most: int | None
) -> Iterator[Verdict]:
    if days is None:
        if least is not None or most is not None:
            yield failed("never_bought")
        return
    if least is not None:
        yield at_least(short, actual=days, required=least)
    if most is not None:
        yield at_most(long, actual=days, required=most)
