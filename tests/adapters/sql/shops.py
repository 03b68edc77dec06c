"""New shops for tests, each in a schema or a file of its own, and the engines they are opened with."""

from __future__ import annotations

import itertools
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, create_engine
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from omnicommerce.adapters.storage.sql import AsyncSqlStorage, Limits, SqlStorage, upgrade
from tests.adapters.sql.server import Server, of_debian

SERVERS: Final[dict[str, Server]] = {}
"""The servers that run, by their version."""

_numbers = itertools.count(1)
_idle: dict[Server, list[str]] = {}
_in_use: list[tuple[Server, str]] = []
_folders: list[tempfile.TemporaryDirectory[str]] = []


@cache
def engines(server: Server) -> tuple[Engine, Engine]:
    """Two engines: whoever opens a shop again takes the other one."""
    return server.engine(), server.engine()


def close() -> None:
    """Stop all but the first server, and let go of the files."""
    for server in SERVERS.values():
        for engine in engines(server):
            engine.dispose()
    for version in list(SERVERS):
        if version != "18":
            SERVERS.pop(version).stop()
    while _folders:
        _folders.pop().cleanup()


def debian() -> Server:
    """Debian's PostgreSQL 15, started on first use."""
    programs = of_debian()
    assert programs is not None, "it is not installed"
    if "15" not in SERVERS:
        # A language's own order of texts, so that whoever relies on the database's order is found out.
        language = ("--locale=C", "--locale-provider=icu", "--icu-locale=en")
        SERVERS["15"] = Server(programs, *language).start()
    return SERVERS["15"]


class Sqlite(SqlStorage):
    """A shop that closes its own engine."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.engine = engine

    def close(self) -> None:
        self.engine.dispose()


class Async(AsyncSqlStorage):
    """A shop that closes its own engine, which belongs to one event loop."""

    def __init__(self, engine: AsyncEngine, **options: Any) -> None:
        super().__init__(engine, **options)
        self.engine = engine

    async def close(self) -> None:
        await self.engine.dispose()


def new_schema(server: Server | None = None) -> str:
    """A new shop on PostgreSQL, laid out and empty: the name of its schema.

    To lay one out takes longer than most tests; so those of earlier tests are emptied and used again.
    """
    server = server or SERVERS["18"]
    engine = engines(server)[0]
    if _idle.get(server):
        schema = _idle[server].pop()
        with engine.begin() as connection:
            for table in ("record", "place", "counter", "entry"):
                connection.exec_driver_sql(f"DELETE FROM {schema}.{table}")  # noqa: S608
    else:
        schema = f"shop_{next(_numbers)}"
        upgrade(engine, schema=schema)
    _in_use.append((server, schema))
    return schema


def test_is_over() -> None:
    """Nobody uses the shops of this test any more."""
    while _in_use:
        server, schema = _in_use.pop()
        _idle.setdefault(server, []).append(schema)


def on_postgres(schema: str | None = None, server: Server | None = None, **options: Any) -> SqlStorage:
    """Open a new shop on PostgreSQL, or again the one that is named."""
    server = server or SERVERS["18"]
    engine = engines(server)[schema is not None]
    return SqlStorage(engine, schema=schema or new_schema(server), **options)


def async_on_postgres(schema: str | None = None, **options: Any) -> Async:
    """The same for asyncio."""
    engine = create_async_engine(SERVERS["18"].url(), pool_size=16, max_overflow=16)
    return Async(engine, schema=schema or new_schema(), **options)


def new_file() -> Path:
    """The path of a file that is not there yet."""
    _folders.append(tempfile.TemporaryDirectory(prefix="omnicommerce-"))
    return Path(_folders[-1].name) / "shop.db"


def on_sqlite(path: Path | None = None) -> Sqlite:
    """Open a new shop on SQLite, or again the one in the file that is named."""
    engine = create_engine(f"sqlite:///{path or new_file()}", pool_size=16, max_overflow=16)
    if path is None:
        upgrade(engine)
    return Sqlite(engine)


HURRIED: Final = Limits(lock_ms=150, statement_ms=2_000, idle_ms=2_000)
"""For tests that wait until somebody has waited long enough."""


def on_sqlite_laid_out(path: Path, journal_mode: str) -> None:
    """Lay out a shop in a file of this journal mode."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA journal_mode={journal_mode}")
    upgrade(engine)
    engine.dispose()
