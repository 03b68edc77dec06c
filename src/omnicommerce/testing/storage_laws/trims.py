"""A trim is part of its batch, forgets only what it names, and only in its own shop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, Final

from omnicommerce.ports.storage import START, Add, Append, Batch, Storage, Trim
from omnicommerce.testing.litmus.held import holdable
from omnicommerce.testing.litmus.stage import PATIENCE_SECONDS
from omnicommerce.testing.storage_laws.bench import Bench, batch, entries, expect, patient, put, stored
from omnicommerce.testing.storage_laws.racing import RACE_SECONDS, patiently

MOMENTS_MAX: Final = 20
"""A batch is held up at each moment at which an adapter takes an operation out of it, up to so many."""


def a_trim_forgets_in_its_own_shop(bench: Bench) -> None:
    """Retention in one shop leaves the books of the others alone."""
    one = bench.fresh()
    other = bench.beside(one)
    for n in range(3):
        for shop in (one, other):
            stored(shop, Append(f"e{n}", "{}"))
    stored(one, Trim(entries(one)[0].position))
    stored(other, Trim(entries(other)[1].position))

    expect("the entries of one", ["e1", "e2"], [entry.id for entry in entries(one)])
    expect("the entries of the other", ["e2"], [entry.id for entry in entries(other)])


def a_trim_forgets_only_what_it_names(bench: Bench) -> None:
    """Whatever a rival writes or forgets while the batch is on its way."""

    def forget(door: Storage, upto: Trim) -> Callable[[], None]:
        return lambda: patiently(door, Append("his", "{}"), upto)

    for storage, moment in _written(bench, 6):
        whole = entries(storage)
        rival = forget(bench.again(storage), Trim(whole[1].position))
        mine = batch(put("r"), Add("n", 1), Append("mine", "{}"), Trim(whole[2].position))
        if not _with_somebody_in_between(storage, mine, moment, rival):
            break
        seen = [entry.id for entry in entries(storage)]
        expect("what nobody named is there", ["e3", "e4", "e5"], [id for id in seen if id.startswith("e")])
        expect("and what was written meanwhile", {"mine", "his"}, set(seen[3:]))


def a_trim_is_part_of_its_batch(bench: Bench) -> None:
    """Nobody sees the old books gone and the new ones not there yet."""

    def look(door: Storage, seen: list[str]) -> Callable[[], None]:
        return lambda: seen.extend(entry.id for entry in patient(lambda: door.journal(START, 9)))

    for storage, moment in _written(bench, 3):
        seen: list[str] = []
        mine = batch(put("r"), Append("checkpoint", "{}"), Trim(entries(storage)[-1].position))
        if not _with_somebody_in_between(storage, mine, moment, look(bench.again(storage), seen)):
            break
        expect("the old books or the new ones", True, seen in (["e0", "e1", "e2"], ["checkpoint"]))


def _written(bench: Bench, number: int) -> Iterator[tuple[Storage, int]]:
    """A shop with so many entries for each moment at which a batch can be held up."""
    for moment in range(1, MOMENTS_MAX + 1):
        storage = bench.fresh()
        stored(storage, *(Append(f"e{n}", "{}") for n in range(number)))
        yield storage, moment


def _with_somebody_in_between(
    storage: Storage, mine: Batch, moment: int, somebody: Callable[[], None]
) -> bool:
    """Commit *mine*, held up at this *moment* until somebody has acted; False when it has no such moment.

    Whoever is locked out meanwhile acts afterwards.
    """
    other = threading.Thread(target=somebody, daemon=True)
    count = 0

    def taken() -> None:
        nonlocal count
        count += 1
        if count == moment:
            other.start()
            other.join(PATIENCE_SECONDS)

    held: Any = holdable(mine, taken)
    patient(lambda: storage.commit(held))
    if count < moment:
        return False
    other.join(RACE_SECONDS)
    return True
