"""Each class is a saboteur: a storage whose answers never were true at any one moment."""

from __future__ import annotations

import time
from collections.abc import Sequence

import attrs

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.ports.storage import Found, Key, Page, Query, Record


class ReadsOneByOne(MemoryStorage):
    """Each key is looked up on its own."""

    def read(self, keys: Sequence[Key]) -> list[Found]:
        found: list[Found] = []
        for key in keys:
            found += super().read((key,))
            time.sleep(0)
        return found


class ScansThenReads(MemoryStorage):
    """The rows are found first, and the records they point at are read later."""

    def scan(self, query: Query) -> Page:
        page = super().scan(query)
        time.sleep(0)
        rows = []
        for row in page.rows:
            (record,) = super().read((Key(query.collection, row.id),))
            if isinstance(record, Record):
                rows.append(attrs.evolve(row, record=record))
        return Page(tuple(rows), page.has_more)


class AnswersInItsOwnOrder(MemoryStorage):
    """The answers come sorted by key, and each only once, as from an IN list."""

    def read(self, keys: Sequence[Key]) -> list[Found]:
        return super().read(sorted(set(keys)))


class TakesNothingForAnError(MemoryStorage):
    """A read of no keys is answered with what no keys make of an SQL statement."""

    def read(self, keys: Sequence[Key]) -> list[Found]:
        return super().read(keys) if keys else [None]


class CountsNothingAsNone(MemoryStorage):
    """A counter that nobody moved is not there."""

    def read(self, keys: Sequence[Key]) -> list[Found]:
        return [None if found == 0 else found for found in super().read(keys)]
