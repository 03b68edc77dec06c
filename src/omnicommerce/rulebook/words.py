"""How a rule is told in the words of the trade: ``one point per 1.00 USD``, ``time zone Europe/Rome``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias, assert_never
from zoneinfo import ZoneInfo

import attrs

from omnicommerce.coupons import Campaign
from omnicommerce.identity import (
    ByChannel,
    FieldRules,
    IdentityRules,
    Longest,
    MostRecent,
    MostTrusted,
    NamespaceRules,
    Policy,
    View,
)
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


def summary(rule: Level | Stage | Store | Campaign | NamespaceRules | FieldRules | View, zone: str) -> str:
    """A whole rule in so few words that it fits behind its name."""
    match rule:
        case Level(spend=spend):
            told = f"from {spend}"
        case Stage(enter=enter):
            told = _signs(enter, zone)
        case NamespaceRules(kind=kind, limit=limit):
            told = f"{kind}, {'any number' if limit is None else f'at most {limit}'} a person"
        case FieldRules(policy=policy):
            told = _policy(policy, zone)
        case View(fields=fields):
            told = f"sees {_listed(fields, zone)}"
        case Store(zone=its_zone):
            told = f"time zone {its_zone}"
        case Campaign(window=window):
            told = _plainly(window, zone)
    return told


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


def _listed(words: Any, _zone: str) -> str:
    """Words one after the other: as they lie, or, of a set, in the order of the alphabet."""
    told = words if isinstance(words, tuple) else sorted(words)
    return ", ".join(told) or "nothing"


def _span(span: timedelta, _zone: str) -> str:
    days, rest = divmod(span, timedelta(days=1))
    if rest:
        return str(span)
    return f"{days} {'day' if days == 1 else 'days'}"


def _policy(policy: Policy, zone: str) -> str:
    match policy:
        case MostRecent():
            return "the most recent"
        case Longest():
            return "the longest"
        case MostTrusted(sources=sources):
            return f"the most trusted of {_listed(sources, zone)}"
        case ByChannel(channels=channels):
            return f"by channel {_listed(channels, zone)}"
        case _:
            assert_never(policy)


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
    IdentityRules: {
        "size_max": ("identifiers a person at most", _plainly),
        "score_min": ("scores are accepted from", _unless("(none is)")),
        "declared_by": ("what staff declares takes", _counted("clerk")),
        "guest_orders": (
            "a guest's order, once known whose it was,",
            lambda what, _: GUEST_ORDERS[what],
        ),
    },
    NamespaceRules: {
        "kind": ("kind", _plainly),
        "priority": ("priority", _plainly),
        "limit": ("a person has at most", _unless("any number")),
        "window": ("counted when seen within", _unless("ever", _span)),
        "hub_limit": ("set aside with more neighbours than", _unless("any number")),
        "hub_ignores": ("neighbours that do not count", _listed),
        "blocked": ("values that are nobody's", lambda values, _: str(len(values))),
        "valid_for": ("a link holds for", _unless("ever", _span)),
        "supports": ("beside a score it is", _either("evidence", "no evidence")),
    },
    FieldRules: {
        "policy": ("what counts is", _policy),
        "tie": ("of two alike, the", _plainly),
        "kind": ("kind", _plainly),
        "valid_days": ("counts for", _unless("ever", _DAYS)),
    },
    View: {
        "fields": ("sees", _listed),
        "purposes": ("for", _listed),
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
GUEST_ORDERS: Final[Mapping[str, str]] = {
    "all": "earns points and counts",
    "standing": "counts, and earns no points",
    "nothing": "stays a guest's",
}
ON_RETURN: Final[Mapping[str, str]] = {"released": "given back", "kept": "kept"}
