"""Races on the bench: threads that start together, try again as long as a rival is faster, and come back."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Final, TypeVar

from omnicommerce.kernel.errors import Conflict
from omnicommerce.ports.storage import Storage
from omnicommerce.testing.storage_laws.bench import ATTEMPTS_MAX, Operation, batch, patient

T = TypeVar("T")

RACE_SECONDS: Final = 120.0
"""No race takes as long; who has not come back by then never will."""


def together(*jobs: Callable[[], T]) -> list[T]:
    """Run all jobs at the same moment, each in a thread, and return what they return."""
    start = threading.Barrier(len(jobs))
    come_back: SimpleQueue[int] = SimpleQueue()
    answers: dict[int, T] = {}
    errors: list[BaseException] = []

    def run(number: int, job: Callable[[], T]) -> None:
        start.wait()
        try:
            answers[number] = job()
        except BaseException as error:  # noqa: BLE001  # raised below, where somebody hears it
            errors.append(error)
        come_back.put(number)

    interval = sys.getswitchinterval()
    # Threads then take turns every few instructions, and what can go wrong does so within a second.
    sys.setswitchinterval(1e-5)
    try:
        for number, job in enumerate(jobs):
            # A daemon: one that is stuck for ever must not keep pytest from its end.
            threading.Thread(target=run, args=(number, job), daemon=True).start()
        for left in range(len(jobs), 0, -1):
            try:
                come_back.get(timeout=RACE_SECONDS)
            except Empty:
                raise AssertionError(
                    f"promised: who waits for a lock gets it one day\n    seen: {left} of {len(jobs)}"
                    f" threads have not come back after {RACE_SECONDS} s"
                ) from None
    finally:
        sys.setswitchinterval(interval)
    if errors:
        raise errors[0]
    return [answers[number] for number in range(len(jobs))]


def patiently(storage: Storage, *operations: Operation) -> None:
    """Commit these, however often the storage has no time; a refusal goes to the caller."""
    made = batch(*operations)
    patient(lambda: storage.commit(made))


def until_stored(storage: Storage, decide: Callable[[], tuple[Operation, ...]]) -> None:
    """Decide and commit, again and again, until no rival was faster."""
    for _ in range(ATTEMPTS_MAX):
        try:
            patiently(storage, *decide())
        except Conflict:
            continue
        return
    raise AssertionError(
        f"promised: a Conflict means that a rival was faster\n    seen: {ATTEMPTS_MAX} in a row"
    )
