"""How the report speaks: amounts, months and reasons as a shopkeeper would say them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from omnicommerce.kernel.currencies import EXPONENTS

ACCEPTED: Final = "accepted"

REASONS: Final = {
    ACCEPTED: "Accepted",
    "no_eligible_line": "No product in the basket that it is for",
    "not_targeted": "Meant for other households",
    "not_started": "The campaign had not begun yet",
    "campaign_over": "The campaign was over",
    "uses_exhausted": "Used up: as often as is allowed",
    "not_a_member": "Nobody showed a member's card",
    "no_such_campaign": "There is no such coupon",
}
"""What became of a coupon, by its code; a code that is not here is read out as it stands."""

TIERS: Final = ("member", "silver", "gold", "platinum")
"""From the lowest to the highest."""

STAGES: Final = ("lost", "at risk", "new", "active")
"""From the farthest to the nearest."""


def number(count: int) -> str:
    """A count, with its thousands apart."""
    return f"{count:,}"


def amount(minor: int, currency: str) -> float:
    """So much money in whole units of *currency*, to draw with; never to count with."""
    return float(minor / 10 ** EXPONENTS[currency])


def money(minor: int, currency: str) -> str:
    """So much money, to the cent: ``USD 1,234.56``."""
    digits = EXPONENTS[currency]
    units, rest = divmod(abs(minor), 10**digits)
    cents = f".{rest:0{digits}}" if digits else ""
    return f"{currency} {'-' if minor < 0 else ''}{units:,}{cents}"


def round_money(minor: int, currency: str) -> str:
    """So much money, to the whole unit: ``USD 1,235``."""
    scale = 10 ** EXPONENTS[currency]
    return f"{currency} {(minor + scale // 2) // scale:,}"


def percent(part: int, whole: int) -> str:
    """How much of the *whole* that is; a small part keeps a decimal, so that it is not said to be nothing."""
    share = 100 * part / whole if whole else 0.0
    return f"{share:.0f}%" if share >= 10 or share == 0 else f"{share:.1f}%"  # noqa: PLR2004 - two digits


def times(count: int) -> str:
    """How often: ``once``, ``1,203 times``."""
    return "once" if count == 1 else f"{number(count)} times"


def several(count: int, one: str, many: str) -> str:
    """So many of something: ``1 store``, ``12 stores``."""
    return f"{number(count)} {one if count == 1 else many}"


def month_name(month: str) -> str:
    """``2017-03`` in words."""
    return f"{date.fromisoformat(f'{month}-01'):%B %Y}"


def month_labels(months: Iterable[str]) -> dict[str, str]:
    """Short names for the *months* on an axis; they carry the year only where there are several."""
    ordered = sorted(set(months))
    has_years = len({month[:4] for month in ordered}) > 1
    return {
        month: f"{date.fromisoformat(f'{month}-01'):{'%b %y' if has_years else '%b'}}" for month in ordered
    }


def day(of: date) -> str:
    """A day: ``3 Mar 2017``."""
    return f"{of.day} {of:%b %Y}"


def span(first: date, last: date) -> str:
    """How long that is, both days included: ``A year``, ``31 days``."""
    days = (last - first).days + 1
    return "A year" if days in {365, 366} else several(days, "day", "days")


def store_name(store: str) -> str:
    """What to call a store in a sentence."""
    return store if store.casefold().startswith("store") else f"store {store}"


def begun(sentence: str) -> str:
    """The words of *sentence* with a capital letter in front."""
    return sentence[:1].upper() + sentence[1:]


def reason(outcome: str) -> str:
    """What a coupon met with, in plain words."""
    return REASONS.get(outcome) or begun(outcome.replace("_", " "))


def ranked(names: Iterable[str], order: tuple[str, ...]) -> list[str]:
    """The *names* in this *order*; names that it does not know come behind it, by the alphabet."""
    return sorted(set(names), key=lambda name: (order.index(name) if name in order else len(order), name))
