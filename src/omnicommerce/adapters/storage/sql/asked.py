"""The calls of the port over one engine: checked, each in a transaction of its own.

Both storages ask here. Under asyncio all of it runs in a greenlet, and waits by giving way.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Engine

from omnicommerce.adapters.storage.checked import (
    checked_batch,
    checked_keys,
    checked_limit,
    checked_query,
    place,
)
from omnicommerce.adapters.storage.sql.batch import refuse_long_places, written
from omnicommerce.adapters.storage.sql.journal import APPEND_IN_TURN, JournalLag, ticketed
from omnicommerce.adapters.storage.sql.limits import Limits
from omnicommerce.adapters.storage.sql.looks import lagging, listed, looked_up, scanned, told
from omnicommerce.adapters.storage.sql.schema import checked_layout
from omnicommerce.adapters.storage.sql.scrubbing import scrubbed
from omnicommerce.adapters.storage.sql.statements import statements
from omnicommerce.adapters.storage.sql.tables import checked_schema
from omnicommerce.adapters.storage.sql.transactions import Pause, Transactions
from omnicommerce.ports.storage import Batch, Committed, Entry, Found, Key, Page, Position, Query, Record


class Asked:
    """What both storages do, blocking and under asyncio: the calls of the port over one engine."""

    def __init__(self, engine: Engine, schema: str | None, limits: Limits, pause: Pause = time.sleep) -> None:
        self.schema: Final = checked_schema(schema)
        self._transactions = Transactions(engine, limits, pause)
        self._pause = pause
        self.kind: Final = self._transactions.kind
        self._say = statements(self.kind, self.schema)
        self._tickets = ticketed(self._say) if self.kind == "postgresql" else None
        self._append = APPEND_IN_TURN if self._tickets is None else self._tickets.append
        self.where: Final = self._transactions.where

    def check(self) -> None:
        """Make sure that the tables are there and that this library knows them."""
        with self._transactions.looking() as hand:
            checked_layout(hand, self._say, self.where)

    def read(self, keys: Sequence[Key]) -> list[Found]:
        """See `Storage.read`."""
        checked_keys(keys)
        if not keys:
            return []
        with self._transactions.looking() as hand:
            return looked_up(hand, self._say, keys)

    def scan(self, query: Query) -> Page:
        """See `Storage.scan`."""
        checked_query(query)
        with self._transactions.looking() as hand:
            return scanned(hand, self._say, query)

    def commit(self, batch: Batch) -> Committed:
        """See `Storage.commit`."""
        checked_batch(batch)
        refuse_long_places(batch)
        with self._transactions.writing() as hand:
            totals = written(hand, self._say, self._append, batch)
        return Committed(totals)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        """See `Storage.journal`."""
        checked_limit(limit, "limit")
        place(after, "after")
        with self._transactions.looking() as hand:
            return told(hand, self._say, self._tickets, after, limit)

    def everything(self, after: Key, limit: int) -> list[tuple[Key, Record]]:
        """Every record behind *after*."""
        checked_limit(limit, "limit")
        with self._transactions.looking() as hand:
            return listed(hand, self._say, after, limit)

    def journal_lag(self) -> JournalLag:
        """How far the journal lies behind."""
        with self._transactions.looking() as hand:
            return lagging(hand, self._tickets)

    def scrub(self) -> None:
        """Leave no deleted text."""
        scrubbed(self._transactions, self._say, self._pause)
