"""A shop in the host's transaction, on PostgreSQL and on SQLite: with the host's rows, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from omnicommerce import BadValue, Identifier, Namespace, Refused
from omnicommerce.kernel.collection import Version
from omnicommerce.kernel.flow import Flow, Get, Now, Outcome, Refusal, ask_all
from omnicommerce.kernel.verdict import failed
from omnicommerce.ports.storage import START, Delete, Key
from tests.adapters.sql.hosts import HOSTS, Host
from tests.adapters.sql.server import Server
from tests.adapters.sql.words import batch, key, put
from tests.lending import THINGS, grow, keep, kept, lend, size_of, stock
from tests.shopfront import sale

CARD = Identifier(Namespace.TILL_MEMBER, "M-1")


@pytest.fixture(params=list(HOSTS))
def host(request: pytest.FixtureRequest, server: Server) -> Iterator[Host]:
    with HOSTS[request.param](server) as host:
        yield host


NAME = "Ada Lovelace"


class GoneWrong(Exception):
    """The host changes its mind."""


# --- both, or neither ----------------------------------------------------------------------------


def test_a_command_sees_what_the_one_before_it_has_written(host: Host) -> None:
    with host.engine.begin() as connection:
        shop = host.within(connection)
        member = shop.members.register(identifier=CARD).member
        host.send(connection, "p1")
        shop.sales.ingest(sale=sale(1))
        (earned,) = shop.points.statement(member=member).lines
        assert [1, 2, 2] == [shop.run(grow, id="a"), shop.run(grow, id="a"), shop.run(size_of, id="a")]

    assert 100 == earned.points.count
    assert ([earned], 2) == (list(host.shop().points.statement(member=member).lines), host.size())
    assert (["p1"], []) == (host.parcels, host.faults)


def test_what_the_host_rolls_back_is_gone_with_its_own_rows_and_may_be_done_again(host: Host) -> None:
    def hand_over(*, goes_wrong: bool) -> None:
        with host.engine.begin() as connection:
            host.send(connection, "p1")
            shop = host.within(connection)
            shop.members.register(identifier=CARD)
            shop.once("a").run(grow, id="a")
            if goes_wrong:
                raise GoneWrong

    with pytest.raises(GoneWrong):
        hand_over(goes_wrong=True)
    left = (host.parcels, host.storage.everything(Key("", ""), 10), host.storage.journal(START, 10))
    hand_over(goes_wrong=False)

    assert ([], [], []) == left
    assert (["p1"], 1, []) == (host.parcels, host.size(), host.faults)


def test_a_command_that_was_stored_already_is_only_answered(host: Host) -> None:
    for parcel in ("p1", "p2"):
        with host.engine.begin() as connection:
            host.send(connection, parcel)
            assert 1 == host.within(connection).once("a").run(grow, id="a")

    assert (["p1", "p2"], 1) == (host.parcels, host.size())


def test_a_session_joins_like_a_connection(host: Host) -> None:
    def hand_over(parcel: str, *, goes_wrong: bool) -> None:
        with Session(host.engine) as session, session.begin():
            session.execute(text("INSERT INTO parcel VALUES (:id)"), {"id": parcel})
            host.within(session.connection()).run(grow, id="a")
            if goes_wrong:
                raise GoneWrong

    hand_over("p1", goes_wrong=False)
    with pytest.raises(GoneWrong):
        hand_over("p2", goes_wrong=True)

    assert (["p1"], 1) == (host.parcels, host.size())


# --- a command that is refused -------------------------------------------------------------------


def test_a_refused_command_leaves_nothing_and_the_host_its_own_work(host: Host) -> None:
    with host.engine.begin() as connection:
        host.send(connection, "p1")
        shop = host.within(connection)
        shop.run(stock, counter="van", quantity=1)
        with pytest.raises(Refused, match="too_few_left"):
            shop.run(lend, counter="van", quantity=2)
        host.send(connection, "p2")
        lease = shop.run(lend, counter="van", quantity=1)

    leases = [
        key.id for key, _ in host.storage.everything(Key("lease", ""), 100) if key.collection == "lease"
    ]
    assert (["p1", "p2"], [lease]) == (host.parcels, leases)
    assert [] == host.faults


def refuse_and_count(*, id: str) -> Flow[int]:
    """A refusal that is recorded, like a wrong code that was tried."""
    held, now = yield from ask_all(Get(THINGS, id), Now())
    tried = (held.value.size if held.value else 0) + 1
    return Outcome(Refusal(failed("wrong_code")), kept(held, tried, now))


def test_a_refusal_that_is_recorded_is_stored_or_gone_with_the_hosts_rows(host: Host) -> None:
    def guess(connection: Connection, parcel: str) -> None:
        host.send(connection, parcel)
        host.within(connection).run(refuse_and_count, id="a")

    with host.engine.begin() as connection, pytest.raises(Refused, match="wrong_code"):
        guess(connection, "p1")
    stored = host.size()
    with pytest.raises(Refused, match="wrong_code"), host.engine.begin() as connection:
        guess(connection, "p2")

    assert (1, 1, ["p1"]) == (stored, host.size(), host.parcels)


# --- savepoints of the host ----------------------------------------------------------------------


def test_a_savepoint_that_is_undone_takes_back_what_was_done_in_it_only(host: Host) -> None:
    with host.engine.begin() as connection:
        shop = host.within(connection)
        shop.run(grow, id="a")
        undone = connection.begin_nested()
        shop.run(grow, id="a", by=10)
        host.send(connection, "p1")
        undone.rollback()
        assert 1 == shop.run(size_of, id="a")
        with connection.begin_nested():
            host.within(connection).run(grow, id="a", by=100)
            host.send(connection, "p2")

    assert (101, ["p2"], []) == (host.size(), host.parcels, host.faults)


def test_the_rulebook_is_put_in_force_again_if_a_savepoint_took_it_back(host: Host) -> None:
    """The very first command of a shop; else entries would name a rulebook that nobody has stored."""
    with host.engine.begin() as connection:
        host.storage.bound(connection).read((Key("thing", "a"),))
        shop = host.within(connection)
        undone = connection.begin_nested()
        shop.run(keep, id="a", size=1)
        undone.rollback()
        shop.run(keep, id="a", size=2)

    tags = [entry.body.partition('"tag":"')[2].partition('"')[0] for entry in host.storage.journal(START, 10)]
    assert ["rulebook.installed", "thing.kept"] == tags
    assert (2, []) == (host.size(), host.faults)


# --- what cannot be joined -----------------------------------------------------------------------


def test_no_process_runs_in_it(host: Host) -> None:
    with host.engine.begin() as connection:
        shop = host.within(connection)
        for process in (shop.tick, shop.audit):
            with pytest.raises(BadValue, match="takes several"):
                process()
        host.send(connection, "p1")

    assert ["p1"] == host.parcels


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE", "AUTOCOMMIT"])
def test_a_transaction_of_another_isolation_is_left_as_it_was(server: Server, level: str) -> None:
    """The host's rows are its own business; only the shop is refused, before it has looked at anything."""
    with HOSTS["postgresql"](server) as host:
        with host.engine.connect().execution_options(isolation_level=level) as connection, connection.begin():
            host.send(connection, "p1")
            with pytest.raises(BadValue, match="READ COMMITTED"):
                host.within(connection).run(grow, id="a")
            host.send(connection, "p2")

        assert (["p1", "p2"], []) == (host.parcels, host.storage.everything(Key("", ""), 10))


