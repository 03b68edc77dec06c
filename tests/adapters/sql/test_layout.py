"""The tables are laid out whole or not at all, and are refused if this library does not know them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from omnicommerce import BadValue, PortFault, Unavailable
from omnicommerce.adapters.storage.sql import AsyncSqlStorage, SqlStorage, upgrade
from omnicommerce.adapters.storage.sql.tables import tables
from omnicommerce.ports.storage import Append
from tests.adapters.sql import shops
from tests.adapters.sql.server import Server
from tests.adapters.sql.words import batch, put, together, told, version

KINDS = ("postgresql", "sqlite")
TABLES = ["counter", "entry", "omnicommerce_version", "place", "record"]
EMPTY = "empty_shop"


class Crash(BaseException):
    """The process ends here."""


@pytest.fixture(params=KINDS)
def engine(request: pytest.FixtureRequest, server: Server) -> Iterator[Engine]:
    """A database in which no shop was laid out yet; on PostgreSQL in a schema that is not there."""
    made = (
        server.engine() if request.param == "postgresql" else create_engine(f"sqlite:///{shops.new_file()}")
    )
    yield made
    if request.param == "postgresql":
        with made.begin() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {EMPTY} CASCADE"))
    made.dispose()


def schema_of(engine: Engine) -> str | None:
    return EMPTY if engine.name == "postgresql" else None


def laid_out(engine: Engine) -> list[str]:
    seen = inspect(engine).get_table_names(schema=schema_of(engine))
    return sorted(name for name in seen if not name.startswith("sqlite_"))


def test_a_shop_is_laid_out_and_stays_as_it_is(engine: Engine) -> None:
    upgrade(engine, schema=schema_of(engine))
    shop = SqlStorage(engine, schema=schema_of(engine))
    shop.commit(batch(put("a"), Append("e", "{}"), id="one"))
    upgrade(engine, schema=schema_of(engine))

    assert TABLES == laid_out(engine)
    assert ("one", ["e"]) == (version(shop, "a"), told(shop))


def test_an_upgrade_may_crash_at_every_statement(engine: Engine) -> None:
    """Before each of them, and behind the last; then nothing is there, and the next one does it all."""
    said: list[str] = []
    limit = 0

    def say(*told: Any) -> None:
        said.append(told[2])
        if len(said) == limit:
            raise Crash

    def end(*told: Any) -> None:
        if told[2] == "COMMIT" and limit:
            say(*told)

    event.listen(engine, "before_cursor_execute", say)
    event.listen(engine, "after_cursor_execute", end)
    while True:
        limit += 1
        said.clear()
        with suppress(Crash):
            upgrade(engine, schema=schema_of(engine))
            break
        # A process that ends lets go of its cursors, and only then SQLite lets go of its locks.
        gc.collect()
        reached, limit, last_words = limit, 0, said[-2:]
        assert laid_out(engine) == (TABLES if last_words == ["COMMIT", "COMMIT"] else [])
        limit = reached
    event.remove(engine, "before_cursor_execute", say)
    event.remove(engine, "after_cursor_execute", end)

    assert limit > 8
    assert "one" == _works(engine)


def _works(engine: Engine) -> str:
    shop = SqlStorage(engine, schema=schema_of(engine))
    shop.commit(batch(put("a", at=(("when", "1"),)), id="one"))
    return version(shop, "a")


def test_an_upgrade_that_loses_its_connection_at_any_statement_did_nothing(server: Server) -> None:
    """As above, but the server ends the process: nobody is there to roll back."""
    engine = server.engine()
    killer = server.engine()
    limit = 0
    seen = 0

    def cut(connection: Any, *_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == limit:
            pid = connection.connection.dbapi_connection.info.backend_pid
            with killer.begin() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})

    event.listen(engine, "before_cursor_execute", cut)
    try:
        while True:
            limit, seen = limit + 1, 0
            try:
                upgrade(engine, schema=EMPTY)
            except Unavailable:
                assert not inspect(killer).has_schema(EMPTY)
            else:
                break
        event.remove(engine, "before_cursor_execute", cut)

        assert limit > 8
        assert "one" == _works(engine)
    finally:
        with killer.begin() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {EMPTY} CASCADE"))
        killer.dispose()
        engine.dispose()


def test_two_upgrades_at_once_lay_out_one_shop(engine: Engine) -> None:
    together(*[lambda: upgrade(engine, schema=schema_of(engine))] * 4)

    assert "one" == _works(engine)


# --- what is refused -----------------------------------------------------------------------------


def test_a_database_without_a_shop_is_refused_with_what_to_do(engine: Engine) -> None:
    with pytest.raises(PortFault, match=r"upgrade\(engine\)|no such table"):
        SqlStorage(engine, schema=schema_of(engine))


def written_by(engine: Engine, layout: str) -> None:
    upgrade(engine, schema=schema_of(engine))
    table = "omnicommerce_version" if engine.name == "sqlite" else f"{EMPTY}.omnicommerce_version"
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET version_num = '{layout}'"))  # noqa: S608


def test_a_shop_that_is_newer_than_the_library_is_refused_untouched(engine: Engine) -> None:
    written_by(engine, "2099")

    with pytest.raises(PortFault, match=r"newer omnicommerce.*2099"):
        SqlStorage(engine, schema=schema_of(engine))
    with pytest.raises(PortFault, match=r"newer omnicommerce.*2099"):
        upgrade(engine, schema=schema_of(engine))


def test_a_shop_that_has_no_layout_yet_is_refused(engine: Engine) -> None:
    upgrade(engine, schema=schema_of(engine))
    table = "omnicommerce_version" if engine.name == "sqlite" else f"{EMPTY}.omnicommerce_version"
    with engine.begin() as connection:
        connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608

    with pytest.raises(PortFault, match=r"run upgrade\(engine\) first"):
        SqlStorage(engine, schema=schema_of(engine))


def test_a_server_that_acknowledges_too_early_is_refused(server: Server) -> None:
    schema = shops.new_schema()
    engine = create_engine(server.url(), connect_args={"options": "-c synchronous_commit=off"})
    with pytest.raises(PortFault, match="synchronous_commit is off"):
        SqlStorage(engine, schema=schema)
    engine.dispose()


def test_a_database_of_another_encoding_is_refused(server: Server) -> None:
    with shops.engines(server)[0].connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"))
        engine = server.engine("latin")
        upgrade(engine)
        with pytest.raises(PortFault, match="LATIN1"):
            SqlStorage(engine)
        engine.dispose()
        connection.execute(text("DROP DATABASE latin"))


@pytest.mark.parametrize("schema", ["", "Shop", "shop-a", "shop a", "pg_shop", "1shop", "s" * 64, 'a"b', 7])
def test_a_schema_is_a_plain_name(server: Server, schema: Any) -> None:
    engine = shops.engines(server)[0]
    with pytest.raises(BadValue, match="schema"):
        upgrade(engine, schema=schema)
    with pytest.raises(BadValue, match="schema"):
        SqlStorage(engine, schema=schema)


def test_without_a_schema_the_shop_lies_where_the_connection_stands(server: Server) -> None:
    with shops.engines(server)[0].connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE plain"))
        engine = server.engine("plain")
        upgrade(engine)
        shop = SqlStorage(engine)
        shop.commit(batch(put("a"), Append("e", "{}"), id="one"))

        assert ("one", ["e"]) == (version(shop, "a"), told(shop))
        engine.dispose()
        connection.execute(text("DROP DATABASE plain"))


def test_two_shops_of_one_database_do_not_see_each_other() -> None:
    one, other = shops.on_postgres(), shops.on_postgres()
    one.commit(batch(put("a"), Append("e", "{}"), id="one"))

    assert ("", []) == (version(other, "a"), told(other))


def test_what_is_no_engine_of_ours_is_refused(server: Server) -> None:
    asynchronous = create_async_engine(server.url())
    lite = create_engine("sqlite://")
    with pytest.raises(BadValue, match="MemoryStorage"):
        SqlStorage(lite)
    with pytest.raises(BadValue, match="see AsyncSqlStorage"):
        SqlStorage(asynchronous)  # type: ignore[arg-type]
    with pytest.raises(BadValue, match="create_engine"):
        SqlStorage("postgresql://shop")  # type: ignore[arg-type]
    for wrong in (asynchronous, "postgresql://shop"):
        with pytest.raises(BadValue, match="expected a blocking"):
            upgrade(wrong)  # type: ignore[arg-type]
    for wrong_too in (lite, shops.engines(server)[0]):
        with pytest.raises(BadValue, match="expected an async"):
            AsyncSqlStorage(wrong_too)  # type: ignore[arg-type]
    lite.dispose()


def test_a_server_that_is_not_there_is_unavailable_and_no_password_is_told() -> None:
    engine = create_engine("postgresql+psycopg://shop:secret@/shop?host=/nowhere")
    for call in (upgrade, SqlStorage):
        with pytest.raises(Unavailable) as caught:
            call(engine)
        assert "secret" not in str(caught.value)


def test_the_layout_is_the_one_that_the_statements_speak_to(server: Server) -> None:
    """The migrations say in full what they do; what they end in is what `tables` describes."""
    schema = shops.new_schema()
    seen = inspect(shops.engines(server)[0])
    described = tables(schema)
    for table in (described.record, described.place, described.counter, described.entry):
        columns = {each["name"]: each for each in seen.get_columns(table.name, schema=schema)}
        assert [each.name for each in table.c] == list(columns)
        assert [each.type.compile(seen.dialect) for each in table.c] == [
            each["type"].compile(seen.dialect) for each in columns.values()
        ]
        assert [each.nullable for each in table.c] == [each["nullable"] for each in columns.values()]
        key = seen.get_pk_constraint(table.name, schema=schema)["constrained_columns"]
        assert [each.name for each in table.primary_key] == key
