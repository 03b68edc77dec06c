"""What to tell the shop when the database fails: whose turn it is to act, and that nothing was stored."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy import exc

from omnicommerce.adapters.storage.sqlite_file import as_port_error as as_sqlite_error
from omnicommerce.kernel.errors import CommerceError, Conflict, PortFault, Unavailable

COLLIDED: Final = frozenset({"40001", "40P01"})
"""Two transactions could not both be right (serialization failure), or waited for each other (deadlock)."""

PASSES: Final = frozenset({"08", "53", "55", "57", "58", "25006", "25P02", "25P03", "25P04"})
"""What passes, as classes of SQLSTATE or whole: connections, a server that is full, busy, stopping or slow;
and one that only reads, a transaction of the host's that has failed already, and one that was too slow."""

LACKING: Final = frozenset({"3F000", "42P01", "42703", "42704"})
"""A schema, table, column or object that is not there."""

DISCONNECTED: Final = frozenset({"OperationalError", "InterfaceError", "ConnectionTimeout"})
"""What a driver raises by itself, when there is no server that could say why."""


def as_port_error(error: Exception, where: str) -> CommerceError:
    """The error of the port for what the driver or the pool raised before anything was committed."""
    match error:
        case CommerceError():
            return error
        case sqlite3.Error() if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_BUSY_SNAPSHOT:
            return Conflict(f"{where}: somebody else has written since this transaction began to look")
        case sqlite3.Error():
            return as_sqlite_error(error, Path(where))
        case exc.DBAPIError() if isinstance(error.orig, Exception):
            return as_port_error(error.orig, where)
        case exc.TimeoutError():
            return Unavailable(f"{where}: no connection was free in time; nothing was stored")
        case _:
            return _of_state(getattr(error, "sqlstate", None), error, where)


def _of_state(state: str | None, error: Exception, where: str) -> CommerceError:
    told = next(iter(str(error).strip().splitlines()), type(error).__name__)
    if state in COLLIDED:
        return Conflict(f"{where}: {told}")
    if state in LACKING:
        return PortFault(f"{where}: {told}; was the schema laid out with upgrade(engine)?")
    passes = (
        type(error).__name__ in DISCONNECTED if state is None else not PASSES.isdisjoint((state, state[:2]))
    )
    if passes:
        return Unavailable(f"{where}: {told}; nothing was stored")
    return PortFault(f"{where}: {told} (SQLSTATE {state})")
