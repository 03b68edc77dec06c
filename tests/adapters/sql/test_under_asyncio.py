"""Under asyncio: a cancelled commit is waited for, a cancelled read just ends, others go on meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from omnicommerce import AsyncCommerce, CommitUnknown, DemoKeys, Identifier, Namespace, PortFault
from omnicommerce.adapters.storage.sql import AsyncSqlStorage, SqlStorage
from omnicommerce.ports.storage import START, Add, Append
from tests.adapters.sql import shops
from tests.adapters.sql.server import Server
from tests.adapters.sql.watching import open_transactions, waiting
from tests.adapters.sql.words import batch, count, key, put, soon, version
from tests.shopfront import RULES


@pytest.fixture
def shop() -> SqlStorage:
    """The same shop for a thread that looks on."""
    return shops.on_postgres()


Host = Callable[[AsyncSqlStorage], Coroutine[Any, Any, None]]


def run(shop: SqlStorage, server: Server, host: Host) -> None:
    async def main() -> None:
        engine = create_async_engine(server.url(), pool_size=2)
        try:
            await host(AsyncSqlStorage(engine, schema=shop.schema))
        finally:
            await engine.dispose()

    asyncio.run(main())


@asynccontextmanager
async def held(shop: SqlStorage, server: Server) -> AsyncIterator[None]:
    """Somebody holds the counter "n" meanwhile."""
    with shops.engines(server)[0].begin() as connection:
        shop.bound(connection).commit(batch(Add("n", 1)))
        yield


async def somebody_waits(server: Server) -> None:
    for _ in range(2_000):
        if waiting(server):
            return
        await asyncio.sleep(0.005)
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("cancels", [1, 3])
def test_a_cancelled_commit_is_waited_for_and_is_unknown(
    shop: SqlStorage, server: Server, cancels: int
) -> None:
    async def host(storage: AsyncSqlStorage) -> None:
        async with held(shop, server):
            task = asyncio.create_task(storage.commit(batch(put("a"), Add("n", 1), id="one")))
            await somebody_waits(server)
            for _ in range(cancels):
                task.cancel()
                await asyncio.sleep(0.02)
                assert not task.done()
        with pytest.raises(CommitUnknown) as caught:
            await task
        assert isinstance(caught.value.__cause__, asyncio.CancelledError)
        assert "one" == version(shop, "a")

    run(shop, server, host)


def test_a_loop_that_shuts_down_settles_its_commits(shop: SqlStorage, server: Server) -> None:
    """asyncio.run cancels every task there is, ours included: whatever came of it can change no more."""
    outcomes: list[BaseException] = []

    async def host() -> None:
        engine = create_async_engine(server.url())
        storage = AsyncSqlStorage(engine, schema=shop.schema)

        async def commit() -> None:
            try:
                await storage.commit(batch(put("a"), Add("n", 1), id="one"))
            except CommitUnknown as error:
                outcomes.append(error)
                await engine.dispose()

        task = asyncio.create_task(commit())
        await somebody_waits(server)
        assert not task.done()

    with shops.engines(server)[0].begin() as connection:
        shop.bound(connection).commit(batch(Add("n", 1)))
        asyncio.run(host())
        soon(lambda: open_transactions(server) == 1, seconds=1)
    settled = version(shop, "a"), shop.read((count("n"),))
    time.sleep(0.3)

    assert [CommitUnknown] == [type(error) for error in outcomes]
    assert ("", [1]) == settled == (version(shop, "a"), shop.read((count("n"),)))


def test_a_cancelled_read_just_ends_and_the_pool_goes_on(shop: SqlStorage, server: Server) -> None:
    async def host(storage: AsyncSqlStorage) -> None:
        await storage.read(())
        with shops.engines(server)[0].begin() as connection:
            connection.execute(text(f"LOCK TABLE {shop.schema}.record"))
            task = asyncio.create_task(storage.read((key("a"),)))
            await somebody_waits(server)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        for _ in range(4):
            assert [None] == await storage.read((key("a"),))
        await storage.commit(batch(put("a")))

    run(shop, server, host)


def test_others_go_on_while_one_waits(shop: SqlStorage, server: Server) -> None:
    async def host(storage: AsyncSqlStorage) -> None:
        async with held(shop, server):
            task = asyncio.create_task(storage.commit(batch(Add("n", 1))))
            await somebody_waits(server)
            await storage.commit(batch(put("b"), Append("e", "{}")))
            assert 0 < len(await storage.everything(key(""), 10))
            assert not task.done()
        await task
        assert 0 == (await storage.journal_lag()).entries
        assert 1 == len(await storage.journal(START, 10))
        await storage.scrub()

    run(shop, server, host)


def test_a_whole_shop_runs_over_it(shop: SqlStorage, server: Server) -> None:
    async def host(storage: AsyncSqlStorage) -> None:
        commerce = AsyncCommerce(storage, RULES, keys=DemoKeys())
        cards = [Identifier(Namespace.TILL_MEMBER, f"M-{n}") for n in range(4)]
        joined = await asyncio.gather(*(commerce.members.register(identifier=card) for card in cards * 2))
        assert 4 == len({each.member for each in joined})
        assert (await commerce.audit()).is_balanced

    run(shop, server, host)


def test_tables_that_are_not_there_are_told_at_the_first_call(server: Server) -> None:
    async def host() -> None:
        engine = create_async_engine(server.url())
        with pytest.raises(PortFault, match="upgrade"):
            await AsyncSqlStorage(engine, schema="nowhere").read((key("a"),))
        await engine.dispose()

    asyncio.run(host())
