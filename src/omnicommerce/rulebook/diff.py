"""What changes for the shop if one rulebook takes the place of another, in the words of the trade."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

import attrs

from omnicommerce.identity import IdentityRules, ProfileRules
from omnicommerce.lifecycle import StageRules
from omnicommerce.loyalty import TierRules
from omnicommerce.rulebook.book import Rulebook
from omnicommerce.rulebook.words import said, summary

K = TypeVar("K", bound=str)

ROWS: Final = frozenset(
    {
        (TierRules, "levels"),
        (StageRules, "stages"),
        (IdentityRules, "namespaces"),
        (IdentityRules, "_by_name"),
        (ProfileRules, "fields"),
        (ProfileRules, "views"),
    }
)
"""Rules in rows, which are compared by their names and not as a whole."""


@attrs.frozen
class Change:
    """One change: of which part, what about it, and what it was before and will be after.

    What was added has no before, what was removed no after, and a list says only how many.
    """

    part: str
    what: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        if self.before and self.after:
            return f"{self.part}: {self.what} {self.before} -> {self.after}"
        return f"{self.part}: {', '.join(filter(None, (self.what, self.before, self.after)))}"


def diff(before: Rulebook, after: Rulebook) -> tuple[Change, ...]:
    """Every change from *before* to *after*, in the order of the rulebook; none if the two are equal.

    Instants are told by the calendar of the shop as it will be after.
    """
    zone = after.sales.zone
    return (
        *_fields("sales", before.sales, after.sales, zone),
        *_fields("points", before.points, after.points, zone),
        *_fields("tiers", before.tiers, after.tiers, zone),
        *_in_order("tier", before.tiers.levels, after.tiers.levels, "tiers", zone),
        *_fields("stages", before.stages, after.stages, zone),
        *_in_order("stage", before.stages.stages, after.stages.stages, "stages", zone),
        *_fields("identity", before.identity, after.identity, zone),
        *_named("namespace", "name", before.identity.namespaces, after.identity.namespaces, zone),
        *_fields("profiles", before.profiles, after.profiles, zone),
        *_named("field", "field", before.profiles.fields, after.profiles.fields, zone),
        *_named("view", "role", before.profiles.views, after.profiles.views, zone),
        *_rows("store", before.stores, after.stores, zone),
        *_rows("campaign", before.campaigns, after.campaigns, zone),
        *_lists("product list", before.product_lists, after.product_lists),
        *_lists("member list", before.member_lists, after.member_lists),
    )


def _fields(part: str, before: Any, after: Any, zone: str) -> Iterator[Change]:
    kind = type(after)
    for field in attrs.fields(kind):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new and (kind, field.name) not in ROWS:
            what, was = said(kind, field.name, old, zone)
            _, will_be = said(kind, field.name, new, zone)
            yield Change(part, what, *((was, will_be) if was != will_be else _apart(old, new)))


def _apart(old: object, new: object) -> tuple[str, str]:
    """Two values that are called the same, such as a list named "everybody" and no list at all."""
    if isinstance(old, frozenset) and isinstance(new, frozenset):
        # What it holds is not told: it may be somebody's telephone number.
        return "", _come_and_gone(old, new)
    return repr(old), repr(new)


def _named(part: str, by: str, before: Iterable[Any], after: Iterable[Any], zone: str) -> Iterator[Change]:
    """Rows whose order makes no difference to anybody; each has its name in the field *by*."""
    old, new = ({getattr(row, by): row for row in rows} for rows in (before, after))
    yield from _rows(part, old, new, zone)
    # It is told all the same: the digest is another, and whoever sees that asks why.
    yield from _order(f"{part}s", "order (of no consequence)", old, new)


def _rows(part: str, before: Mapping[K, Any], after: Mapping[K, Any], zone: str) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            yield Change(f"{part} {name}", "removed", before=summary(before[name], zone))
        elif name not in before:
            yield Change(f"{part} {name}", "added", after=summary(after[name], zone))
        else:
            yield from _fields(f"{part} {name}", before[name], after[name], zone)


def _in_order(
    part: str, before: Iterable[Any], after: Iterable[Any], whole: str, zone: str
) -> Iterator[Change]:
    """Rows that have names of their own, and an order that counts."""
    old, new = ({row.name: row for row in rows} for rows in (before, after))
    yield from _rows(part, old, new, zone)
    yield from _order(whole, "order", old, new)


def _order(whole: str, what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    was, will_be = ([name for name in rows if name in before and name in after] for rows in (before, after))
    if was != will_be:
        yield Change(whole, what, ", ".join(was), ", ".join(will_be))


def _lists(
    part: str, before: Mapping[str, frozenset[Any]], after: Mapping[str, frozenset[Any]]
) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if new is None and old is not None:
            yield Change(f"{part} {name}", "removed", before=f"{len(old)} listed")
        elif old is None and new is not None:
            yield Change(f"{part} {name}", "added", after=f"{len(new)} listed")
        elif old is not None and new is not None and old != new:
            yield Change(f"{part} {name}", _come_and_gone(old, new))


def _come_and_gone(old: frozenset[Any], new: frozenset[Any]) -> str:
    counts = ((len(new - old), "added"), (len(old - new), "removed"))
    return ", ".join(f"{count} {what}" for count, what in counts if count)
