"""What PostgreSQL costs through this library: many at one hot counter, and a sale at a till.

Beside it stand hand-written transactions on psycopg that write the same rows. The one at the counter also
asks the same and makes as many round trips; the one at the till is the script of `benchmarks.ingest`, told
the same sales, and both must end with the same rows. The server is started here, with fsync on.
"""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Final, cast

import psycopg
from psycopg import sql
from sqlalchemy import URL, create_engine, make_url, text

from benchmarks.ingest_both import over
from benchmarks.ingest_by_hand import ByHand
from benchmarks.ingest_feed import A_WEEK, OPENING, RULES, Ids, Told, tills
from benchmarks.rows import Effort, Pair, Row, compared, run, side_by_side
from omnicommerce import DemoKeys, Identifier, Namespace, wire
from omnicommerce.adapters.storage.sql import Limits, SqlStorage, upgrade
from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import Exhausted
from omnicommerce.orders import Sale
from omnicommerce.ports.storage import COUNTERS, Add, Append, Batch, Key, Put
from omnicommerce.testing import FrozenClock
from tests.adapters.sql.server import Server, of_the_wheel

PROCESSES: Final = 8
OURS, PEER = "ours", "peer"
LIMITS: Final = Limits()
BEGIN: Final[Any] = (
    "BEGIN ISOLATION LEVEL READ COMMITTED;"
    f"SET LOCAL lock_timeout={LIMITS.lock_ms};SET LOCAL statement_timeout={LIMITS.statement_ms};"
    f"SET LOCAL idle_in_transaction_session_timeout={LIMITS.idle_ms}"
)


def measure(effort: Effort) -> Iterator[Row]:
    """Every row of this benchmark."""
    with a_server() as server:
        yield at_one_counter(server, effort)
        yield at_a_till(server, effort)


@contextmanager
def a_server() -> Iterator[Server]:
    """A server of our own, which is as careful as one in earnest."""
    server = Server(of_the_wheel(), is_on_disk=True).start(fsync="on", autovacuum_naptime="1min")
    try:
        yield server
    finally:
        server.stop()


def laid_out(server: Server, schema: str) -> None:
    """A new shop."""
    engine = create_engine(server.url())
    upgrade(engine, schema=schema)
    engine.dispose()


# --- one hot counter -----------------------------------------------------------------------------


def at_one_counter(server: Server, effort: Effort) -> Row:
    """Eight processes redeem a campaign with one limit; each writes a record, a place and an entry."""
    number, each, rounds = effort.of(PROCESSES, 2), effort.of(60, 2), effort.of(11)
    # Every call of `side_by_side` and one to warm up: the last redemption is the last one allowed.
    quota = number * each * (rounds + 1)
    for side in (OURS, PEER):
        laid_out(server, side)
    ends = [end for end, _ in (started(server, nth, quota) for nth in range(number))]
    for end in ends:
        end.recv()

    def race(side: str) -> int:
        for end in ends:
            end.send((side, each))
        return sum(end.recv() for end in ends)

    pair = side_by_side(lambda: race(OURS), lambda: race(PEER), rounds=rounds)
    for side in (OURS, PEER):
        assert race(side) == 0, f"{side} went past the quota of {quota}"
        assert quota == total(server, side), f"{side} did not count right"
    for end in ends:
        end.send(None)
    redeemed = number * each
    print(f"{quota} redemptions each, 0 over the quota; {redeemed / pair.ours_s:.0f} a second")
    cost = Pair(pair.ours_s / redeemed, pair.peer_s / redeemed)
    return compared(f"a redemption, {PROCESSES} processes at one counter, by hand", cost, goal=0.7)


def started(server: Server, nth: int, quota: int) -> tuple[Connection, BaseProcess]:
    """One of the processes, and our end of the line to it."""
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    url = server.url().render_as_string()
    process = context.Process(target=redeem, args=(url, nth, quota, theirs), daemon=True)
    process.start()
    return mine, process


