"""Any blocking storage for a host that runs on asyncio: each call runs in a thread of its own."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Sequence

from omnicommerce.kernel.errors import BadValue, CommitUnknown
from omnicommerce.ports.storage import (
    Batch,
    Committed,
    Entry,
    Found,
    Key,
    Page,
    Position,
    Query,
    Record,
    Storage,
)


class ThreadedStorage:
    """The four methods of a blocking storage as coroutines.

    A cancelled read just ends. A cancelled commit first waits for its thread, since a thread cannot
    be stopped: only then is it true that the batch can no longer become stored.

    Raises:
        BadValue: *storage* is no blocking storage.
    """

    def __init__(self, storage: Storage) -> None:
        if not callable(getattr(storage, "commit", None)) or asyncio.iscoroutinefunction(storage.commit):
            raise BadValue("storage", f"expected a blocking storage, got {storage!r}")
        self._storage = storage

    async def read(self, keys: Sequence[Key]) -> list[Found]:
        """See `Storage.read`."""
        return await asyncio.to_thread(self._storage.read, keys)

    async def scan(self, query: Query) -> Page:
        """See `Storage.scan`."""
        return await asyncio.to_thread(self._storage.scan, query)

    async def commit(self, batch: Batch) -> Committed:
        """See `Storage.commit`.

        Raises:
            CommitUnknown: also if the task was cancelled while the commit was on its way.
        """
        # A future and not a task, because a loop that shuts down cancels every task, and a
        # cancelled task would no longer tell when its thread is done.
        context = contextvars.copy_context()
        running = asyncio.get_running_loop().run_in_executor(
            None, lambda: context.run(self._storage.commit, batch)
        )
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError as cancelled:
            while not running.done():
                try:
                    await asyncio.wait((running,))
                except asyncio.CancelledError:  # a second cancel must not let go either
                    continue
            # Looked at, so that asyncio does not report it as forgotten.
            _ = running.cancelled() or running.exception()
            raise CommitUnknown("the task was cancelled while its commit was on the way") from cancelled

    async def journal(self, after: Position, limit: int) -> list[Entry]:
        """See `Storage.journal`."""
        return await asyncio.to_thread(self._storage.journal, after, limit)

    async def everything(self, after: Key, limit: int) -> list[tuple[Key, Record]] | None:
        """Not part of the port: every record behind *after*; None if the blocking storage lists none."""
        listed = getattr(self._storage, "everything", None)
        return None if listed is None else await asyncio.to_thread(listed, after, limit)
