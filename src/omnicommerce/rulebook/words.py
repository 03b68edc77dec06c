"""How a rule is told in the words of the trade: ``one point per 1.00 USD``, ``time zone Europe/Rome``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from omnicommerce.coupons import Campaign
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.instant import as_text, local_day, start_of_day
from omnicommerce.kernel.window import Window
from omnicommerce.lifecycle import Signs, Stage, StageRules
from omnicommerce.loyalty import Level, PointsRules, TierRules
from omnicommerce.orders import SaleRules
from omnicommerce.stores import Store

Words: TypeAlias = Callable[[Any, str], str]
"""Takes a value and the time zone to tell it in."""


def said(kind: type[Any], field: str, value: Any, zone: str) -> tuple[str, str]:
    """What a field of a rule is about, and its value, as people say it."""
    what, words = WORDS.get(kind, {}).get(field, (field.replace("_", " "), _plainly))
    return what, words(value, zone)


def summary(rule: Level | Stage | Store | Campaign, zone: str) -> str:
    """A whole rule in so few words that it fits behind its name."""
    match rule:
        case Level(spend=spend):
            return f"from {spend}"
        case Stage(enter=enter):
            return _signs(enter, zone)
        case Store(zone=its_zone):
            return f"time zone {its_zone}"
        case Campaign(window=window):
            return _plainly(window, zone)


def _plainly(value: Any, zone: str) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case Window(since=since, until=until):
            return f"{_instant(since, zone)} .. {_instant(until, zone)}"
        case _:
            return str(value)


def _instant(at: datetime, zone: str) -> str:
    """The day, if the day begins there and then; else the time on the wall, with its distance from UTC."""
    try:
        day = local_day(at, zone)
        if start_of_day(day, zone) == at:
            return day.isoformat()
        return at.astimezone(ZoneInfo(zone)).isoformat(sep=" ")
    except BadValue:
        # Within hours of the end of the calendar, where the wall of the shop shows no date any more.
        return as_text(at)


def _counted(unit: str) -> Words:
    return lambda number, _zone: f"{number} {unit if number == 1 else f'{unit}s'}"


def _unless(nothing: str, words: Words = _plainly) -> Words:
    """How None is told, which means something else in every rule."""
    return lambda value, zone: nothing if value is None else words(value, zone)


def _either(if_so: str, if_not: str) -> Words:
    return lambda value, _zone: if_so if value else if_not


def _signs(signs: Signs, zone: str) -> str:
    """All the signs that are asked for."""
    told = []
    for field in attrs.fields(Signs):
        value = getattr(signs, field.name)
        if value is not None:
            what, words = said(Signs, field.name, value, zone)
            told.append(f"{what} {words}")
    return ", ".join(told) or "no signs"


_DAYS: Final = _counted("day")

WORDS: Final[Mapping[type[Any], Mapping[str, tuple[str, Words]]]] = {
    SaleRules: {
        "zone": ("time zone", _plainly),
        "currency": ("currency", _plainly),
        "accepts_empty_lines": ("lines of quantity 0", _either("accepted", "refused")),
        "ahead_minutes_max": ("a till's clock may run ahead by", _counted("minute")),
        "late_days_max": ("a sale may be told late by", _DAYS),
    },
    PointsRules: {
        "earn_per": ("one point per", _unless("(nothing is earned)")),
        "activation_days": ("active after", _DAYS),
        "expiry_days": ("live for", _unless("ever", _DAYS)),
        "on_short_burn": ("a sale that spends more than there are is", lambda short, _: SHORT_BURNS[short]),
        "restored_days": ("live again, when given back, for", _DAYS),
        "written_off": ("what has run out is written off", lambda when, _: WRITTEN_OFF[when]),
        "adjustment_max": ("most that one adjustment moves", _plainly),
    },
    TierRules: {
        "base": ("everybody begins as", _plainly),
        "window_days": ("spend counts for", _DAYS),
        "grace_days": ("kept on for", _DAYS),
    },
    Level: {
        "spend": ("from", _plainly),
    },
    StageRules: {
        "window_days": ("purchases count for", _DAYS),
    },
    Stage: {
        "enter": ("entered with", _signs),
        "stay": ("kept with", _unless("what it is entered with", _signs)),
    },
    Signs: {
        "silent_days_min": ("nothing bought for at least", _DAYS),
        "silent_days_max": ("something bought within", _DAYS),
        "age_days_min": ("a customer for at least", _DAYS),
        "age_days_max": ("a customer for at most", _DAYS),
        "purchases_min": ("purchases at least", _plainly),
        "spend_min": ("spend at least", _plainly),
    },
    Store: {
        "zone": ("time zone", _plainly),
    },
    Campaign: {
        "name": ("name", _plainly),
        "window": ("runs", _plainly),
        "members": ("for members on", _unless("(everybody)")),
        "products": ("on products of", _unless("(anything)")),
        "uses_per_member": ("uses per member", _unless("without limit")),
        "on_full_return": ("when everything comes back, a use is", lambda use, _: ON_RETURN[use]),
    },
}
"""What each field of a rule is about, and how its value is told; rows go by their names, and lie in order."""

SHORT_BURNS: Final[Mapping[str, str]] = {"refuse": "refused", "owe": "owed"}
WRITTEN_OFF: Final[Mapping[str, str]] = {"at_once": "at once", "monthly": "when the month ends"}
ON_RETURN: Final[Mapping[str, str]] = {"released": "given back", "kept": "kept"}
