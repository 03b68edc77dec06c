"""Hosts with a table of their own beside a shop: on PostgreSQL, and on SQLite in three ways of beginning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

import attrs
from sqlalchemy import Connection, Engine, create_engine, event, text

from omnicommerce import Commerce, DemoKeys
from omnicommerce.adapters.storage.sql import SqlStorage, upgrade
from omnicommerce.kernel.flow import Flow, Get, Now, Outcome, ask_all
from omnicommerce.ports.storage import Storage
from omnicommerce.testing import FrozenClock
from tests.adapters.sql import shops
from tests.adapters.sql.server import Server
from tests.lending import EVENTS, THINGS, keep, kept, size_of
from tests.shopfront import RULES, SHOP_OPENS


@attrs.frozen(eq=False)
class Host:
    """Somebody's program: it has an engine of its own, a table of parcels, and a shop in the same database.

    `hurry` says how long its transaction may wait; `is_one_at_a_time` that who looks locks all others out.
    """

    engine: Engine
    storage: SqlStorage
    hurry: str
    is_one_at_a_time: bool

    def shop(self, storage: Storage | None = None) -> Commerce:
        """The shop, by itself or within a transaction."""
        clock = FrozenClock(SHOP_OPENS)
        return Commerce(storage or self.storage, RULES, keys=DemoKeys(), clock=clock, events=EVENTS)

    def within(self, connection: Connection) -> Commerce:
        """The shop within the transaction on *connection*."""
        return self.shop(self.storage.bound(connection))

    def send(self, connection: Connection, id: str) -> None:
        """Write a row of the host's own."""
        connection.execute(text("INSERT INTO parcel VALUES (:id)"), {"id": id})

    @property
    def parcels(self) -> list[str]:
        """The host's rows that are stored."""
        with self.engine.connect() as connection:
            return list(connection.scalars(text("SELECT id FROM parcel ORDER BY id")))

    @property
    def faults(self) -> list[str]:
        """What an audit finds, other than that it does not know the tests' own kinds of records."""
        return [str(each) for each in self.shop().audit().findings if "nobody knows how" not in each.what]

    def size(self, id: str = "a") -> int:
        """How large a thing of the shop is, as stored."""
        return self.shop().run(size_of, id=id)


@contextmanager
def on_postgres(server: Server) -> Iterator[Host]:
    """A host on PostgreSQL."""
    engine = shops.engines(server)[1]
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE parcel (id text PRIMARY KEY)"))
    yield Host(engine, shops.on_postgres(), "SET LOCAL lock_timeout = 100", is_one_at_a_time=False)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE parcel"))


@contextmanager
def on_sqlite(say_begin: str = "", journal_mode: str = "delete") -> Iterator[Host]:
    """A host on SQLite: its driver begins when it likes, or the engine does, as SQLAlchemy's page shows."""
    engine = create_engine(f"sqlite:///{shops.new_file()}", pool_size=16)
    upgrade(engine)
    with engine.connect() as connection:
        connection.execute(text(f"PRAGMA journal_mode={journal_mode}"))
        connection.execute(text("CREATE TABLE parcel (id text PRIMARY KEY)"))
    storage = SqlStorage(create_engine(engine.url, pool_size=16))
    if say_begin:
        event.listen(engine, "connect", lambda driver, _: setattr(driver, "isolation_level", None))
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(say_begin))
        engine.dispose()
    yield Host(engine, storage, "PRAGMA busy_timeout = 100", is_one_at_a_time=say_begin != "BEGIN")
    engine.dispose()
    storage._asked._transactions._engine.dispose()  # the test's own engine


HOSTS: Final[dict[str, Callable[[Server], AbstractContextManager[Host]]]] = {
    "postgresql": on_postgres,
    "sqlite": lambda _: on_sqlite(),
    "sqlite, at once": lambda _: on_sqlite("BEGIN IMMEDIATE"),
    "sqlite, deferred": lambda _: on_sqlite("BEGIN", "wal"),
}
"""The same tests run for each of them."""


def opened(name: str, server: Server) -> Iterator[Host]:
    """A host of this name, whose shop keeps a thing "a" of size 1."""
    with HOSTS[name](server) as host:
        host.shop().run(keep, id="a", size=1)
        yield host


def after(runs: list[str], meanwhile: Callable[[], object]) -> Callable[[], Flow[int]]:
    """A flow that grows "a"; in its first run something happens between its look and its change."""

    def grow_meanwhile() -> Flow[int]:
        held, now = yield from ask_all(Get(THINGS, "a"), Now())
        runs.append("run")
        if len(runs) == 1:
            meanwhile()
        size = held.must().size + 1
        return Outcome(size, kept(held, size, now))

    return grow_meanwhile
