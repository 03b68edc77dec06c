"""The host's transaction: what it must be before the shop writes into it, and when it is no more.

What is found is remembered with the connection for as long as this transaction lasts: a host may bind a shop
to it several times, also within a savepoint.
"""

from __future__ import annotations

import weakref
from typing import Any, Final

from sqlalchemy import Connection, Transaction

from omnicommerce.adapters.storage.sql.transactions import Hand
from omnicommerce.kernel.errors import BadValue

WANTED: Final = {"postgresql": "postgresql+psycopg", "sqlite": "sqlite+pysqlite"}
"""How a connection to each kind of database must be spoken to, in SQLAlchemy's words."""

JOINED: Final = "omnicommerce.joined"
"""Under this name a connection knows in which of its transactions a shop takes part."""

BEGINS_LATE: Final = -1
"""The value of sqlite3.LEGACY_TRANSACTION_CONTROL, a name that Python 3.11 does not have."""


def checked_connection(connection: object, kind: str) -> Connection:
    """*connection*, if it leads to a database of this *kind*.

    Raises:
        BadValue: it does not, or it is none.
    """
    if isinstance(connection, Connection):
        spoken = f"{connection.dialect.name}+{connection.dialect.driver}"
        if spoken == WANTED[kind]:
            return connection
    raise BadValue("connection", f"expected a connection over {WANTED[kind]}, got {connection!r}")


def join(connection: Connection, hand: Hand) -> None:
    """Make sure that what is written now is stored with what the host writes, or not at all.

    Raises:
        BadValue: that is not so: see `SqlStorage.bound`.
    """
    if _has_joined(connection):
        return
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "postgresql":
        _check_on_postgres(hand, driver)
    else:
        _begin_on_sqlite(connection, hand, driver)
    transaction = connection.get_transaction()
    assert transaction is not None, "whoever joins has seen that there is one"
    connection.info[JOINED] = weakref.ref(transaction)


def is_over(connection: Connection) -> bool:
    """Whether the database has ended the host's transaction: then no savepoint is left to go back to."""
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "postgresql":
        return bool(driver.closed or driver.broken)
    # SQLite may end it by itself when a disk is full or fails; who has not joined yet may still begin.
    return _has_joined(connection) and not driver.in_transaction


def _has_joined(connection: Connection) -> bool:
    joined: weakref.ref[Transaction] | None = connection.info.get(JOINED)
    return joined is not None and joined() is not None and joined() is connection.get_transaction()


def _check_on_postgres(hand: Hand, driver: Any) -> None:
    ((isolation,),) = hand.rows("SELECT current_setting('transaction_isolation')")
    if isolation != "read committed" or driver.autocommit:
        found = "autocommit" if driver.autocommit else isolation
        raise BadValue("connection", f"expected a transaction of isolation READ COMMITTED, got {found}")


def _begin_on_sqlite(connection: Connection, hand: Hand, driver: Any) -> None:
    """Left to itself, sqlite3 begins before the first change; but a savepoint is none, and would be all.

    Whoever looks first and writes later is to be a writer from the start: SQLite refuses at once to turn a
    reader into one, if somebody else has written meanwhile.
    """
    # From Python 3.12 on a driver may be told instead to begin always, or never.
    begins_late = getattr(driver, "autocommit", BEGINS_LATE) == BEGINS_LATE
    is_left_to_itself = begins_late and driver.isolation_level is not None
    if is_left_to_itself and connection.in_nested_transaction():
        raise BadValue(
            "connection",
            "expected a transaction that begins before its savepoint: let your engine say BEGIN, "
            "as SQLAlchemy's page about sqlite3 shows",
        )
    if not is_left_to_itself and not driver.in_transaction:
        raise BadValue("connection", "expected a transaction, got autocommit")
    # What is deleted is overwritten with zeros.
    hand.cursor.execute("PRAGMA secure_delete=ON")
    if not driver.in_transaction:
        hand.cursor.execute("BEGIN IMMEDIATE")
