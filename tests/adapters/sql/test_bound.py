"""The shop in the host's transaction: both are stored, or neither is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine

from omnicommerce import (
    BadValue,
    Commerce,
    Conflict,
    DemoKeys,
    Exhausted,
    Identifier,
    Namespace,
    Unavailable,
)
from omnicommerce.adapters.storage.sql import AsyncSqlStorage, SqlStorage
from omnicommerce.ports.storage import START, Add, Append, Check
from omnicommerce.testing import FrozenClock
from tests.adapters.sql import shops
from tests.adapters.sql.server import Server
from tests.adapters.sql.words import batch, count, key, put, told, version
from tests.shopfront import RULES, SHOP_OPENS, sale


@pytest.fixture
def shop() -> SqlStorage:
    return shops.on_postgres()


@pytest.fixture
def engine(server: Server) -> Iterator[Engine]:
    """The host's own engine, and a table of its own."""
    engine = shops.engines(server)[1]
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE parcel (id text PRIMARY KEY)"))
    yield engine
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE parcel"))


def parcels(engine: Engine) -> list[str]:
    with engine.begin() as connection:
        return list(connection.scalars(text("SELECT id FROM parcel ORDER BY id")))


def send(connection: Connection, id: str) -> None:
    connection.execute(text("INSERT INTO parcel VALUES (:id)"), {"id": id})


EVERYTHING = batch(put("a", at=(("when", "1"),)), Add("n", 5), Append("e", "{}"), id="one")


def test_what_the_host_commits_is_stored_with_its_own_rows(shop: SqlStorage, engine: Engine) -> None:
    with engine.begin() as connection:
        send(connection, "p1")
        committed = shop.bound(connection).commit(EVERYTHING)
        send(connection, "p2")

    assert {"n": 5} == committed.totals
    assert ("one", [5], ["e"]) == (version(shop, "a"), shop.read((count("n"),)), told(shop))
    assert ["p1", "p2"] == parcels(engine)


def test_what_the_host_rolls_back_is_gone_with_its_own_rows(shop: SqlStorage, engine: Engine) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        send(connection, "p1")
        shop.bound(connection).commit(EVERYTHING)
        transaction.rollback()

    assert ("", [0], []) == (version(shop, "a"), shop.read((count("n"),)), told(shop))
    assert [] == parcels(engine)


def test_nobody_else_sees_it_before_the_host_commits_and_the_host_does(
    shop: SqlStorage, engine: Engine
) -> None:
    with engine.begin() as connection:
        bound = shop.bound(connection)
        bound.commit(EVERYTHING)

        assert ("one", [5]) == (version(bound, "a"), bound.read((count("n"),)))
        assert [(key("a"), "one")] == [(k, r.version) for k, r in bound.everything(key(""), 10)]
        assert ("", [0]) == (version(shop, "a"), shop.read((count("n"),)))


def test_a_conflict_undoes_the_batch_and_leaves_the_host_its_own_work(
    shop: SqlStorage, engine: Engine
) -> None:
    shop.commit(batch(put("a"), id="zero"))
    with engine.begin() as connection:
        send(connection, "p1")
        with pytest.raises(Conflict):
            shop.bound(connection).commit(batch(put("new"), put("a", "stale"), Append("never", "{}")))
        send(connection, "p2")

    assert ("zero", "", []) == (version(shop, "a"), version(shop, "new"), told(shop))
    assert ["p1", "p2"] == parcels(engine)


def test_an_exhausted_counter_undoes_the_batch_only(shop: SqlStorage, engine: Engine) -> None:
    with engine.begin() as connection:
        send(connection, "p1")
        with pytest.raises(Exhausted):
            shop.bound(connection).commit(batch(put("new"), Add("free", -1, floor=0)))

    assert ("", [0], ["p1"]) == (version(shop, "new"), shop.read((count("free"),)), parcels(engine))


def test_a_limit_of_the_hosts_own_undoes_the_batch_only(shop: SqlStorage, engine: Engine) -> None:
    with engine.begin() as holder, engine.begin() as connection:
        shop.bound(holder).commit(batch(Add("n", 1)))
        connection.execute(text("SET LOCAL lock_timeout = 100"))
        send(connection, "p1")
        with pytest.raises(Unavailable, match="lock timeout"):
            shop.bound(connection).commit(batch(put("a"), Add("n", 1)))

    assert ("", [1], ["p1"]) == (version(shop, "a"), shop.read((count("n"),)), parcels(engine))


def test_in_a_transaction_that_has_failed_already_nothing_is_looked_up(
    shop: SqlStorage, engine: Engine
) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        bound = shop.bound(connection)
        bound.read((key("a"),))
        with pytest.raises(ProgrammingError):
            connection.execute(text("SELECT nonsense"))
        with pytest.raises(Unavailable, match="aborted"):
            bound.read((key("a"),))
        transaction.rollback()


