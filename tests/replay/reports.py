"""A made-up year that looks like the real one: for the page and the terminal to show."""

from __future__ import annotations

from datetime import date, timedelta
from math import sin
from typing import Final

from examples.replay.figures import Move, PointsMonth, RedemptionCount, Report, SalesCell, Step, Story

MONTHS: Final = tuple(f"2017-{month:02}" for month in range(1, 13))
STORES: Final = 457

TITLES: Final = (
    "spent the most",
    "shopped the most often",
    "visited the most stores",
    "used the most coupons",
    "had the most coupons refused",
    "spent the most points",
    "let the most points run out",
    "changed tiers the most",
    "came back the most often",
    "holds the most points",
)


def cells() -> tuple[SalesCell, ...]:
    """Every store in every month, but for the small ones, which sell nothing now and then."""
    made = []
    for rank in range(STORES):
        for index, month in enumerate(MONTHS):
            sales = int((620 / (rank + 4) ** 0.62) * (1 + 0.12 * sin(index * 1.3 + rank)) * (1 + index / 90))
            if rank < 300 or (rank + index) % 4:
                spend = sales * (2_700 + (rank * 37 + index * 101) % 600)
                made.append(SalesCell(month=month, store=str(280 + rank * 7), sales=sales, spend_minor=spend))
    return tuple(made)


def points() -> tuple[PointsMonth, ...]:
    """Points come in by the month; burning begins in February, expiry in April."""
    made, held = [], 0
    for index, month in enumerate(MONTHS):
        issued = 340_000 + int(30_000 * sin(index)) + 3_000 * index
        burned = 0 if index == 0 else 41_500 + 2_500 * index
        expired = 0 if index < 3 else 190_000 + 7_000 * index
        held += issued - burned - expired
        pending = issued * 14 // 31
        made.append(
            PointsMonth(
                month=month,
                issued=issued,
                burned=burned,
                expired=expired,
                active=held - pending,
                pending=pending,
                liability=held,
            )
        )
    return tuple(made)


def story(number: int, title: str) -> Story:
    """A household with a year behind it."""
    first = date(2017, 1, 2) + timedelta(days=number)
    steps = (
        Step(day=first, text=f"first seen, in store {280 + number * 7}"),
        Step(day=first + timedelta(days=32), text="was new, is active"),
        Step(day=first + timedelta(days=58), text="from member to silver"),
        Step(day=first + timedelta(days=71), text="coupon 10000085476/18: accepted"),
        Step(day=first + timedelta(days=90), text="spent 500 points"),
        Step(day=first + timedelta(days=121), text=f"… {7 + number} more steps …"),
        Step(day=first + timedelta(days=190), text="coupon 51800000050/13: no eligible line"),
        Step(day=first + timedelta(days=262), text="was active, is at risk"),
        Step(day=first + timedelta(days=284), text="was at risk, is active"),
    )
    return Story(
        household=f"household {1_000 + number * 137}",
        title=title,
        sales=211 + number * 13,
        stores=3 + number,
        spend_minor=1_234_567 - number * 43_219,
        points_issued=11_940 - number * 431,
        points_burned=3_500 - number * 250,
        points_expired=7_113 - number * 211,
        points_left=1_327 + number * 30,
        tier=("platinum", "gold", "silver", "member")[number % 4],
        stage=("active", "active", "at risk", "lost")[number % 4],
        steps=steps,
    )


def year() -> Report:
    """The whole of it."""
    sold, moved = cells(), points()
    return Report(
        first_day=date(2017, 1, 1),
        last_day=date(2017, 12, 31),
        currency="USD",
        households=2_469,
        stores=STORES,
        sales=sum(cell.sales for cell in sold),
        lines=1_469_307,
        spend_minor=sum(cell.spend_minor for cell in sold),
        cells=sold,
        points=moved,
        tier_moves=moves(
            ("member", "silver", 2_871), ("silver", "member", 1_302), ("silver", "gold", 1_744),
            ("gold", "silver", 801), ("gold", "platinum", 263), ("platinum", "gold", 117),
            ("member", "gold", 19), ("gold", "member", 6),
        ),
        stage_moves=moves(
            ("", "new", 2_469), ("new", "active", 2_391), ("new", "at risk", 78),
            ("active", "at risk", 1_037),
            ("at risk", "active", 702), ("at risk", "lost", 311), ("lost", "active", 109),
        ),
        tiers_at_end=(("gold", 803), ("member", 620), ("platinum", 146), ("silver", 900)),
        stages_at_end=(("active", 2_159), ("at risk", 102), ("lost", 202), ("new", 6)),
        redemptions=(
            RedemptionCount(outcome="accepted", count=1_342),
            RedemptionCount(outcome="no_eligible_line", count=604),
            RedemptionCount(outcome="uses_exhausted", count=96),
            RedemptionCount(outcome="not_targeted", count=41),
            RedemptionCount(outcome="campaign_over", count=19),
        ),
        stories=tuple(story(number, title) for number, title in enumerate(TITLES)),
        entries=642_118,
        verdict="the books balance (642,118 entries, 201,334 records)",
    )  # fmt: skip


def moves(*made: tuple[str, str, int]) -> tuple[Move, ...]:
    """From, to, how often."""
    return tuple(Move(before=before, after=after, count=count) for before, after, count in made)
