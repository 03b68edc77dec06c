"""A blocking face for an async storage, so that one kit examines both kinds."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from typing import Any, Final, TypeVar

from omnicommerce.ports.storage import (
    AsyncStorage,
    Batch,
    Committed,
    Entry,
    Found,
    Key,
    Page,
    Position,
    Query,
)

T = TypeVar("T")

CLOSING_SECONDS: Final = 5.0
"""A thread that has not ended so long after the storage was closed never will."""


class BlockingStorage:
    """The four methods of an async storage for callers that wait, over an event loop of its own."""

    def __init__(self, storage: AsyncStorage) -> None:
        self.storage = storage
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="blocking-storage", daemon=True)
        self._thread.start()

    def read(self, keys: Sequence[Key]) -> list[Found]:
        """See `Storage.read`."""
        return self.waited_for(self.storage.read(keys))

    def scan(self, query: Query) -> Page:
        """See `Storage.scan`."""
        return self.waited_for(self.storage.scan(query))

    def commit(self, batch: Batch) -> Committed:
        """See `Storage.commit`."""
        return self.waited_for(self.storage.commit(batch))

    def journal(self, after: Position, limit: int) -> list[Entry]:
        """See `Storage.journal`."""
        return self.waited_for(self.storage.journal(after, limit))

    def close(self) -> None:
        """Close the async storage, if it can be closed, and end the event loop."""
        close = getattr(self.storage, "close", None)
        if close is not None:
            self.waited_for(_closed(close))
        ending = asyncio.run_coroutine_threadsafe(self._loop.shutdown_default_executor(), self._loop)
        try:
            ending.result(CLOSING_SECONDS)
        except TimeoutError:
            # A call is stuck in a thread. Whoever waited for it has been told; it ends with the process.
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def waited_for(self, answer: Coroutine[Any, Any, T]) -> T:
        """What the event loop makes of it; the caller waits."""
        return asyncio.run_coroutine_threadsafe(answer, self._loop).result()


async def _closed(close: Any) -> None:
    waiting = close()
    if asyncio.iscoroutine(waiting):
        await waiting
