"""A shop's SQLite file, opened to be looked at: nothing is created, and its journal mode stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from omnicommerce import wire
from omnicommerce.adapters.keys import DemoKeys
from omnicommerce.adapters.storage.sqlite import SqliteStorage
from omnicommerce.adapters.storage.sqlite_file import JournalMode
from omnicommerce.kernel.actor import System
from omnicommerce.kernel.errors import BadValue
from omnicommerce.rulebook import Rulebook
from omnicommerce.runner import RandomIds, Runner, World, in_force, utc_now

WRITE_VERSION: Final = 18
"""Where the header of an SQLite file says how it is written: 2 with a write-ahead log."""


@contextmanager
def opened(path: Path) -> Iterator[Runner]:
    """A runner over the file at *path*, which must be there; it needs no keys, because it names nobody.

    Raises:
        BadValue: there is no such file.
        CommerceError: it is no shop's, is damaged as a whole, or is locked.
    """
    if not path.is_file():
        raise BadValue("file", f"there is no file {path}")
    with SqliteStorage(path, journal_mode=_mode(path)) as storage:
        yield Runner(
            storage,
            World(
                clock=utc_now,
                ids=RandomIds(),
                keys=DemoKeys(),
                rules=in_force(Rulebook()),
                actor=System("command line"),
                stories={},
                vocabulary=wire.SHIPPED,
            ),
        )


def _mode(path: Path) -> JournalMode:
    with path.open("rb") as file:
        header = file.read(WRITE_VERSION + 1)
    return "wal" if header[WRITE_VERSION:] == b"\x02" else "delete"
