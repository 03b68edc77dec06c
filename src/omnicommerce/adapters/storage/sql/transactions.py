"""Transactions over the host's pool: begun, limited and ended by this library, whatever the host's defaults.

The driver's own way of beginning is switched off for the time of a call, so that BEGIN and the limits are
one message, and switched on again before the connection goes back to the pool. Under asyncio the very same
code runs in a greenlet: the cursor then waits by giving way.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import attrs
from sqlalchemy import Engine, exc

from omnicommerce.adapters.storage.sql.errors import as_port_error
from omnicommerce.adapters.storage.sql.fate import settled
from omnicommerce.adapters.storage.sql.limits import Limits
from omnicommerce.kernel.errors import BadValue, CommitUnknown

DRIVERS: Final = {"psycopg": "postgresql", "pysqlite": "sqlite"}
"""The drivers this library speaks through, and the databases behind them."""

Pause = Callable[[float], object]


@attrs.frozen(eq=False)
class Hand:
    """One open transaction: what it is asked, it says to the database at once."""

    cursor: Any

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        """What the statement answers."""
        self.cursor.execute(statement, values)
        return list(self.cursor.fetchall())

    def changed(self, statement: str, values: Sequence[object]) -> int:
        """How many rows the statement changed."""
        self.cursor.execute(statement, values)
        return int(self.cursor.rowcount)

    def changed_each(self, statement: str, many: Sequence[Sequence[object]]) -> int:
        """How many rows the statement changed, said once with each of these values, in their order."""
        if len(many) == 1:
            return self.changed(statement, many[0])
        self.cursor.executemany(statement, many)
        return int(self.cursor.rowcount)


class Transactions:
    """The transactions of one shop over one engine.

    Raises:
        BadValue: the engine speaks through another driver, or to no file.
    """

    def __init__(self, engine: Engine, limits: Limits, pause: Pause = time.sleep) -> None:
        driver = engine.dialect.driver.removesuffix("_async")
        if driver not in DRIVERS:
            raise BadValue(
                "engine", f"expected postgresql+psycopg or sqlite, got {engine.name}+{engine.driver}"
            )
        if engine.name == "sqlite" and engine.url.database in (None, "", ":memory:"):
            raise BadValue("engine", "expected a file: for a shop in memory use MemoryStorage")
        self.kind: Final = DRIVERS[driver]
        self.where: Final = _where(engine)
        self.limits: Final = limits
        self._engine = engine
        self._pause = pause
        self._errors: tuple[type[Exception], ...] = (
            engine.dialect.loaded_dbapi.Error,
            exc.SQLAlchemyError,
        )
        self._process = os.getpid()
        # How the driver is told that this library begins its transactions itself.
        self._switch: str = "autocommit" if self.kind == "postgresql" else "isolation_level"
        self._ours: bool | None = True if self.kind == "postgresql" else None
        told = (
            f"SET LOCAL lock_timeout={limits.lock_ms};SET LOCAL statement_timeout={limits.statement_ms};"
            f"SET LOCAL idle_in_transaction_session_timeout={limits.idle_ms}"
        )
        isolation = "ISOLATION LEVEL READ COMMITTED"
        self._begin_to_look: tuple[str, ...] = (f"BEGIN {isolation} READ ONLY;{told}",)
        self._begin_to_write: tuple[str, ...] = (f"BEGIN {isolation} READ WRITE;{told}",)
        if self.kind == "sqlite":
            # What is deleted is overwritten with zeros; SQLite begins deferred, and then fails at once
            # when it turns into a writer under a rival.
            first = (f"PRAGMA busy_timeout={limits.lock_ms}", "PRAGMA secure_delete=ON")
            self._begin_to_look = (*first, "BEGIN")
            self._begin_to_write = (*first, "BEGIN IMMEDIATE")

    @contextmanager
    def looking(self) -> Iterator[Hand]:
        """A transaction that only looks; on PostgreSQL each of its statements sees what is committed by then.

        Raises:
            Unavailable: no answer in time.
            PortFault: the tables are not there, or the database refused for a reason nobody foresaw.
        """
        with self._connection() as connection:
            hand = self._begun(connection, self._begin_to_look)
            yield hand
            hand.cursor.execute("COMMIT")

    @contextmanager
    def writing(self) -> Iterator[Hand]:
        """A transaction that is committed at the end, and undone if anything is raised within.

        Raises:
            Conflict: two transactions waited for each other, or could not both be right. Nothing is stored.
            Unavailable: no answer in time. Nothing is stored.
            CommitUnknown: the connection was lost during the commit; it can no longer become stored.
            PortFault: likewise as for `looking`. Nothing is stored.
        """
        with self._connection() as connection:
            began = time.monotonic()
            pid = self._pid(connection)
            hand = self._begun(connection, self._begin_to_write)
            yield hand
            try:
                hand.cursor.execute("COMMIT")
            except BaseException as error:
                if self._is_undone(connection, error):
                    raise
                connection.invalidate()
                settled(self._fresh_connection, pid, began, self.limits, self._pause, self._errors)
                raise CommitUnknown(f"{self.where}: {error}; it may be stored") from error

    @contextmanager
    def alone(self) -> Iterator[Hand]:
        """A connection without a transaction, for what cannot run in one; the limits do not hold for it."""
        with self._connection() as connection:
            yield Hand(connection.cursor())

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        try:
            connection: Any = self._taken()
            driver = connection.dbapi_connection
            before = getattr(driver, self._switch)
            try:
                if before is not self._ours:
                    setattr(driver, self._switch, self._ours)
                yield connection
            except BaseException:
                self._let_go(connection, before)
                raise
        except self._errors as error:
            raise as_port_error(error, self.where) from error
        self._give_back(connection, before)

    def _give_back(self, connection: Any, before: object) -> None:
        """Give back a connection that has done its work; what goes wrong with it now is no error of that."""
        try:
            if before is not self._ours:
                setattr(connection.dbapi_connection, self._switch, before)
            connection.close()
        except self._errors:
            connection.invalidate()

    def _begun(self, connection: Any, statements: tuple[str, ...]) -> Hand:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        return Hand(cursor)

    def _taken(self) -> Any:
        if self._process != os.getpid():
            # Connections of a parent process must not be spoken into, and not be closed either.
            self._engine.dispose(close=False)
            self._process = os.getpid()
        return self._engine.raw_connection()

    def _fresh_connection(self) -> Any:
        self._engine.dispose()
        return self._engine.raw_connection()

    def _pid(self, connection: Any) -> int:
        """The server's process behind a connection; asked once, since a lost connection no longer knows."""
        if self.kind == "sqlite":
            return 0
        known: int | None = connection.info.get("omnicommerce.pid")
        if known is None:
            known = connection.info["omnicommerce.pid"] = int(connection.dbapi_connection.info.backend_pid)
        return known

    def _is_undone(self, connection: Any, error: BaseException) -> bool:
        """Whether the server is there and said no to the COMMIT: then nothing is stored."""
        driver: Any = connection.dbapi_connection
        if self.kind == "sqlite":
            return bool(driver.in_transaction)
        return isinstance(error, self._errors) and not driver.closed and not driver.broken

    def _let_go(self, connection: Any, before: object) -> None:
        """Undo what was begun; a connection that is lost, or will not listen, is not used again."""
        if not connection.is_valid:
            return
        driver = connection.dbapi_connection
        is_lost = self.kind == "postgresql" and (driver.closed or driver.broken)
        if not is_lost:
            # Also after a cancellation: the server is to forget the transaction now, and not when it
            # notices that nobody is there.
            with suppress(*self._errors):
                if self.kind == "postgresql" or driver.in_transaction:
                    connection.cursor().execute("ROLLBACK")
                setattr(driver, self._switch, before)
                connection.close()
                return
        connection.invalidate()
        if is_lost:
            # Whatever cut this connection has probably cut all that lie in the pool.
            self._engine.dispose()


def _where(engine: Engine) -> str:
    """What to call the database in an error: never with a password."""
    return engine.url.database or engine.name if engine.name == "sqlite" else engine.url.render_as_string()
