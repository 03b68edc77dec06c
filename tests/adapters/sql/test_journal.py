"""The journal on PostgreSQL: never late, in the order in which records were written, and held back by few."""

from __future__ import annotations

import threading

import attrs
import pytest
from sqlalchemy import Engine, text

from omnicommerce.adapters.storage.sql import SqlStorage
from omnicommerce.ports.storage import START, Append, Trim
from tests.adapters.sql import shops
from tests.adapters.sql.server import Server
from tests.adapters.sql.watching import waiting
from tests.adapters.sql.words import batch, put, soon, told


@pytest.fixture
def shop() -> SqlStorage:
    return shops.on_postgres()


@pytest.fixture
def engine(server: Server) -> Engine:
    return shops.engines(server)[1]


def naively(engine: Engine, shop: SqlStorage) -> list[str]:
    """What a reader finds who just reads on behind the last position he has seen."""
    with engine.begin() as connection:
        return list(connection.scalars(text(f"SELECT id FROM {shop.schema}.entry ORDER BY position")))  # noqa: S608


# --- never late ----------------------------------------------------------------------------------


def test_what_is_committed_first_waits_for_what_was_drawn_first(shop: SqlStorage, engine: Engine) -> None:
    with engine.begin() as connection:
        shop.bound(connection).commit(batch(Append("slow", "{}")))
        shop.commit(batch(Append("fast", "{}")))
        seen = told(shop)

    assert [] == seen
    assert ["slow", "fast"] == told(shop)


def test_a_reader_who_does_not_wait_is_too_early(shop: SqlStorage, engine: Engine) -> None:
    """The negative control: behind "fast" he would never look for "slow", which stands before it."""
    with engine.begin() as connection:
        shop.bound(connection).commit(batch(Append("slow", "{}")))
        shop.commit(batch(Append("fast", "{}")))
        seen = naively(engine, shop)

    assert ["fast"] == seen
    assert ["slow", "fast"] == naively(engine, shop)


def test_what_was_there_before_the_slow_one_is_told(shop: SqlStorage, engine: Engine) -> None:
    shop.commit(batch(Append("before", "{}")))
    with engine.begin() as connection:
        shop.bound(connection).commit(batch(Append("slow", "{}")))
        shop.commit(batch(Append("after", "{}")))

        assert ["before"] == told(shop)


def test_a_writer_who_gave_up_holds_nothing_back(shop: SqlStorage, engine: Engine) -> None:
    with engine.connect() as connection:
        with connection.begin() as transaction:
            shop.bound(connection).commit(batch(Append("never", "{}")))
            shop.commit(batch(Append("after", "{}")))
            transaction.rollback()

        assert ["after"] == told(shop)


def test_within_its_own_transaction_a_writer_does_not_read_what_may_yet_be_undone(
    shop: SqlStorage, engine: Engine
) -> None:
    with engine.begin() as connection:
        bound = shop.bound(connection)
        bound.commit(batch(Append("mine", "{}")))

        assert [] == bound.journal(START, 10)


def test_no_reader_misses_an_entry_while_many_write(shop: SqlStorage, engine: Engine) -> None:
    """Writers of all speeds, some of whom give up; a reader reads on behind the last he has seen."""
    seen: list[str] = []
    is_over = threading.Event()

    def write(who: int) -> None:
        for n in range(12):
            with engine.connect() as connection, connection.begin() as transaction:
                shop.bound(connection).commit(batch(Append(f"{who}-{n}", "{}"), Append(f"{who}-{n}+", "{}")))
                is_over.wait(0.001 * ((who * 7 + n * 3) % 5))
                if (who + n) % 4 == 0:
                    transaction.rollback()

    def read() -> None:
        mark = START
        while True:
            is_last = is_over.is_set()
            while entries := shop.journal(mark, 7):
                seen.extend(entry.id for entry in entries)
                mark = entries[-1].position
            if is_last:
                return

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(who,)) for who in range(4)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    is_over.set()
    reader.join()

    assert told(shop) == seen
    assert 2 * 4 * 12 * 3 // 4 == len(seen)


# --- in the order in which records were written --------------------------------------------------


def crossed(shop: SqlStorage, engine: Engine) -> list[tuple[int, str]]:
    """The first to begin builds on the second: A by one; B by the other; B again by the one.

    Answers what each has written, with the id of its transaction.
    """
    shop.commit(batch(put("a"), put("b"), id="zero"))
    with engine.begin() as connection:
        one = shop.bound(connection)
        one.commit(batch(put("a", "zero"), Append("a: zero to one", "{}"), id="one"))
        mine = connection.scalar(text("SELECT pg_current_xact_id()::text::bigint"))
        shop.commit(batch(put("b", "zero"), Append("b: zero to two", "{}"), id="two"))
        theirs = connection.scalar(text(f"SELECT max(xmin::text::bigint) FROM {shop.schema}.record"))  # noqa: S608
        one.commit(batch(put("b", "two"), Append("b: two to three", "{}"), id="three"))
    return [(mine, "a: zero to one"), (theirs, "b: zero to two"), (mine, "b: two to three")]


