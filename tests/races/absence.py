"""An absence: of two that exclude each other, each process makes its own where the other is not there."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import Conflict, Unavailable
from omnicommerce.ports.storage import Batch, Check, Key, Put, Storage
from tests.races.contest import ATTEMPTS_MAX, Contest, Try, broken

PAIRS: Final = 24


def one_of(pair: int, side: int) -> Key:
    return Key("things", f"{pair}-{side}")


def ready(storage: Storage) -> None:
    storage.read((one_of(0, 0),))


def tries(storage: Storage, number: int, _: int) -> list[Try]:
    """Everybody comes to every pair, in the same order."""
    storage.read((one_of(0, 0),))
    return [partial(_made, storage, number, pair) for pair in range(PAIRS)]


def _made(storage: Storage, number: int, pair: int) -> bool:
    mine, other = one_of(pair, number % 2), one_of(pair, 1 - number % 2)
    id = Version(f"{number} made {pair}")
    batch = Batch(id, (Check(other, ABSENT),), (Put(mine, "{}", (), ABSENT),))
    for _ in range(ATTEMPTS_MAX):
        try:
            storage.commit(batch)
        except Conflict:
            return False
        except Unavailable:
            continue
        return True
    raise AssertionError("a storage is not away for ever")


def there(storage: Storage) -> list[int]:
    """How many of each pair there are."""
    found = storage.read([one_of(pair, side) for pair in range(PAIRS) for side in (0, 1)])
    return [sum(each is not None for each in pair) for pair in zip(found[::2], found[1::2], strict=True)]


def over(storage: Storage, _: list[Any]) -> int:
    return there(storage).count(2)


def wrong(storage: Storage, told: list[Any]) -> tuple[str, ...]:
    return broken(
        there_is_one_of_each_pair=there(storage) == [1] * PAIRS,
        whoever_was_told_so_made_it=told.count(True) == PAIRS,
    )


CONTEST: Final = Contest(ready, tries, over, wrong)
