"""The SQL storage keeps every law of the port: on PostgreSQL, under asyncio, and on SQLite."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import settings

from omnicommerce.testing import StorageConformance, agreement_with_memory
from tests.adapters.sql import shops
from tests.adapters.sql.doors import opened, opened_async


class TestOnPostgres(StorageConformance):
    held_max = 1
    seeds = 2
    kills = 2

    def make(self) -> Any:
        return shops.on_postgres()

    def reopen(self, storage: Any) -> Any:
        return shops.on_postgres(storage.schema)

    def neighbour(self, storage: Any) -> Any:  # noqa: ARG002  # another schema of the same database
        return shops.on_postgres()

    def elsewhere(self, storage: Any) -> Any:
        return partial(opened, shops.SERVERS["18"].url().render_as_string(), storage.schema)


class TestOnPostgresUnderAsyncio(StorageConformance):
    held_max = 1
    seeds = 2

    def make(self) -> Any:
        return shops.async_on_postgres()

    def reopen(self, storage: Any) -> Any:
        return shops.async_on_postgres(storage.schema)

    def neighbour(self, storage: Any) -> Any:  # noqa: ARG002  # likewise
        return shops.async_on_postgres()

    def elsewhere(self, storage: Any) -> Any:
        return partial(opened_async, shops.SERVERS["18"].url().render_as_string(), storage.schema)


class TestOnSqlite(StorageConformance):
    held_max = 1
    seeds = 2

    def make(self) -> Any:
        return shops.on_sqlite()

    def reopen(self, storage: Any) -> Any:
        return shops.on_sqlite(Path(storage.engine.url.database))

    def elsewhere(self, storage: Any) -> Any:
        return partial(opened, storage.engine.url.render_as_string())


TestAgreementOnPostgres = agreement_with_memory(
    shops.on_postgres, lambda storage: shops.on_postgres(storage.schema)
)
TestAgreementOnSqlite = agreement_with_memory(
    shops.on_sqlite, lambda storage: shops.on_sqlite(Path(storage.engine.url.database))
)
for _case in (TestAgreementOnPostgres, TestAgreementOnSqlite):
    _case.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)  # type: ignore[attr-defined]
del _case
