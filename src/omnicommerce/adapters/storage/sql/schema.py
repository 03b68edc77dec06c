"""How a shop's tables are laid out in a database, kept up to date, and refused when they are not known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from typing import Final

from sqlalchemy import Connection, Engine, exc, select

from omnicommerce.adapters.storage.sql.errors import as_port_error
from omnicommerce.adapters.storage.sql.statements import Statements
from omnicommerce.adapters.storage.sql.tables import (
    REVISIONS,
    VERSION_TABLE,
    checked_schema,
    creation_of,
    tables,
)
from omnicommerce.adapters.storage.sql.transactions import DRIVERS, Hand
from omnicommerce.kernel.errors import BadValue, PortFault

SERVER_OLDEST: Final = 150_000
"""PostgreSQL 15, the oldest this library is tested with."""

LOCK_MS: Final = 60_000
"""How long to wait for whoever else lays out tables, or works on them."""

_LAID_OUT: Final = int.from_bytes(b"omni")
"""Who lays out tables takes this advisory lock first: two at once would stumble over each other."""

_SERVER: Final = (
    "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),"
    " current_setting('synchronous_commit'), pg_is_in_recovery()"
)


def upgrade(engine: Engine, *, schema: str | None = None) -> None:
    """Lay out the tables of a shop, or bring them up to date; does nothing if they are.

    It is all or nothing, and may be killed and run again at any point. On PostgreSQL a *schema* that is not
    there is created. Stop the writers of the shop while a library with another layout is rolled out.

    Raises:
        BadValue: the engine is async, or speaks through another driver than psycopg 3 or sqlite3.
        PortFault: the tables there are newer than this library. Nothing was changed.
        Unavailable: the server did not answer. Nothing was changed.
    """
    checked_schema(schema)
    given: object = engine
    if not isinstance(given, Engine) or given.driver not in DRIVERS:
        raise BadValue("engine", f"expected a blocking postgresql+psycopg or sqlite engine, got {engine!r}")
    where = engine.url.render_as_string()
    try:
        with _alone(engine) as connection:
            if schema is not None:
                connection.execute(creation_of(schema))
            found = _revision(connection, schema)
            _refuse_unknown(found, where)
            if found != REVISIONS[-1]:
                _upgraded(connection, schema)
    except exc.SQLAlchemyError as error:
        raise as_port_error(error, where) from error


def checked_layout(hand: Hand, say: Statements, where: str) -> None:
    """Make sure that the tables are those of this library, and that the server keeps what is promised.

    Raises:
        PortFault: they are not there, older or newer; or the server is not one to keep a shop in.
    """
    if say.kind == "postgresql":
        ((number, encoding, synchronous, is_standby),) = hand.rows(_SERVER)
        wrong = {
            f"PostgreSQL {number // 10_000} is too old: 15 or later is needed": number < SERVER_OLDEST,
            f"the database's encoding is {encoding}: UTF8 is needed": encoding != "UTF8",
            "synchronous_commit is off: a crash would lose what was acknowledged": synchronous == "off",
            "this server is a standby: a shop decides on the primary only": is_standby,
        }
        for complaint, is_wrong in wrong.items():
            if is_wrong:
                raise PortFault(f"{where}: {complaint}")
    table = say.dialect.identifier_preparer.format_table(say.tables.version)
    rows = hand.rows(f"SELECT version_num FROM {table}")  # noqa: S608  # a quoted name
    found = rows[0][0] if rows else None
    _refuse_unknown(found, where)
    if found != REVISIONS[-1]:
        raise PortFault(f"{where}: the tables have the layout {found}: run upgrade(engine) first")


def _refuse_unknown(found: str | None, where: str) -> None:
    if found is not None and found not in REVISIONS:
        raise PortFault(
            f"{where} was laid out by a newer omnicommerce (layout {found}, this one knows {REVISIONS[-1]}):"
            " upgrade the library; nothing was changed"
        )


def _revision(connection: Connection, schema: str | None) -> str | None:
    if not connection.dialect.has_table(connection, VERSION_TABLE, schema=schema):
        return None
    found: str | None = connection.scalar(select(tables(schema).version.c.version_num))
    return found


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """One transaction for everything, with nobody else laying out tables meanwhile.

    It is begun and ended by hand, because sqlite3 left to itself begins none before a CREATE TABLE.
    """
    is_postgres = engine.dialect.name == "postgresql"
    with engine.connect() as held:
        connection = held.execution_options(isolation_level="AUTOCOMMIT")
        try:
            connection.exec_driver_sql("BEGIN" if is_postgres else "BEGIN IMMEDIATE")
            if is_postgres:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LOCK_MS}")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LAID_OUT})")
            yield connection
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            # A connection that is closed within its transaction has undone it.
            connection.invalidate()
            raise


def _upgraded(connection: Connection, schema: str | None) -> None:
    # Loaded on first use: whoever only keeps a shop never needs it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    with as_file(files("omnicommerce.adapters.storage.sql") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        config.attributes["schema"] = schema
        command.upgrade(config, "head")
