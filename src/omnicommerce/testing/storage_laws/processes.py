"""Level D: several processes over one database. They race, and some of them are killed in the midst of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from typing import Any, Final, Protocol

from omnicommerce.kernel.collection import ABSENT
from omnicommerce.ports.storage import Add, Append, Storage
from omnicommerce.testing.storage_laws.bench import (
    Bench,
    entries,
    expect,
    expect_followed,
    found,
    put,
    stored,
    total,
)
from omnicommerce.testing.storage_laws.crew import Worker, crew, go
from omnicommerce.testing.storage_laws.roles import LAST, LEFT, Left, left_by, numbers_in

PROCESSES: Final = 3
TRIES: Final = 20
ROUNDS: Final = 60
"""Two processes that begin together meet in some of so many rounds."""

LIFE_SECONDS: Final = 0.05
"""A process is killed at some moment of this time after its first commit."""


class ProcessBench(Bench, Protocol):
    """Where a law gets its storages and their doors from."""

    kills: int
    stuck_seconds: float

    def door(self, storage: Storage) -> Callable[[], Any] | None:
        """What another process calls to open the same data, or None if no other process can."""
        ...

    def played(self, what: str, number: int) -> None:
        """Take note of how many processes were killed."""
        ...


def processes_never_pass_a_bound(bench: ProcessBench) -> None:
    """Several processes take from one shelf, more than there is; together they get what was there."""
    storage, door = _opened(bench)
    if door is None:
        return
    stored(storage, Add(LEFT, 40))
    with crew(door, [("take", f"taker-{n}", TRIES) for n in range(PROCESSES)]) as workers:
        go(workers)
        got = sum(word for worker in workers for word in worker.words())

    _expect_between_processes(
        "no one takes what is not there, and all of it is taken",
        "of 40 that were there 40 were taken, and 0 are left",
        f"of 40 that were there {got} were taken, and {total(storage, LEFT)} are left",
    )


def processes_lose_no_addition(bench: ProcessBench) -> None:
    """Several processes add 1 to one counter, without a bound."""
    storage, door = _opened(bench)
    if door is None:
        return
    with crew(door, [("add", f"giver-{n}", TRIES) for n in range(PROCESSES)]) as workers:
        go(workers)
        done = sum(word for worker in workers for word in worker.words())

    _expect_between_processes(
        "no addition is lost",
        f"the counter stands at {done}",
        f"the counter stands at {total(storage, LEFT)}",
    )


def processes_lose_no_update(bench: ProcessBench) -> None:
    """Several processes add 1 to one record, by look, put and try again."""
    storage, door = _opened(bench)
    if door is None:
        return
    stored(storage, put("sum", "0"))
    with crew(door, [("increment", f"writer-{n}", TRIES) for n in range(PROCESSES)]) as workers:
        go(workers)
        done = sum(word for worker in workers for word in worker.words())

    expect("every addition came through", PROCESSES * TRIES, done)
    _expect_between_processes(
        "no update is lost",
        f"{done} were acknowledged, and the record counts {done}",
        f"{done} were acknowledged, and the record counts {found(storage, 'sum').body}",
    )


def processes_respect_an_absence(bench: ProcessBench) -> None:
    """Two processes, each of which makes its record only where the other's is absent: never both."""
    _, door = _opened(bench)
    if door is None:
        return
    with crew(door, [("claim", name, ROUNDS) for name in ("one", "other")]) as workers:
        go(workers)
        one, other = [set(worker.words()) for worker in workers]

    _expect_between_processes("never both of two that exclude each other", "none", _rounds(one & other))
    expect("and always one of them", set(range(ROUNDS)), one | other)


def no_entry_is_late_between_processes(bench: ProcessBench) -> None:
    """A process that remembers only its last position misses nothing of what the others write."""
    storage, door = _opened(bench)
    if door is None:
        return
    orders = [("append", f"writer-{n}", TRIES) for n in range(2)]
    with crew(door, [*orders, ("follow", "reader", 0)]) as (*writers, reader):
        go([*writers, reader])
        written = sum(number for writer in writers for number in writer.words())
        stored(storage, Append(LAST, "{}"))
        told = reader.words()

    whole = [entry.id for entry in entries(storage)]
    expect("every entry that was written", written + 1, len(whole))
    expect_followed(whole, told)


