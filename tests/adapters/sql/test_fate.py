"""A commit whose answer never comes: by the time the shop is told so, it is settled."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from omnicommerce import Commerce, CommitUnknown, DemoKeys, Identifier, Namespace, Points, Unavailable
from omnicommerce.adapters.storage.sql import AsyncSqlStorage, Limits, SqlStorage, transactions
from omnicommerce.ports.storage import Add, Append
from tests.adapters.sql import shops
from tests.adapters.sql.server import Server
from tests.adapters.sql.watching import end_those_who_wait, open_transactions
from tests.adapters.sql.wire_cutter import LATE_SECONDS, Cut, WireCutter
from tests.adapters.sql.words import batch, count, put, soon, told, version
from tests.shopfront import RULES

IN_WORDS = {"prepare_threshold": None}
"""The wire is cut at the word COMMIT, so it must be said each time and not be prepared."""

LIMITS = Limits(lock_ms=2_000, statement_ms=4_000, idle_ms=4_000)


@pytest.fixture
def wire(server: Server) -> Iterator[WireCutter]:
    cutter = WireCutter(server)
    yield cutter
    cutter.close()


@pytest.fixture
def shop() -> SqlStorage:
    """The shop as others see it, who are not cut off."""
    return shops.on_postgres()


@pytest.fixture
def engine(wire: WireCutter) -> Iterator[Engine]:
    engine = create_engine(wire.url(), pool_size=2, connect_args=IN_WORDS)
    yield engine
    engine.dispose()


@pytest.fixture
def cut_off(shop: SqlStorage, engine: Engine) -> SqlStorage:
    """The same shop, behind the wire that will be cut."""
    return SqlStorage(engine, schema=shop.schema, limits=LIMITS)


@pytest.mark.parametrize("cut", ["request lost", "request late", "both lost"])
def test_a_commit_that_never_arrived_can_no_longer_become_stored(
    shop: SqlStorage, cut_off: SqlStorage, wire: WireCutter, server: Server, cut: Cut
) -> None:
    wire.cut = cut
    with pytest.raises(CommitUnknown, match="may be stored"):
        cut_off.commit(batch(put("a"), Append("e", "{}"), Add("n", 1)))
    settled = version(shop, "a"), open_transactions(server)
    time.sleep(LATE_SECONDS * 1.5)

    assert (("", 0), "") == (settled, version(shop, "a"))
    assert ([0], [], 1) == (shop.read((count("n"),)), told(shop), wire.cuts)


def test_without_settling_it_would_become_stored(
    shop: SqlStorage, cut_off: SqlStorage, wire: WireCutter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the shop would look, find nothing, and run the command a second time."""
    monkeypatch.setattr(transactions, "settled", lambda *_: None)
    wire.cut = "request late"
    with pytest.raises(CommitUnknown):
        cut_off.commit(batch(put("a"), id="one"))

    assert "" == version(shop, "a")
    soon(lambda: version(shop, "a") == "one", seconds=10 * LATE_SECONDS)


def test_a_commit_whose_answer_was_lost_is_stored(
    shop: SqlStorage, cut_off: SqlStorage, wire: WireCutter
) -> None:
    wire.cut = "answer lost"
    with pytest.raises(CommitUnknown):
        cut_off.commit(batch(put("a"), Append("e", "{}"), Add("n", 1), id="one"))

    assert ("one", [1], ["e"]) == (version(shop, "a"), shop.read((count("n"),)), told(shop))


def test_the_storage_goes_on_over_new_connections(
    shop: SqlStorage, cut_off: SqlStorage, wire: WireCutter
) -> None:
    wire.cut = "both lost"
    with pytest.raises(CommitUnknown):
        cut_off.commit(batch(put("a")))
    cut_off.commit(batch(put("a"), id="two"))

    assert "two" == version(shop, "a")


@pytest.mark.parametrize("cut", ["request lost", "request late", "answer lost", "both lost"])
def test_a_command_is_done_once_whatever_is_cut(
    shop: SqlStorage, cut_off: SqlStorage, wire: WireCutter, cut: Cut
) -> None:
    commerce = Commerce(cut_off, RULES, keys=DemoKeys())
    member = commerce.members.register(identifier=Identifier(Namespace.TILL_MEMBER, "M-1")).member
    wire.cut = cut
    commerce.once("gift").points.adjust(member=member, points=Points(5), reason="gift")

    assert 1 == wire.cuts
    assert Points(5) == commerce.points.balance(member=member).points
    assert Commerce(shop, RULES, keys=DemoKeys()).audit().is_balanced


def test_a_server_that_cannot_be_reached_is_waited_for_as_long_as_it_may_idle(
    shop: SqlStorage, engine: Engine, wire: WireCutter, server: Server
) -> None:
    """After that long the server has undone the transaction by itself."""
    hurried = SqlStorage(engine, schema=shop.schema, limits=Limits(idle_ms=500))
    wire.cut = "request lost"
    wire.is_down = True
    began = time.monotonic()
    with pytest.raises(CommitUnknown):
        hurried.commit(batch(put("a")))

    assert 0.5 < time.monotonic() - began < 5
    assert (0, "") == (open_transactions(server), version(shop, "a"))


def test_a_connection_lost_before_the_commit_stores_nothing(
    shop: SqlStorage, cut_off: SqlStorage, server: Server
) -> None:
    """The server ends the writer while it waits for a counter."""
    with shops.engines(server)[0].begin() as holder:
        shop.bound(holder).commit(batch(Add("n", 1)))
        killer = threading.Thread(target=lambda: soon(lambda: end_those_who_wait(server)))
        killer.start()
        with pytest.raises(Unavailable, match="nothing was stored"):
            cut_off.commit(batch(put("a"), Add("n", 1)))
        killer.join()

    assert ("", [1]) == (version(shop, "a"), shop.read((count("n"),)))
    cut_off.commit(batch(put("a")))


@pytest.mark.parametrize("cut", ["request late", "answer lost"])
def test_under_asyncio_it_is_the_same(shop: SqlStorage, wire: WireCutter, cut: Cut) -> None:
    async def host() -> None:
        engine = create_async_engine(wire.url(), connect_args=IN_WORDS)
        storage = AsyncSqlStorage(engine, schema=shop.schema, limits=LIMITS)
        await storage.read(())
        wire.cut = cut
        with pytest.raises(CommitUnknown):
            await storage.commit(batch(put("a"), id="one"))
        await engine.dispose()

    asyncio.run(host())
    time.sleep(LATE_SECONDS * 1.5)
    assert ("one" if cut == "answer lost" else "") == version(shop, "a")
