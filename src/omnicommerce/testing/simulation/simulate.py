"""Simulate whole lives of a shop: one seed decides everything, and everything goes wrong that can."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

import attrs

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.process import Story
from omnicommerce.ports.storage import Storage
from omnicommerce.rulebook import Rulebook
from omnicommerce.testing.simulation.depot import EVENTS, PROCESSES
from omnicommerce.testing.simulation.faults import Fault
from omnicommerce.testing.simulation.life import Life, Stage
from omnicommerce.testing.simulation.mixed import shop_and_depot
from omnicommerce.testing.simulation.shop_rules import RULEBOOK
from omnicommerce.testing.simulation.story import lived
from omnicommerce.testing.simulation.wishes import Workload

OPERATIONS: Final = 100
"""What a life holds unless more is asked for: enough that receipts, returns and ticks meet."""

OPERATIONS_MAX: Final = 1_000_000
"""A life is kept in memory, with every turn of it; many short ones find more than a long one."""

TRACE_SHOWN: Final = 200
"""The last turns of a life that a failure shows; the seed brings back all of them."""

VIOLATIONS_SHOWN: Final = 10


@attrs.frozen
class Violation:
    """Something that must not be: in the life of which seed, and all that it takes to see it again.

    `program` is what clients wanted, in order; `trace` is who did what in which turn.
    """

    seed: int
    operations: int
    what: str
    program: tuple[str, ...] = attrs.field(repr=False)
    trace: tuple[str, ...] = attrs.field(repr=False)

    def __str__(self) -> str:
        return "\n".join(
            (
                f"seed {self.seed}: {self.what}",
                f"again: simulate({self.seed}, operations={self.operations}) with the same shop",
                "what clients wanted:",
                *(f"  {line}" for line in self.program),
                f"the last {TRACE_SHOWN} turns (turn, wish or process, what):",
                *(f"  {line}" for line in self.trace[-TRACE_SHOWN:]),
            )
        )


@attrs.frozen(kw_only=True)
class Simulated:
    """What came of it.

    An operation is one thing that one client wanted, however often it had to ask; a call is one call of the
    storage's port. `digest` is equal for equal lives, to the byte.
    """

    seeds: tuple[int, ...]
    operations: int
    asks: int
    calls: int
    faults: Mapping[Fault, int]
    violations: tuple[Violation, ...]
    digest: str

    @property
    def faults_total(self) -> int:
        """Faults of all kinds."""
        return sum(self.faults.values())

    def __str__(self) -> str:
        return (
            f"{len(self.seeds)} lives, {self.operations} operations asked {self.asks} times, "
            f"{self.calls} calls of the storage, {self.faults_total} faults of {len(self.faults)} kinds, "
            f"{len(self.violations)} violations"
        )

    def hold(self) -> Simulated:
        """Itself, if nothing was wrong.

        Raises:
            AssertionError: something was; it shows the first of it, and how to see it again.
        """
        assert not self.violations, "\n\n".join(
            (str(self), str(self.violations[0]), *_briefly(self.violations[1:VIOLATIONS_SHOWN]))
        )
        return self


def _briefly(violations: Iterable[Violation]) -> Iterable[str]:
    return (f"seed {each.seed}: {each.what}" for each in violations)


def _same(storage: Storage) -> Storage:
    return storage


def _left_alone(_: Storage) -> None:
    """A storage in memory goes with its life."""


def simulate(
    seed: int = 1,
    *,
    seeds: Iterable[int] | None = None,
    operations: int = OPERATIONS,
    make: Callable[[], Storage] = MemoryStorage,
    reopen: Callable[[Any], Storage] = _same,
    close: Callable[[Any], object] = _left_alone,
    rulebook: Rulebook = RULEBOOK,
    workload: Callable[[random.Random], Workload] = shop_and_depot,
    faults: Collection[Fault] = tuple(Fault),
    processes: Mapping[str, Story] = PROCESSES,
    events: Mapping[str, type[Any]] = EVENTS,
) -> Simulated:
    """Let a shop live through everything that can go wrong, once for each of *seeds* (or for *seed* alone).

    Every life begins with a storage of its own from *make*, and with *operations* wishes of the *workload*,
    which are disturbed by some of *faults*. Whenever the whole shop is restarted, *reopen* is given the
    storage and returns it as a new process would find it; when the life is over, *close* is given it. After
    the last wish nothing is disturbed any more: every client must get its answer, and every to-do be done.
    In the end the books are audited, and held to what clients were told.

    Nothing is looked up outside, so equal arguments give equal lives. An async storage is handed over in a
    `BlockingStorage`.

    Raises:
        BadValue: *operations* are not 1 to OPERATIONS_MAX.
    """
    checked_amount(operations, "operations", 1, OPERATIONS_MAX)
    stage = Stage(
        make=make,
        reopen=reopen,
        close=close,
        rulebook=rulebook,
        workload=workload,
        processes=processes,
        events=events,
    )
    drawn = (seed,) if seeds is None else tuple(seeds)
    return joined(_told(lived(each, operations, stage, faults), operations) for each in drawn)


def joined(results: Iterable[Simulated]) -> Simulated:
    """Several simulations as one, such as those of several processes."""
    together = tuple(results)
    faults: Counter[Fault] = Counter()
    for each in together:
        faults.update(each.faults)
    return Simulated(
        seeds=tuple(seed for each in together for seed in each.seeds),
        operations=sum(each.operations for each in together),
        asks=sum(each.asks for each in together),
        calls=sum(each.calls for each in together),
        faults={fault: faults[fault] for fault in Fault if faults[fault]},
        violations=tuple(violation for each in together for violation in each.violations),
        digest=" ".join(each.digest for each in together),
    )


def _told(life: Life, operations: int) -> Simulated:
    program = tuple(f"{each.number}: {each.wish.name}" for each in life.errands)
    trace = tuple(" ".join(map(str, each)) for each in life.trace) if life.wrong else ()
    return Simulated(
        seeds=(life.seed,),
        operations=len(life.errands),
        asks=sum(each.asks for each in life.errands),
        calls=life.calls,
        faults=dict(life.struck),
        violations=tuple(Violation(life.seed, operations, what, program, trace) for what in life.wrong),
        digest=life.digest(),
    )
