"""Short words for batches."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from omnicommerce.kernel.collection import ABSENT, IndexRow, Version
from omnicommerce.ports.storage import (
    COUNTERS,
    START,
    Add,
    Append,
    Batch,
    Check,
    Delete,
    Key,
    Put,
    Record,
    Storage,
)

_numbers = itertools.count(1)


def key(name: str) -> Key:
    return Key("things", name)


def count(name: str) -> Key:
    return Key(COUNTERS, name)


def put(name: str, version: str = ABSENT, body: str = "{}", at: tuple[IndexRow, ...] = ()) -> Put:
    return Put(key(name), body, at, Version(version))


def batch(*operations: Put | Check | Delete | Add | Append, id: str = "") -> Batch:
    return Batch(
        Version(id or f"b{next(_numbers)}"),
        checks=tuple(each for each in operations if isinstance(each, Check)),
        puts=tuple(each for each in operations if isinstance(each, Put)),
        deletes=tuple(each for each in operations if isinstance(each, Delete)),
        adds=tuple(each for each in operations if isinstance(each, Add)),
        entries=tuple(each for each in operations if isinstance(each, Append)),
    )


def version(storage: Storage, name: str) -> str:
    (found,) = storage.read((key(name),))
    return found.version if isinstance(found, Record) else ABSENT


def told(storage: Storage) -> list[str]:
    return [entry.id for entry in storage.journal(START, 1_000)]


def together(*jobs: Callable[[], object]) -> None:
    """Run all jobs at once, each in a thread; the first error of any is raised."""
    with ThreadPoolExecutor(len(jobs)) as pool:
        for running in [pool.submit(job) for job in jobs]:
            running.result()


def soon(is_so: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.005)
