"""Nobody waits for ever, nobody waits for each other, and what is told about it is true."""

from __future__ import annotations

import random
import threading
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from omnicommerce import BadValue, Conflict, PortFault, Unavailable
from omnicommerce.adapters.storage.sql import Limits, SqlStorage
from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.ports.storage import Add, Append, Check, Delete
from tests.adapters.sql import shops
from tests.adapters.sql.server import Server
from tests.adapters.sql.watching import waiting
from tests.adapters.sql.words import batch, count, key, put, soon, together, told, version


@pytest.fixture
def shop() -> SqlStorage:
    return shops.on_postgres()


@pytest.fixture
def hurried(shop: SqlStorage) -> SqlStorage:
    return shops.on_postgres(shop.schema, limits=shops.HURRIED)


@pytest.fixture
def engine(server: Server) -> Engine:
    return shops.engines(server)[0]


# --- limits --------------------------------------------------------------------------------------


@pytest.mark.parametrize("of", ["record", "new record", "counter", "absence"])
def test_who_waits_too_long_for_a_lock_is_told_so_and_nothing_is_stored(
    shop: SqlStorage, hurried: SqlStorage, engine: Engine, of: str
) -> None:
    shop.commit(batch(put("a"), Add("n", 1), id="zero"))
    pairs: dict[str, tuple[Any, Any]] = {
        "record": (put("a", "zero"), put("a", "zero")),
        "new record": (put("b"), put("b")),
        "counter": (Add("n", 1), Add("n", 1)),
        "absence": (put("b"), Check(key("b"), ABSENT)),
    }
    theirs, ours = pairs[of]
    with engine.begin() as connection:
        shop.bound(connection).commit(batch(theirs))
        with pytest.raises(Unavailable, match=r"lock timeout.*nothing was stored"):
            hurried.commit(batch(put("mine"), ours, Append("never", "{}")))

    assert ("", []) == (version(shop, "mine"), told(shop))
    hurried.commit(batch(put("mine"), Append("now", "{}")))


def test_a_statement_that_takes_too_long_is_told_so(shop: SqlStorage, engine: Engine) -> None:
    """Also a read, which waits for nothing but somebody who changes the table itself."""
    slow = shops.on_postgres(shop.schema, limits=Limits(lock_ms=60_000, statement_ms=150))
    for call in (lambda: slow.read((key("a"),)), lambda: slow.commit(batch(put("a"))), lambda: told(slow)):
        with engine.begin() as connection:
            for table in ("record", "entry"):
                connection.execute(text(f"LOCK TABLE {shop.schema}.{table}"))
            with pytest.raises(Unavailable, match="statement timeout"):
                call()


def test_every_transaction_has_limits_and_leaves_none_behind(shop: SqlStorage, server: Server) -> None:
    """The pool is the host's: what it lends comes back as it was."""
    engine = create_engine(server.url(), pool_size=1, max_overflow=0)
    storage = SqlStorage(engine, schema=shop.schema)
    with shops.engines(server)[1].begin() as holder:
        shop.bound(holder).commit(batch(Add("n", 1)))
        writer = threading.Thread(target=lambda: storage.commit(batch(Add("n", 1))))
        writer.start()
        soon(lambda: waiting(server))
    writer.join()
    storage.read((key("a"),))
    with pytest.raises(Conflict):
        storage.commit(batch(put("a", "stale")))
    with engine.connect() as connection:
        left = [
            connection.scalar(text(f"SHOW {name}"))
            for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
        ]
        connection.execute(text("CREATE TEMP TABLE mine (id int)"))
        connection.rollback()
        is_there = connection.scalar(text("SELECT to_regclass('mine') IS NOT NULL"))
    engine.dispose()

    assert (["0", "0", "0"], False) == (left, is_there)


@pytest.mark.parametrize("wrong", [0, -1, 3_600_001, 1.5, True, None])
@pytest.mark.parametrize("name", ["lock_ms", "statement_ms", "idle_ms"])
def test_a_limit_is_a_number_of_milliseconds(name: str, wrong: Any) -> None:
    with pytest.raises(BadValue, match=name):
        Limits(**{name: wrong})


def test_a_pool_that_has_nothing_to_lend_is_unavailable(shop: SqlStorage, server: Server) -> None:
    engine = create_engine(server.url(), pool_size=1, max_overflow=0, pool_timeout=0.1)
    storage = SqlStorage(engine, schema=shop.schema)
    with engine.connect(), pytest.raises(Unavailable, match="no connection was free"):
        storage.commit(batch(put("a")))
    engine.dispose()


# --- locks ---------------------------------------------------------------------------------------