def total(server: Server, schema: str) -> int:
    """Where the counter stands."""
    with psycopg.connect(server.told("postgres")) as db:
        row = db.execute(sql.SQL("SELECT total FROM {}.counter").format(sql.Identifier(schema))).fetchone()
    return 0 if row is None else int(row[0])


def redeem(url: str, nth: int, quota: int, end: Connection) -> None:
    """One of the processes: told which way and how many to redeem, it says how many it did."""
    ways: dict[str, OurRedeemer | PeerRedeemer] = {
        OURS: OurRedeemer(url, quota),
        PEER: PeerRedeemer(url, quota),
    }
    numbers = itertools.count()
    end.send("ready")
    while order := end.recv():
        side, wanted = order
        end.send(sum(ways[side].redeem(f"{nth}-{next(numbers)}") for _ in range(wanted)))


class OurRedeemer:
    """Through the library."""

    def __init__(self, url: str, quota: int) -> None:
        self.storage = SqlStorage(create_engine(url), schema=OURS, limits=LIMITS)
        self.quota = quota

    def redeem(self, name: str) -> bool:
        """Look whether the member has used it, and use it; False if nothing is left."""
        usage = Key("usage", name)
        seen, _ = self.storage.read((usage, Key(COUNTERS, "spring")))
        assert seen is None
        put = Put(usage, body_of(name), (("member", name),), ABSENT)
        entry = Append(f"{name}/used", body_of(name))
        add = Add("spring", 1, ceiling=self.quota)
        try:
            self.storage.commit(Batch(Version(name), puts=(put,), adds=(add,), entries=(entry,)))
        except Exhausted:
            return False
        return True


class PeerRedeemer:
    """By hand: the same looks, rows and round trips, and none that is not needed."""

    def __init__(self, url: str, quota: int) -> None:
        parts = make_url(url)
        self.db = psycopg.connect(told(parts), autocommit=True)
        self.db.execute("SET search_path = peer")
        self.quota = quota

    def redeem(self, name: str) -> bool:
        """See `OurRedeemer.redeem`."""
        execute = self.db.execute
        execute(BEGIN)
        seen = execute(
            "SELECT version, body, NULL::bigint FROM record WHERE collection = %s AND id = %s"
            " UNION ALL SELECT NULL, NULL, total FROM counter WHERE name = %s",
            ("usage", name, "spring"),
        ).fetchall()
        execute("COMMIT")
        assert len(seen) <= 1
        execute(BEGIN)
        done = execute(
            "INSERT INTO record (collection, id, version, body, places) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            ("usage", name, name, body_of(name), f"member\x1f{name}"),
        )
        assert done.rowcount == 1
        execute(
            "INSERT INTO place (collection, name, at, id) VALUES (%s, %s, %s, %s)",
            ("usage", "member", name, name),
        )
        execute(
            "INSERT INTO entry (position, id, body) VALUES (nextval('entry_drawn') * 10000, %s, %s)",
            (f"{name}/used", body_of(name)),
        )
        done = execute(
            "INSERT INTO counter (name, total) VALUES (%s, 1) ON CONFLICT (name)"
            " DO UPDATE SET total = counter.total + 1 WHERE counter.total < %s RETURNING total",
            ("spring", self.quota),
        )
        if done.fetchone() is None:
            execute("ROLLBACK")
            return False
        execute("COMMIT")
        return True


def body_of(name: str) -> str:
    """As long as what the library writes."""
    value = f'{{"member":"{name}","uses":1}}'
    return f'{{"at":"2026-01-01T04:00:00.000000Z","v":1,"value":{value},"sum":"00000000"}}'


def told(url: URL) -> str:
    """How psycopg itself is told where the server is."""
    return f"host={url.query['host']} user={url.username} dbname={url.database}"


# --- a sale at a till ----------------------------------------------------------------------------


