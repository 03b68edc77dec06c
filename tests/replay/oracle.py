"""What a retailer's books must say, told a second time from the raw files and from nothing of ours.

A day is a number here: 0 is 2017-01-01 in New York. A state "at *night*" is that of the local midnight
which begins day *night*, after what expires at that instant: only days before *night* have happened.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import attrs

NEW_YORK: Final = ZoneInfo("America/New_York")
FIRST: Final = date(2017, 1, 1)
YEAR_DAYS: Final = 365

PENDING_DAYS: Final = 14
"""Points wait so long before they may be spent."""
GONE_DAYS: Final = PENDING_DAYS + 90
BURN_AT_POINTS: Final = 1_000
BURN_POINTS: Final = 500
SPEND_DAYS: Final = 180
GRACE_DAYS: Final = 30
TIERS: Final = {"platinum": 250_000, "gold": 100_000, "silver": 30_000, "member": 0}
STAGES: Final = ("new", "active", "at risk", "lost")

Basket: TypeAlias = tuple[int, int, int, datetime, int]
"""Household, basket, store, the naive UTC instant, paid cents; in the order of the file."""
Redemption: TypeAlias = tuple[int, int, int, date]
"""Household, coupon, campaign, local day."""
Eligible: TypeAlias = tuple[int, int, int, int, bool]
"""Household, coupon, campaign, a basket with an eligible line, and whether such a line had money off."""


@attrs.frozen
class Household:
    """One household at the end of the period."""

    issued: int
    burned: int
    expired: int
    left: int
    tier: str
    stage: str
    sales: int
    spend_cents: int


@attrs.frozen
class Month:
    """A month that ended within the period: what was booked in it, and how things stood at its end."""

    month: str
    issued: int
    burned: int
    expired: int
    active: int
    pending: int
    tiers: Mapping[str, int]
    stages: Mapping[str, int]


@attrs.frozen
class Sales:
    """What one store sold in one month."""

    count: int
    cents: int


@attrs.frozen
class Told:
    """All that the books must say."""

    households: Mapping[int, Household]
    months: tuple[Month, ...]
    redemptions: Mapping[str, int]
    attached: Mapping[Redemption, tuple[int, str]]
    """The basket that a redemption went to, and its outcome there; one without an eligible line is absent."""
    sales: Mapping[tuple[str, int], Sales]


@attrs.frozen
class History:
    """What one household did: (day, cents) bought, points by the day they were earned on, and burns.

    A burn is the day it happened on, the day its points had been earned on, and how many.
    """

    bought: tuple[tuple[int, int], ...]
    earned: Mapping[int, int]
    burns: tuple[tuple[int, int, int], ...]


@attrs.frozen
class Account:
    """Points of all time, at one night."""

    issued: int
    burned: int
    expired: int
    active: int
    pending: int


def told(folder: str, days: int | None = None) -> Told:
    """Tell the books of the first *days* days, or of the year, from the parquet files in *folder*."""
    import duckdb  # noqa: PLC0415 - who computes a small history by hand needs no database

    with duckdb.connect() as files:
        for name in ("coupons", "coupon_redemptions"):
            files.read_parquet(str(Path(folder, f"{name}.parquet"))).create_view(name)
        lines = files.read_parquet(str(Path(folder, "transactions.parquet")), file_row_number=True)
        lines.create_view("lines")

        baskets = files.sql(
            "SELECT any_value(household_id), basket_id, any_value(store_id), min(transaction_timestamp),"
            " sum(round(sales_value * 100)::BIGINT)::BIGINT"
            " FROM lines GROUP BY basket_id ORDER BY min(file_row_number)"
        ).fetchall()
        redemptions = files.sql(
            "SELECT household_id, coupon_upc, campaign_id, redemption_date::DATE FROM coupon_redemptions"
        ).fetchall()
        eligible = files.sql(
            "SELECT household_id, coupon_upc, campaign_id, basket_id, bool_or(coupon_disc > 0)"
            " FROM (SELECT DISTINCT household_id, coupon_upc, campaign_id FROM coupon_redemptions)"
            " JOIN coupons USING (coupon_upc, campaign_id) JOIN lines USING (household_id, product_id)"
            " GROUP BY ALL"
        ).fetchall()

    return computed(baskets, redemptions, eligible, days=YEAR_DAYS if days is None else days)


def computed(
    baskets: Iterable[Basket],
    redemptions: Iterable[Redemption] = (),
    eligible: Iterable[Eligible] = (),
    *,
    days: int = YEAR_DAYS,
) -> Told:
    """Compute the books of the first *days* days."""
    bought: dict[int, list[tuple[int, int]]] = defaultdict(list)
    counts: Counter[tuple[str, int]] = Counter()
    cents: Counter[tuple[str, int]] = Counter()
    day_of: dict[int, int] = {}
    for household, basket, store, at, paid in baskets:
        day = number(at.replace(tzinfo=UTC).astimezone(NEW_YORK).date())
        if day < days:
            bought[household].append((day, paid))
            counts[month_of(day), store] += 1
            cents[month_of(day), store] += paid
            day_of[basket] = day

    lives = {household: lived(each) for household, each in bought.items()}
    presented = [each for each in redemptions if number(each[3]) < days]
    attached = judged(presented, eligible, day_of)
    outcomes = Counter(outcome for _, outcome in attached.values())

    return Told(
        households={household: at_end(lives[household], days) for household in sorted(lives)},
        months=tuple(months(list(lives.values()), days)),
        redemptions={
            "accepted": outcomes["accepted"],
            "uses_exhausted": outcomes["uses_exhausted"],
            "no_eligible_line": len(presented) - len(attached),
        },
        attached=attached,
        sales={key: Sales(counts[key], cents[key]) for key in sorted(counts)},
    )


def lived(bought: Iterable[tuple[int, int]]) -> History:
    """Earn with every basket, and right before it burn if there is enough to burn."""
    bought = tuple(bought)
    earned: dict[int, int] = {}
    left: dict[int, int] = {}
    burns = []
    for day, paid in bought:
        # A household's days only grow, so the pools come in the order in which they expire.
        active = [lot for lot in left if left[lot] and lot + PENDING_DAYS <= day < lot + GONE_DAYS]
        wanted = BURN_POINTS if sum(left[lot] for lot in active) >= BURN_AT_POINTS else 0
        for lot in active:
            if taken := min(wanted, left[lot]):
                left[lot] -= taken
                wanted -= taken
                burns.append((day, lot, taken))

        earned[day] = earned.get(day, 0) + paid // 100
        left[day] = left.get(day, 0) + paid // 100

    return History(bought, earned, tuple(burns))


def account(history: History, night: int) -> Account:
    """Sort every point earned so far by what became of it."""
    left = {lot: points for lot, points in history.earned.items() if lot < night}
    issued = sum(left.values())
    burned = 0
    for day, lot, points in history.burns:
        if day < night:
            left[lot] -= points
            burned += points

    return Account(
        issued,
        burned,
        expired=sum(points for lot, points in left.items() if lot + GONE_DAYS <= night),
        active=sum(points for lot, points in left.items() if lot + PENDING_DAYS <= night < lot + GONE_DAYS),
        pending=sum(points for lot, points in left.items() if night < lot + PENDING_DAYS),
    )


def tier(history: History, night: int) -> str:
    """Give the highest level that the spend of any day of grace reached."""
    recent = [(day, paid) for day, paid in history.bought if night - GRACE_DAYS - SPEND_DAYS < day < night]
    spend = max(
        sum(paid for day, paid in recent if last - SPEND_DAYS < day <= last)
        for last in range(night - GRACE_DAYS, night + 1)
    )
    return next(name for name, level_cents in TIERS.items() if spend >= level_cents)


def stage(history: History, night: int) -> str:
    """Place a household by its silence, then by its age; it must have bought before *night*."""
    days = [day for day, _ in history.bought if day < night]
    silent, age = night - days[-1], night - days[0]
    if silent >= 120:
        return "lost"
    if silent >= 60:
        return "at risk"
    return "new" if age <= 29 else "active"


def at_end(history: History, night: int) -> Household:
    """Sum up one household."""
    points = account(history, night)
    return Household(
        points.issued,
        points.burned,
        points.expired,
        left=points.active + points.pending,
        tier=tier(history, night),
        stage=stage(history, night),
        sales=len(history.bought),
        spend_cents=sum(paid for _, paid in history.bought),
    )


def months(lives: list[History], days: int) -> Iterator[Month]:
    """Tell each month that ended; an expiry at its closing midnight is booked in it, as its state has it."""
    before = Counter[str]()
    first = FIRST
    while (night := number(following := (first + timedelta(days=31)).replace(day=1))) <= days:
        # A household that has not bought yet is not known yet, neither by tier nor by stage.
        known = [each for each in lives if each.bought[0][0] < night]
        so_far = Counter[str]()
        for each in known:
            so_far.update(attrs.asdict(account(each, night)))
        tiers = Counter(tier(each, night) for each in known)
        stages = Counter(stage(each, night) for each in known)
        yield Month(
            f"{first:%Y-%m}",
            issued=so_far["issued"] - before["issued"],
            burned=so_far["burned"] - before["burned"],
            expired=so_far["expired"] - before["expired"],
            active=so_far["active"],
            pending=so_far["pending"],
            tiers={name: tiers[name] for name in TIERS},
            stages={name: stages[name] for name in STAGES},
        )
        first, before = following, so_far


def judged(
    presented: Iterable[Redemption], eligible: Iterable[Eligible], day_of: Mapping[int, int]
) -> Mapping[Redemption, tuple[int, str]]:
    """Attach every redemption that can be to a basket, and judge its use; *day_of* is in file order."""
    choices: dict[tuple[int, int, int, int], list[tuple[bool, int]]] = defaultdict(list)
    for household, coupon, campaign, basket, discounted in eligible:
        if basket in day_of:
            choices[household, coupon, campaign, day_of[basket]].append((not discounted, basket))

    place = {basket: index for index, basket in enumerate(day_of)}
    attached = []
    for redemption in presented:
        if found := choices.get((*redemption[:3], number(redemption[3]))):
            basket = min(found)[1]
            attached.append((place[basket], basket, redemption))

    used = set()
    outcomes = {}
    for _, basket, redemption in sorted(attached):
        outcomes[redemption] = (basket, "uses_exhausted" if redemption[:3] in used else "accepted")
        used.add(redemption[:3])

    return outcomes


def number(day: date) -> int:
    """Count days from the first."""
    return (day - FIRST).days


def month_of(day: int) -> str:
    """Name the month of a day."""
    return f"{FIRST + timedelta(days=day):%Y-%m}"
