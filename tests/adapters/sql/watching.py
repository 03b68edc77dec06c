"""What a server is doing right now."""

from __future__ import annotations

from sqlalchemy import text

from tests.adapters.sql import shops
from tests.adapters.sql.server import Server


def waiting(server: Server) -> list[str]:
    """What those are saying who wait for a lock."""
    return _asked(server, "SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock'")


def open_transactions(server: Server) -> int:
    """How many transactions are open, beside the one that asks."""
    open_ones = (
        "SELECT pid FROM pg_stat_activity WHERE xact_start IS NOT NULL"
        " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    return len(_asked(server, open_ones))


def end_those_who_wait(server: Server) -> int:
    """End everybody who waits for a lock; how many that were."""
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    return len(_asked(server, ended))


def _asked(server: Server, question: str) -> list[str]:
    with shops.engines(server)[1].begin() as connection:
        return list(connection.scalars(text(question)))
