"""The async runner drives the very same steps; what async code adds is cancellation."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce.adapters.storage.memory import AsyncMemoryStorage, MemoryStorage
from omnicommerce.adapters.storage.threaded import ThreadedStorage
from omnicommerce.kernel.errors import CommitUnknown, Conflict, PortFault
from omnicommerce.kernel.process import Process, run_once
from omnicommerce.ports.storage import AsyncStorage, Batch, Committed, Found, Key
from omnicommerce.runner import AsyncRunner, Done
from omnicommerce.testing import LossyStorage
from tests.backstage import command, journal, runner, world
from tests.lending import discard, grow, size_of
from tests.rivals import Rivalled

T = TypeVar("T")


def async_runner(storage: AsyncStorage) -> AsyncRunner:
    return AsyncRunner(storage, world())


def waited(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


@given(st.lists(st.tuples(st.sampled_from(["grow", "discard", "size"]), st.sampled_from("ab")), max_size=8))
def test_blocking_and_async_give_the_same_answers_and_the_same_journal(told: list[tuple[str, str]]) -> None:
    flows: dict[str, Any] = {"grow": grow, "discard": discard, "size": size_of}
    one, other = MemoryStorage(), MemoryStorage()
    shop, async_shop = runner(one), async_runner(AsyncMemoryStorage(other))

    async def all_of_it() -> list[object]:
        return [await async_shop.run(command(flows[verb], id=id)) for verb, id in told]

    assert [shop.run(command(flows[verb], id=id)) for verb, id in told] == waited(all_of_it())
    assert [entry["fact"] for entry in journal(one)] == [entry["fact"] for entry in journal(other)]


def test_many_tasks_on_one_record_lose_no_update() -> None:
    storage = MemoryStorage()
    shop = async_runner(AsyncMemoryStorage(storage))

    async def race() -> None:
        await asyncio.gather(*(shop.run(command(grow, id="a"), f"k{n % 25}") for n in range(50)))

    waited(race())

    assert 25 == runner(storage).run(command(size_of, id="a"))


def test_collisions_are_run_again_after_a_pause() -> None:
    inner = MemoryStorage()
    rival = runner(inner)
    rivalled = Rivalled(inner, lambda: rival.run(command(grow, id="a")), before_commit=1)

    assert 2 == waited(async_runner(ThreadedStorage(rivalled)).run(command(grow, id="a")))

    always = Rivalled(inner, lambda: rival.run(command(grow, id="a")), before_commit=1, every=True)
    with pytest.raises(Conflict):
        waited(async_runner(ThreadedStorage(always)).run(command(grow, id="a")))


def test_a_lost_answer_is_settled() -> None:
    storage = LossyStorage(MemoryStorage(), 1, "answer")

    assert 1 == waited(async_runner(ThreadedStorage(storage)).run(command(grow, id="a")))


def test_a_group_and_a_process_run_as_in_blocking_code() -> None:
    storage = MemoryStorage()
    shop = async_runner(AsyncMemoryStorage(storage))

    def twice() -> Process[int]:
        yield from run_once("first", grow, id="b")
        return (yield from run_once("second", grow, id="b"))

    ended = waited(shop.run_group([(command(grow, id="a"), None), (command(grow, id="a"), "k1")]))

    assert (Done(1), Done(2)) == ended
    assert [2, 2] == [waited(shop.follow(twice, "twice", "b")) for _ in range(2)]


def test_a_foreign_error_of_a_storage_becomes_a_port_fault() -> None:
    class Leaky(AsyncMemoryStorage):
        async def read(self, keys: Sequence[Key]) -> list[Found]:
            raise OSError(f"{len(keys)} keys, and the disk on fire")

    with pytest.raises(PortFault, match="disk on fire"):
        waited(async_runner(Leaky(MemoryStorage())).run(command(grow, id="a")))


class Slow:
    """A storage whose commit waits until the test lets it go."""

    def __init__(self, inner: MemoryStorage) -> None:
        self.inner = inner
        self.began, self.may_end = threading.Event(), threading.Event()
        self.read, self.scan, self.journal = inner.read, inner.scan, inner.journal

    def commit(self, batch: Batch) -> Committed:
        self.began.set()
        assert self.may_end.wait(10)
        return self.inner.commit(batch)


def test_a_cancelled_commit_is_unknown_to_its_caller_and_the_key_settles_it() -> None:
    inner = MemoryStorage()
    slow = Slow(inner)
    shop = async_runner(ThreadedStorage(slow))

    async def cancelled() -> None:
        task = asyncio.create_task(shop.run(command(grow, id="a"), "k1"))
        await asyncio.to_thread(slow.began.wait, 10)
        task.cancel()
        await asyncio.sleep(0)
        slow.may_end.set()
        with pytest.raises(CommitUnknown):
            await task

    waited(cancelled())

    assert 1 == runner(inner).run(command(grow, id="a"), "k1")
    assert 1 == runner(inner).run(command(size_of, id="a"))


def test_a_flow_cancelled_before_its_commit_leaves_nothing() -> None:
    inner = MemoryStorage()

    class SlowToRead(AsyncMemoryStorage):
        async def read(self, keys: Sequence[Key]) -> list[Found]:
            await asyncio.sleep(3_600)
            return await super().read(keys)

    async def cancelled() -> None:
        task = asyncio.create_task(async_runner(SlowToRead(inner)).run(command(grow, id="a")))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    waited(cancelled())

    assert [] == journal(inner)
