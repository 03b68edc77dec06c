"""The first layout: records, where they are found, counters and the journal.

A step is never changed once it was released: it says here in full what it does, and does not look at how
the tables are described today.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import context, op

revision: Final = "0001"
down_revision: Final = None

BYTES: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Lay out a new shop."""
    schema = context.config.attributes["schema"]
    op.create_table(
        "record",
        sa.Column("collection", BYTES, primary_key=True),
        sa.Column("id", BYTES, primary_key=True),
        sa.Column("version", BYTES, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("places", sa.Text, nullable=False),
        schema=schema,
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "place",
        sa.Column("collection", BYTES, primary_key=True),
        sa.Column("name", BYTES, primary_key=True),
        sa.Column("at", BYTES, primary_key=True),
        sa.Column("id", BYTES, primary_key=True),
        schema=schema,
    )
    op.create_table(
        "counter",
        sa.Column("name", BYTES, primary_key=True),
        sa.Column("total", sa.BigInteger, nullable=False),
        schema=schema,
        postgresql_with={"fillfactor": 35},
    )
    op.create_table(
        "entry",
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement="ignore_fk",
        ),
        sa.Column("id", BYTES, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        schema=schema,
        sqlite_autoincrement=True,
    )
    if op.get_context().dialect.name == "postgresql":
        # Without a cache: a number that a connection has put by would be drawn too late.
        op.execute(
            sa.schema.CreateSequence(
                sa.Sequence("entry_drawn", data_type=sa.BigInteger, cache=1, schema=schema)
            )
        )
