"""Every storage of ours keeps every law of the port."""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from omnicommerce.adapters.storage.memory import AsyncMemoryStorage, MemoryStorage
from omnicommerce.adapters.storage.sqlite import SqliteStorage
from omnicommerce.adapters.storage.threaded import ThreadedStorage
from omnicommerce.testing import StorageConformance, agreement_with_memory


@pytest.fixture(autouse=True, scope="module")
def _folder() -> Any:
    yield
    while FOLDERS:
        shutil.rmtree(FOLDERS.pop())


FOLDERS: list[Path] = []


def new_file() -> Path:
    FOLDERS.append(Path(tempfile.mkdtemp(prefix="omnicommerce-")))
    return FOLDERS[-1] / "shop.db"


class TestMemory(StorageConformance):
    is_durable = False

    def make(self) -> MemoryStorage:
        return MemoryStorage()


class TestAsyncMemory(StorageConformance):
    is_durable = False
    held_max = 3

    def make(self) -> AsyncMemoryStorage:
        return AsyncMemoryStorage()


class TestSqlite(StorageConformance):
    held_max = 3

    def make(self) -> SqliteStorage:
        return SqliteStorage(new_file())

    def reopen(self, storage: SqliteStorage) -> SqliteStorage:
        return SqliteStorage(storage.path)

    def elsewhere(self, storage: SqliteStorage) -> partial[SqliteStorage]:
        return partial(SqliteStorage, storage.path)


class TestSqliteWithALog(StorageConformance):
    held_max = 6

    def make(self) -> SqliteStorage:
        return SqliteStorage(new_file(), journal_mode="wal")

    def reopen(self, storage: SqliteStorage) -> SqliteStorage:
        return SqliteStorage(storage.path, journal_mode="wal")

    def elsewhere(self, storage: SqliteStorage) -> partial[SqliteStorage]:
        return partial(SqliteStorage, storage.path, journal_mode="wal")


class TestThreadedMemory(StorageConformance):
    is_durable = False
    held_max = 3

    def make(self) -> ThreadedStorage:
        return ThreadedStorage(MemoryStorage())


TestAgreement = agreement_with_memory(
    lambda: SqliteStorage(new_file()), lambda storage: SqliteStorage(storage.path)
)
TestAgreement.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)  # type: ignore[attr-defined]


@pytest.mark.prove
class TestSqliteAtLength(TestSqlite):
    """Every call held up wherever it can be, hundreds of histories, and five hundred kills by two laws."""

    held_max = 60
    seeds = 100
    kills = 250
