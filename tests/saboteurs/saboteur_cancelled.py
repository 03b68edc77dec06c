"""Each class is a saboteur: an async storage that does not keep its promise to the cancelled."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import attrs

from omnicommerce.adapters.storage.memory import AsyncMemoryStorage
from omnicommerce.ports.storage import (
    Batch,
    Committed,
    Entry,
    Found,
    Key,
    Page,
    Position,
    Query,
)


class LeavesTheCancelledRunning(AsyncMemoryStorage):
    """A cancelled commit is over for its caller, and is stored a moment later in a thread."""

    async def commit(self, batch: Batch) -> Committed:
        return await asyncio.to_thread(self._commit, batch)

    def _commit(self, batch: Batch) -> Committed:
        time.sleep(0.0002)
        return self._storage.commit(batch)


class TearsTheCancelled(AsyncMemoryStorage):
    """It commits in two steps with an await between them, under a lock: only a cancelled one shows it."""

    def __init__(self) -> None:
        super().__init__()
        self.writing = asyncio.Lock()

    async def read(self, keys: Sequence[Key]) -> list[Found]:
        async with self.writing:
            return await super().read(keys)

    async def scan(self, query: Query) -> Page:
        async with self.writing:
            return await super().scan(query)

    async def journal(self, after: Position, limit: int) -> list[Entry]:
        async with self.writing:
            return await super().journal(after, limit)

    async def commit(self, batch: Batch) -> Committed:
        async with self.writing:
            answer = await super().commit(attrs.evolve(batch, entries=()))
            await asyncio.sleep(0)
            await super().commit(Batch(batch.id, entries=batch.entries))
            return answer
