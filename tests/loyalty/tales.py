"""Histories of a member's points, drawn by chance, and told to the library and to an oracle at once.

Pages hold one, two or sixty-four lots here, so that months of several pages are as common as those of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from typing import Final, TypeAlias

import attrs
import pytest
from hypothesis import strategies as st

from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.ids import LotId
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty import (
    LOTS_A_PAGE,
    PointsMoved,
    PointsRules,
    ShortBurn,
    draws_of,
    part_of,
)
from tests.loyalty.oracle import Oracle, Taken, given_back
from tests.loyalty.shelf import Shelf, at

# --- what may happen -----------------------------------------------------------------------------


@attrs.frozen
class Earn:
    points: int
    days_ago: int
    activation_days: int
    expiry_days: int | None


@attrs.frozen
class Spend:
    points: int
    may_owe: bool


@attrs.frozen
class Return:
    """Some points of an earlier accrual."""

    nth: int
    points: int


@attrs.frozen
class GiveBack:
    """Some points of an earlier burn."""

    nth: int
    points: int
    expiry_days: int | None
    restored_days: int


@attrs.frozen
class Sweep:
    pass


@attrs.frozen
class Wait:
    days: int


Step: TypeAlias = Earn | Spend | Return | GiveBack | Sweep | Wait
History: TypeAlias = tuple[int, tuple[Step, ...]]
"""How many lots a page holds, and what happens."""

EXPIRIES: Final = st.none() | st.integers(1, 8)
STEPS: Final = st.one_of(
    st.builds(Earn, st.integers(0, 30), st.integers(0, 9), st.integers(0, 3), EXPIRIES),
    st.builds(Earn, st.integers(1, 30), st.just(0), st.just(0), EXPIRIES),
    st.builds(Spend, st.integers(1, 40), st.booleans()),
    st.builds(Return, st.integers(0, 9), st.integers(1, 30)),
    st.builds(GiveBack, st.integers(0, 9), st.integers(1, 30), EXPIRIES, st.integers(0, 2)),
    st.just(Sweep()),
    st.builds(Wait, st.integers(1, 4)),
)
HISTORIES: Final[st.SearchStrategy[History]] = st.tuples(
    st.sampled_from((1, 2, LOTS_A_PAGE)),
    # Short ones show a fault best, long ones find it.
    st.one_of(st.lists(STEPS, max_size=6), st.lists(STEPS, min_size=16, max_size=32)).map(tuple),
)


# --- telling it to the library and to the oracle -------------------------------------------------


@contextmanager
def pages_of_size(lots: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("omnicommerce.loyalty.earning.LOTS_A_PAGE", lots)
        patch.setattr("omnicommerce.loyalty.points_book.LOTS_A_PAGE", lots)
        yield


@attrs.define
class Earned:
    lot: LotId | None
    left: int


@attrs.define
class Spent:
    event: PointsMoved
    taken: Taken
    before: int = 0

    @property
    def left(self) -> int:
        return sum(count for _, count in self.taken) - self.before


@attrs.frozen
class Moment:
    """An instant, and what there was then."""

    now: datetime
    day: int
    has: tuple[int, int, int]
    runs_out_next: tuple[int, int] | None


@attrs.define
class Tale:
    """A history as the library and the oracle have heard it."""

    is_swept: bool = True
    shelf: Shelf = attrs.field(factory=Shelf)
    oracle: Oracle = attrs.field(factory=Oracle)
    day: int = 0
    minute: int = 0
    earned: list[Earned] = attrs.field(factory=list)
    spent: list[Spent] = attrs.field(factory=list)
    moments: list[Moment] = attrs.field(factory=list)

    @property
    def now(self) -> datetime:
        # The first minute of day 0 is its very start: an exact instant of activation.
        return at(self.day, time(self.minute // 60, self.minute % 60))

    def hear(self, step: Step) -> None:
        match step:
            case Wait(days):
                self.day += days
                self.minute = -1
            case Earn():
                self._earn(step)
            case Spend():
                self._spend(step)
            case Return():
                self._return(step)
            case GiveBack():
                self._give_back(step)
            case Sweep():
                if self.is_swept:
                    self.shelf.sweep(self.now)
        if self.minute >= 0:
            self.moments.append(
                Moment(self.now, self.day, self.oracle.has(self.day), self.oracle.runs_out_next(self.day))
            )
        self.minute += 1

    def _earn(self, step: Earn) -> None:
        rules = PointsRules(activation_days=step.activation_days, expiry_days=step.expiry_days)
        sold = at(self.day - step.days_ago)
        lot = self.shelf.accrue(step.points, sold, rules, self.now)
        rest = self.oracle.settle(step.points)
        active = self.day - step.days_ago + step.activation_days
        assert (lot is not None) == (rest > 0)
        if lot is not None:
            self.oracle.put(lot, rest, active, _later(active, step.expiry_days))
        self.earned.append(Earned(lot, step.points))

    def _spend(self, step: Spend) -> None:
        rules = PointsRules(on_short_burn=ShortBurn.OWE if step.may_owe else ShortBurn.REFUSE)
        taken = self.oracle.burn(step.points, self.day, may_owe=step.may_owe)
        if taken is None:
            with pytest.raises(Refused) as caught:
                self.shelf.burn(step.points, self.now, rules)
            assert "too_few_points" == caught.value.code
            return
        event = self.shelf.burn(step.points, self.now, rules)
        assert taken == [(draw.lot, draw.points.count) for draw in draws_of(event)]
        self.spent.append(Spent(event, taken))

    def _return(self, step: Return) -> None:
        if not self.earned:
            return
        sale = self.earned[step.nth % len(self.earned)]
        points = min(step.points, sale.left)
        sale.left -= points
        self.shelf.reverse(points, sale.lot, self.now)
        self.oracle.take_back(self.oracle.reverse(points, sale.lot), self.day)

    def _give_back(self, step: GiveBack) -> None:
        if not self.spent:
            return
        sale = self.spent[step.nth % len(self.spent)]
        points = min(step.points, sale.left)
        rules = PointsRules(expiry_days=step.expiry_days, restored_days=step.restored_days)
        draws = part_of(draws_of(sale.event), Points(sale.before), Points(points))
        event = self.shelf.restore(draws, self.now, rules)
        if event is not None:
            self._given_back(given_back(sale.taken, sale.before, points), event, step)
        sale.before += points

    def _given_back(self, units: Taken, event: PointsMoved, step: GiveBack) -> None:
        """The oracle's side of it, one point at a time; new heaps get the names of the library's new lots."""
        names = {self._days(move.lot): move.lot for move in event.moves if not move.earned.is_zero}
        heaps = {heap["name"]: heap for heap in self.oracle.heaps}
        soonest = [
            heap["name"]
            for heap in sorted(
                self.oracle.heaps,
                key=lambda heap: (heap["expires"] is None, heap["expires"] or 0, heap["active"]),
            )
        ]
        for name, _ in sorted(units, key=lambda unit: -1 if unit[0] is None else soonest.index(unit[0])):
            if self.oracle.settle(1) == 0:
                continue
            heap = None if name is None else heaps[name]
            if heap is None:
                until = _later(self.day, step.expiry_days)
            elif heap["expires"] is None or heap["expires"] > self.day or step.restored_days == 0:
                heap["points"] += 1
                continue
            else:
                until = self.day + step.restored_days
            self.oracle.put(names[self.day, until], 1, self.day, until)

    def _days(self, lot: LotId) -> tuple[int, int | None]:
        page, _, place = lot.rpartition("/")
        found = self.shelf.pages[page].lots[int(place)]
        return day_of(found.active_at), None if found.expires_at is None else day_of(found.expires_at)


def _later(day: int, days: int | None) -> int | None:
    return None if days is None else day + days


def day_of(instant: datetime) -> int:
    return (instant - at(0, time.min)).days


def told(history: History, *, swept: bool = True) -> Tale:
    """What became of *history*; without its sweeps, if so wanted."""
    tale = Tale(swept)
    lots, steps = history
    with pages_of_size(lots):
        for step in steps:
            tale.hear(step)
    return tale
