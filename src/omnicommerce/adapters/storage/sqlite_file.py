"""The file a shop lives in: how it is laid out, how it is opened, and which files are refused untouched."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final, Literal, NamedTuple, TypeAlias

from omnicommerce.kernel.errors import BadValue, CommerceError, PortFault, Unavailable

JournalMode: TypeAlias = Literal["delete", "wal"]

APPLICATION_ID: Final = int.from_bytes(b"omni")
"""Marks the file as ours, so that no other SQLite database is ever written to by mistake."""

SCHEMA_VERSION: Final = 1

NAME_BYTES_MAX: Final = 240
"""What file systems allow, less the endings that SQLite gives to its logs."""

WAIT_SECONDS_MAX: Final = 3_600
"""Whoever waits longer for a lock has hung."""

SQLITE_OLDEST: Final = (3, 37, 0)
"""The first SQLite with STRICT tables."""

WAL_SAFE_SINCE: Final = (3, 51, 3)
"""From 3.7.0 up to here, resetting the write-ahead log under several connections can lose a commit."""

# `places` repeats a record's index rows inside the record: an update whose rows stay the same is seen
# to be one by the same statement that checks the version, and old rows are deleted one by one by key.
# Records have row ids: new ones are written one behind another, and long bodies stay on their page.
# AUTOINCREMENT never hands out a position twice, also after the last entry was trimmed.
SCHEMA: Final = (
    """CREATE TABLE record (
        collection TEXT NOT NULL, id TEXT NOT NULL, version TEXT NOT NULL, body TEXT NOT NULL,
        places TEXT NOT NULL, PRIMARY KEY (collection, id)) STRICT""",
    """CREATE TABLE place (
        collection TEXT NOT NULL, name TEXT NOT NULL, at TEXT NOT NULL, id TEXT NOT NULL,
        PRIMARY KEY (collection, name, at, id)) STRICT, WITHOUT ROWID""",
    "CREATE TABLE counter (name TEXT NOT NULL PRIMARY KEY, total INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE entry (
        position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, body TEXT NOT NULL) STRICT""",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)

CACHE_KIB: Final = 16 * 1024
"""What a group of a hundred sales touches: with SQLite's own two megabytes, half of it is read twice."""

CHECKPOINT_PAGES: Final = 4_000
"""Sixteen megabytes of log: a page that every commit changes is written back once for several of them."""

_NOTHING_STORED: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
"""What may be over at the next attempt, or once somebody has made room on the disk."""


