"""The journal on PostgreSQL: in an order that is always right, and never late.

A batch draws one number from a sequence, after it holds all its records and has written them; its entries
stand at `number * ENTRIES_MAX + nth`. From this follows the order of entries: whoever builds on a record
holds it only after the writer before him has committed, and so draws a larger number. (The order of
transaction ids would be wrong: a transaction has its id from its first write on, and may later build on
somebody whose id is larger.)

A number that is drawn is not yet committed, and a smaller one may be committed after a larger one. So that
nobody reads past it, each writer first takes a shared advisory lock, which nobody ever waits for, on the
number that was the last one drawn; then it draws, so its own is larger; PostgreSQL drops the lock once the
transaction is over and visible. A reader looks, in this order, at

1. the last number drawn, R,
2. the locks of the writers under way, the lowest of them L,
3. the entries up to min(R, L).

Can an entry at or below min(R, L) appear after that look? Its writer was not yet visible at 3, so it was
not over at 2. Either it held its lock at 2: then its number is above its lock, which is L or more. Or it
took the lock after 2: then it drew after 1, and its number is above R. So nothing is ever late.

What holds the journal back is only a writer of this very shop that has not finished: a long report does
not, nor a transaction in another schema or database, which the oldest running transaction id would wait for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import attrs

from omnicommerce.adapters.storage.checked import POSITION_MAX
from omnicommerce.adapters.storage.sql.statements import Statements
from omnicommerce.ports.storage import OPERATIONS_MAX

ENTRIES_MAX: Final = OPERATIONS_MAX
"""More entries than one batch can have, so that numbers of batches never meet."""

HOLDERS_MAX: Final = 20
"""As many writers are named as somebody can look after."""


@attrs.frozen
class Holder:
    """A writer that has not finished, and whose entries and all later ones wait for it.

    `pid` is its process on the server (0 for a prepared transaction, which has none); `state` what it is
    doing, such as "idle in transaction".
    """

    pid: int
    seconds: float
    state: str
    application: str


@attrs.frozen
class JournalLag:
    """How far the journal lies behind what is committed: entries, seconds, and because of whom."""

    entries: int
    seconds: float
    holders: tuple[Holder, ...]


@attrs.frozen(eq=False)
class Ticketed:
    """The statements about the journal for one schema; written out, for only PostgreSQL has these words."""

    append: str
    upto: str
    holders: str
    waiting: str


def ticketed(say: Statements) -> Ticketed:
    """The journal's statements. Values of `append`, once and then a row an entry: nth, id, body.

    The sequence's own object id names the locks, so no other shop of the database is mistaken for this one.
    """
    drawn = say.dialect.identifier_preparer.format_sequence(say.tables.drawn)
    entry = say.dialect.identifier_preparer.format_table(say.tables.entry)
    words = {
        "drawn": drawn,
        "entry": entry,
        "oid": f"'{drawn}'::regclass::oid",
        "last": "last_value - CASE WHEN is_called THEN 0 ELSE 1 END",
        "entries_max": ENTRIES_MAX,
        "holders_max": HOLDERS_MAX,
    }
    words["locks"] = _LOCKS.format_map(words)
    return Ticketed(*(each.format_map(words) for each in (_APPEND, _UPTO, _HOLDERS, _WAITING)))


# A lock's name has room for two numbers of 32 bits, signed in the function and unsigned in the view: the
# sequence, and the low half of the last number drawn. Writers under way are less than 2**32 numbers apart.
_APPEND: Final = """
    WITH held AS MATERIALIZED (
        SELECT pg_advisory_xact_lock_shared(({oid}::bigint << 32 >> 32)::int, (({last}) << 32 >> 32)::int)
        FROM {drawn}
    ), taken AS MATERIALIZED (SELECT nextval({oid}) * {entries_max} AS place FROM held),
    given (nth, id, body) AS (VALUES (%s::BIGINT, %s::VARCHAR, %s::VARCHAR))
    INSERT INTO {entry} (position, id, body)
    SELECT taken.place + given.nth, given.id, given.body FROM taken, given"""

_LOCKS: Final = """
    pg_locks WHERE locktype = 'advisory' AND classid = {oid} AND objsubid = 2
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""

# LATERAL makes it look at the locks only once it has looked at the sequence.
_UPTO: Final = """
    SELECT least(s.last, l.low) FROM (SELECT {last} AS last FROM {drawn} OFFSET 0) AS s
    CROSS JOIN LATERAL (
        SELECT min(s.last - ((s.last - objid::bigint) & 4294967295)) AS low FROM {locks}
    ) AS l"""

_HOLDERS: Final = """
    SELECT l.pid, extract(epoch FROM clock_timestamp() - a.xact_start)::float, a.state, a.application_name
    FROM (SELECT DISTINCT pid FROM {locks}) AS l LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
    ORDER BY a.xact_start NULLS FIRST LIMIT {holders_max}"""

_WAITING: Final = "SELECT count(*) FROM {entry} WHERE position > %s::BIGINT"

APPEND_IN_TURN: Final = (
    "WITH given (nth, id, body) AS (VALUES (?, ?, ?))"
    " INSERT INTO entry (id, body) SELECT id, body FROM given ORDER BY nth"
)
"""SQLite has one writer at a time, so its own counting of rows is always in order."""


def last_place(number: int) -> int:
    """The last position that a batch of this number can have."""
    return min((number + 1) * ENTRIES_MAX - 1, POSITION_MAX)


def lag_of(entries: int, rows: Sequence[tuple[Any, ...]]) -> JournalLag:
    """So many *entries* wait, for the writers in these *rows*."""
    holders = tuple(
        Holder(pid or 0, seconds or 0.0, state or "prepared", application or "")
        for pid, seconds, state, application in rows
    )
    return JournalLag(entries, max((each.seconds for each in holders), default=0.0), holders)
