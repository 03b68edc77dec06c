"""A shop's SQLite file, opened to be looked at: nothing is created, and its journal mode stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from omnicommerce import wire
from omnicommerce.adapters.keys import DemoKeys
from omnicommerce.adapters.storage.sqlite import SqliteStorage
from omnicommerce.adapters.storage.sqlite_file import APPLICATION_ID, JournalMode
from omnicommerce.kernel.actor import System
from omnicommerce.kernel.errors import BadValue
from omnicommerce.rulebook import Rulebook
from omnicommerce.runner import RandomIds, Runner, World, in_force, utc_now

SQLITE: Final = b"SQLite format 3\x00"
"""How an SQLite file begins."""

WRITE_VERSION: Final = 18
"""Where its header says how it is written: 2 with a write-ahead log."""

WAIT_SECONDS: Final = 60.0
"""Longer than a shop would wait: where readers and writers take turns, a busy shop seldom lets one in."""

MARK: Final = slice(68, 72)
"""Where its header says whose it is."""


@contextmanager
def opened(path: Path, wait_seconds: float = WAIT_SECONDS) -> Iterator[Runner]:
    """A runner over the file at *path*, which must be there; it needs no keys, because it names nobody.

    Raises:
        BadValue: there is no such file.
        CommerceError: it is no shop's, is damaged as a whole, or is locked.
    """
    mode = _mode(path)
    with SqliteStorage(path, journal_mode=mode, wait_seconds=wait_seconds) as storage:
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
    """How the file is written.

    Raises:
        BadValue: there is none, or it is no shop's. An empty one is refused as well, which else would be laid
            out as a new shop.
    """
    if not path.is_file():
        raise BadValue("file", f"there is no file {path}")
    try:
        with path.open("rb") as file:
            header = file.read(MARK.stop)
    except OSError as error:
        raise BadValue("file", f"{path}: {error.strerror or type(error).__name__}") from None
    if not header.startswith(SQLITE) or header[MARK] != APPLICATION_ID.to_bytes(4):
        raise BadValue("file", f"{path} is not the file of a shop")
    return "wal" if header[WRITE_VERSION] == 2 else "delete"  # noqa: PLR2004 - as the header says it
