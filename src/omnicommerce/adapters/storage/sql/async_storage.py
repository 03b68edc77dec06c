"""The same shop for hosts that run on asyncio."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.util import greenlet_spawn

from omnicommerce.adapters.storage.sql.asked import Asked
from omnicommerce.adapters.storage.sql.bound import AsyncBoundStorage
from omnicommerce.adapters.storage.sql.journal import JournalLag
from omnicommerce.adapters.storage.sql.limits import USUAL, Limits
from omnicommerce.adapters.storage.sql.waiting import give_way, waited_for
from omnicommerce.kernel.errors import BadValue
from omnicommerce.ports.storage import Batch, Committed, Entry, Found, Key, Page, Position, Query, Record

T = TypeVar("T")


class AsyncSqlStorage:
    """The methods of `SqlStorage` as coroutines, over an async engine of PostgreSQL.

    The tables are looked at by the first call, which raises what the constructor of `SqlStorage` would.

    Raises:
        BadValue: the engine is no async engine over psycopg 3, or the schema is no name.
    """

    def __init__(self, engine: AsyncEngine, *, schema: str | None = None, limits: Limits = USUAL) -> None:
        given: object = engine
        if not isinstance(given, AsyncEngine) or given.driver != "psycopg":
            raise BadValue("engine", f"expected an async postgresql+psycopg engine, got {engine!r}")
        self._asked = Asked(engine.sync_engine, schema, limits, give_way)
        self._is_checked = False

    @property
    def schema(self) -> str | None:
        """The schema the shop lives in."""
        return self._asked.schema

    def __repr__(self) -> str:
        return f"AsyncSqlStorage({self._asked.where})"

    async def read(self, keys: Sequence[Key]) -> list[Found]:
        """See `Storage.read`."""
        return await self._ask(self._asked.read, keys)

    async def scan(self, query: Query) -> Page:
        """See `Storage.scan`."""
        return await self._ask(self._asked.scan, query)

    async def commit(self, batch: Batch) -> Committed:
        """See `Storage.commit`.

        Raises:
            CommitUnknown: also if the task was cancelled while the commit was on its way.
        """
        return await waited_for(self._ask(self._asked.commit, batch))

    async def journal(self, after: Position, limit: int) -> list[Entry]:
        """See `Storage.journal`."""
        return await self._ask(self._asked.journal, after, limit)

    async def everything(self, after: Key, limit: int) -> list[tuple[Key, Record]]:
        """See `SqlStorage.everything`."""
        return await self._ask(self._asked.everything, after, limit)

    async def journal_lag(self) -> JournalLag:
        """See `SqlStorage.journal_lag`."""
        return await self._ask(self._asked.journal_lag)

    async def scrub(self) -> None:
        """See `SqlStorage.scrub`."""
        await self._ask(self._asked.scrub)

    def bound(self, connection: AsyncConnection) -> AsyncBoundStorage:
        """See `SqlStorage.bound`."""
        return AsyncBoundStorage(connection, self._asked.kind, self._asked.schema)

    async def _ask(self, question: Callable[..., T], *arguments: Any) -> T:
        if not self._is_checked:
            await greenlet_spawn(self._asked.check)
            self._is_checked = True
        return await greenlet_spawn(question, *arguments)