class Dollars:
    """The script's connection: its statements, as psycopg and PostgreSQL want them."""

    def __init__(self, told: str, schema: str) -> None:
        self.db = psycopg.connect(told, autocommit=True)
        self.db.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(schema)))
        self._said: dict[str, str] = {"BEGIN IMMEDIATE": BEGIN}

    def execute(self, statement: str, values: tuple[object, ...] = ()) -> Any:
        """Say *statement*."""
        said = self._said.get(statement)
        if said is None:
            said = self._said[statement] = _spoken(statement)
        return self.db.execute(cast("Any", said), values or None)


def _spoken(statement: str) -> str:
    if statement.startswith("INSERT INTO entry"):
        return "INSERT INTO entry (position, id, body) VALUES (nextval('entry_drawn') * 10000, %s, %s)"
    return statement.replace("?", "%s")


class Till:
    """A shop on PostgreSQL, and the script beside it."""

    def __init__(self, server: Server, members: int) -> None:
        laid_out(server, "till_ours")
        self.clock, self.ids = FrozenClock(OPENING), Ids()
        self.engine = create_engine(server.url())
        self.shop = over(SqlStorage(self.engine, schema="till_ours"), cast("Any", self))
        self.cards = [f"M-{number}" for number in range(members)]
        for card in self.cards:
            self.shop.members.register(identifier=Identifier(Namespace.TILL_MEMBER, card))
        history = tills(self.cards, OPENING, A_WEEK / members, "t0")
        for told in itertools.islice(history, 12 * members):
            self.tell(told)
        self.shop.tick()

    def part(self, server: Server) -> None:
        """From here on the script has tables of its own, with the same rows."""
        laid_out(server, "till_peer")
        with self.engine.begin() as connection:
            for table in ("record", "place", "counter", "entry"):
                connection.execute(text(f"INSERT INTO till_peer.{table} SELECT * FROM till_ours.{table}"))  # noqa: S608
            connection.execute(text("SELECT setval('till_peer.entry_drawn', 1000000)"))
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        self.ids.start(1)
        peer = object.__new__(ByHand)
        peer.ids, peer.keys, peer.rulebook = Ids(), DemoKeys(), wire.press(RULES).digest
        peer.ids.start(1)
        peer.db = cast("Any", Dollars(server.told("postgres"), "till_peer"))
        self.peer = peer

    def tell(self, told: Told) -> None:
        """Read a document and take the sale in."""
        self.clock.set(told.now)
        self.shop.sales.ingest(sale=wire.load(wire.parse(told.document), Sale))

    def compare(self) -> int:
        """Make sure that both hold the same rows but for their positions; how many that are."""
        counted = 0
        columns = {"record": "*", "place": "*", "counter": "*", "entry": "id, body"}
        with self.engine.begin() as connection:
            for table, wanted in columns.items():
                rows = [
                    sorted(map(tuple, connection.execute(text(f"SELECT {wanted} FROM {side}.{table}"))))  # noqa: S608
                    for side in ("till_ours", "till_peer")
                ]
                assert rows[0] == rows[1], f"{table} differs"
                counted += len(rows[0])
        return counted


def at_a_till(server: Server, effort: Effort) -> Row:
    """A sale told as a till tells it, one a commit, beside the script."""
    till = Till(server, members=effort.of(100, 7))
    till.part(server)
    since, step = till.clock() + timedelta(days=1), A_WEEK / len(till.cards)
    mine, theirs = (tills(till.cards, since, step, "t1") for _ in range(2))
    pair = side_by_side(
        lambda: till.tell(next(mine)),
        lambda: till.peer.tell(next(theirs)),
        rounds=effort.of(21),
        loops=effort.of(20),
    )
    print(f"both write the same: {till.compare()} rows compared")
    till.engine.dispose()
    till.peer.db.db.close()  # type: ignore[attr-defined]  # the script's connection is psycopg's here
    return compared("a sale on PostgreSQL, one a commit, by hand", pair, goal=0.6)


if __name__ == "__main__":
    run(measure, __doc__)
