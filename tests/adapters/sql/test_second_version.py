"""Debian's PostgreSQL 15, where it is installed, in a database that sorts texts by a language."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from hypothesis import settings

from omnicommerce.ports.storage import Query
from omnicommerce.testing import StorageConformance, agreement_with_memory
from tests.adapters.sql import shops
from tests.adapters.sql.doors import opened
from tests.adapters.sql.server import of_debian
from tests.adapters.sql.words import batch, put

if of_debian() is not None:

    def test_texts_sort_by_their_bytes_and_not_as_the_database_would() -> None:
        """The negative control is the database's own order."""
        server = shops.debian()
        with shops.engines(server)[0].connect() as connection:
            own = connection.exec_driver_sql("SELECT t FROM (VALUES ('a'), ('B'), ('b')) v (t) ORDER BY t")
            assert ["a", "b", "B"] == list(own.scalars())
        shop = shops.on_postgres(server=server)
        for name in ("a", "B", "b", "\u00e9", "f"):
            shop.commit(batch(put(name, at=(("when", name),))))

        assert sorted(("a", "B", "b", "\u00e9", "f")) == [
            row.at for row in shop.scan(Query("things", "when")).rows
        ]

    @pytest.mark.prove
    class TestOnDebiansPostgres(StorageConformance):
        def make(self) -> Any:
            return shops.on_postgres(server=shops.debian())

        def reopen(self, storage: Any) -> Any:
            return shops.on_postgres(storage.schema, server=shops.debian())

        def elsewhere(self, storage: Any) -> Any:
            return partial(opened, shops.debian().url().render_as_string(), storage.schema)

    TestAgreement = agreement_with_memory(
        lambda: shops.on_postgres(server=shops.debian()),
        lambda storage: shops.on_postgres(storage.schema, server=shops.debian()),
    )
    TestAgreement.settings = settings(max_examples=10, stateful_step_count=15, deadline=None)  # type: ignore[attr-defined]
