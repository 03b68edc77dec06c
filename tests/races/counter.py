"""A bounded counter: so many are left, and more are asked for. The plainest race, over the port itself."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from omnicommerce.kernel.collection import Version
from omnicommerce.kernel.errors import Exhausted, Unavailable
from omnicommerce.ports.storage import COUNTERS, START, Add, Append, Batch, Key, Storage
from tests.races.contest import ATTEMPTS_MAX, Contest, Try, broken, shared

LEFT: Final = "left"
STOCK: Final = 80
TRIES: Final = 160


def ready(storage: Storage) -> None:
    storage.commit(Batch(Version("stock"), adds=(Add(LEFT, STOCK),)))


def tries(storage: Storage, number: int, processes: int) -> list[Try]:
    storage.read((Key(COUNTERS, LEFT),))
    return [partial(_taken, storage, n) for n in shared(TRIES, number, processes)]


def _taken(storage: Storage, n: int) -> bool:
    """Take one, if there is one."""
    batch = Batch(Version(f"took {n}"), adds=(Add(LEFT, -1, floor=0),), entries=(Append(f"took {n}", "{}"),))
    for _ in range(ATTEMPTS_MAX):
        try:
            storage.commit(batch)
        except Exhausted:
            return False
        except Unavailable:
            continue
        return True
    raise AssertionError("a storage is not away for ever")


def over(_: Storage, told: list[Any]) -> int:
    return max(0, told.count(True) - STOCK)


def wrong(storage: Storage, told: list[Any]) -> tuple[str, ...]:
    got = told.count(True)
    (left,) = storage.read((Key(COUNTERS, LEFT),))
    return broken(
        whoever_was_told_so_took_one=left == STOCK - got,
        nothing_is_left=left == 0,
        whatever_was_taken_is_told=len(storage.journal(START, 1_000)) == got,
    )


CONTEST: Final = Contest(ready, tries, over, wrong)
