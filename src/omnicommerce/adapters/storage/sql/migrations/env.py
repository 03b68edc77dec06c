"""What alembic runs: each step within the transaction that `upgrade` has begun."""

from __future__ import annotations

from alembic import context

from omnicommerce.adapters.storage.sql.tables import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    version_table_schema=context.config.attributes["schema"],
    transactional_ddl=False,
)
context.run_migrations()