def test_a_later_transaction_of_the_connection_is_looked_at_again(server: Server) -> None:
    with HOSTS["postgresql"](server) as host, host.engine.connect() as connection:
        shop = host.within(connection)
        with connection.begin():
            shop.run(grow, id="a")
        with pytest.raises(BadValue, match=r"engine\.begin"):
            shop.run(grow, id="a")
        connection.execution_options(isolation_level="SERIALIZABLE")
        with connection.begin(), pytest.raises(BadValue, match="serializable"):
            shop.run(grow, id="a")

        assert 1 == host.size()


def test_sqlite_without_a_transaction_is_refused(server: Server) -> None:
    with HOSTS["sqlite"](server) as host:
        with host.engine.connect() as connection, pytest.raises(BadValue, match=r"engine\.begin"):
            host.within(connection).run(grow, id="a")
        with (
            host.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
            connection.begin(),
            pytest.raises(BadValue, match="autocommit"),
        ):
            host.within(connection).run(grow, id="a")

        assert 0 == host.size()


def test_a_connection_that_the_host_has_closed_is_refused(host: Host) -> None:
    with host.engine.begin() as connection:
        shop = host.within(connection)
        shop.run(grow, id="a")
    with pytest.raises(BadValue, match=r"engine\.begin"):
        shop.run(grow, id="a")

    assert 1 == host.size()


def test_a_savepoint_of_sqlite_that_would_be_all_is_refused(server: Server) -> None:
    """Nobody has said BEGIN, so the end of this savepoint would store everything: as the control shows."""
    with HOSTS["sqlite"](server) as host:
        with host.engine.connect() as connection, connection.begin() as transaction:
            with connection.begin_nested():
                host.send(connection, "stored for ever")
                with pytest.raises(BadValue, match="begins before its savepoint"):
                    host.within(connection).run(grow, id="a")
            transaction.rollback()

        assert (["stored for ever"], 0) == (host.parcels, host.size())


def test_a_shop_and_a_connection_to_different_databases_are_refused(server: Server) -> None:
    with HOSTS["sqlite"](server) as lite, HOSTS["postgresql"](server) as host:
        with lite.engine.begin() as connection, pytest.raises(BadValue, match=r"postgresql\+psycopg"):
            host.within(connection)
        with host.engine.begin() as connection, pytest.raises(BadValue, match=r"sqlite\+pysqlite"):
            lite.within(connection)


@pytest.mark.parametrize("name", ["sqlite", "sqlite, at once"])
def test_what_is_deleted_there_on_sqlite_lies_in_no_free_page(server: Server, name: str) -> None:
    with HOSTS[name](server) as host:
        host.storage.commit(batch(put("a", body=f'"{NAME * 1_000}"'), id="one"))
        with host.engine.connect() as connection:
            connection.connection.execute("PRAGMA secure_delete=OFF")
            with connection.begin():
                host.storage.bound(connection).commit(batch(Delete(key("a"), Version("one"))))
        database = host.engine.url.database
        assert database is not None

        assert NAME.encode() not in Path(database).read_bytes()
