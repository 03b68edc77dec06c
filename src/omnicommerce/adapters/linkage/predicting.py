"""Records of customers, compared by splink: which of them are likely one customer's, and how likely.

Splink keeps to the model of Fellegi and Sunter (A Theory for Record Linkage, 1969), on DuckDB, in this
process. Which fields are compared, and what each of them weighs, its settings say, and they are splink's own:
https://moj-analytical-services.github.io/splink. Splink and DuckDB are loaded when they are first needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from omnicommerce.adapters.linkage.scored import PER_MILLE, SCORE_LEAST, PairColumns
from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.errors import BadValue, CommerceError
from omnicommerce.kernel.ids import checked_word

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from splink import SettingsCreator

TABLES_MAX: Final = 16
"""More tables of customers than a shop has doors."""

RECORDS_MAX: Final = 1_000_000
"""Records of one table that is a list. Whoever has more has them in columns, or runs splink by themselves."""

_AT_ONCE: Final = 10_000
"""Rows that are taken out of DuckDB in one turn."""

_COLUMNS: Final = PairColumns()

# Customers are compared in memory: no file is read for it, none is written when memory runs out, and no
# extension is fetched from a network.
_CONFINED: Final[dict[str, str | bool | int | float | list[str]]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "temp_directory": "",
}


class MissingExtra(CommerceError, ImportError):
    """A library is not installed; `extra` is the extra of this library that brings it."""

    def __init__(self, extra: str) -> None:
        super().__init__(extra)
        self.extra = extra

    def __str__(self) -> str:
        return f"pip install 'omnicommerce-core[{self.extra}]' brings the libraries that this needs"


def linked(
    tables: Mapping[str, Any], settings: Any, *, score_least: int = SCORE_LEAST
) -> Iterator[dict[str, Any]]:
    """The pairs of records that splink holds likely, the likeliest first, for `scored_links` to tell.

    *tables* are the records by the name of their table: a list of dicts (one a record, None where a field is
    not known), or a table that splink can register, such as one of Arrow's or pandas'. *settings* are those
    of a trained model: splink's `SettingsCreator`, its dictionary, or the path of its JSON. With settings
    that are not trained splink warns, and its probabilities mean little.

    The pairs have the columns that `PairColumns` names by default, whatever the settings call them, and the
    name of a record's table even where there is but one. All of it happens in memory, when the first pair is
    taken.

    Raises:
        MissingExtra: splink is not installed.
        BadValue: there is no table or too many, one has a name that is no word, or a list holds no records,
            too many of them, or records with different fields.
        Exception: whatever splink itself has to say about the settings.
    """
    checked_amount(score_least, "score_least", 0, PER_MILLE)
    for name, table in _checked_tables(tables).items():
        if isinstance(table, list | tuple):
            _check_records(table, f"tables.{name}")
    try:
        import duckdb  # noqa: F401, PLC0415 - heavy, and only a shop that links needs it
        from splink import SettingsCreator  # noqa: PLC0415 - likewise
    except ModuleNotFoundError as missing:
        raise MissingExtra("linkage") from missing
    if not isinstance(settings, SettingsCreator):
        known = dict(settings) if isinstance(settings, Mapping) else settings
        settings = SettingsCreator.from_path_or_dict(known)
    return _predicted(dict(tables), settings, score_least)


def _predicted(
    tables: dict[str, Any], settings: SettingsCreator, score_least: int
) -> Iterator[dict[str, Any]]:
    import duckdb  # noqa: PLC0415 - see above

    with closing(duckdb.connect(config=_CONFINED)) as connection:
        yield from _compared(connection, tables, settings, score_least)


def _compared(
    connection: DuckDBPyConnection, tables: dict[str, Any], settings: SettingsCreator, score_least: int
) -> Iterator[dict[str, Any]]:
    from duckdb import ColumnExpression, ConstantExpression  # noqa: PLC0415 - see above
    from splink import DuckDBAPI, Linker  # noqa: PLC0415 - see above

    database = DuckDBAPI(connection)
    registered = [
        database.register(table, table_name=f"records_{nth}", dataset_display_name=name)
        for nth, (name, table) in enumerate(tables.items())
    ]
    # Logging is the host's: splink would set it up.
    linker = Linker(registered, settings, log_level=None)
    found = linker.inference.predict(_least_probability(score_least)).as_duckdbpyrelation()
    told = {
        _COLUMNS.a: f"{settings.unique_id_column_name}_l",
        _COLUMNS.b: f"{settings.unique_id_column_name}_r",
        _COLUMNS.a_table: f"{settings.source_dataset_column_name}_l",
        _COLUMNS.b_table: f"{settings.source_dataset_column_name}_r",
        _COLUMNS.probability: "match_probability",
    }
    # Splink does not say which table a record is of where there is but one.
    only = ConstantExpression(next(iter(tables)))
    chosen = [
        (ColumnExpression(name) if name in found.columns else only).alias(ours) for ours, name in told.items()
    ]
    ranked = [
        ColumnExpression(ours).desc() if ours == _COLUMNS.probability else ColumnExpression(ours)
        for ours in (_COLUMNS.probability, _COLUMNS.a_table, _COLUMNS.a, _COLUMNS.b_table, _COLUMNS.b)
    ]
    # A relation would hold all rows at once, or ask again for every few: a statement hands them out in turns.
    rows = connection.execute(found.select(*chosen).sort(*ranked).sql_query())
    while some := rows.fetchmany(_AT_ONCE):
        yield from (dict(zip(told, row, strict=True)) for row in some)


def _least_probability(score_least: int) -> float:
    # Splink weighs in logarithms, whose last digit is rounded, and has no weight for certainty: this spares
    # us what is below the line, and `scored_links` draws it.
    return max(0.0, (score_least - 1) / PER_MILLE)


def _checked_tables(tables: object) -> Mapping[Any, Any]:
    if not isinstance(tables, Mapping) or not 0 < len(tables) <= TABLES_MAX:
        raise BadValue("tables", f"expected 1 to {TABLES_MAX} tables by their names")
    for name in tables:
        # Splink writes the name into its statements.
        checked_word(name, "tables")
    return tables


def _check_records(records: Sequence[Any], path: str) -> None:
    if not 0 < len(records) <= RECORDS_MAX:
        raise BadValue(path, f"expected 1 to {RECORDS_MAX} records, got {len(records)}")
    for nth, record in enumerate(records):
        # A field that the first record lacks would be left out of all of them, without a word.
        if not isinstance(record, Mapping) or record.keys() != records[0].keys():
            raise BadValue(f"{path}[{nth}]", "expected a record with the fields of the first one")
