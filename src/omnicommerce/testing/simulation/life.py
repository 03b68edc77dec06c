"""One life of a shop, as it stands: its processes, what they have in hand, and what time it is."""

from __future__ import annotations

import hashlib
import heapq
import random
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

from omnicommerce.adapters.keys import DemoKeys
from omnicommerce.commerce import Commerce
from omnicommerce.kernel.process import Story
from omnicommerce.ports.storage import Storage
from omnicommerce.rulebook import Rulebook
from omnicommerce.runner.steps import Step, Steps
from omnicommerce.testing.ids import CountingIds
from omnicommerce.testing.simulation.faults import Dials, Fault
from omnicommerce.testing.simulation.wishes import Heard, Wish, Workload

BEGINNING: Final = datetime(2026, 1, 1, 4, tzinfo=UTC)
A_TURN: Final = timedelta(milliseconds=20)
"""What a call of the storage takes."""


@attrs.frozen(kw_only=True)
class Stage:
    """Everything a life needs from whoever has it played."""

    make: Callable[[], Storage]
    reopen: Callable[[Storage], Storage]
    close: Callable[[Storage], object]
    rulebook: Rulebook
    workload: Callable[[random.Random], Workload]
    processes: Mapping[str, Story]
    events: Mapping[str, type[Any]]


@attrs.define(eq=False)
class Server:
    """A process of the host's: it runs commands, and forgets all it knew when it ends."""

    number: int
    shop: Any
    skew: timedelta = timedelta()
    tasks: list[Task] = attrs.field(factory=list)


@attrs.define(eq=False)
class Errand:
    """A wish on its way: how often it was asked, and what is still out."""

    heard: Heard
    number: int
    asks: int = 0
    tasks: list[Task] = attrs.field(factory=list)
    waits: int = 0
    is_over: bool = False
    """The client has its answer, or has gone."""

    @property
    def wish(self) -> Wish:
        """What is wanted."""
        return self.heard.wish


@attrs.define(eq=False)
class Task:
    """One try of a wish: a run of the runner's own steps, stopped before the next."""

    errand: Errand
    server: Server
    steps: Steps[Any]
    step: Step
    began: int
    priority: float
    looks: int = 0
    """Reads since it last began from the top."""
    is_alone: bool = True
    """No other try of its wish was out when it began."""
    is_dead: bool = False


@attrs.define(eq=False)
class Life:
    """A shop in the middle of its life. `moment` counts turns; a turn is one call of the storage."""

    seed: int
    stage: Stage
    storage: Storage
    workload: Workload
    random: random.Random
    dials: Dials
    now: datetime = BEGINNING
    moment: int = 0
    calls: int = 0
    commits: int = 0
    ids: CountingIds = attrs.field(factory=CountingIds)
    servers: list[Server] = attrs.field(factory=list)
    ready: list[Task] = attrs.field(factory=list)
    held: list[tuple[Task, Fault]] = attrs.field(factory=list)
    errands: list[Errand] = attrs.field(factory=list)
    open: int = 0
    """Errands that are not over."""
    is_away: bool = False
    is_full: bool = False
    struck: Counter[Fault] = attrs.field(factory=Counter)
    trace: list[tuple[Any, ...]] = attrs.field(factory=list)
    wrong: list[str] = attrs.field(factory=list)
    front: Commerce = attrs.field(init=False)
    """The shop as it is opened; processes are copies of it that know nothing yet."""
    _later: list[tuple[int, int, Callable[[], None]]] = attrs.field(factory=list)
    _order: int = 0

    def __attrs_post_init__(self) -> None:
        self.front = self.opened()

    def note(self, who: object, *what: object) -> None:
        """Write down what happens in this turn."""
        self.trace.append((self.moment, who, *what))

    def strike(self, fault: Fault, whom: object) -> None:
        """Count a fault that has come about."""
        self.struck[fault] += 1
        self.trace.append((self.moment, whom, fault.value))

    def later(self, turns: int, what: Callable[[], None]) -> None:
        """Do *what* in so many turns."""
        self._order += 1
        heapq.heappush(self._later, (self.moment + turns, self._order, what))

    @property
    def has_more(self) -> bool:
        """Whether anything is still to come by itself."""
        return bool(self._later)

    def wake(self, *, leap: bool) -> bool:
        """Do what is due by now; if nothing else can be done, *leap* to what is due next."""
        if leap and self._later and self._later[0][0] > self.moment:
            self.now += A_TURN * (self._later[0][0] - self.moment)
            self.moment = self._later[0][0]
        has_woken = False
        while self._later and self._later[0][0] <= self.moment:
            heapq.heappop(self._later)[2]()
            has_woken = True
        return has_woken

    def opened(self) -> Commerce:
        """The shop over what is stored, for whoever is never disturbed."""
        stage = self.stage
        return Commerce(
            self.storage,
            stage.rulebook,
            keys=DemoKeys(),
            clock=lambda: self.now,
            ids=self.ids,
            processes=stage.processes,
            events=stage.events,
        )

    def digest(self) -> str:
        """All that happened, as one short text: equal for equal lives."""
        told = "\n".join(map(repr, self.trace))
        return hashlib.sha256(told.encode()).hexdigest()
