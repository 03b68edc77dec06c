"""As if one at a time: whatever happens at the same moment, the outcome is that of some order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from omnicommerce.kernel.collection import ABSENT
from omnicommerce.kernel.errors import Conflict, Exhausted
from omnicommerce.ports.storage import Add, Append, Check, Delete, Storage
from omnicommerce.testing.storage_laws.bench import (
    Bench,
    Operation,
    entries,
    expect,
    found,
    put,
    stored,
    thing,
    total,
)
from omnicommerce.testing.storage_laws.racing import patiently, together, until_stored

ROUNDS: Final = 20
"""Races of two are run so often: each is won within milliseconds, and one lost round is enough."""


def the_last_item_is_sold_once(bench: Bench) -> None:
    """Eight tills take eighty times from a shelf of forty; forty get one."""
    storage = bench.fresh()
    stored(storage, Add("free", 40))

    def till() -> int:
        return sum(_went_through(storage, Add("free", -1, floor=0)) for _ in range(10))

    sold = sum(together(*[till] * 8))
    expect("no one takes what is not there", (40, 0), (sold, total(storage, "free")))


def no_addition_is_lost(bench: Bench) -> None:
    """Four writers add 1 to the same record ten times each, by read, put and try again."""
    storage = bench.fresh()
    stored(storage, put("sum", "0"))

    def increment() -> tuple[Operation, ...]:
        seen = found(storage, "sum")
        return (put("sum", str(int(seen.body) + 1), seen.version), Append("added", "{}"))

    def writer() -> None:
        for _ in range(10):
            until_stored(storage, increment)

    together(*[writer] * 4)
    expect("4 x 10 additions, none lost", "40", found(storage, "sum").body)
    expect("and one entry for each", 40, len(entries(storage)))


def no_movement_of_a_counter_is_lost(bench: Bench) -> None:
    """Four move one counter at two doors, twenty times each, with a bound on one side or without."""
    storage = bench.fresh()
    other = bench.again(storage)

    def mover(door: Storage, move: Add) -> Callable[[], None]:
        def move_on() -> None:
            for _ in range(ROUNDS):
                patiently(door, move)

        return move_on

    together(*[mover(door, Add("free", 1)) for door in (storage, other) * 2])
    expect("80 additions without a bound, none lost", 4 * ROUNDS, total(storage, "free"))

    together(
        mover(storage, Add("n", 1)),
        mover(other, Add("n", 10, ceiling=10**6)),
        mover(other, Add("n", -100, floor=-(10**6))),
        mover(storage, Add("n", 1_000)),
    )
    expect("20 of +1, of +10, of -100 and of +1,000, none lost", 911 * ROUNDS, total(storage, "n"))


def two_doors_sell_the_last_item_once(bench: Bench) -> None:
    """As above, but half of the tills have opened the shop for themselves, as other processes do."""
    storage = bench.fresh()
    stored(storage, Add("free", 40))

    def till(door: Storage) -> Callable[[], int]:
        return lambda: sum(_went_through(door, Add("free", -1, floor=0)) for _ in range(10))

    doors = (storage, bench.again(storage)) * 4
    sold = sum(together(*[till(door) for door in doors]))
    expect("no one takes what is not there", (40, 0), (sold, total(storage, "free")))


def two_doors_lose_no_addition(bench: Bench) -> None:
    """Two writers at each of two doors add 1 to the same record ten times each."""
    storage = bench.fresh()
    stored(storage, put("sum", "0"))

    def writer(door: Storage) -> Callable[[], None]:
        def increment() -> tuple[Operation, ...]:
            seen = found(door, "sum")
            return (put("sum", str(int(seen.body) + 1), seen.version),)

        def write() -> None:
            for _ in range(10):
                until_stored(door, increment)

        return write

    together(*[writer(door) for door in (storage, bench.again(storage)) * 2])
    expect("4 x 10 additions, none lost", "40", found(storage, "sum").body)


def one_of_two_wins_a_version(bench: Bench) -> None:
    """Two who put over the same version, or make the same new record: one is stored, one is a Conflict."""
    storage = bench.fresh()
    version = ABSENT
    for n in range(ROUNDS):
        name = "same" if n % 2 else f"new-{n}"
        expected = version if n % 2 else ABSENT
        jobs = [_trying(storage, put(name, f'"{who}"', expected)) for who in "ab"]
        won = together(*jobs)
        expect("exactly one of two is stored", 1, sum(won))
        expect("and what is there is his", f'"{"ab"[won.index(True)]}"', found(storage, name).body)
        if n % 2:
            version = found(storage, name).version


def one_of_two_deletes(bench: Bench) -> None:
    """One puts while one deletes the same version: one of them is a Conflict."""
    storage = bench.fresh()
    for n in range(ROUNDS):
        version = stored(storage, put(f"r{n}"))
        deleting = _trying(storage, Delete(thing(f"r{n}"), version))
        won = together(deleting, _trying(storage, put(f"r{n}", '"new"', version)))
        (seen,) = storage.read((thing(f"r{n}"),))

        expect("exactly one of two is stored", 1, sum(won))
        expect("and the record says which", won[0], seen is None)


def no_two_write_past_each_other(bench: Bench) -> None:
    """Each checks what the other writes: were both stored, neither order could explain it."""
    storage = bench.fresh()
    a = b = stored(storage, put("a", "0"), put("b", "0"))
    for n in range(ROUNDS):
        jobs = (
            _trying(storage, Check(thing("a"), a), put("b", str(n), b)),
            _trying(storage, Check(thing("b"), b), put("a", str(n), a)),
        )
        expect("a check holds until the commit, so one of two is a Conflict", 1, sum(together(*jobs)))
        a, b = found(storage, "a").version, found(storage, "b").version


def no_two_rely_on_the_same_absence(bench: Bench) -> None:
    """Each makes its record only where the other's is absent: both must never be there."""
    storage = bench.fresh()
    for n in range(ROUNDS):
        one, other = f"one-{n}", f"other-{n}"
        jobs = (
            _trying(storage, Check(thing(one), ABSENT), put(other)),
            _trying(storage, Check(thing(other), ABSENT), put(one)),
        )
        won = together(*jobs)
        there = [seen is not None for seen in storage.read((thing(other), thing(one)))]
        expect("one of two, never both", 1, sum(won))
        expect("and only that one is there", won, there)


def _went_through(storage: Storage, *operations: Operation) -> bool:
    try:
        patiently(storage, *operations)
    except (Conflict, Exhausted):
        return False
    return True


def _trying(storage: Storage, *operations: Operation) -> Callable[[], bool]:
    return lambda: _went_through(storage, *operations)
