"""How far the replay has come: a record of the host's own, beside the library's, in the same file.

A day is closed in one commit, together with the coupons that were brought on it and fitted no basket. So a
replay that was killed goes on where it was, and what it tells again the shop has heard before.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import attrs

from omnicommerce.kernel.changes import Event, replacing
from omnicommerce.kernel.collection import Collection, Keep, NotPersonal
from omnicommerce.kernel.flow import Flow, Get, Look, Now, Outcome, ask, ask_all


@attrs.frozen
class Progress:
    """The last day that was told whole, its midnight included."""

    closed: date


@attrs.frozen
class Unfitting:
    """A coupon that was redeemed on a day on which its household bought nothing that it is for."""

    household: int
    campaign: str
    reason: str


@attrs.frozen
class DayClosed:
    """All of a day was told, and its midnight has passed."""

    day: date
    sales: int
    unfitting: tuple[Unfitting, ...]


PROGRESS: Final = Collection("replay.progress", Progress, personal=NotPersonal(), keep=Keep.AS_BOOKS)
PROGRESS_ID: Final = "days"

EVENTS: Final = {"replay.day_closed": DayClosed}


def closed_until() -> Flow[date | None]:
    """The last day that was closed; None before the first."""
    held = yield from ask(Look(PROGRESS, PROGRESS_ID))
    return Outcome(held.value.closed if held.value is not None else None)


def close_day(*, day: date, sales: int, unfitting: tuple[Unfitting, ...]) -> Flow[DayClosed]:
    """Note that *day* is over, how many sales it had, and the coupons that fitted none of them."""
    held, now = yield from ask_all(Get(PROGRESS, PROGRESS_ID), Now())
    closed = DayClosed(day, sales, unfitting)
    return Outcome(closed, replacing(held, Progress(day), Event(closed, at=now)))