def test_the_entries_of_a_record_chain_whoever_began_first(shop: SqlStorage, engine: Engine) -> None:
    crossed(shop, engine)

    assert ["a: zero to one", "b: zero to two", "b: two to three"] == told(shop)


def test_the_order_of_transaction_ids_breaks_the_chain(shop: SqlStorage, engine: Engine) -> None:
    """The negative control: "two to three" would be told before "zero to two"."""
    by_id = [entry for _, entry in sorted(crossed(shop, engine), key=lambda each: each[0])]

    assert ["a: zero to one", "b: two to three", "b: zero to two"] == by_id


def test_a_writer_who_waited_for_a_record_draws_after_the_one_before_him(
    shop: SqlStorage, server: Server, engine: Engine
) -> None:
    """Both know which version comes next; the second begins, and waits, before the first has drawn."""
    shop.commit(batch(put("a"), put("b"), id="zero"))
    second = threading.Thread(
        target=lambda: shop.commit(
            batch(put("a", "zero"), put("b", "one"), Append("b: one to two", "{}"), id="two")
        )
    )
    with engine.begin() as connection:
        one = shop.bound(connection)
        one.commit(batch(put("b", "zero"), id="one"))
        second.start()
        soon(lambda: waiting(server))
        one.commit(batch(Append("b: zero to one", "{}")))
    second.join()

    assert ["b: zero to one", "b: one to two"] == told(shop)


# --- what holds it back, and what does not -------------------------------------------------------


def test_the_lag_is_told_with_its_cause(shop: SqlStorage, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL application_name = 'month end'"))
        shop.bound(connection).commit(batch(Append("slow", "{}")))
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
        shop.commit(batch(Append("a", "{}"), Append("b", "{}")))
        lag = shop.journal_lag()

    assert 2 == lag.entries
    assert [(pid, "idle in transaction", "month end")] == [
        (each.pid, each.state, each.application) for each in lag.holders
    ]
    assert 0 < lag.seconds < 60
    assert (0, 0.0, ()) == (
        shop.journal_lag().entries,
        shop.journal_lag().seconds,
        shop.journal_lag().holders,
    )


def test_a_prepared_transaction_holds_back_until_it_is_committed(shop: SqlStorage, engine: Engine) -> None:
    with engine.connect() as connection:
        connection.begin()
        shop.bound(connection).commit(batch(Append("prepared", "{}")))
        connection.exec_driver_sql("PREPARE TRANSACTION 'month end'")
        connection.invalidate()
        connection.close()
    shop.commit(batch(Append("after", "{}")))
    held = told(shop), shop.journal_lag().holders
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("COMMIT PREPARED 'month end'")

    assert [] == held[0]
    assert [(0, "prepared")] == [(each.pid, each.state) for each in held[1]]
    assert ["prepared", "after"] == told(shop)


def test_a_long_transaction_elsewhere_holds_nothing_back(
    shop: SqlStorage, engine: Engine, server: Server
) -> None:
    """Another shop's writer, the host's own, and one in another database of the server, all of them older."""
    other = shops.on_postgres()
    elsewhere = server.engine("template1")
    try:
        with engine.begin() as mine, engine.begin() as report, elsewhere.begin() as far:
            other.bound(mine).commit(batch(Append("theirs", "{}")))
            for connection in (report, far):
                connection.execute(text("SELECT pg_current_xact_id()"))
            shop.commit(batch(Append("ours", "{}")))
            seen = told(shop), told(other), shop.journal_lag().entries
    finally:
        elsewhere.dispose()

    assert (["ours"], [], 0) == seen


def test_the_oldest_running_transaction_would_hold_it_back(shop: SqlStorage, engine: Engine) -> None:
    """The negative control of the above: what is usually asked stands still while anybody writes anywhere."""
    with engine.begin() as report:
        report.execute(text("SELECT pg_current_xact_id()"))
        shop.commit(batch(Append("ours", "{}")))
        with engine.begin() as connection:
            below = connection.scalar(
                text(
                    f"SELECT count(*) FROM {shop.schema}.entry"  # noqa: S608
                    " WHERE xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
                )
            )

        assert (0, ["ours"]) == (below, told(shop))


def test_positions_go_on_after_the_number_of_locks_has_come_round(shop: SqlStorage, engine: Engine) -> None:
    """A lock's name has 32 bits: the shop lives through its four billionth batch."""
    for last in (2**31 - 2, 2**32 - 2, 2**33 + 2**31 - 2):
        with engine.begin() as connection:
            connection.execute(text(f"SELECT setval('{shop.schema}.entry_drawn', {last})"))
        for n in range(4):
            with engine.begin() as connection:
                shop.bound(connection).commit(batch(Append(f"slow-{n}", "{}")))
                shop.commit(batch(Append(f"fast-{n}", "{}")))
                seen = told(shop)

                assert f"slow-{n}" not in seen
                assert f"fast-{n}" not in seen
        written = [f"{each}-{n}" for n in range(4) for each in ("slow", "fast")]
        assert written == told(shop)[-8:]
        end = shop.journal(START, 1_000)[-1].position
        shop.commit(attrs.evolve(batch(), trim=Trim(end)))
