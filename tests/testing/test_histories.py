"""Random histories: one seed decides everything, and a failure brings it along."""

from __future__ import annotations

from random import Random

import attrs
import pytest

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.errors import Unavailable
from omnicommerce.ports.storage import Batch, Committed, Page, Query
from omnicommerce.testing import StorageConformance
from omnicommerce.testing.histories.deeds import Client, Stores, weather
from omnicommerce.testing.histories.laws import ALL
from omnicommerce.testing.histories.life import STEPS, Life


class Bench(StorageConformance):
    is_durable = False

    def __init__(self, kind: type[MemoryStorage]) -> None:
        self.kind = kind

    def make(self) -> MemoryStorage:
        return self.kind()


class ForgetsTheEnd(MemoryStorage):
    """A range goes on to the end of the index."""

    def scan(self, query: Query) -> Page:
        return super().scan(attrs.evolve(query, until=None))


def told(seed: int) -> str:
    with pytest.raises(AssertionError) as caught:
        Life(Bench(ForgetsTheEnd), seed, ALL).live()
    return str(caught.value)


def first_seed() -> int:
    """The first whose history finds the fault."""
    for seed in range(50):
        try:
            Life(Bench(ForgetsTheEnd), seed, ALL).live()
        except AssertionError:
            return seed
    pytest.fail("no history finds the fault")


def test_one_seed_is_one_history() -> None:
    first, second = [Life(Bench(MemoryStorage), 5, ALL) for _ in range(2)]
    first.live()
    second.live()

    assert STEPS == len(first.told)
    assert first.told == second.told
    other = Life(Bench(MemoryStorage), 6, ALL)
    other.live()
    assert first.told != other.told


def test_a_failure_tells_the_seed_the_faults_and_the_last_steps() -> None:
    seed = first_seed()
    text = told(seed)

    assert text == told(seed)
    for words in (
        "promised: whatever goes wrong",
        f"seed {seed}, faults: answer lost",
        "expected: Page",
        "client ",
    ):
        assert words in text


def test_every_fault_happens_and_none_that_was_not_asked_for() -> None:
    fates: set[str] = set()
    for seed in range(30):
        lot = Random(seed)  # noqa: S311  # no secret
        sky = weather(lot, ALL)
        client = Client("one")
        deeds = [client.next_deed(lot, sky, f"{seed}.{nth}") for nth in range(40)]
        fates |= {deed.fate for deed in deeds if isinstance(deed, Stores)}
        calm = weather(lot, frozenset())
        assert {"delivered"} == set(calm.fates)
        assert 0 == calm.restarts

    assert {"delivered", "request lost", "answer lost", "sent twice"} == fates


def test_a_storage_that_has_no_time_now_and_then_is_asked_again() -> None:
    class Busy(MemoryStorage):
        number = 0

        def commit(self, batch: Batch) -> Committed:
            self.number += 1
            if self.number % 3:
                raise Unavailable(batch.id)
            return super().commit(batch)

    Life(Bench(Busy), 1, frozenset()).live()


def test_an_error_that_the_port_does_not_know_is_told() -> None:
    class Breaks(MemoryStorage):
        def commit(self, batch: Batch) -> Committed:
            raise KeyError(batch.id)

    with pytest.raises(AssertionError, match=r"one of the port's errors\n    seen: KeyError"):
        Life(Bench(Breaks), 1, frozenset()).live()
