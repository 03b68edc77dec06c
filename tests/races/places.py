"""Where the shops lie that are raced for: each in a file of its own, or in one schema that is emptied."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from omnicommerce.adapters.storage.sql import upgrade
from omnicommerce.adapters.storage.sqlite_file import JournalMode
from tests.adapters.sql.server import Server, of_the_wheel
from tests.races.contest import Door
from tests.races.doors import in_file, on_postgres

SCHEMA: Final = "raced"


class Places:
    """Gives out new shops; PostgreSQL is started for the first who asks for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._server: Server | None = None
        self._engine: Engine | None = None

    def in_file(self, journal_mode: JournalMode) -> Door:
        return partial(in_file, str(self._folder / f"{next(self._numbers)}.db"), journal_mode)

    def on_postgres(self) -> Door:
        if self._server is None or self._engine is None:
            self._server = Server(of_the_wheel()).start()
            self._engine = self._server.engine()
            upgrade(self._engine, schema=SCHEMA)
        with self._engine.begin() as connection:
            for table in ("record", "place", "counter", "entry"):
                connection.exec_driver_sql(f"TRUNCATE {SCHEMA}.{table}")
        return partial(on_postgres, self._server.url().render_as_string(), SCHEMA)

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
        if self._server is not None:
            self._server.stop()


STORAGES: Final[dict[str, Callable[[Places], Door]]] = {
    "sqlite": lambda places: places.in_file("delete"),
    "sqlite in wal": lambda places: places.in_file("wal"),
    "postgresql": Places.on_postgres,
}
