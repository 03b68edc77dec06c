"""Nobody answers, or the transaction is lost: the host is told once, and no half of it is stored."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, PendingRollbackError

from omnicommerce import Unavailable
from tests.adapters.sql.hosts import Host, after, opened
from tests.adapters.sql.server import Server
from tests.adapters.sql.words import batch, put
from tests.lending import grow


@pytest.fixture
def postgres(server: Server) -> Iterator[Host]:
    yield from opened("postgresql", server)


LOOKS = {"postgresql": 1, "sqlite": 0, "sqlite, deferred": 1}
"""Whether it looks before it waits. Where the engine says BEGIN IMMEDIATE, it waits there, without a shop."""


@pytest.mark.parametrize("name", LOOKS)
def test_who_waits_too_long_is_told_once_and_the_host_may_go_on(server: Server, name: str) -> None:
    runs: list[str] = []
    for host in opened(name, server):
        with host.engine.begin() as holder, host.engine.connect() as connection:
            host.within(holder).run(grow, id="a")
            with connection.begin():
                connection.execute(text(host.hurry))
                shop = host.within(connection)
                with pytest.raises(Unavailable, match="nothing was stored"):
                    shop.run(after(runs, lambda: None))
                holder.rollback()
                host.send(connection, "p1")

        assert (LOOKS[name], ["p1"], 1) == (len(runs), host.parcels, host.size())


def test_a_connection_that_is_lost_takes_the_hosts_rows_with_it(postgres: Host) -> None:
    runs: list[str] = []

    def cut() -> None:
        with postgres.engine.begin() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})

    with postgres.engine.connect() as connection:
        connection.begin()
        postgres.send(connection, "p1")
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
        shop = postgres.within(connection)
        with pytest.raises(Unavailable, match="nothing was stored"):
            shop.run(after(runs, cut))
        with pytest.raises(Unavailable, match="was lost"):
            shop.run(grow, id="a")
        with pytest.raises(PendingRollbackError):
            postgres.send(connection, "p2")

    assert (1, [], 1) == (len(runs), postgres.parcels, postgres.size())


@pytest.mark.parametrize("name", ["sqlite", "sqlite, deferred"])
def test_a_transaction_that_sqlite_has_ended_under_the_hosts_hands_takes_nothing_more(
    server: Server, name: str
) -> None:
    """The host swallows what its own statement met; else the shop would be stored without its first row."""
    for host in opened(name, server):
        with host.engine.connect() as connection:
            connection.begin()
            shop = host.within(connection)
            shop.run(grow, id="a")
            host.send(connection, "p1")
            pages = connection.scalar(text("PRAGMA page_count"))
            connection.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
            with pytest.raises(OperationalError, match="full"):
                host.send(connection, "p2" * 50_000)
            with pytest.raises(Unavailable, match="was lost"):
                shop.run(grow, id="a")
            with pytest.raises(PendingRollbackError):
                connection.commit()

        assert ([], 1) == (host.parcels, host.size())


@pytest.mark.parametrize("name", ["sqlite", "sqlite, deferred"])
def test_a_full_disk_on_sqlite_takes_the_hosts_rows_with_it_and_no_later_row_is_stored(
    server: Server, name: str
) -> None:
    """SQLite then ends the transaction by itself; the next row would be stored without the first."""
    for host in opened(name, server):
        with host.engine.connect() as connection:
            connection.begin()
            host.send(connection, "p1")
            pages = connection.scalar(text("PRAGMA page_count"))
            connection.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
            bound = host.storage.bound(connection)
            with pytest.raises(Unavailable, match="full"):
                bound.commit(batch(put("big", body=f'"{"x" * 100_000}"')))
            with pytest.raises(PendingRollbackError):
                host.send(connection, "p2")
            with pytest.raises(Unavailable, match="was lost"):
                bound.read(())
            connection.rollback()
            with connection.begin():
                host.send(connection, "p3")
                assert 2 == host.within(connection).run(grow, id="a")

        assert (["p3"], 2) == (host.parcels, host.size())
