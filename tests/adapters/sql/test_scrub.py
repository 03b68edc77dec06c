"""What was deleted is in no file of the tables once it was scrubbed; before that it is."""

from __future__ import annotations

import attrs
import pytest
from sqlalchemy import Engine, text

from omnicommerce import Unavailable
from omnicommerce.adapters.storage.sql import SqlStorage
from omnicommerce.kernel.collection import Version
from omnicommerce.ports.storage import START, Append, Delete, Trim
from tests.adapters.sql import shops
from tests.adapters.sql.server import Server
from tests.adapters.sql.words import batch, key, put, told, version

CANARY = "wang-xiaoming-13800001111"
"""Somebody's name and telephone number: in a body, an id, an index and an entry."""


@pytest.fixture
def shop() -> SqlStorage:
    return shops.on_postgres()


@pytest.fixture
def engine(server: Server) -> Engine:
    return shops.engines(server)[0]


def erased(shop: SqlStorage) -> None:
    """Write somebody down everywhere, with others around, and delete them again."""
    for n in range(20):
        shop.commit(batch(put(f"r{n}", at=(("when", f"{n}"),)), Append(f"e{n}", "{}"), id=f"v{n}"))
    large = f'"{CANARY * 2_000}"'
    named = put(CANARY, body=f'"{CANARY}"', at=(("name", CANARY),))
    shop.commit(batch(named, put("large", body=large), Append(CANARY, f'"{CANARY}"'), id="named"))
    shop.commit(batch(put("r1", "v1", body=f'"{CANARY}"', at=(("name", CANARY),)), id="moved"))
    last = shop.journal(START, 100)[-1].position
    gone = (Delete(key(CANARY), Version("named")), Delete(key("large"), Version("named")))
    shop.commit(attrs.evolve(batch(*gone, put("r1", "moved"), Append("kept", "{}")), trim=Trim(last)))


def files_with_a_trace(server: Server, engine: Engine) -> list[str]:
    """The files of tables and indexes in which the canary still lies; everything is on the disk."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
    files = (path for path in (server.data / "base").rglob("*") if path.is_file())
    return [str(path) for path in files if CANARY.encode() in path.read_bytes()]


def test_after_a_scrub_no_file_of_a_table_holds_what_was_deleted(
    shop: SqlStorage, server: Server, engine: Engine
) -> None:
    erased(shop)
    before = files_with_a_trace(server, engine)
    shop.scrub()

    assert len(before) >= 3, "the negative control: a table, its index and the journal held it"
    assert [] == files_with_a_trace(server, engine)
    assert (["kept"], 20) == (told(shop), len(shop.everything(key(""), 100)))
    shop.commit(batch(put("r2", "v2"), Append("after", "{}")))
    assert ["kept", "after"] == told(shop)


def test_a_plain_vacuum_would_leave_a_trace(shop: SqlStorage, server: Server, engine: Engine) -> None:
    """Why every table is written anew: VACUUM gives the room away and leaves what lies there."""
    erased(shop)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in ("record", "place", "entry"):
            connection.execute(text(f"VACUUM (INDEX_CLEANUP ON) {shop.schema}.{table}"))

    assert files_with_a_trace(server, engine)
    shop.scrub()
    assert [] == files_with_a_trace(server, engine)


@pytest.mark.parametrize("who", ["a reader", "a writer"])
def test_while_somebody_looks_at_an_older_state_nothing_is_scrubbed(
    shop: SqlStorage, engine: Engine, who: str
) -> None:
    """What they may still see cannot be dropped, and to say that it was would be untrue."""
    hurried = shops.on_postgres(shop.schema, limits=shops.HURRIED)
    with (
        engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection,
        connection.begin(),
    ):
        ask = "SELECT 1" if who == "a reader" else "SELECT pg_current_xact_id()"
        connection.execute(text(ask))
        shop.commit(batch(put("a", body=f'"{CANARY}"')))
        with pytest.raises(Unavailable, match="older state; nothing was scrubbed"):
            hurried.scrub()
    hurried.scrub()


def test_a_table_somebody_works_on_is_not_waited_for_for_ever(shop: SqlStorage, engine: Engine) -> None:
    hurried = shops.on_postgres(shop.schema, limits=shops.HURRIED)
    with engine.begin() as connection:
        connection.execute(text("SELECT 1"))
        connection.execute(text(f"LOCK TABLE {shop.schema}.entry IN ACCESS SHARE MODE"))
        with pytest.raises(Unavailable, match=r"lock timeout|older state"):
            hurried.scrub()
    with shops.engines(shops.SERVERS["18"])[1].connect() as connection:
        assert "0" == connection.scalar(text("SHOW lock_timeout"))


def test_on_sqlite_nothing_is_left_at_once() -> None:
    for mode in ("delete", "wal"):
        path = shops.new_file()
        shops.on_sqlite_laid_out(path, mode)
        shop = shops.on_sqlite(path)
        erased(shop)
        shop.scrub()

        assert [] == [each for each in path.parent.iterdir() if CANARY.encode() in each.read_bytes()]
        shop.close()
        assert version(shop, "r3") == "v3"
        shop.close()
