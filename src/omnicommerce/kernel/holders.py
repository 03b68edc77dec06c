"""Drawing on a bounded counter whose shares are held for a while, as leases hold stock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

import attrs

from omnicommerce.kernel.changes import Changes, joined
from omnicommerce.kernel.collection import Collection, Counter, Versioned
from omnicommerce.kernel.flow import Asking, Count, Scan, ask, stage
from omnicommerce.kernel.instant import as_text

T = TypeVar("T")

HOLDERS_MAX: Final = 100
"""The most run-out holders one `take` ends: more would make one sale pay for a neglected sweep."""


@attrs.frozen(eq=False)
class Holders(Generic[T]):
    """Who holds a share of a counter until when: leases of stock, holds of points, claims of a quota.

    Their records lie in `index` at ``held_at(counter, until)``. `end` gives the changes that end one
    holder and give back its share.
    """

    collection: Collection[T]
    index: str
    end: Callable[[Versioned[T], datetime], Changes]


def held_at(counter: Counter, until: str) -> str:
    """The index text of a holder of *counter* that runs out at *until*, an instant as canonical text."""
    return f"{counter.name} {until}"


def take(counter: Counter, wanted: int, holders: Holders[Any], now: datetime) -> Asking[int]:
    """What *counter* stands at, after ending run-out holders if it stands below *wanted*.

    A holder that has run out at *now* is out for every decision, swept or not. Ask this last, and
    refuse in your own words if the total is still short.
    """
    total = yield from ask(Count(counter))
    if total >= wanted:
        return total
    due = yield from ask(
        Scan(
            holders.collection,
            holders.index,
            held_at(counter, ""),
            held_at(counter, as_text(now)) + "~",
            limit=HOLDERS_MAX,
        )
    )
    yield from stage(joined(holders.end(each, now) for each in due))
    return (yield from ask(Count(counter)))
