"""What a shop asks: records and counters by key, an index, the journal. Each is one consistent look."""

from __future__ import annotations

from collections.abc import Sequence

from omnicommerce.adapters.storage.checked import POSITION_MAX, place, position_at
from omnicommerce.adapters.storage.sql.journal import JournalLag, Ticketed, lag_of, last_place
from omnicommerce.adapters.storage.sql.statements import Statements
from omnicommerce.adapters.storage.sql.transactions import Hand
from omnicommerce.adapters.storage.sql.wording import filled
from omnicommerce.ports.storage import COUNTERS, Entry, Found, Key, Page, Position, Query, Record, Row


def looked_up(hand: Hand, say: Statements, keys: Sequence[Key]) -> list[Found]:
    """The records and totals under *keys*, in their order, by one statement."""
    records = [key for key in keys if key[0] != COUNTERS]
    counters = [key[1:] for key in keys if key[0] == COUNTERS]
    of_records, named = filled(records) if records else (0, [])
    of_counters, counted = filled(counters) if counters else (0, [])
    if not (records or counters):
        return []
    found: dict[tuple[str, str], Found] = {}
    for collection, id, version, body, total in hand.rows(
        say.look(of_records, of_counters), [*named, *counted]
    ):
        found[collection, id] = int(total) if collection == COUNTERS else Record(version, body)
    return [found.get(key, 0 if key[0] == COUNTERS else None) for key in keys]


def scanned(hand: Hand, say: Statements, query: Query) -> Page:
    """One page of an index."""
    found = [Row(at, id, Record(version, body)) for at, id, version, body in hand.rows(*say.scan(query))]
    return Page(tuple(found[: query.limit]), has_more=len(found) > query.limit)


def told(hand: Hand, say: Statements, tickets: Ticketed | None, after: Position, limit: int) -> list[Entry]:
    """The entries behind *after* that no entry can come before any more."""
    rows = hand.rows(say.journal, (place(after, "after"), _upto(hand, tickets), limit))
    return [Entry(position_at(number), id, body) for number, id, body in rows]


def lagging(hand: Hand, tickets: Ticketed | None) -> JournalLag:
    """How far the journal lies behind what is committed."""
    if tickets is None:
        return JournalLag(0, 0.0, ())
    ((waiting,),) = hand.rows(tickets.waiting, (_upto(hand, tickets),))
    return lag_of(int(waiting), hand.rows(tickets.holders))


def listed(hand: Hand, say: Statements, after: Key, limit: int) -> list[tuple[Key, Record]]:
    """Every record behind *after*, in the order of their keys."""
    rows = hand.rows(say.everything, (*after, limit))
    return [(Key(collection, id), Record(version, body)) for collection, id, version, body in rows]


def _upto(hand: Hand, tickets: Ticketed | None) -> int:
    """The position up to which the journal may be told."""
    if tickets is None:
        return POSITION_MAX
    ((number,),) = hand.rows(tickets.upto)
    return last_place(int(number))
