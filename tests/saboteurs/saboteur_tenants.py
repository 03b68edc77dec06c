"""Each class is a saboteur: several shops lie in one database, and one query forgets to say in which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import attrs

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.collection import ABSENT
from omnicommerce.kernel.errors import Conflict
from omnicommerce.ports.storage import Batch, Check, Committed, Found, Key, Page, Query
from tests.saboteurs.saboteur_restarts import Honest, Shared


class Housed(Honest):
    """No saboteur: an honest storage that knows all shops of its house. Every law must pass."""

    def __init__(self, disk: Shared | None = None) -> None:
        super().__init__(disk)
        self.house: list[Shared] = self.disk.__dict__.setdefault("house", [self.disk])

    def neighbour(self) -> Self:
        disk = Shared()
        self.house.append(disk)
        disk.__dict__["house"] = self.house
        return type(self)(disk)

    @property
    def others(self) -> list[MemoryStorage]:
        return [disk.storage for disk in self.house if disk is not self.disk]


class LooksInTheWholeHouse(Housed):
    """What is not there is looked for next door."""

    def read(self, keys: Sequence[Key]) -> list[Found]:
        answers = [super().read(keys), *(shop.read(keys) for shop in self.others)]
        return [
            next((each for each in found if each is not None), None) for found in zip(*answers, strict=True)
        ]


class FindsInTheWholeHouse(Housed):
    """A scan shows the rows of all shops."""

    def scan(self, query: Query) -> Page:
        pages = [super().scan(query), *(shop.scan(query) for shop in self.others)]
        rows = sorted((row for page in pages for row in page.rows), key=lambda row: (row.at, row.id))
        return Page(tuple(rows[: query.limit]), any(page.has_more for page in pages))


class CountsForTheWholeHouse(Housed):
    """Counters are named without their shop."""

    def __init__(self, disk: Shared | None = None) -> None:
        super().__init__(disk)
        self._totals = self.house[0].storage._totals


class TakesNamesForTheWholeHouse(Housed):
    """A name that is taken in one shop is taken in all: the unique key lacks the shop."""

    def commit(self, batch: Batch) -> Committed:
        for put in batch.puts:
            if put.version == ABSENT and any(put.key in shop._records for shop in self.others):
                raise Conflict("duplicate key")
        return super().commit(batch)


class DeletesInTheWholeHouse(Housed):
    """A delete deletes in every shop."""

    def commit(self, batch: Batch) -> Committed:
        answer = super().commit(batch)
        for delete in batch.deletes:
            for shop in self.others:
                shop._index(delete.key, ()) if delete.key in shop._indexes else None
                shop._records.pop(delete.key, None)
        return answer


class FollowsTheWholeHouse(Housed):
    """There is one journal for all."""

    def __init__(self, disk: Shared | None = None) -> None:
        super().__init__(disk)
        self._entries = self.house[0].storage._entries

    @property
    def _last(self) -> int:
        return self.house[0].storage._last if "house" in self.__dict__ else self.disk.storage._last

    @_last.setter
    def _last(self, value: int) -> None:
        shop: Any = self.__dict__.get("house") or ([self.disk] if "disk" in self.__dict__ else None)
        if shop is not None:
            shop[0].storage._last = value


class MissesNothingNextDoor(Housed):
    """A check that something is absent looks into every shop."""

    def commit(self, batch: Batch) -> Committed:
        for check in batch.checks:
            if check.version == ABSENT and any(check.key in shop._records for shop in self.others):
                raise Conflict("there next door")
        return super().commit(batch)


class GuardsByTheNeighbour(Housed):
    """A check is content with a record of that name and version next door."""

    def commit(self, batch: Batch) -> Committed:
        checks = tuple(check for check in batch.checks if not self._is_next_door(check))
        return super().commit(attrs.evolve(batch, checks=checks))

    def _is_next_door(self, check: Check) -> bool:
        found = [shop._records.get(check.key) for shop in self.others]
        return any(record is not None and record.version == check.version for record in found)