def as_port_error(error: sqlite3.Error, path: Path) -> CommerceError:
    """What to tell the shop when SQLite fails and nothing was stored."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in _NOTHING_STORED:
        return Unavailable(f"{path}: {error}; nothing was stored")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _damaged(path, error)
    return PortFault(f"{path}: {error}")


def checked_path(path: str | os.PathLike[str]) -> Path:
    """Where the shop's file is or shall be.

    Raises:
        BadValue: it cannot be a file.
    """
    named: object = path
    text = os.fspath(named) if isinstance(named, str | os.PathLike) else named
    if not isinstance(text, str):
        raise BadValue("path", f"expected a path, got {type(path).__name__}")
    if not text.isprintable():
        raise BadValue("path", f"{text!r} holds characters that nobody can see")
    if text in ("", ":memory:") or text.startswith("file:"):
        raise BadValue("path", f"{text!r} is not the path of a file; for a shop in memory use MemoryStorage")
    absolute = Path(text).absolute()
    if len(os.fsencode(absolute.name)) > NAME_BYTES_MAX:
        raise BadValue("path", f"expected a file name of at most {NAME_BYTES_MAX} bytes")
    if absolute.is_dir():
        raise BadValue("path", f"{absolute} is a directory; name a file in it")
    if not absolute.parent.is_dir():
        raise BadValue("path", f"the directory {absolute.parent} does not exist; create it first")
    return absolute


def connect(path: Path, wait_seconds: float, mode: str = "rw") -> sqlite3.Connection:
    """Open one connection to a file that exists; any thread may use it, one at a time."""
    db = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}",
        uri=True,
        timeout=wait_seconds,
        # Every transaction begins where this library says so: left to itself, the driver
        # begins deferred ones, which fail at once when they turn into writers under a rival.
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        # What is deleted is overwritten with zeros: an erased person's name must not lie on a free page.
        db.execute("PRAGMA secure_delete = ON")
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    except BaseException:
        db.close()
        raise
    return db


def prepare(path: Path, wait_seconds: float, journal_mode: JournalMode | None) -> None:
    """Make sure that the file is a shop's and is ready for use; lay it out if there is none yet.

    Raises:
        BadValue: SQLite cannot open the file.
        PortFault: the file is something else, damaged, or newer than this library. It was not changed.
        Unavailable: somebody else kept it locked for too long.
    """
    if sqlite3.sqlite_version_info < SQLITE_OLDEST:
        raise PortFault(f"SQLite {sqlite3.sqlite_version} is too old: 3.37 or later is needed")
    if type(wait_seconds) not in (int, float) or not 0 <= wait_seconds <= WAIT_SECONDS_MAX:
        raise BadValue("wait_seconds", f"expected 0 to {WAIT_SECONDS_MAX} seconds, got {wait_seconds!r}")
    if journal_mode not in (None, "delete", "wal"):
        raise BadValue("journal_mode", "expected 'delete' or 'wal'")
    if path.exists():
        _peek(path)
    try:
        db = connect(path, wait_seconds, "rwc")
    except sqlite3.Error as error:
        raise _as_opening_error(error, path) from error
    try:
        _lay_out(db, path)
        _choose_journal(db, path, journal_mode)
    except sqlite3.Error as error:
        raise as_port_error(error, path) from error
    except UnicodeDecodeError as error:
        raise _damaged(path, error) from error
    finally:
        db.close()


class _Marks(NamedTuple):
    """What a file says that it is."""

    application: int
    version: int
    tables: int

    @property
    def is_blank(self) -> bool:
        return self == (0, 0, 0)


def _marks(db: sqlite3.Connection) -> _Marks:
    return _Marks(
        db.execute("PRAGMA application_id").fetchone()[0],
        db.execute("PRAGMA user_version").fetchone()[0],
        db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0],
    )


def _refuse_strangers(marks: _Marks, path: Path) -> None:
    if marks.application != APPLICATION_ID:
        raise PortFault(f"{path} is a database of another program; choose another path, nothing was changed")
    if marks.version > SCHEMA_VERSION:
        raise PortFault(
            f"{path} was written by a newer omnicommerce (schema {marks.version}, this one knows"
            f" {SCHEMA_VERSION}): upgrade the library, nothing was changed"
        )
    if marks.version < SCHEMA_VERSION:
        raise PortFault(f"{path} has the unknown schema {marks.version}: restore it from a backup")


def _as_opening_error(error: sqlite3.Error, path: Path) -> CommerceError:
    if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF == sqlite3.SQLITE_CANTOPEN:
        return BadValue("path", f"{path} cannot be opened: {error}")
    return as_port_error(error, path)


def _peek(path: Path) -> None:
    """Refuse a stranger's file without a lock, a log or a recovery, any of which could change it."""
    # Not with open(): closing a second descriptor of a file drops the locks of all its connections.
    try:
        db = sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)
    except sqlite3.Error as error:
        raise _as_opening_error(error, path) from error
    try:
        marks = _marks(db)
    except sqlite3.Error:
        # Perhaps somebody is writing to it right now: what it is will show under a proper lock.
        return
    except UnicodeDecodeError as error:
        raise _damaged(path, error) from error
    finally:
        db.close()
    if not marks.is_blank:
        _refuse_strangers(marks, path)
    elif path.stat().st_size and _has_a_log(path):
        # What it is stands in its log, and to read that is to change the file.
        raise PortFault(f"{path} is blank but has a log beside it; choose another path, nothing was changed")


def _has_a_log(path: Path) -> bool:
    # A shop gets its write-ahead log only after it was laid out, so this one is not a shop's.
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _damaged(path: Path, error: Exception) -> PortFault:
    return PortFault(f"{path} is damaged ({error}): restore it from a backup, nothing was changed")


def _lay_out(db: sqlite3.Connection, path: Path) -> None:
    marks = _marks(db)
    if marks.is_blank:
        db.execute("BEGIN IMMEDIATE")
        # Another process may have been first.
        marks = _marks(db)
        if marks.is_blank:
            for statement in SCHEMA:
                db.execute(statement)
            marks = _marks(db)
        db.execute("COMMIT")
    _refuse_strangers(marks, path)


def _choose_journal(db: sqlite3.Connection, path: Path, wanted: JournalMode | None) -> None:
    if wanted is None:
        wanted = "wal" if sqlite3.sqlite_version_info >= WAL_SAFE_SINCE else "delete"
    if db.execute("PRAGMA journal_mode").fetchone()[0] == wanted:
        return
    now = db.execute(f"PRAGMA journal_mode = {wanted}").fetchone()[0]
    if now != wanted:
        raise Unavailable(f"{path} is in journal mode {now!r} and could not be changed to {wanted!r}")
