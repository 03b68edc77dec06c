"""The five tables of a shop, the same on PostgreSQL and on SQLite, each in the shop's own schema.

A report may read them: `place` says at which text a record is found in which index, `record` holds the
bodies as JSON text, `counter` the totals and `entry` the journal. Only this library writes them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import attrs
from sqlalchemy import BigInteger, Column, Integer, MetaData, Sequence, Table, Text
from sqlalchemy.schema import CreateSchema

from omnicommerce.kernel.errors import BadValue

_PLAIN: Final = re.compile(r"(?!pg_)[a-z][a-z0-9_]{0,62}")
"""PostgreSQL keeps 63 bytes of a name and cuts a longer one off without a word; pg_ is its own."""

REVISIONS: Final = ("0001",)
"""Every layout this library has ever had, oldest first; the last is the one it works with."""

VERSION_TABLE: Final = "omnicommerce_version"
"""Where the layout of a shop is written down; a host that uses alembic too keeps a table of its own."""

BYTES: Final = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that sorts by its UTF-8 bytes; SQLite sorts every text so."""

ROW_NUMBER: Final = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts rows in a column that is declared INTEGER, and up to 2**63 as well."""

HOT_FILL: Final = 70
"""How full a page is packed, in per cent: a new version of a row that stays on its page costs no index."""


@attrs.frozen(eq=False)
class Tables:
    """The tables of one shop."""

    schema: str | None
    record: Table
    place: Table
    counter: Table
    entry: Table
    version: Table
    drawn: Sequence


@lru_cache(maxsize=1_000)
def tables(schema: str | None) -> Tables:
    """The tables of the shop that lives in *schema*; None is the schema the connection stands in."""
    metadata = MetaData(schema=schema)
    # `places` repeats a record's index rows inside the record: old ones are deleted one by one by key,
    # and a put whose rows stay the same is seen to be one without a look at them.
    record = Table(
        "record",
        metadata,
        Column("collection", BYTES, primary_key=True),
        Column("id", BYTES, primary_key=True),
        Column("version", BYTES, nullable=False),
        Column("body", Text, nullable=False),
        Column("places", Text, nullable=False),
        postgresql_with={"fillfactor": HOT_FILL},
    )
    place = Table(
        "place",
        metadata,
        Column("collection", BYTES, primary_key=True),
        Column("name", BYTES, primary_key=True),
        Column("at", BYTES, primary_key=True),
        Column("id", BYTES, primary_key=True),
    )
    counter = Table(
        "counter",
        metadata,
        Column("name", BYTES, primary_key=True),
        Column("total", BigInteger, nullable=False),
        postgresql_with={"fillfactor": HOT_FILL // 2},
    )
    # SQLite's AUTOINCREMENT never hands out a position twice, also after the last entry was trimmed.
    entry = Table(
        "entry",
        metadata,
        Column("position", ROW_NUMBER, primary_key=True, autoincrement="ignore_fk"),
        Column("id", BYTES, nullable=False),
        Column("body", Text, nullable=False),
        sqlite_autoincrement=True,
    )
    version = Table(VERSION_TABLE, metadata, Column("version_num", Text))
    return Tables(schema, record, place, counter, entry, version, Sequence("entry_drawn", metadata=metadata))


def checked_schema(schema: str | None) -> str | None:
    """The schema a shop lives in: a plain name, so that a report can be written about it by hand.

    Raises:
        BadValue: it is not made of at most 63 lower-case letters, digits and underscores.
    """
    if schema is not None and (type(schema) is not str or _PLAIN.fullmatch(schema) is None):
        raise BadValue("schema", f"expected lower-case letters, digits and underscores, got {schema!r}")
    return schema


def creation_of(schema: str) -> CreateSchema:
    """The statement that makes a schema if there is none."""
    return CreateSchema(schema, if_not_exists=True)
