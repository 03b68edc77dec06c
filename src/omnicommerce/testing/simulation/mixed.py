"""Several workloads in one shop."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import datetime

from omnicommerce.commerce import Commerce
from omnicommerce.testing.simulation.depot_days import DepotDays
from omnicommerce.testing.simulation.till import Till
from omnicommerce.testing.simulation.wishes import Heard, Told, Wish, Workload


class Mixed:
    """Whatever one of several workloads wants next; so many in a hundred of each."""

    def __init__(self, die: random.Random, parts: Sequence[tuple[Workload, int]]) -> None:
        self.random = die
        self.parts = tuple(part for part, _ in parts)
        self.often = [part for part, share in parts for _ in range(share)]

    def next(self, now: datetime, /) -> Wish:
        """See `Workload.next`."""
        return self.random.choice(self.often).next(now)

    def hear(self, heard: Heard, /) -> Iterable[str]:
        """See `Workload.hear`: each part knows its own wishes."""
        return [what for part in self.parts for what in part.hear(heard)]

    def last(self) -> Iterable[Wish]:
        """See `Workload.last`."""
        return (wish for part in self.parts for wish in part.last())

    def wrong(self, shop: Commerce, told: Sequence[Told], heard: Sequence[Heard]) -> Iterable[str]:
        """See `Workload.wrong`."""
        return (what for part in self.parts for what in part.wrong(shop, told, heard))


def shop_and_depot(die: random.Random) -> Mixed:
    """What is asked of a shop unless a host says otherwise: its tills, and a depot of the host's own."""
    return Mixed(die, ((Till(die), 60), (DepotDays(die), 40)))


def mostly_depot(die: random.Random) -> Mixed:
    """The same, with so many cheap commands that a million of them are a matter of minutes.

    Two in a hundred are asked at the tills, where a command costs some ten times as much.
    """
    return Mixed(die, ((Till(die), 2), (DepotDays(die), 98)))
