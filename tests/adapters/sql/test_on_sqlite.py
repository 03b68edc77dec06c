"""The same code on SQLite: a commit that fails is undone, or settled before the shop is told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from omnicommerce import CommitUnknown, Unavailable
from omnicommerce.adapters.storage.sql import SqlStorage, upgrade
from omnicommerce.ports.storage import COUNTERS, KEYS_MAX, Add, Append, Key
from tests.adapters.sql import shops
from tests.adapters.sql.words import batch, count, key, put, told, version

STUMBLES: list[str] = []
"""What the next COMMIT does: it fails "before" or "after" it was done."""


class Stumbling(sqlite3.Cursor):
    """A cursor that stumbles when it is told to."""

    def execute(self, statement: str, values: Any = (), /) -> Stumbling:
        if statement != "COMMIT" or not STUMBLES:
            return super().execute(statement, values)
        if STUMBLES.pop() == "after":
            super().execute(statement, values)
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR
        raise error


class Clumsy(sqlite3.Connection):
    """A connection whose cursors stumble."""

    def cursor(self, factory: Any = Stumbling) -> Any:
        return super().cursor(factory)


@pytest.fixture
def path() -> Path:
    return shops.new_file()


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    made = create_engine(
        f"sqlite:///{path}", creator=lambda: sqlite3.connect(path, factory=Clumsy, check_same_thread=False)
    )
    upgrade(made)
    yield made
    STUMBLES.clear()
    made.dispose()


def test_a_commit_that_sqlite_refuses_is_undone(engine: Engine) -> None:
    shop = SqlStorage(engine)
    STUMBLES.append("before")
    with pytest.raises(Unavailable, match="disk I/O error; nothing was stored"):
        shop.commit(batch(put("a"), Append("e", "{}"), Add("n", 1)))

    assert ("", [], [0]) == (version(shop, "a"), told(shop), shop.read((count("n"),)))
    shop.commit(batch(put("a"), id="two"))
    assert "two" == version(shop, "a")


def test_a_commit_that_may_be_stored_is_unknown_and_settled(engine: Engine) -> None:
    shop = SqlStorage(engine)
    STUMBLES.append("after")
    with pytest.raises(CommitUnknown, match="may be stored"):
        shop.commit(batch(put("a"), id="one"))

    assert "one" == version(shop, "a")


def test_the_host_gets_its_connection_back_as_it_was(engine: Engine) -> None:
    shop = SqlStorage(engine)
    shop.commit(batch(put("a")))
    with engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection

        assert ("", False) == (driver.isolation_level, driver.in_transaction)


def test_a_look_takes_as_many_keys_as_the_port_allows(engine: Engine) -> None:
    """One statement each, whatever the number; what is named twice is answered twice."""
    shop = SqlStorage(engine)
    names = [f"r{n}" for n in range(KEYS_MAX // 2)]
    shop.commit(batch(*map(put, names), *(Add(name, n) for n, name in enumerate(names)), id="one"))
    for number in (1, 24, 25, 33, 499, 500):
        keys = [each for name in names[:number] for each in (key(name), Key(COUNTERS, name))]
        found = shop.read(keys)

        assert ["one"] * number == [each.version for each in found[::2]]  # type: ignore[union-attr]
        assert list(range(number)) == found[1::2]
    assert [None, 0, None] == shop.read((key("x"), count("x"), key("x")))
