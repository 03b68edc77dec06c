"""A blocking storage under asyncio: a read may be dropped, a commit must be waited for."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.adapters.storage.threaded import ThreadedStorage
from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import CommitUnknown, Conflict
from omnicommerce.ports.storage import START, Batch, Committed, Entry, Key, Position, Put, Record

A = Key("things", "a")
BATCH = Batch(Version("v"), puts=(Put(A, "{}", (), ABSENT),))


class SlowStorage(MemoryStorage):
    """Takes its time, and tells when it has begun and when it is done."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.begun = threading.Event()
        self.may_go_on = threading.Event()
        self.is_done = False
        self.error = error

    def commit(self, batch: Batch) -> Committed:
        self._wait()
        if self.error is not None:
            raise self.error
        return super().commit(batch)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        self._wait()
        return super().journal(after, limit)

    def _wait(self) -> None:
        self.begun.set()
        assert self.may_go_on.wait(10)
        self.is_done = True


async def begun(storage: SlowStorage) -> None:
    assert await asyncio.to_thread(storage.begun.wait, 10)


def test_a_cancelled_read_just_ends() -> None:
    storage = SlowStorage()

    async def host() -> float:
        task = asyncio.create_task(ThreadedStorage(storage).journal(START, 1))
        await begun(storage)
        since = time.perf_counter()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        waited = time.perf_counter() - since
        storage.may_go_on.set()
        return waited

    assert asyncio.run(host()) < 5


@pytest.mark.parametrize("cancels", [1, 3])
def test_a_cancelled_commit_waits_for_its_thread_and_is_unknown(cancels: int) -> None:
    storage = SlowStorage()

    async def host() -> None:
        task = asyncio.create_task(ThreadedStorage(storage).commit(BATCH))
        await begun(storage)
        for _ in range(cancels):
            task.cancel()
            await asyncio.sleep(0.01)
            assert not task.done()
        storage.may_go_on.set()
        with pytest.raises(CommitUnknown) as caught:
            await task

        assert storage.is_done
        assert isinstance(caught.value.__cause__, asyncio.CancelledError)
        assert [Record(Version("v"), "{}")] == storage.read((A,))

    asyncio.run(host())


def test_a_cancelled_commit_that_then_failed_is_unknown_as_well() -> None:
    storage = SlowStorage(Conflict("a rival"))

    async def host() -> None:
        task = asyncio.create_task(ThreadedStorage(storage).commit(BATCH))
        await begun(storage)
        task.cancel()
        await asyncio.sleep(0)
        storage.may_go_on.set()
        with pytest.raises(CommitUnknown):
            await task

    asyncio.run(host())
    assert [None] == storage.read((A,))


def test_a_loop_that_shuts_down_waits_for_its_commits() -> None:
    """asyncio.run cancels every task at its end; what it then tears down is settled."""
    storage = SlowStorage()
    outcome: list[BaseException] = []

    async def host() -> None:
        async def commit() -> None:
            try:
                await ThreadedStorage(storage).commit(BATCH)
            except CommitUnknown as error:
                outcome.append(error)

        task = asyncio.create_task(commit())
        await begun(storage)
        threading.Timer(0.02, storage.may_go_on.set).start()
        assert not task.done()

    asyncio.run(host())
    assert storage.is_done
    assert 1 == len(outcome)


def test_what_the_storage_raises_arrives() -> None:
    storage = SlowStorage(Conflict("a rival"))
    storage.may_go_on.set()

    with pytest.raises(Conflict, match="a rival"):
        asyncio.run(ThreadedStorage(storage).commit(BATCH))
