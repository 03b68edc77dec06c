"""The shop within a transaction of the host's: both are stored, or neither is.

A batch is written inside a savepoint, once. If it is refused, the savepoint is undone and the host decides:
it may go on with its own work, or roll back and run everything again. Nothing is stored before the host
commits, and whether it was is the host's to know. Until then its transaction holds the records and counters
it has written, and the journal ends before its entries: keep it short. The host's own limits hold.

Make a `Commerce` over it for this one transaction and drop both together: what a shop remembers from one
command to the next may be undone by the host.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.util import greenlet_spawn

from omnicommerce.adapters.storage.checked import (
    checked_batch,
    checked_keys,
    checked_limit,
    checked_query,
    place,
)
from omnicommerce.adapters.storage.sql.batch import refuse_long_places, written
from omnicommerce.adapters.storage.sql.errors import as_port_error
from omnicommerce.adapters.storage.sql.journal import ticketed
from omnicommerce.adapters.storage.sql.looks import listed, looked_up, scanned, told
from omnicommerce.adapters.storage.sql.statements import statements
from omnicommerce.adapters.storage.sql.transactions import Hand
from omnicommerce.adapters.storage.sql.waiting import waited_for
from omnicommerce.kernel.errors import BadValue
from omnicommerce.ports.storage import Batch, Committed, Entry, Found, Key, Page, Position, Query, Record

SAVEPOINT: Final = "omnicommerce"
"""The host may use the same name: the innermost savepoint of a name is the one that is meant."""


class BoundStorage:
    """The four methods over a connection on which the host has begun a transaction.

    Raises:
        BadValue: it is no connection to PostgreSQL through psycopg 3, is in no transaction, or its isolation
            is not READ COMMITTED. Said by the first call.
    """

    def __init__(self, connection: Connection, schema: str | None) -> None:
        given: object = connection
        if not isinstance(given, Connection) or given.dialect.driver != "psycopg":
            raise BadValue("connection", f"expected a connection over postgresql+psycopg, got {connection!r}")
        self._connection = connection
        self._say = statements("postgresql", schema)
        self._tickets = ticketed(self._say)
        self._errors = connection.dialect.loaded_dbapi.Error
        self._where = connection.engine.url.render_as_string()
        self._is_checked = False

    def read(self, keys: Sequence[Key]) -> list[Found]:
        """See `Storage.read`; it also sees what the host's transaction has written itself."""
        checked_keys(keys)
        with self._hand() as hand:
            return looked_up(hand, self._say, keys)

    def scan(self, query: Query) -> Page:
        """See `Storage.scan`; likewise."""
        checked_query(query)
        with self._hand() as hand:
            return scanned(hand, self._say, query)

    def commit(self, batch: Batch) -> Committed:
        """Write *batch* into the host's transaction, which stores it when the host commits.

        Raises:
            Conflict: a record is not at the version stated. Nothing of the batch was written.
            Exhausted: a counter would pass its bound. Nothing of the batch was written.
            Unavailable: no answer in time, or the connection is lost. Nothing was written; if it is lost,
                nothing of the host's transaction either.
        """
        checked_batch(batch)
        refuse_long_places(batch)
        with self._hand() as hand:
            hand.cursor.execute(f"SAVEPOINT {SAVEPOINT}")
            try:
                totals = written(hand, self._say, self._tickets.append, batch)
            except BaseException:
                if not self._is_lost():
                    hand.cursor.execute(f"ROLLBACK TO SAVEPOINT {SAVEPOINT}")
                    hand.cursor.execute(f"RELEASE SAVEPOINT {SAVEPOINT}")
                raise
            hand.cursor.execute(f"RELEASE SAVEPOINT {SAVEPOINT}")
        return Committed(totals)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        """See `Storage.journal`; what this transaction has written itself is told once it is committed."""
        checked_limit(limit, "limit")
        place(after, "after")
        with self._hand() as hand:
            return told(hand, self._say, self._tickets, after, limit)

    def everything(self, after: Key, limit: int) -> list[tuple[Key, Record]]:
        """See `SqlStorage.everything`."""
        checked_limit(limit, "limit")
        with self._hand() as hand:
            return listed(hand, self._say, after, limit)

    @contextmanager
    def _hand(self) -> Iterator[Hand]:
        connection = self._connection
        if not connection.in_transaction():
            raise BadValue("connection", "expected a transaction that the host has begun: engine.begin()")
        driver: Any = connection.connection
        try:
            hand = Hand(driver.cursor())
            if not self._is_checked:
                self._check(hand, driver)
            yield hand
        except self._errors as error:
            raise as_port_error(error, self._where) from error

    def _check(self, hand: Hand, driver: Any) -> None:
        ((isolation,),) = hand.rows("SELECT current_setting('transaction_isolation')")
        if isolation != "read committed" or driver.dbapi_connection.autocommit:
            found = "autocommit" if driver.dbapi_connection.autocommit else isolation
            raise BadValue("connection", f"expected a transaction of isolation READ COMMITTED, got {found}")
        self._is_checked = True

    def _is_lost(self) -> bool:
        driver: Any = self._connection.connection.dbapi_connection
        return driver is None or driver.closed or driver.broken


class AsyncBoundStorage:
    """The same as coroutines, over an async connection."""

    def __init__(self, connection: AsyncConnection, schema: str | None) -> None:
        given: object = connection
        if not isinstance(given, AsyncConnection):
            raise BadValue("connection", f"expected an async connection of SQLAlchemy, got {connection!r}")
        self._bound = BoundStorage(connection.sync_connection, schema)  # type: ignore[arg-type]  # it looks

    async def read(self, keys: Sequence[Key]) -> list[Found]:
        """See `BoundStorage.read`."""
        return await greenlet_spawn(self._bound.read, keys)

    async def scan(self, query: Query) -> Page:
        """See `BoundStorage.scan`."""
        return await greenlet_spawn(self._bound.scan, query)

    async def commit(self, batch: Batch) -> Committed:
        """See `BoundStorage.commit`.

        Raises:
            CommitUnknown: the task was cancelled; the batch may be part of the host's transaction.
        """
        return await waited_for(greenlet_spawn(self._bound.commit, batch))

    async def journal(self, after: Position, limit: int) -> list[Entry]:
        """See `BoundStorage.journal`."""
        return await greenlet_spawn(self._bound.journal, after, limit)

    async def everything(self, after: Key, limit: int) -> list[tuple[Key, Record]]:
        """See `SqlStorage.everything`."""
        return await greenlet_spawn(self._bound.everything, after, limit)
