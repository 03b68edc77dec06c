"""Every statement a shop says to its database, as text for the driver.

They are built with SQLAlchemy once for each kind of database and schema, and handed to the driver as they
are: what SQLAlchemy does around a statement costs as much as the statement.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Any, Final

from sqlalchemy import BigInteger, Table, Text, and_, literal_column, null, or_, select, tuple_, values
from sqlalchemy.sql import ClauseElement, column
from sqlalchemy.sql.selectable import CTE

from omnicommerce.adapters.storage.sql.tables import Tables, tables
from omnicommerce.adapters.storage.sql.wording import (
    DIALECTS,
    INSERTS,
    KEYS_BY_NAME,
    NOTHING,
    a_number,
    a_text,
    repeated,
    worded,
)
from omnicommerce.ports.storage import COUNTERS, Query


class Statements:
    """The statements for one kind of database and one schema; each says which values it wants, in order."""

    def __init__(self, kind: str, schema: str | None) -> None:
        self.kind: Final = kind
        self.dialect: Final = DIALECTS[kind]
        self.tables: Final[Tables] = tables(schema)
        self._kept: dict[tuple[object, ...], str] = {}

    @cached_property
    def update(self) -> str:
        """Version, body, places, collection, id, version seen."""
        record = self.tables.record
        changed = record.update().values(version=a_text(), body=a_text(), places=a_text())
        return self.text(changed.where(_as_seen(record)))

    @cached_property
    def update_in_place(self) -> str:
        """Version, body, collection, id, version seen, places seen."""
        record = self.tables.record
        changed = record.update().values(version=a_text(), body=a_text())
        return self.text(changed.where(_as_seen(record), record.c.places == a_text()))

    @cached_property
    def delete(self) -> str:
        """Collection, id, version seen."""
        return self.text(self.tables.record.delete().where(_as_seen(self.tables.record)))

    @cached_property
    def leave(self) -> str:
        """Collection, name, at, id."""
        place = self.tables.place
        return self.text(place.delete().where(*(each == a_text() for each in place.c)))

    @cached_property
    def trim(self) -> str:
        """The position up to which entries are forgotten."""
        return self.text(self.tables.entry.delete().where(self.tables.entry.c.position <= a_number()))

    @cached_property
    def journal(self) -> str:
        """The position behind which, the position up to which, limit; answers position, id, body."""
        entry = self.tables.entry
        return self.text(
            select(entry.c.position, entry.c.id, entry.c.body)
            .where(entry.c.position > a_number(), entry.c.position <= a_number())
            .order_by(entry.c.position)
            .limit(a_number())
            .offset(NOTHING)
        )

    @cached_property
    def everything(self) -> str:
        """Collection, id, limit; answers collection, id, version, body."""
        record = self.tables.record
        return self.text(
            select(record.c.collection, record.c.id, record.c.version, record.c.body)
            .where(tuple_(record.c.collection, record.c.id) > tuple_(a_text(), a_text()))
            .order_by(record.c.collection, record.c.id)
            .limit(a_number())
            .offset(NOTHING)
        )

    @cached_property
    def _insert_row(self) -> str:
        row = {each.name: a_text() for each in self.tables.record.c}
        return self.text(INSERTS[self.kind](self.tables.record).values(row).on_conflict_do_nothing())

    @cached_property
    def _enter_row(self) -> str:
        return self.text(
            self.tables.place.insert().values({each.name: a_text() for each in self.tables.place.c})
        )

    @cached_property
    def _add_row(self) -> str:
        counter = self.tables.counter
        added = INSERTS[self.kind](counter).values(name=a_text(), total=a_number())
        return self.text(
            added.on_conflict_do_update(
                index_elements=[counter.c.name],
                set_={"total": counter.c.total + added.excluded.total},
            ).returning(counter.c.name, counter.c.total)
        )

    def insert(self, number: int) -> str:
        """So many times: collection, id, version, body, places. What is there already is left alone."""
        return repeated(self._insert_row, number)

    def enter(self, number: int) -> str:
        """So many times: collection, name, at, id."""
        return repeated(self._enter_row, number)

    def add(self, number: int) -> str:
        """So many times: name, delta; answers with the name and the total of each."""
        return repeated(self._add_row, number)

    def look(self, records: int, counters: int) -> str:
        """So many times collection, id; so many times name: answers collection, id, version, body, total."""
        return self._once(("look", records, counters), lambda: self._look(records, counters))

    def lock(self, number: int) -> str:
        """So many times collection, id: locks the records in their order; collection, id, version, places."""
        return self._once(("lock", number), lambda: self._lock(number))

    def scan(self, query: Query) -> tuple[str, tuple[object, ...]]:
        """The statement that answers *query*, one row more than asked for, and its values."""
        after = query.after if query.after is not None and query.after[0] >= query.since else None
        text = self._once(
            ("scan", after is not None, query.until is not None),
            lambda: self._scan(is_resumed=after is not None, is_ended=query.until is not None),
        )
        since = (query.since,) if after is None else after
        until = () if query.until is None else (query.until,)
        return text, (query.collection, query.index, *since, *until, query.limit + 1)

    def text(self, clause: ClauseElement) -> str:
        """A statement as the driver wants it."""
        return worded(clause, self.dialect)

    def _once(self, name: tuple[object, ...], make: Callable[[], ClauseElement]) -> str:
        text = self._kept.get(name)
        if text is None:
            text = self._kept[name] = self.text(make())
        return text

    def _look(self, records: int, counters: int) -> ClauseElement:
        record, counter = self.tables.record, self.tables.counter
        parts = []
        if records:
            there, where = self._found(records)
            parts.append(
                select(
                    record.c.collection,
                    record.c.id,
                    record.c.version,
                    record.c.body,
                    null().cast(BigInteger).label("total"),
                )
                .select_from(there)
                .where(where)
            )
        if counters:
            parts.append(
                select(
                    literal_column(f"'{COUNTERS}'", Text).label("collection"),
                    counter.c.name,
                    null().cast(Text).label("version"),
                    null().cast(Text).label("body"),
                    counter.c.total,
                ).where(counter.c.name.in_([a_text() for _ in range(counters)]))
            )
        return parts[0] if len(parts) == 1 else parts[0].union_all(parts[1])

    def _lock(self, number: int) -> ClauseElement:
        record = self.tables.record
        there, where = self._found(number)
        return (
            select(record.c.collection, record.c.id, record.c.version, record.c.places)
            .select_from(there)
            .where(where)
            .order_by(record.c.collection, record.c.id)
            .with_for_update(of=record)
        )

    def _found(self, number: int) -> tuple[Any, Any]:
        """The records under so many keys: what to select from, and where."""
        record = self.tables.record
        if number <= KEYS_BY_NAME:
            return record, or_(*(_at_key(record) for _ in range(number)))
        wanted = _wanted(number)
        return wanted, and_(record.c.collection == wanted.c.collection, record.c.id == wanted.c.id)

    def _scan(self, *, is_resumed: bool, is_ended: bool) -> ClauseElement:
        record, place = self.tables.record, self.tables.place
        statement = (
            select(place.c.at, place.c.id, record.c.version, record.c.body)
            .join_from(
                place, record, and_(record.c.collection == place.c.collection, record.c.id == place.c.id)
            )
            .where(place.c.collection == a_text(), place.c.name == a_text())
        )
        if is_resumed:
            statement = statement.where(tuple_(place.c.at, place.c.id) > tuple_(a_text(), a_text()))
        else:
            statement = statement.where(place.c.at >= a_text())
        if is_ended:
            statement = statement.where(place.c.at < a_text())
        return statement.order_by(place.c.at, place.c.id).limit(a_number()).offset(NOTHING)


@lru_cache(maxsize=1_000)
def statements(kind: str, schema: str | None) -> Statements:
    """The statements for this kind of database, "postgresql" or "sqlite", and this schema."""
    return Statements(kind, schema)


def _at_key(record: Table) -> Any:
    return and_(record.c.collection == a_text(), record.c.id == a_text())


def _as_seen(record: Table) -> Any:
    return and_(_at_key(record), record.c.version == a_text())


def _wanted(number: int) -> CTE:
    named = values(column("collection", Text), column("id", Text), name="wanted")
    return named.data([(a_text(), a_text()) for _ in range(number)]).cte("wanted")
