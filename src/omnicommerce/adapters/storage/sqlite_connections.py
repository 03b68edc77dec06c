"""The doors of the file: each call takes a connection nobody else is using and brings it back."""

from __future__ import annotations

import os
import sqlite3
from collections import deque
from pathlib import Path
from typing import Final

from omnicommerce.adapters.storage.sqlite_file import as_port_error, connect
from omnicommerce.kernel.errors import Unavailable

_INHERITED: Final[list[deque[sqlite3.Connection]]] = []
"""Connections of a parent process. To use or even to close one here could break the parent's locks."""


class Connections:
    """As many connections as there are calls at the same moment.

    They belong to no thread, so threads may come and go without leaving one open.
    """

    def __init__(self, path: Path, wait_seconds: float) -> None:
        self._path = path
        self._wait_seconds = wait_seconds
        self._idle: deque[sqlite3.Connection] = deque()
        self._process = os.getpid()
        self._is_closed = False

    def take(self) -> sqlite3.Connection:
        """A connection for one call.

        Raises:
            Unavailable: the storage was closed, or the file cannot be opened just now.
        """
        if self._process != os.getpid():
            self._start_over_after_fork()
        try:
            return self._idle.pop()
        except IndexError:
            return self._opened()

    def give_back(self, db: sqlite3.Connection) -> None:
        """Keep *db* for the next call; one left within a transaction is closed, which undoes it."""
        if db.in_transaction:
            db.close()
            return
        self._idle.append(db)
        if self._is_closed:
            self.close()

    def close(self) -> None:
        """Close all that are idle; those in use are closed when they come back."""
        self._is_closed = True
        if self._process != os.getpid():
            self._start_over_after_fork()
        while True:
            try:
                db = self._idle.pop()
            except IndexError:
                return
            db.close()

    def _opened(self) -> sqlite3.Connection:
        if self._is_closed:
            raise Unavailable(f"the storage in {self._path} was closed; nothing was stored")
        try:
            return connect(self._path, self._wait_seconds)
        except sqlite3.Error as error:
            raise as_port_error(error, self._path) from error

    def _start_over_after_fork(self) -> None:
        _INHERITED.append(self._idle)
        self._idle = deque()
        self._process = os.getpid()
