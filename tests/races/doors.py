"""How a process opens a shop that others have opened, too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from omnicommerce import SqliteStorage
from omnicommerce.adapters.storage.sqlite_file import JournalMode
from omnicommerce.ports.storage import Storage

WAIT_SECONDS = 60.0
"""Whoever waits longer for its turn has hung."""


@contextmanager
def in_file(path: str, journal_mode: JournalMode) -> Iterator[Storage]:
    """A shop in a file of SQLite's."""
    with SqliteStorage(path, wait_seconds=WAIT_SECONDS, journal_mode=journal_mode) as storage:
        yield storage


@contextmanager
def on_postgres(url: str, schema: str) -> Iterator[Storage]:
    """A shop in a schema of PostgreSQL's, over an engine of this process's own."""
    # Only here: whoever opens a file need not wait for SQLAlchemy to be loaded.
    from sqlalchemy import create_engine  # noqa: PLC0415

    from omnicommerce.adapters.storage.sql import SqlStorage  # noqa: PLC0415

    engine = create_engine(url, pool_size=1)
    try:
        yield SqlStorage(engine, schema=schema)
    finally:
        engine.dispose()
