"""The processes of a race end whatever happens, and what goes wrong in one of them is heard."""

from __future__ import annotations

import pickle
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from omnicommerce import MemoryStorage
from omnicommerce.ports.storage import Storage
from tests.races.contest import Try
from tests.races.crew import READY, Crew, Race, Racer

ENDS_SECONDS_MAX = 30
"""A racer needs no time to end; a machine with much to do may not let it."""


@contextmanager
def nowhere() -> Iterator[Storage]:
    yield MemoryStorage()


def sleeping(_storage: Storage, _number: int, _processes: int) -> list[Try]:
    return [partial(time.sleep, 10 * ENDS_SECONDS_MAX)]


def failing(_storage: Storage, number: int, _processes: int) -> list[Try]:
    return [partial(divmod, 1, number)]


def counting(_storage: Storage, number: int, processes: int) -> list[Try]:
    return [partial(divmod, number, processes)]


def test_racers_end_with_whoever_started_them_in_the_midst_of_a_race() -> None:
    racer = Racer()
    try:
        racer.say(pickle.dumps(Race(nowhere, sleeping, 0, 1, is_guarded=True)).hex())
        racer.hear(READY)
        racer.say("0")
        assert racer.process.stdin is not None
        # Nobody who has gone keeps a pipe open, however they went.
        racer.process.stdin.close()

        assert 1 == racer.process.wait(ENDS_SECONDS_MAX)
    finally:
        racer.end()


def test_what_fails_in_a_racer_is_heard_and_the_next_race_has_a_new_crew() -> None:
    crew = Crew()
    try:
        with pytest.raises(AssertionError, match="ZeroDivisionError"):
            crew.raced(nowhere, failing, 2)

        assert [(0, 0), (0, 1)] == crew.raced(nowhere, counting, 2)
        assert [None, (1, 0)] == crew.raced(nowhere, failing, 2, is_guarded=False)
    finally:
        crew.close()
