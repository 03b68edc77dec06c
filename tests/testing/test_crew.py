"""Processes of level D: what they cannot open or cannot do is told in words."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.adapters.storage.sqlite import SqliteStorage
from omnicommerce.kernel.collection import Version
from omnicommerce.ports.storage import Add, Batch
from omnicommerce.testing import StorageConformance
from omnicommerce.testing.storage_laws.crew import crew, go


class Memory(StorageConformance):
    is_durable = False

    def make(self) -> MemoryStorage:
        return MemoryStorage()


class Sqlite(StorageConformance):
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self) -> SqliteStorage:
        return SqliteStorage(self.folder / "shop.db")

    def reopen(self, storage: SqliteStorage) -> SqliteStorage:
        return SqliteStorage(storage.path)


def test_a_storage_for_one_process_is_not_asked_for_more(tmp_path: Path) -> None:
    class Alone(Sqlite):
        is_shared = False

    for case, reason in ((Memory(), "is_durable = False"), (Alone(tmp_path), "is_shared = False")):
        case.test_processes_never_pass_a_bound()
        case.teardown_method()
        assert reason == case.__dict__["_not_asked"]


def test_a_shared_storage_says_how_another_process_opens_it(tmp_path: Path) -> None:
    case = Sqlite(tmp_path)

    with pytest.raises(NotImplementedError, match=r"partial\(MyStorage, path\), or says is_shared = False"):
        case.test_processes_never_pass_a_bound()
    case.teardown_method()


def test_what_cannot_be_sent_to_another_process_is_told(tmp_path: Path) -> None:
    class Local(Sqlite):
        def elsewhere(self, storage: SqliteStorage) -> Callable[[], SqliteStorage]:
            return lambda: SqliteStorage(storage.path)

    case = Local(tmp_path)
    with pytest.raises(AssertionError, match=r"promised: what elsewhere\(\) returns can be pickled"):
        case.test_processes_never_pass_a_bound()
    case.teardown_method()


def test_what_a_process_complains_of_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(
            AssertionError, match=r"(?s)promised: a process does its work.*does not exist; create it first"
        ),
        crew(partial(SqliteStorage, tmp_path / "nowhere" / "shop.db"), [("take", "one", 1)]),
    ):
        pass


def test_what_a_process_had_told_before_it_was_killed_is_heard(tmp_path: Path) -> None:
    with crew(partial(SqliteStorage, tmp_path / "shop.db"), [("write_for_ever", "w", 0)]) as (worker,):
        go([worker])
        told = [worker.next_word(), *worker.kill()]

    assert list(range(len(told))) == told


def test_an_async_storage_has_a_blocking_face_in_its_process(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with SqliteStorage(path) as storage:
        storage.commit(Batch(Version("start"), adds=(Add("left", 3),)))
    with crew(partial(threaded, path), [("take", "one", 5)]) as workers:
        go(workers)
        told: list[Any] = workers[0].words()

    assert [3] == told


def threaded(path: Path) -> object:
    from omnicommerce.adapters.storage.threaded import ThreadedStorage  # noqa: PLC0415  # in the worker only

    return ThreadedStorage(SqliteStorage(path))
