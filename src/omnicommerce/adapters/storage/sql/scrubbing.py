"""Erasure from the files: what was deleted is not there any more, neither in a table nor in an index.

PostgreSQL leaves what was deleted or changed where it lay, and even its VACUUM only gives the room away.
Here every table is written anew (VACUUM FULL) and its old file deleted. That proves that no file of the
shop's tables holds a deleted text. It proves nothing about the write-ahead log, which holds the text until
the server has used its segments again, nor about archives, standbys and backups, or blocks of the disk that
the file system has freed: those are the host's. On SQLite deleted text is overwritten at commit, and only a
write-ahead log is emptied here.

A table is locked while it is written anew: do this at night.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from omnicommerce.adapters.storage.sql.statements import Statements
from omnicommerce.adapters.storage.sql.transactions import Hand, Transactions
from omnicommerce.kernel.errors import Unavailable

LOOK_AGAIN_S: Final = 0.05

_NOW: Final = "SELECT pg_current_xact_id()::xid::text"

# Whoever may still see an older state keeps what was deleted since from being dropped: running writers and
# readers of this database, prepared transactions, and standbys that asked for it.
_SEEN: Final = (
    "SELECT pid FROM ("
    " SELECT pid, unnest(ARRAY[backend_xmin, backend_xid]) AS seen FROM pg_stat_activity"
    " WHERE pid <> pg_backend_pid() AND (datname = current_database() OR datname IS NULL)"
    " UNION ALL SELECT 0, transaction FROM pg_prepared_xacts WHERE database = current_database()"
    " UNION ALL SELECT coalesce(active_pid, 0), xmin FROM pg_replication_slots"
    ") AS those WHERE seen IS NOT NULL AND age(seen) > age(%s::xid)"
)


def scrubbed(transactions: Transactions, say: Statements, pause: Callable[[float], object]) -> None:
    """Write every table of the shop anew, without what was deleted before this call.

    Raises:
        Unavailable: somebody still looks at an older state, or works on a table; some tables may be done.
    """
    with transactions.alone() as hand:
        if say.kind == "sqlite":
            ((is_busy, *_),) = hand.rows("PRAGMA wal_checkpoint(TRUNCATE)")
            if is_busy:
                raise Unavailable(f"{transactions.where} is being read; its log could not be emptied")
            return
        ((now,),) = hand.rows(_NOW)
        _wait_for_older(hand, now, transactions, pause)
        hand.cursor.execute(f"SET lock_timeout = {transactions.limits.lock_ms}")
        try:
            for table in (say.tables.record, say.tables.place, say.tables.counter, say.tables.entry):
                name = say.dialect.identifier_preparer.format_table(table)
                hand.cursor.execute(f"VACUUM (FULL, ANALYZE) {name}")
        finally:
            hand.cursor.execute("RESET lock_timeout")


def _wait_for_older(
    hand: Hand, now: str, transactions: Transactions, pause: Callable[[float], object]
) -> None:
    deadline = time.monotonic() + transactions.limits.lock_ms / 1_000
    while older := hand.rows(_SEEN, (now,)):
        if time.monotonic() >= deadline:
            who = f"process {older[0][0]} still looks at an older state"
            raise Unavailable(f"{transactions.where}: {who}; nothing was scrubbed")
        pause(LOOK_AGAIN_S)
