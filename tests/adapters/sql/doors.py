"""How another process opens a shop of the tests."""

from __future__ import annotations

from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from omnicommerce.adapters.storage.sql import AsyncSqlStorage, SqlStorage


def opened(url: str, schema: str | None = None) -> SqlStorage:
    """A shop over an engine of its own."""
    return SqlStorage(create_engine(url), schema=schema)


def opened_async(url: str, schema: str) -> AsyncSqlStorage:
    """The same for asyncio."""
    return AsyncSqlStorage(create_async_engine(url), schema=schema)
