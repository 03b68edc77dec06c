"""What points are worth, worked out the slow way: whole days, plain dictionaries and naive loops.

It knows nothing of the library. Nothing is ever swept here: what has run out is simply not counted.
"""

from __future__ import annotations

from typing import TypedDict


class Heap(TypedDict):
    """Points with the same dates; `expires` is the first day on which they are worth nothing."""

    name: str
    points: int
    active: int
    expires: int | None


Taken = list[tuple[str | None, int]]
"""From which heap, and how many; from none, they were owed."""


class Oracle:
    """What one member has."""

    def __init__(self) -> None:
        self.heaps: list[Heap] = []
        self.debt = 0

    def has(self, today: int) -> tuple[int, int, int]:
        """What may be spent, what is pending and what is owed."""
        points = pending = 0
        for heap in self.heaps:
            if heap["expires"] is not None and heap["expires"] <= today:
                continue
            if heap["active"] <= today:
                points += heap["points"]
            else:
                pending += heap["points"]
        return points, pending, self.debt

    def runs_out_next(self, today: int) -> tuple[int, int] | None:
        """How many points run out next, and on which day."""
        best: tuple[int, int] | None = None
        for heap in self.heaps:
            day = heap["expires"]
            if day is None or day <= today or heap["points"] == 0:
                continue
            if best is None or day < best[1]:
                best = (heap["points"], day)
            elif day == best[1]:
                best = (best[0] + heap["points"], day)
        return best

    def settle(self, points: int) -> int:
        """What is left of new points once the debt is settled."""
        settled = min(self.debt, points)
        self.debt -= settled
        return points - settled

    def put(self, name: str, points: int, active: int, expires: int | None) -> None:
        """Put points on the heap of this name."""
        for heap in self.heaps:
            if heap["name"] == name:
                assert heap["active"] == active
                assert heap["expires"] == expires
                heap["points"] += points
                return
        self.heaps.append({"name": name, "points": points, "active": active, "expires": expires})

    def burn(self, points: int, today: int, *, may_owe: bool) -> Taken | None:
        """Spend points one at a time, always one that runs out soonest; None if there are too few."""
        if not may_owe and self.has(today)[0] < points:
            return None
        return self._take(points, today)

    def reverse(self, points: int, name: str | None) -> int:
        """Take back from the very heap, run out or not; what it does not have is still to be taken."""
        for heap in self.heaps:
            if heap["name"] == name:
                taken = min(heap["points"], points)
                heap["points"] -= taken
                return points - taken
        return points

    def take_back(self, points: int, today: int) -> None:
        """Take from whatever there is, soonest to run out first, active or not."""
        while points > 0:
            heap = self._soonest(today, also_pending=True)
            if heap is None:
                self.debt += points
                return
            heap["points"] -= 1
            points -= 1

    def _take(self, points: int, today: int) -> Taken:
        taken: Taken = []
        for _ in range(points):
            heap = self._soonest(today, also_pending=False) or self._soonest(today, also_pending=True)
            name = None if heap is None else heap["name"]
            if heap is None:
                self.debt += 1
            else:
                heap["points"] -= 1
            if taken and taken[-1][0] == name:
                taken[-1] = (name, taken[-1][1] + 1)
            else:
                taken.append((name, 1))
        return taken

    def _soonest(self, today: int, *, also_pending: bool) -> Heap | None:
        best: Heap | None = None
        for heap in self.heaps:
            if heap["points"] == 0 or (heap["expires"] is not None and heap["expires"] <= today):
                continue
            if not also_pending and heap["active"] > today:
                continue
            if best is None or _goes_before(heap, best):
                best = heap
        return best


def _goes_before(one: Heap, other: Heap) -> bool:
    if one["expires"] is None and other["expires"] is None:
        return one["active"] < other["active"]
    if one["expires"] is None or other["expires"] is None:
        return other["expires"] is None
    if one["expires"] != other["expires"]:
        return one["expires"] < other["expires"]
    return one["active"] < other["active"]


def given_back(taken: Taken, before: int, points: int) -> Taken:
    """Which points to give back after *before* were given back already: the last taken first."""
    single = [name for name, count in taken for _ in range(count)]
    single.reverse()
    back = single[before : before + points]
    back.reverse()
    return [(name, 1) for name in back]
