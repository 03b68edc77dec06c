"""What the report shows, as plain values: the page and the terminal draw nothing else."""

from __future__ import annotations

from datetime import date

import attrs


@attrs.frozen(kw_only=True)
class SalesCell:
    """What one store sold in one month."""

    month: str
    store: str
    sales: int
    spend_minor: int


@attrs.frozen(kw_only=True)
class PointsMonth:
    """The points of all members in one month; the last three stand at its end.

    Active points may be spent, pending ones wait for their activation; together they are what the retailer
    owes (the liability).
    """

    month: str
    issued: int
    burned: int
    expired: int
    active: int
    pending: int
    liability: int


@attrs.frozen(kw_only=True)
class Move:
    """How many times members went from one tier or stage to another; before the first, `before` is empty."""

    before: str
    after: str
    count: int


@attrs.frozen(kw_only=True)
class RedemptionCount:
    """How many coupons met with this: ``accepted``, or the code of a condition that failed."""

    outcome: str
    count: int


@attrs.frozen(kw_only=True)
class Step:
    """One thing that happened to a household, in words."""

    day: date
    text: str


@attrs.frozen(kw_only=True)
class Story:
    """A household's year: what it bought, what it held at the end, and the turns it took."""

    household: str
    title: str
    """What it was chosen for: ``spent the most``."""
    sales: int
    stores: int
    spend_minor: int
    points_issued: int
    points_burned: int
    points_expired: int
    points_left: int
    tier: str
    stage: str
    steps: tuple[Step, ...]


@attrs.frozen(kw_only=True)
class Report:
    """Everything on the page."""

    first_day: date
    last_day: date
    currency: str
    households: int
    stores: int
    sales: int
    lines: int
    spend_minor: int
    cells: tuple[SalesCell, ...]
    points: tuple[PointsMonth, ...]
    tier_moves: tuple[Move, ...]
    stage_moves: tuple[Move, ...]
    tiers_at_end: tuple[tuple[str, int], ...]
    stages_at_end: tuple[tuple[str, int], ...]
    redemptions: tuple[RedemptionCount, ...]
    stories: tuple[Story, ...]
    entries: int
    verdict: str
    """What the audit says: ``the books balance``, or what it found."""
