"""The shop within a transaction of the host's: both are stored, or neither is.

A batch is written inside a savepoint, once. If it is refused, the savepoint is undone and the host decides:
it rolls back and runs everything again, or goes on with its own work. Nothing is stored before the host
commits, and whether it was is the host's to know. Until then its transaction holds the records and counters
it has written, and the journal ends before its entries: keep it short. The host's own limits hold.

A `Commerce` over it tries nothing again by itself: what it collided with is still there, or it is one of the
rivals who wait for each other. Make it for this one transaction, and drop both together.
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
from omnicommerce.adapters.storage.sql.joining import checked_connection, is_over, join
from omnicommerce.adapters.storage.sql.journal import APPEND_IN_TURN, ticketed
from omnicommerce.adapters.storage.sql.looks import listed, looked_up, scanned, told
from omnicommerce.adapters.storage.sql.statements import statements
from omnicommerce.adapters.storage.sql.transactions import Hand
from omnicommerce.adapters.storage.sql.waiting import waited_for
from omnicommerce.kernel.errors import BadValue, Unavailable
from omnicommerce.ports.storage import Batch, Committed, Entry, Found, Key, Page, Position, Query, Record

SAVEPOINT: Final = "omnicommerce"
"""The host may use the same name: the innermost savepoint of a name is the one that is meant."""


class BoundStorage:
    """The four methods over a connection on which the host has begun a transaction.

    Raises:
        BadValue: it is no connection to the kind of database the shop lies in; or, said by the first call, it
            is in no transaction, or in one that cannot be joined: see `SqlStorage.bound`.
    """

    def __init__(self, connection: Connection, kind: str, schema: str | None) -> None:
        self._connection = checked_connection(connection, kind)
        self._say = statements(kind, schema)
        self._tickets = ticketed(self._say) if kind == "postgresql" else None
        self._append = APPEND_IN_TURN if self._tickets is None else self._tickets.append
        self._errors = connection.dialect.loaded_dbapi.Error
        self._where = connection.engine.url.render_as_string()

    @property
    def bound_to(self) -> Connection:
        """The host's connection; by this a `Commerce` knows that to run again is up to the host."""
        return self._connection

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
            Conflict: a record is not at the version stated, or two transactions waited for each other.
                Nothing of the batch was written.
            Exhausted: a counter would pass its bound. Nothing of the batch was written.
            Unavailable: no answer in time, or the connection is lost. Nothing was written; if it is lost,
                nothing of the host's transaction either.
        """
        checked_batch(batch)
        refuse_long_places(batch)
        with self._hand() as hand:
            hand.cursor.execute(f"SAVEPOINT {SAVEPOINT}")
            try:
                totals = written(hand, self._say, self._append, batch)
            except BaseException:
                if not is_over(self._connection):
                    hand.cursor.execute(f"ROLLBACK TO SAVEPOINT {SAVEPOINT}")
                    hand.cursor.execute(f"RELEASE SAVEPOINT {SAVEPOINT}")
                raise
            hand.cursor.execute(f"RELEASE SAVEPOINT {SAVEPOINT}")
        return Committed(totals)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        """See `Storage.journal`; on PostgreSQL, what this transaction has written only after the commit.

        SQLite tells it at once, and uses its positions again if the host rolls back.
        """
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
        if not connection.invalidated and not connection.in_transaction():
            raise BadValue("connection", "expected a transaction that the host has begun: engine.begin()")
        if connection.invalidated or self._is_lost():
            raise Unavailable(f"{self._where}: the host's transaction was lost; nothing of it was stored")
        driver: Any = connection.connection
        try:
            hand = Hand(driver.cursor())
            join(connection, hand)
            yield hand
        except BaseException as error:
            self._is_lost()
            if isinstance(error, self._errors):
                raise as_port_error(error, self._where) from error
            raise

    def _is_lost(self) -> bool:
        """Whether the database has undone all of the host's transaction, which then takes nothing more."""
        is_lost = is_over(self._connection)
        if is_lost:
            # What the host writes next would be stored without what it has written before.
            self._connection.invalidate()
        return is_lost


class AsyncBoundStorage:
    """The same as coroutines, over an async connection."""

    def __init__(self, connection: AsyncConnection, kind: str, schema: str | None) -> None:
        given: object = connection
        if not isinstance(given, AsyncConnection):
            raise BadValue("connection", f"expected an async connection of SQLAlchemy, got {connection!r}")
        self._connection = connection
        self._bound = BoundStorage(connection.sync_connection, kind, schema)  # type: ignore[arg-type]  # it looks

    @property
    def bound_to(self) -> AsyncConnection:
        """See `BoundStorage.bound_to`."""
        return self._connection

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
