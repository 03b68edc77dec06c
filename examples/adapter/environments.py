"""LMDB wants a file opened once in a process: whoever opens it a second time shares what is open."""

from __future__ import annotations

import threading
from typing import Any, Final

import attrs
import lmdb

READERS_MAX: Final = 512
"""Threads of all processes that may look at the same moment."""


@attrs.frozen(eq=False)
class Environment:
    """A folder that is open, and its four tables."""

    env: lmdb.Environment
    records: Any
    rows: Any
    counters: Any
    entries: Any


@attrs.define
class _Lent:
    environment: Environment
    times: int


_lent: Final[dict[str, _Lent]] = {}
_lock: Final = threading.Lock()


def borrowed(path: str, map_bytes: int) -> Environment:
    """The folder at *path*, opened now if nobody in this process has it open."""
    with _lock:
        if path not in _lent:
            _lent[path] = _Lent(_opened(path, map_bytes), 0)
        _lent[path].times += 1
        return _lent[path].environment


def given_back(path: str) -> None:
    """Close the folder when the last who has borrowed it gives it back."""
    with _lock:
        lent = _lent[path]
        lent.times -= 1
        if not lent.times:
            del _lent[path]
            lent.environment.env.close()


def _opened(path: str, map_bytes: int) -> Environment:
    env = lmdb.open(path, map_size=map_bytes, max_dbs=4, max_readers=READERS_MAX)
    # The places of readers that were killed would be lost, and what they saw kept for ever.
    env.reader_check()
    names = (b"records", b"rows", b"counters", b"entries")
    return Environment(env, *(env.open_db(name) for name in names))
