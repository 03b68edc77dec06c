"""The kit of omnicommerce, run over the adapter: this file is all that its author has to write.

``pytest -p omnicommerce.testing.kit_report --kit-report examples/adapter/kit_report.txt examples/adapter``
writes the report beside it. `pip install lmdb` first.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from examples.adapter.lmdb_storage import LmdbStorage
from omnicommerce.testing import StorageConformance

FOLDERS: list[Path] = []


@pytest.fixture(autouse=True, scope="module")
def _folders() -> Iterator[None]:
    yield
    while FOLDERS:
        shutil.rmtree(FOLDERS.pop())


def new_folder() -> Path:
    """A folder that is gone when the tests are over."""
    FOLDERS.append(Path(tempfile.mkdtemp(prefix="omnicommerce-lmdb-")))
    return FOLDERS[-1]


class TestLmdb(StorageConformance):
    """How the kit makes a storage, opens it again, next door and in another process."""

    def make(self) -> LmdbStorage:
        """A new shop in a folder of its own."""
        return LmdbStorage(new_folder())

    def reopen(self, storage: LmdbStorage) -> LmdbStorage:
        """The same shop, once more."""
        return LmdbStorage(storage.path, shop=storage.shop)

    def neighbour(self, storage: LmdbStorage) -> LmdbStorage:
        """Another shop in the same folder."""
        return LmdbStorage(storage.path, shop="the one next door")

    def elsewhere(self, storage: LmdbStorage) -> partial[LmdbStorage]:
        """How another process opens this shop."""
        return partial(LmdbStorage, storage.path, shop=storage.shop)