def processes_see_each_other_at_once(bench: ProcessBench) -> None:
    """What one has acknowledged, a process that has just looked sees when it looks again."""
    storage, door = _opened(bench)
    if door is None:
        return
    with crew(door, [("look_when_asked", "reader", TRIES)]) as (worker,):
        go([worker])
        version = ABSENT
        for n in range(TRIES):
            version = stored(storage, put("sum", str(n), version, at=(("when", f"{n:03d}"),)), Add(LEFT, 1))
            worker.send("look")
            expect(
                "another process sees what was acknowledged here",
                [str(n), n + 1, [f"{n:03d}"]],
                worker.next_word(bench.stuck_seconds),
            )


def a_killed_process_leaves_nothing_behind(bench: ProcessBench) -> None:
    """What a batch takes away goes with what it brings: rows, records and entries, time after time."""
    storage, door = _opened(bench)
    if door is None:
        return
    moments = Random("rests")  # noqa: S311  # likewise
    for nth in range(bench.kills):
        with crew(door, [("roll_on", "w", 0)]) as (worker,):
            go([worker])
            worker.next_word(bench.stuck_seconds)
            time.sleep(moments.random() * LIFE_SECONDS)
            worker.kill()
        count, left = left_by(bench.again(storage), "w")
        last = f"w-{count - 1}"
        whole = Left(str(count - 1), [f"{count - 1:06d}"], [last], None, [last])
        expect(f"round {nth}: only what the last batch stored is there", whole, left)
        bench.played("kills", 1)


def a_killed_process_loses_nothing(bench: ProcessBench) -> None:
    """What it had acknowledged is there, and nothing is there in part, time after time."""
    storage, door = _opened(bench)
    if door is None:
        return
    moments = Random("kills")  # noqa: S311  # the same moments every time
    acknowledged = 0
    for nth in range(bench.kills):
        with crew(door, [("write_for_ever", "w", 0)]) as (worker,):
            go([worker])
            told = [worker.next_word(bench.stuck_seconds)]
            time.sleep(moments.random() * LIFE_SECONDS)
            told += worker.kill()
        count = _audited(bench.again(storage), "w")
        expect(f"round {nth}: it goes on where the last one was", True, acknowledged <= told[0])
        expect(f"round {nth}: it counts on", list(range(told[0], told[0] + len(told))), told)
        expect(
            f"round {nth}: what was acknowledged is there, and at most one more",
            True,
            told[-1] + 1 <= count <= told[-1] + 2,
        )
        acknowledged = told[-1] + 1
        bench.played("kills", 1)


def a_killed_process_stands_in_nobodys_way(bench: ProcessBench) -> None:
    """Whatever it was about when it was killed, the others go on."""
    storage, door = _opened(bench)
    if door is None:
        return
    moments = Random("ways")  # noqa: S311  # likewise
    for _ in range(2):
        _kill_all(bench, door, moments)
        # Another process: if it waits for ever, this one does not.
        with crew(door, [("append", f"afterwards-{moments.random()}", 1)]) as (worker,):
            go([worker])
            worker.next_word(bench.stuck_seconds)
    for n in range(3):
        _audited(bench.again(storage), f"w{n}")


def _kill_all(bench: ProcessBench, door: Callable[[], Any], moments: Random) -> None:
    """Kill one process after the other; those that are left go on."""
    with crew(door, [("write_for_ever", f"w{n}", 0) for n in range(3)]) as workers:
        go(workers)
        for worker in workers:
            worker.next_word(bench.stuck_seconds)
        for worker in workers[:2]:
            time.sleep(moments.random() * LIFE_SECONDS)
            worker.kill()
            bench.played("kills", 1)
            _goes_on(workers[2], bench.stuck_seconds)
        workers[2].kill()
        bench.played("kills", 1)


def _opened(bench: ProcessBench) -> tuple[Storage, Callable[[], Any] | None]:
    storage = bench.fresh()
    return storage, bench.door(storage)


def _expect_between_processes(promise: str, expected: str, seen: str) -> None:
    hint = "if level B holds, look for a lock, a cache or a hash of this process only"
    expect(f"{promise}, also between processes ({hint})", expected, seen)


def _rounds(both: set[Any]) -> str:
    return f"both, in {len(both)} of {ROUNDS} rounds" if both else "none"


def _goes_on(worker: Worker, seconds: float) -> None:
    worker.forget()
    for _ in range(3):
        worker.next_word(seconds)


def _audited(storage: Storage, name: str) -> int:
    """Everything that a batch stores is there as often as everything else; how often that is."""
    count, head, rows, journal = numbers_in(storage, name)
    expect("the head is that of the last batch", str(count - 1) if count else None, head)
    expect("each batch has its two rows", [f"{name}-{side}-{n}" for n in range(count) for side in "ab"], rows)
    expect("each batch has its entry, in order", [f"{name}-{n}" for n in range(count)], journal)
    return count
