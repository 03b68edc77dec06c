"""A litmus program as a law: every order of its calls is played, and every run must be explained."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Protocol

from omnicommerce.kernel.errors import Again
from omnicommerce.ports.storage import START, Position, Storage
from omnicommerce.testing.litmus import journals, linear, serial, telling
from omnicommerce.testing.litmus.history import AFTERWARDS, Seen
from omnicommerce.testing.litmus.orders import all_turns, held_turns
from omnicommerce.testing.litmus.party import Naming, settled
from omnicommerce.testing.litmus.program import Program
from omnicommerce.testing.litmus.stage import Call, Hold, Stage, Stuck, opened
from omnicommerce.testing.litmus.world import World, begun, entries_behind, last_looks

_runs: Final = itertools.count(1)


class LitmusBench(Protocol):
    """Where a program gets its storages from."""

    held_max: int
    stuck_seconds: float

    def fresh(self) -> Storage:
        """A new, empty storage."""
        ...

    def again(self, storage: Storage) -> Storage:
        """Another door to the same data."""
        ...

    def beside(self, storage: Storage) -> Storage:
        """The storage of another shop in the same database."""
        ...

    def played(self, what: str, number: int) -> None:
        """Take note of how many runs a law has judged."""
        ...


def law(program: Program) -> Callable[[Any], None]:
    """The law that a storage gives no answers to this program which no order explains."""

    def play(bench: LitmusBench) -> None:
        runs = _play(bench, program)
        print(f"{program.name}: {runs[0]} orders of calls, {runs[1]} with a call held up")  # noqa: T201  # shown on failure

    play.__name__ = play.__qualname__ = program.name.replace(" ", "_")
    play.__doc__ = program.promise
    return play


def _play(bench: LitmusBench, program: Program) -> tuple[int, int]:
    shops = [bench.fresh()]
    shops += [bench.beside(shops[0]) for _ in program.shops[1:]]
    doors = [bench.again(shops[transaction.shop]) for transaction in program.transactions]
    with opened(len(doors), bench.stuck_seconds) as stage:
        table = _Table(program, shops, doors, stage)
        plain = table.judged((turns, None) for turns in all_turns(program))
        bench.played("orders of calls", plain)
        held = table.judged(held_turns(program, stage.takings, bench.held_max))
        bench.played("with a call held up", held)
    return plain, held


class _Table:
    """One program on one storage: run after run, each under names of its own."""

    def __init__(
        self, program: Program, shops: Sequence[Storage], doors: list[Storage], stage: Stage
    ) -> None:
        self.program = program
        self.shops = shops
        self.doors = doors
        self.stage = stage
        self.marks: list[Position] = [START] * len(shops)

    def judged(self, runs: Iterable[tuple[tuple[int, ...], Hold | None]]) -> int:
        """Play and judge all of these; how many there were."""
        number = 0
        for turns, hold in runs:
            number += 1
            _judge(self._played(turns, hold))
        return number

    def _played(self, turns: tuple[int, ...], hold: Hold | None) -> Seen:
        world = begun(self.program, Naming(f"r{next(_runs)}"), self.shops, self.marks)
        try:
            calls = self.stage.played(world.parties(), self.doors, turns, hold)
        except Stuck as stuck:
            waiting = " and ".join(f"T{number + 1}" for number in sorted(stuck.waiting))
            raise telling.failure(
                self.program,
                f"{waiting} never came back: after {self.stage.stuck_seconds} s nobody had moved",
                f"interleaving: {telling.order_of(turns)}, held up: {hold}",
            ) from None
        return self._looked_at(world, turns, hold, calls)

    def _looked_at(self, world: World, turns: tuple[int, ...], hold: Hold | None, calls: list[Call]) -> Seen:
        looks = []
        for shop, storage in enumerate(world.shops):
            for request in last_looks(world):
                began = self.stage.now()
                answer = settled(storage, request)
                looks.append((shop, Call(AFTERWARDS, 0, request, began, self.stage.now(), answer)))
        seen = Seen(world, turns, hold, tuple(calls), tuple(looks), ())
        found = []
        for shop, storage in enumerate(world.shops):
            stored = [call for call in seen.stored if seen.shop_of(call) == shop]
            number = sum(len(journals.ids_of(call)) for call in stored)
            entries, self.marks[shop] = entries_behind(
                storage, world.marks[shop], number, self.stage.stuck_seconds
            )
            found.append(tuple(entry.id for entry in entries))
        return Seen(world, turns, hold, tuple(calls), tuple(looks), tuple(found), self.stage.held_at)


def _judge(seen: Seen) -> None:
    program, naming = seen.world.program, seen.world.naming
    for call in (*seen.calls, *(look for _, look in seen.looks)):
        if isinstance(call.answer, BaseException) and not isinstance(call.answer, Again):
            reason = f"{type(call.answer).__name__}: {call.answer}; the port has no such failure"
            raise telling.failure(program, reason, telling.run_of(seen)) from call.answer
    for complaint in journals.complaints(seen):
        raise telling.failure(program, complaint, telling.run_of(seen))
    dead_end = linear.unexplained(seen)
    if dead_end is not None:
        raise telling.failure(program, telling.reason_of(dead_end, naming), telling.run_of(seen))
    if serial.is_serial(program) and not seen.unknown:
        outcome = serial.outcome(seen)
        if outcome not in serial.serial_outcomes(program):
            reason = f"{outcome} is the outcome of no order of the transactions"
            raise telling.failure(program, reason, telling.run_of(seen))
    for call in serial.nobody_stands_in_the_way(seen):
        reason = f"all were refused, though nothing stood against T{call.party + 1}"
        raise telling.failure(program, reason, telling.run_of(seen))