def test_after_a_conflict_the_next_look_sees_what_the_rival_has_written(
    shop: SqlStorage, engine: Engine
) -> None:
    """READ COMMITTED: the host may decide anew within its transaction."""
    shop.commit(batch(put("a"), id="zero"))
    with engine.begin() as connection:
        bound = shop.bound(connection)
        seen = version(bound, "a")
        shop.commit(batch(put("a", "zero"), id="rival"))
        with pytest.raises(Conflict):
            bound.commit(batch(put("a", seen)))
        bound.commit(batch(put("a", version(bound, "a")), id="mine"))

    assert "mine" == version(shop, "a")


def test_an_absence_that_was_checked_holds_until_the_host_commits(shop: SqlStorage, engine: Engine) -> None:
    rival = shops.on_postgres(shop.schema, limits=shops.HURRIED)
    with engine.begin() as connection:
        shop.bound(connection).commit(batch(Check(key("a"), put("a").version), put("b")))
        with pytest.raises(Unavailable, match="lock timeout"):
            rival.commit(batch(put("a")))
    rival.commit(batch(put("a")))


def test_several_batches_make_one_transaction(shop: SqlStorage, engine: Engine) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        bound = shop.bound(connection)
        bound.commit(batch(put("a"), Add("n", 1), id="one"))
        bound.commit(batch(put("a", "one"), Add("n", 1), id="two"))
        assert ("two", [2]) == (version(bound, "a"), bound.read((count("n"),)))
        transaction.rollback()

    assert ("", [0]) == (version(shop, "a"), shop.read((count("n"),)))


def test_a_lost_connection_stores_nothing_of_either(shop: SqlStorage, engine: Engine) -> None:
    with engine.connect() as connection:
        connection.begin()
        send(connection, "p1")
        bound = shop.bound(connection)
        bound.commit(EVERYTHING)
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
        with engine.begin() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        with pytest.raises(Unavailable, match="nothing was stored"):
            bound.commit(batch(put("b")))
        connection.invalidate()

    assert ("", "", []) == (version(shop, "a"), version(shop, "b"), parcels(engine))


# --- a whole shop --------------------------------------------------------------------------------


def over(storage: object) -> Commerce:
    return Commerce(storage, RULES, keys=DemoKeys(), clock=FrozenClock(SHOP_OPENS))  # type: ignore[arg-type]


CARD = Identifier(Namespace.TILL_MEMBER, "M-1")


def test_a_member_and_a_sale_are_stored_with_the_hosts_parcel(shop: SqlStorage, engine: Engine) -> None:
    with engine.begin() as connection:
        commerce = over(shop.bound(connection))
        member = commerce.members.register(identifier=CARD).member
        commerce.sales.ingest(sale=sale(1))
        send(connection, "p1")

    commerce = over(shop)
    assert [100] == [line.points.count for line in commerce.points.statement(member=member).lines]
    assert commerce.audit().is_balanced
    assert ["p1"] == parcels(engine)


def test_a_member_and_a_sale_are_gone_with_the_hosts_parcel(shop: SqlStorage, engine: Engine) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        commerce = over(shop.bound(connection))
        commerce.members.register(identifier=CARD)
        commerce.sales.ingest(sale=sale(1))
        send(connection, "p1")
        transaction.rollback()

    assert [] == shop.everything(key(""), 10)
    assert ([], []) == (told(shop), parcels(engine))


# --- what is refused -----------------------------------------------------------------------------


def test_a_connection_without_a_transaction_is_refused(shop: SqlStorage, engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(BadValue, match=r"engine\.begin"):
        shop.bound(connection).read((key("a"),))


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE", "AUTOCOMMIT"])
def test_another_isolation_is_refused(shop: SqlStorage, engine: Engine, level: str) -> None:
    with (
        engine.connect().execution_options(isolation_level=level) as connection,
        connection.begin(),
        pytest.raises(BadValue, match="READ COMMITTED"),
    ):
        shop.bound(connection).commit(batch(put("a")))


def test_what_is_no_connection_to_postgres_is_refused(shop: SqlStorage) -> None:
    lite = create_engine("sqlite://")
    with lite.begin() as connection, pytest.raises(BadValue, match="psycopg"):
        shop.bound(connection)
    lite.dispose()
    with pytest.raises(BadValue, match="psycopg"):
        shop.bound("connection")  # type: ignore[arg-type]


# --- under asyncio -------------------------------------------------------------------------------


def test_under_asyncio_it_is_the_same(shop: SqlStorage, server: Server) -> None:
    async def host() -> None:
        engine = create_async_engine(server.url())
        storage = AsyncSqlStorage(engine, schema=shop.schema)
        async with engine.begin() as connection:
            bound = storage.bound(connection)
            await bound.commit(batch(put("a", at=(("when", "1"),)), Append("e", "{}"), id="one"))
            assert "one" == (await bound.read((key("a"),)))[0].version  # type: ignore[union-attr]
            assert [] == await bound.journal(START, 10)
            assert 1 == len(await bound.everything(key(""), 10))
        async with engine.connect() as connection, connection.begin() as transaction:
            await storage.bound(connection).commit(batch(put("b")))
            await transaction.rollback()
        with pytest.raises(BadValue, match="async"):
            storage.bound(shop)  # type: ignore[arg-type]
        await engine.dispose()

    asyncio.run(host())
    assert ("one", "") == (version(shop, "a"), version(shop, "b"))
