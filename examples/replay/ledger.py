"""The report, drawn from nothing but the journal: entry by entry, as it is exported."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from examples.replay.figures import Move, PointsMonth, RedemptionCount, Report, SalesCell
from examples.replay.receipts import ZONE
from examples.replay.stories import Life, stories
from examples.replay.worker import midnight_after
from omnicommerce import Commerce
from omnicommerce.ports.storage import START, Position

ACCEPTED: Final = "accepted"

Entry: TypeAlias = Mapping[str, Any]


class _Span(NamedTuple):
    """From when to when points may be spent."""

    active_at: datetime
    expires_at: datetime


class _End(NamedTuple):
    """What points stand in the books at the end of a day."""

    active: int
    pending: int
    run_out: int


@attrs.define(eq=False)
class Ledger:
    """What the entries that were read so far add up to."""

    position: Position = START
    entries: int = 0
    lines: int = 0
    closed: list[date] = attrs.field(factory=list)
    currency: str = ""
    sales: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    spend: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    moved: dict[str, Counter[str]] = attrs.field(factory=lambda: defaultdict(Counter))
    ends: dict[str, _End] = attrs.field(factory=dict)
    alive: Counter[_Span] = attrs.field(factory=Counter)
    lots: dict[tuple[str, str], _Span] = attrs.field(factory=dict)
    tier_moves: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    stage_moves: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    redemptions: Counter[str] = attrs.field(factory=Counter)
    lives: dict[str, Life] = attrs.field(factory=lambda: defaultdict(Life))

    def read_on(self, shop: Commerce) -> None:
        """Read the journal to its present end."""
        for line in shop.export(self.position):
            entry = json.loads(line)
            self.position = Position(entry["position"])
            self.entries += 1
            take = _TAKEN.get(entry["tag"])
            if take is not None:
                take(self, entry["fact"], entry)

    def report(self, members: Mapping[int, str], base: str, verdict: str) -> Report:
        """The report of the days told so far.

        *members* are the ids of the households, and *base* is the tier on which all of them begin.
        """
        lives = {number: self.lives[member] for number, member in members.items() if member in self.lives}
        return Report(
            first_day=self.closed[0],
            last_day=self.closed[-1],
            currency=self.currency,
            households=len(lives),
            stores=len({store for _, store in self.sales}),
            sales=self.sales.total(),
            lines=self.lines,
            spend_minor=self.spend.total(),
            cells=tuple(
                SalesCell(month=month, store=store, sales=count, spend_minor=self.spend[month, store])
                for (month, store), count in sorted(self.sales.items())
            ),
            points=tuple(self._points(month) for month in sorted(self.ends)),
            tier_moves=_moves(self.tier_moves),
            stage_moves=_moves(self.stage_moves),
            tiers_at_end=_counted(life.tier or base for life in lives.values()),
            stages_at_end=_counted(life.stage for life in lives.values()),
            redemptions=tuple(
                RedemptionCount(outcome=outcome, count=count)
                for outcome, count in sorted(self.redemptions.items(), key=lambda each: (-each[1], each[0]))
            ),
            stories=stories(lives, base),
            entries=self.entries,
            verdict=verdict,
        )

    def _points(self, month: str) -> PointsMonth:
        moved, end = self.moved[month], self.ends[month]
        return PointsMonth(
            month=month,
            issued=-moved["issuer"],
            burned=moved["burned"],
            # Written off when a month ends: until then it has run out, and stands in the books yet.
            expired=moved["breakage"] + end.run_out,
            active=end.active,
            pending=end.pending,
            liability=end.active + end.pending,
        )


def _moves(moves: Counter[tuple[str, str]]) -> tuple[Move, ...]:
    return tuple(
        Move(before=before, after=after, count=count) for (before, after), count in sorted(moves.items())
    )


def _counted(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items()))


# --- entry by entry ------------------------------------------------------------------------------

_ZONE: Final = ZoneInfo(ZONE)
_A_MOMENT: Final = timedelta(seconds=1)


def _day_of(entry: Entry) -> date:
    """The day on which it was told; what is done at the midnight that ends a day is done on that day."""
    return (datetime.fromisoformat(entry["recorded_at"]) - _A_MOMENT).astimezone(_ZONE).date()


def _turned_on(entry: Entry) -> date:
    """The first day on which it is so; what midnight decides is so on the day that then begins."""
    return datetime.fromisoformat(entry["recorded_at"]).astimezone(_ZONE).date()


@cache
def _span(active_at: str, expires_at: str) -> _Span:
    return _Span(datetime.fromisoformat(active_at), datetime.fromisoformat(expires_at))


def _sale(ledger: Ledger, fact: Entry, _entry: Entry) -> None:
    record = fact["record"]
    paid = sum(line["paid_minor"] for line in record["lines"])
    day = date.fromisoformat(record["day"])
    cell = (record["day"][:7], record["store"])
    ledger.sales[cell] += 1
    ledger.spend[cell] += paid
    ledger.lines += len(record["lines"])
    ledger.currency = record["currency"]
    life = ledger.lives[record["member"]]
    if not life.sales:
        life.told(day, f"first seen, in store {record['store']}")
    life.sales += 1
    life.spend_minor += paid
    life.stores.add(record["store"])
    for use in record["coupons"]:
        outcome = _outcome(use["verdict"])
        ledger.redemptions[outcome] += 1
        life.coupons += outcome == ACCEPTED
        life.refused += outcome != ACCEPTED
        life.told(day, f"coupon {use['campaign']}: {outcome.replace('_', ' ')}")


def _outcome(verdict: Entry) -> str:
    """What a coupon met with: that it was accepted, or the first condition that failed."""
    if verdict["holds"]:
        return ACCEPTED
    return next(str(part["code"]) for part in verdict["parts"] if not part["holds"])


def _points(ledger: Ledger, fact: Entry, entry: Entry) -> None:
    member = fact["member"]
    for lot in fact["opened"]:
        ledger.lots[member, lot["lot"]] = _span(lot["active_at"], lot["expires_at"])
    today = datetime.fromisoformat(entry["recorded_at"])
    for move in fact["moves"]:
        span = ledger.lots[member, move["lot"]]
        ledger.alive[span] += move["points"]
        if span.expires_at <= today:
            # It was written off, and nothing comes back into it. There are more such lots than others.
            del ledger.lots[member, move["lot"]]
    posted: Counter[str] = Counter()
    for posting in fact["postings"]:
        posted[posting["account"]] += posting["points"]
    ledger.moved[_day_of(entry).isoformat()[:7]].update(posted)
    life = ledger.lives[member]
    life.issued -= posted["issuer"]
    life.burned += posted["burned"]
    life.expired += posted["breakage"]
    if posted["burned"]:
        life.told(_day_of(entry), f"spent {posted['burned']} points")


def _tier(ledger: Ledger, fact: Entry, entry: Entry) -> None:
    before, after = fact["before"], fact["after"]
    ledger.tier_moves[before, after] += 1
    life = ledger.lives[fact["member"]]
    life.tier = after
    life.turns += 1
    life.told(_turned_on(entry), f"from {before} to {after}")


def _stage(ledger: Ledger, fact: Entry, entry: Entry) -> None:
    before, after = fact["before"], fact["after"]
    ledger.stage_moves[before, after] += 1
    life = ledger.lives[fact["member"]]
    life.stage = after
    if before:
        life.returns += (before, after) in _COMING_BACK
        life.told(_turned_on(entry), f"was {before}, is {after}")


def _closed(ledger: Ledger, fact: Entry, _entry: Entry) -> None:
    day = date.fromisoformat(fact["day"])
    ledger.closed.append(day)
    ledger.redemptions.update(each["reason"] for each in fact["unfitting"])
    # What stands at a day's midnight stands at its month's end, until a later day of the month is closed.
    end = midnight_after(day)
    pending = sum(points for life, points in ledger.alive.items() if life.active_at > end)
    run_out = sum(points for life, points in ledger.alive.items() if life.expires_at <= end)
    ledger.ends[fact["day"][:7]] = _End(ledger.alive.total() - pending - run_out, pending, run_out)


_COMING_BACK: Final = frozenset(
    {("at risk", "active"), ("lost", "active"), ("at risk", "new"), ("lost", "new")}
)

_TAKEN: Final[Mapping[str, Callable[[Ledger, Entry, Entry], None]]] = {
    "sale.recorded": _sale,
    "points.moved": _points,
    "tier.changed": _tier,
    "stage.changed": _stage,
    "replay.day_closed": _closed,
}