def test_no_two_writers_wait_for_each_other(shop: SqlStorage, engine: Engine) -> None:
    """Batches over the same few records and counters, each in another order of its own."""
    names = [f"r{n}" for n in range(6)]
    before = _deadlocks(engine)
    stored: list[int] = []

    def write(who: int) -> None:
        dice = random.Random(who)  # noqa: S311  # the same batches every time
        done = 0
        for _ in range(25):
            some = dice.sample(names, 4)
            seen = {name: version(shop, name) for name in some}
            operations = [
                Check(key(name), Version(seen[name])) if n == 0
                else Delete(key(name), Version(seen[name])) if n == 1
                else put(name, seen[name], at=(("when", str(dice.random())),))
                for n, name in enumerate(some)
            ]  # fmt: skip
            adds = [Add(f"n{dice.randrange(3)}", 1) for _ in range(3)]
            try:
                shop.commit(batch(*operations, *adds, Append(f"{who}", "{}")))
            except Conflict:
                continue
            done += 1
        stored.append(done)

    together(*[lambda who=who: write(who) for who in range(6)])

    assert before == _deadlocks(engine)
    assert 3 * sum(stored) == sum(shop.read([count(f"n{n}") for n in range(3)]))  # type: ignore[arg-type]
    assert len(told(shop)) == sum(stored) > 6


def _deadlocks(engine: Engine) -> int:
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_stat_clear_snapshot()"))
        found = connection.scalar(
            text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        )
    return int(found or 0)


def test_a_deadlock_with_the_host_is_a_conflict(shop: SqlStorage, server: Server, engine: Engine) -> None:
    """The negative control of the above: the host takes two records in the wrong order."""
    shop.commit(batch(put("a"), put("b"), id="zero"))
    outcomes: list[str] = []

    def ours() -> None:
        try:
            shop.commit(batch(put("a", "zero"), put("b", "zero")))
        except Conflict as error:
            outcomes.append(str(error))

    with engine.connect() as connection, connection.begin() as transaction:
        bound = shop.bound(connection)
        bound.commit(batch(put("b", "zero"), id="host"))
        writer = threading.Thread(target=ours)
        writer.start()
        soon(lambda: waiting(server))
        try:
            bound.commit(batch(put("a", "zero")))
        except Conflict as error:
            outcomes.append(str(error))
        transaction.rollback()
    writer.join()

    assert ["deadlock detected" in outcome for outcome in outcomes] == [True]


def test_writers_of_other_records_do_not_wait(shop: SqlStorage, engine: Engine) -> None:
    """No row of the shop is everybody's: not the journal's, not a counter's nobody asked for."""
    hurried = shops.on_postgres(shop.schema, limits=shops.HURRIED)
    with engine.begin() as connection:
        shop.bound(connection).commit(batch(put("a"), Add("n", 1), Append("e", "{}")))
        hurried.commit(batch(put("b"), Add("m", 1), Append("f", "{}")))

    assert (["e", "f"], [1, 1]) == (told(shop), shop.read((count("n"), count("m"))))


def test_an_absence_is_held_as_fast_as_a_record(shop: SqlStorage, server: Server, engine: Engine) -> None:
    """Two who check the same absence come one after the other; nothing of it stays behind."""
    with engine.begin() as connection:
        shop.bound(connection).commit(batch(Check(key("a"), ABSENT), Delete(key("b"), ABSENT)))
        rival = threading.Thread(target=lambda: shop.commit(batch(put("a"), id="rival")))
        rival.start()
        soon(lambda: waiting(server))

    rival.join()
    assert ("rival", [key("a")]) == (version(shop, "a"), [each for each, _ in shop.everything(key(""), 10)])


# --- what the database says no to ----------------------------------------------------------------


def test_a_place_that_no_index_can_hold_is_refused_before_anything_is_done(shop: SqlStorage) -> None:
    far = ("\U0001f600" * 256, "\U0001f601" * 512)
    with pytest.raises(BadValue, match=r"puts\[1\].indexes\[0\]: expected at most 2600 bytes"):
        shop.commit(batch(put("a"), put("b", at=(far,)), Append("never", "{}")))
    longest = ("when", "".join(chr(0x4E00 + n) for n in range(512)))
    shop.commit(batch(put("c" * 256, at=(longest,))))

    assert ("", []) == (version(shop, "a"), told(shop))


def test_a_role_that_may_not_write_is_a_fault(shop: SqlStorage, server: Server) -> None:
    with shops.engines(server)[0].begin() as connection:
        connection.execute(text("CREATE ROLE reader LOGIN"))
        connection.execute(text(f"GRANT USAGE ON SCHEMA {shop.schema} TO reader"))
        connection.execute(text(f"GRANT SELECT ON ALL TABLES IN SCHEMA {shop.schema} TO reader"))
    engine = create_engine(server.url().set(username="reader"))
    storage = SqlStorage(engine, schema=shop.schema)
    with pytest.raises(PortFault, match="permission denied"):
        storage.commit(batch(put("a")))
    engine.dispose()
    with shops.engines(server)[0].begin() as connection:
        connection.execute(text("DROP OWNED BY reader"))
        connection.execute(text("DROP ROLE reader"))


def test_a_file_that_somebody_else_is_writing_is_unavailable() -> None:
    """SQLite, through the same code."""
    lite = shops.on_sqlite()
    hurried = SqlStorage(lite.engine, limits=shops.HURRIED)
    with lite.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="locked"):
            hurried.commit(batch(put("a")))
        connection.exec_driver_sql("ROLLBACK")
    hurried.commit(batch(put("a")))
    lite.close()
