"""What became of a commit whose answer never came.

The connection is lost, and the server may not know it yet: its process may still be about to commit. So it
is looked for over another connection and ended, and only when it is gone, or no longer in a transaction, is
the shop told that nobody knows: from then on the batch is stored or it is not, and reading tells which.

If the server cannot be reached, it is waited for as long as the server itself would let the transaction lie
idle: after that it has undone it, unless it had the COMMIT already. A server that was killed has forgotten
all that was not on disk.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from omnicommerce.adapters.storage.sql.limits import Limits

GRACE_S: Final = 1.0
"""The server looks at its own clock, and needs a moment to act."""

LOOK_AGAIN_S: Final = 0.05

# A process id comes back once the system has used all the others. The right process was there before the
# transaction began, so one that came later is a stranger and must not be ended.
_END: Final = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid = %s AND xact_start IS NOT NULL AND datname = current_database() AND usename = session_user"
    " AND backend_start < clock_timestamp() - %s * interval '1 second'"
)

# As good as new: a recovery would bring a batch to life that lies complete in a write-ahead log, though not
# acknowledged. Another write goes over it or comes behind it, and that settles it.
_WRITE_OVER: Final = ("PRAGMA user_version", "PRAGMA user_version = {}")


def settled(
    connect: Callable[[], Any],
    pid: int,
    began: float,
    limits: Limits,
    pause: Callable[[float], object],
    errors: tuple[type[Exception], ...],
) -> None:
    """Return once the transaction of the server's process *pid*, begun at *began*, can no longer commit.

    *began* is a time of the monotonic clock. `pid` 0 is SQLite, which has no server.
    """
    deadline = time.monotonic() + limits.idle_ms / 1_000 + GRACE_S
    while True:
        with suppress(*errors):
            connection = connect()
            try:
                if pid == 0:
                    _write_over(connection)
                    return
                cursor = connection.cursor()
                cursor.execute(_END, (pid, time.monotonic() - began))
                if not cursor.fetchall():
                    return
            finally:
                connection.close()
        if time.monotonic() >= deadline:
            return
        pause(LOOK_AGAIN_S)


def _write_over(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(_WRITE_OVER[0])
    cursor.execute(_WRITE_OVER[1].format(int(cursor.fetchone()[0])))
