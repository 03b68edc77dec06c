"""The shop's records in PostgreSQL, or in SQLite through the very same statements; for hosts that wait."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncEngine

from omnicommerce.adapters.storage.sql.asked import Asked
from omnicommerce.adapters.storage.sql.bound import BoundStorage
from omnicommerce.adapters.storage.sql.journal import JournalLag
from omnicommerce.adapters.storage.sql.limits import USUAL, Limits
from omnicommerce.kernel.errors import BadValue
from omnicommerce.ports.storage import Batch, Committed, Entry, Found, Key, Page, Position, Query, Record


class SqlStorage:
    """Keeps the shop's records in the database behind *engine*, in *schema* if one is named.

    The engine stays the host's: this storage takes connections from its pool, one for each call, and gives
    them back as they were. Lay the tables out with `upgrade(engine)` first. Threads may share a storage; a
    forked process may use it, too, and gets connections of its own.

    Raises:
        BadValue: the engine speaks through another driver than psycopg 3 or sqlite3, or the schema is none.
        PortFault: the tables are not there, are newer than this library, or the server cannot keep the
            promises of the port.
        Unavailable: the server did not answer in time.
    """

    def __init__(self, engine: Engine, *, schema: str | None = None, limits: Limits = USUAL) -> None:
        given: object = engine
        if not isinstance(given, Engine):
            right = "AsyncSqlStorage" if isinstance(given, AsyncEngine) else "sqlalchemy.create_engine"
            raise BadValue("engine", f"expected an engine of SQLAlchemy, got {engine!r}: see {right}")
        self._asked = Asked(engine, schema, limits)
        self._asked.check()

    @property
    def schema(self) -> str | None:
        """The schema the shop lives in."""
        return self._asked.schema

    def __repr__(self) -> str:
        return f"SqlStorage({self._asked.where})"

    def read(self, keys: Sequence[Key]) -> list[Found]:
        """See `Storage.read`."""
        return self._asked.read(keys)

    def scan(self, query: Query) -> Page:
        """See `Storage.scan`."""
        return self._asked.scan(query)

    def commit(self, batch: Batch) -> Committed:
        """See `Storage.commit`."""
        return self._asked.commit(batch)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        """See `Storage.journal`."""
        return self._asked.journal(after, limit)

    def everything(self, after: Key, limit: int) -> list[tuple[Key, Record]]:
        """Not part of the port: every record of any kind behind *after*, for whoever checks them all."""
        return self._asked.everything(after, limit)

    def journal_lag(self) -> JournalLag:
        """How far the journal lies behind what is committed, and whose transaction holds it back."""
        return self._asked.journal_lag()

    def scrub(self) -> None:
        """Leave no deleted text in any file of the shop's tables; see `scrubbing` for what that proves.

        Raises:
            Unavailable: somebody still looks at an older state, or works on a table; try again later.
        """
        self._asked.scrub()

    def bound(self, connection: Connection) -> BoundStorage:
        """This shop within the transaction that the host has begun on *connection*.

        A `Commerce` over it tries once: `Conflict` goes to the host, who rolls back and runs all of its
        transaction again. No process can run within it: no `tick`, no `audit`.

        Raises:
            BadValue: said at once or by the first call: the connection is not to the kind of database that
                the shop lies in, is in no transaction or in autocommit; on PostgreSQL, its isolation is not
                READ COMMITTED; on SQLite, it is in a savepoint before which nobody said BEGIN.
        """
        return BoundStorage(connection, self._asked.kind, self._asked.schema)
