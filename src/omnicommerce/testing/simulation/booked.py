"""What the journal of a simulated shop says, read as plain JSON: none of the library's own arithmetic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import attrs

from omnicommerce.testing.simulation.wishes import Told

Postings = Counter[str]
"""So many points by account."""


@attrs.define(eq=False)
class Booked:
    """Sales, returns, movements and uses as they were told, and how often each."""

    times: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    """How often something happened: by tag, and the id of the receipt or movement."""
    sales: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    returns: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    moved: dict[str, Postings] = attrs.field(factory=dict)
    """What each movement posted, by its id."""
    named: dict[str, list[str]] = attrs.field(factory=dict)
    """The movements that name a source or a reason."""
    accounts: dict[str, Postings] = attrs.field(factory=dict)
    """What all movements of a member come to."""
    persons: dict[str, str] = attrs.field(factory=dict)
    """Which person a member is."""
    standings: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    """Where a person was found to stand, the last time anybody looked."""
    uses: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    """Live uses, by campaign and member."""

    def take(self, tag: str, fact: dict[str, Any]) -> None:
        """Add one entry."""
        match tag:
            case "sale.recorded":
                self.times[tag, fact["sale"]] += 1
                self.sales[fact["sale"]] = fact["record"]
            case "return.taken" | "return.parked" | "return.refused":
                self.times[tag, fact["id"]] += 1
                if tag == "return.taken":
                    self.returns[fact["id"]] = fact["record"]
            case "member.registered":
                self.persons[fact["member"]] = fact["person"]
            case "person.judged":
                self.standings[fact["person"]] = fact["standing"]
            case "points.moved":
                self._move(fact)
            case "coupon.redeemed":
                # A guest's uses are not counted.
                self.uses[fact["campaign"], fact["member"] or ""] += 1
            case "coupon.released":
                self.uses[fact["campaign"], fact["member"]] -= 1

    def _move(self, fact: dict[str, Any]) -> None:
        id = fact["id"]
        self.times["points.moved", id] += 1
        postings = self.moved.setdefault(id, Counter())
        account = self.accounts.setdefault(fact["member"], Counter())
        for each in fact["postings"]:
            postings[each["account"]] += each["points"]
            account[each["account"]] += each["points"]
        for name in (fact["source"], fact["reason"]):
            if name:
                self.named.setdefault(name, []).append(id)

    def posted(self, movement: str, account: str) -> int:
        """What this movement posted to that account; nothing, if there is none."""
        return self.moved[movement][account] if movement in self.moved else 0


def booked(told: Iterable[Told]) -> Booked:
    """Read the whole journal."""
    books = Booked()
    for entry in told:
        books.take(entry["tag"], entry["fact"])
    return books
