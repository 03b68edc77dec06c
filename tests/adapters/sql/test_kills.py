"""Clients and whole servers are killed at any moment: what was acknowledged is there, nothing is in part."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from omnicommerce.adapters.storage.sql import SqlStorage, upgrade
from omnicommerce.ports.storage import COUNTERS, PAGE_MAX, START, Key, Query, Record
from tests.adapters.sql import shops
from tests.adapters.sql.crew import Worker, Writer
from tests.adapters.sql.server import Server, of_the_wheel
from tests.adapters.sql.watching import open_transactions
from tests.adapters.sql.words import soon

SCHEMA = "killed"
MOMENTS = random.Random(20_260_101)  # noqa: S311  # the same moments every time


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker()
    yield made
    made.close()


def audit(shop: SqlStorage) -> int:
    """Everything a commit stores is there as often as everything else; returns how often."""
    count, head = shop.read((Key(COUNTERS, "writes"), Key("things", "head")))
    assert isinstance(count, int)
    numbers: list[str] = []
    mark = START
    while entries := shop.journal(mark, PAGE_MAX):
        numbers += [entry.id.removeprefix("e-") for entry in entries]
        mark = entries[-1].position
    assert [str(n) for n in range(count)] == numbers
    assert isinstance(head, Record)
    assert (str(count - 1), f"batch-{count - 1}") == (head.body, head.version)

    found: list[str] = []
    page = shop.scan(Query("things", "when"))
    while page.rows:
        found += [row.id for row in page.rows]
        page = shop.scan(Query("things", "when", after=(page.rows[-1].at, page.rows[-1].id)))
    assert [f"{side}-{n}" for n in range(count) for side in "ab"] == found
    return count


def clients_killed(server: Server, worker: Worker, shop: SqlStorage, kills: int) -> None:
    acknowledged = -1
    for _ in range(kills):
        writer = Writer(worker, server, str(shop.schema))
        told = [writer.first()]
        time.sleep(MOMENTS.random() * 0.03)
        told += writer.kill()
        soon(lambda: not open_transactions(server))
        stored = audit(shop)

        assert list(range(told[0], told[0] + len(told))) == told
        assert told[0] > acknowledged
        # At most one commit was stored whose acknowledgement never got out.
        assert told[-1] + 1 <= stored <= told[-1] + 2
        acknowledged = told[-1]


def servers_killed(server: Server, worker: Worker, kills: int) -> None:
    """One client writes on through it all; the server is killed and started again under it."""
    engine = server.engine()
    upgrade(engine, schema=SCHEMA)
    shop = SqlStorage(engine, schema=SCHEMA)
    writer = Writer(worker, server, SCHEMA)
    acknowledged = -1
    for _ in range(kills):
        acknowledged = max(acknowledged, writer.first())
        time.sleep(MOMENTS.random() * 0.05)
        server.kill()
        acknowledged = max([acknowledged, *writer.since()])
        server.start()
        engine.dispose()

        assert audited_while_written(shop) > acknowledged
    acknowledged = max([acknowledged, *writer.kill()])
    soon(lambda: not open_transactions(server))

    assert audit(shop) > acknowledged
    engine.dispose()


def audited_while_written(shop: SqlStorage) -> int:
    (count,) = shop.read((Key(COUNTERS, "writes"),))
    assert isinstance(count, int)
    return count


@pytest.fixture
def its_own() -> Iterator[Server]:
    """A server that nobody else needs."""
    server = Server(of_the_wheel()).start()
    yield server
    for engine in shops.engines(server):
        engine.dispose()
    server.stop()


def test_what_a_client_acknowledged_survives_its_kill(server: Server, worker: Worker) -> None:
    clients_killed(server, worker, shops.on_postgres(), kills=8)


def test_who_writes_badly_is_found_out(server: Server, worker: Worker) -> None:
    """The negative control of the above: acknowledged too early, and in two commits."""
    lost = torn = 0
    for _ in range(40):
        shop = shops.on_postgres()
        writer = Writer(worker, server, str(shop.schema), "badly")
        told = [writer.first()]
        time.sleep(MOMENTS.random() * 0.03)
        told += writer.kill()
        soon(lambda: not open_transactions(server))
        (count,) = shop.read((Key(COUNTERS, "writes"),))
        assert isinstance(count, int)
        lost += count <= told[-1]
        try:
            audit(shop)
        except AssertionError:
            torn += 1
        if lost and torn:
            break

    assert lost > 0
    assert torn > 0


def test_what_was_acknowledged_survives_a_kill_of_the_server(its_own: Server, worker: Worker) -> None:
    servers_killed(its_own, worker, kills=3)


def test_a_server_that_acknowledges_too_early_is_found_out(its_own: Server, worker: Worker) -> None:
    """The negative control: somebody turns synchronous_commit off while the shop is at work."""
    engine = its_own.engine()
    upgrade(engine, schema=SCHEMA)
    lost = False
    for _ in range(10):
        writer = Writer(worker, its_own, SCHEMA)
        told = [writer.first()]
        set_by_the_host(engine, "ALTER SYSTEM SET synchronous_commit = off")
        time.sleep(0.2)
        its_own.kill()
        told += writer.kill()
        its_own.start()
        engine.dispose()
        set_by_the_host(engine, "ALTER SYSTEM RESET synchronous_commit")
        lost = audited_while_written(SqlStorage(engine, schema=SCHEMA)) <= told[-1]
        if lost:
            break

    assert lost
    engine.dispose()


def set_by_the_host(engine: Engine, setting: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(setting))
        connection.execute(text("SELECT pg_reload_conf()"))


@pytest.mark.prove
def test_two_hundred_kills_of_clients_lose_nothing(server: Server, worker: Worker) -> None:
    clients_killed(server, worker, shops.on_postgres(), kills=200)


@pytest.mark.prove
def test_fifty_kills_of_the_server_lose_nothing(its_own: Server, worker: Worker) -> None:
    servers_killed(its_own, worker, kills=50)
