"""Under asyncio it is the same; and a task that is cancelled takes the host's rows along."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from omnicommerce import AsyncCommerce, BadValue, CommitUnknown, Conflict, DemoKeys, Unavailable
from omnicommerce.adapters.storage.sql import AsyncSqlStorage
from omnicommerce.kernel.flow import Flow, Get, Now, Outcome, ask_all
from omnicommerce.testing import FrozenClock
from tests.adapters.sql.hosts import HOSTS, Host
from tests.adapters.sql.server import Server
from tests.adapters.sql.watching import waiting
from tests.lending import EVENTS, THINGS, grow, keep, kept, size_of
from tests.shopfront import RULES, SHOP_OPENS

Deeds = Callable[[AsyncConnection, AsyncCommerce], Awaitable[object]]


@pytest.fixture
def host(server: Server) -> Iterator[Host]:
    """The same host for a thread that looks on."""
    with HOSTS["postgresql"](server) as host:
        host.shop().run(keep, id="a", size=1)
        yield host


class Later:
    """The host's program under asyncio."""

    def __init__(self, host: Host, engine: AsyncEngine) -> None:
        self.host, self.engine = host, engine
        self.storage = AsyncSqlStorage(engine, schema=host.storage.schema)

    async def hand_over(self, parcel: str, deeds: Deeds) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(text("INSERT INTO parcel VALUES (:id)"), {"id": parcel})
            bound = self.storage.bound(connection)
            clock = FrozenClock(SHOP_OPENS)
            await deeds(connection, AsyncCommerce(bound, RULES, keys=DemoKeys(), clock=clock, events=EVENTS))


def run(host: Host, server: Server, program: Callable[[Later], Awaitable[None]]) -> None:
    async def main() -> None:
        engine = create_async_engine(server.url())
        try:
            await program(Later(host, engine))
        finally:
            await engine.dispose()

    asyncio.run(main())


async def somebody_waits(server: Server) -> None:
    for _ in range(2_000):
        if waiting(server):
            return
        await asyncio.sleep(0.005)
    raise AssertionError("nobody waits")


def test_commands_and_rows_are_stored_together_and_a_savepoint_takes_back_its_own(
    host: Host, server: Server
) -> None:
    async def deeds(connection: AsyncConnection, shop: AsyncCommerce) -> None:
        await shop.run(grow, id="a")
        undone = await connection.begin_nested()
        await shop.run(grow, id="a", by=10)
        await undone.rollback()
        assert 2 == await shop.run(size_of, id="a")
        with pytest.raises(BadValue, match="takes several"):
            await shop.tick()

    run(host, server, lambda later: later.hand_over("p1", deeds))

    assert (2, ["p1"], []) == (host.size(), host.parcels, host.faults)


def test_a_collision_goes_to_the_host_who_runs_all_of_it_again(host: Host, server: Server) -> None:
    runs: list[str] = []

    def grow_under_a_rival() -> Flow[int]:
        held, now = yield from ask_all(Get(THINGS, "a"), Now())
        runs.append("run")
        if len(runs) == 1:
            host.shop().run(grow, id="a", by=10)
        size = held.must().size + 1
        return Outcome(size, kept(held, size, now))

    async def program(later: Later) -> None:
        with pytest.raises(Conflict, match="roll your transaction back"):
            await later.hand_over("p1", lambda _, shop: shop.run(grow_under_a_rival))
        assert (1, [], 11) == (len(runs), host.parcels, host.size())
        await later.hand_over("p1", lambda _, shop: shop.run(grow_under_a_rival))

    run(host, server, program)

    assert (2, ["p1"], 12) == (len(runs), host.parcels, host.size())


@pytest.mark.parametrize("cancels", [1, 3])
def test_a_cancelled_commit_is_waited_for_and_undone_with_the_hosts_rows(
    host: Host, server: Server, cancels: int
) -> None:
    async def program(later: Later) -> None:
        with host.engine.begin() as holder:
            host.within(holder).run(grow, id="other")
            task = asyncio.create_task(
                later.hand_over("p1", lambda _, shop: shop.run(keep, id="other", size=5))
            )
            await somebody_waits(server)
            for _ in range(cancels):
                task.cancel()
                await asyncio.sleep(0.02)
                assert not task.done()
            holder.rollback()
        with pytest.raises(CommitUnknown) as caught:
            await task
        assert isinstance(caught.value.__cause__, asyncio.CancelledError)
        await later.hand_over("p2", lambda _, shop: shop.run(grow, id="a"))

    run(host, server, program)

    assert (0, 2, ["p2"]) == (host.size("other"), host.size(), host.parcels)


def test_a_cancelled_look_ends_at_once_and_takes_the_hosts_rows_with_it(host: Host, server: Server) -> None:
    async def program(later: Later) -> None:
        with host.engine.begin() as holder:
            holder.execute(text(f"LOCK TABLE {host.storage.schema}.record"))
            task = asyncio.create_task(later.hand_over("p1", lambda _, shop: shop.run(size_of, id="a")))
            await somebody_waits(server)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await later.hand_over("p2", lambda _, shop: shop.run(grow, id="a"))

    run(host, server, program)

    assert (2, ["p2"]) == (host.size(), host.parcels)


def test_a_connection_that_is_lost_takes_the_hosts_rows_with_it(host: Host, server: Server) -> None:
    async def deeds(connection: AsyncConnection, shop: AsyncCommerce) -> None:
        pid = await connection.scalar(text("SELECT pg_backend_pid()"))
        with host.engine.begin() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        for _ in range(2):
            with pytest.raises(Unavailable, match="nothing"):
                await shop.run(grow, id="a")
        await connection.execute(text("INSERT INTO parcel VALUES ('p2')"))

    async def program(later: Later) -> None:
        with pytest.raises(PendingRollbackError):
            await later.hand_over("p1", deeds)
        await later.hand_over("p3", lambda _, shop: shop.run(grow, id="a"))

    run(host, server, program)

    assert (2, ["p3"]) == (host.size(), host.parcels)
