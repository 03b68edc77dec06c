"""What goes wrong in a simulated shop: every kind by its name, and how much of each a seed draws."""

from __future__ import annotations

import random
from collections.abc import Collection
from enum import StrEnum
from typing import Final

import attrs


class Fault(StrEnum):
    """A kind of fault; its value is its name in reports."""

    CRASH_BEFORE_READ = "crash_before_read"
    """The process dies with a read on its lips; so do all commands that it had in hand."""
    CRASH_AFTER_READ = "crash_after_read"
    CRASH_BEFORE_SCAN = "crash_before_scan"
    CRASH_AFTER_SCAN = "crash_after_scan"
    CRASH_BEFORE_COMMIT = "crash_before_commit"
    CRASH_AFTER_COMMIT = "crash_after_commit"
    """What was committed is stored, and nobody was told."""
    CRASH_BEFORE_JOURNAL = "crash_before_journal"
    CRASH_AFTER_JOURNAL = "crash_after_journal"
    LOST_REQUEST = "lost_request"
    """A commit never arrived, and nobody knows."""
    LOST_ANSWER = "lost_answer"
    """A commit is stored, and its answer was lost."""
    BLACKOUT = "blackout"
    """A commit is stored, its answer was lost, and the storage cannot be asked about it either."""
    CONFLICT = "conflict"
    """A deadlock, or a serialisation failure: nothing was stored."""
    EXHAUSTED = "exhausted"
    """A counter was said to be at its bound: nothing was stored."""
    UNAVAILABLE_ONCE = "unavailable_once"
    """One call was not answered."""
    STORAGE_AWAY = "storage_away"
    """From one call on none is answered, until the storage is back."""
    DISK_FULL = "disk_full"
    """From one commit on none is stored, until there is room again; what is there can be read."""
    DUPLICATED_AT_ONCE = "duplicated_at_once"
    """A command arrives twice and is run twice at the same time."""
    DUPLICATED_LATER = "duplicated_later"
    """A command that was answered long ago arrives once more."""
    ABANDONED = "abandoned"
    """A client whose command came to nothing never asks again."""
    STALE_LOOK = "stale_look"
    """Between what a command read and its commit somebody else commits."""
    TORN_LOOK = "torn_look"
    """Between two reads of a command somebody else commits."""
    SLOW_TASK = "slow_task"
    """A command sleeps for hours between two calls."""
    STALLED = "stalled"
    """Commands are stopped one after the other, and go on in another order."""
    OVERTAKEN = "overtaken"
    """The command that was always first is last from now on."""
    CLOCK_SKEWED = "clock_skewed"
    """A process starts with a clock that runs ahead or behind."""
    CLOCK_JUMPED_AHEAD = "clock_jumped_ahead"
    CLOCK_JUMPED_BACK = "clock_jumped_back"
    PROCESS_RESTARTED = "process_restarted"
    """A process ends between two calls, and comes back knowing nothing."""
    SHOP_RESTARTED = "shop_restarted"
    """Every process ends at once, and the storage is opened anew."""


class Moment(StrEnum):
    """When something can go wrong."""

    READ = "read"
    SCAN = "scan"
    COMMIT = "commit"
    JOURNAL = "journal"
    TURN = "turn"
    """Between two calls."""
    WISH = "wish"
    """When somebody begins to want something."""
    END = "end"
    """When somebody has been answered, or has not."""


ANYWHERE: Final = {Fault.UNAVAILABLE_ONCE: 2, Fault.STORAGE_AWAY: 1}

AT: Final[dict[Moment, dict[Fault, int]]] = {
    Moment.READ: {Fault.CRASH_BEFORE_READ: 2, Fault.CRASH_AFTER_READ: 2} | ANYWHERE,
    Moment.SCAN: {Fault.CRASH_BEFORE_SCAN: 4, Fault.CRASH_AFTER_SCAN: 4} | ANYWHERE,
    Moment.COMMIT: {
        Fault.CRASH_BEFORE_COMMIT: 4,
        Fault.CRASH_AFTER_COMMIT: 4,
        Fault.LOST_REQUEST: 4,
        Fault.LOST_ANSWER: 4,
        Fault.BLACKOUT: 2,
        Fault.CONFLICT: 6,
        Fault.EXHAUSTED: 6,
        Fault.DISK_FULL: 1,
    }
    | ANYWHERE,
    Moment.JOURNAL: {Fault.CRASH_BEFORE_JOURNAL: 4, Fault.CRASH_AFTER_JOURNAL: 4} | ANYWHERE,
    Moment.TURN: {
        Fault.STALE_LOOK: 8,
        Fault.TORN_LOOK: 8,
        Fault.SLOW_TASK: 2,
        Fault.STALLED: 4,
        Fault.OVERTAKEN: 4,
        Fault.PROCESS_RESTARTED: 2,
        Fault.SHOP_RESTARTED: 1,
    },
    Moment.WISH: {
        Fault.DUPLICATED_AT_ONCE: 6,
        Fault.CLOCK_SKEWED: 1,
        Fault.CLOCK_JUMPED_AHEAD: 1,
        Fault.CLOCK_JUMPED_BACK: 1,
    },
    Moment.END: {Fault.DUPLICATED_LATER: 1, Fault.ABANDONED: 1},
}
"""Which kinds can happen when, and how often each of them against the others."""

ON_AT_MOST: Final = 0.7
"""If every fault were on in every life, some would hide what others bring about (swarm testing; A. Groce
and others, "Swarm Testing", ISSTA 2012)."""

CALM, STORMY = 0.01, 0.09
"""How many of a hundred calls go wrong, from the quietest life to the worst."""

OFTEN: Final = {
    Moment.READ: 0.7,
    Moment.SCAN: 2.0,
    Moment.COMMIT: 2.0,
    Moment.JOURNAL: 1.0,
    Moment.TURN: 1.0,
    Moment.WISH: 2.0,
    Moment.END: 1.5,
}
"""Reads are the most frequent of all, and commits the most delicate."""


@attrs.define(eq=False)
class Dials:
    """How strongly each kind of fault strikes in one life."""

    random: random.Random
    rates: dict[Moment, float]
    kinds: dict[Moment, tuple[Fault, ...]]
    is_on: bool = True

    def strike(self, moment: Moment) -> Fault | None:
        """What goes wrong now, if anything."""
        if not self.is_on or self.random.random() >= self.rates[moment]:
            return None
        return self.random.choice(self.kinds[moment])


def drawn(seed: int, wanted: Collection[Fault]) -> Dials:
    """The faults of one life: some of those *wanted*, each with a strength of its own."""
    die = random.Random(f"faults {seed}")  # noqa: S311  # a seed is to be guessed
    share = die.uniform(0.3, ON_AT_MOST)
    on = [fault for fault in Fault if fault in wanted and die.random() < share]
    rate = die.uniform(CALM, STORMY)
    kinds: dict[Moment, tuple[Fault, ...]] = {}
    for moment, table in AT.items():
        strengths = ((fault, weight * die.randint(1, 4)) for fault, weight in table.items() if fault in on)
        kinds[moment] = tuple(fault for fault, weight in strengths for _ in range(weight))
    rates = {moment: rate * OFTEN[moment] if kinds[moment] else 0.0 for moment in Moment}
    return Dials(die, rates, kinds)
