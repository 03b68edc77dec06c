"""Pairs that a linkage program holds likely, as evidence: scored links, which join nobody by themselves.

The program may be splink, run by `linked` or anywhere else, or any other that tells probabilities: all that
is read is a table of pairs. Nothing but the pair, its probability and where it came from goes into the
evidence; the names and addresses that were compared stay outside.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

import attrs

from omnicommerce.identity import resolution
from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.instant import utc

PAIRS_MAX: Final = 5_000_000
"""A million customers with five candidates each; a program that finds more compared too carelessly."""

PER_MILLE: Final = 1_000

SCORE_LEAST: Final = 500
"""As likely as not. Evidence is kept for good, and what is less likely than that is not worth keeping."""

COLUMN_LENGTH_MAX: Final = 256

_SHOWN_MAX: Final = 40


@attrs.frozen
class RecordKey:
    """A record as the linkage program knows it: its id, and its table ("" where there is but one)."""

    id: str | int
    table: str = ""


EndOf: TypeAlias = Callable[[RecordKey], resolution.End]
"""Which identifier of the shop's a record stands for, its namespace, and whether it was verified."""


@attrs.frozen(kw_only=True)
class PairColumns:
    """The columns of a table of pairs, named as splink names them. Those of the tables may be absent.

    Raises:
        BadValue: a name is no text, is empty or too long, or stands for two columns.
    """

    a: str = "unique_id_l"
    b: str = "unique_id_r"
    a_table: str = "source_dataset_l"
    b_table: str = "source_dataset_r"
    probability: str = "match_probability"

    def __attrs_post_init__(self) -> None:
        named = attrs.asdict(self)
        for path, name in named.items():
            if type(name) is not str or not 0 < len(name) <= COLUMN_LENGTH_MAX:
                raise BadValue(f"columns.{path}", f"expected text of 1 to {COLUMN_LENGTH_MAX} characters")
        if len(set(named.values())) < len(named):
            raise BadValue("columns", "expected five columns, got one of them twice")


def scored_links(
    pairs: Iterable[Mapping[str, Any]],
    *,
    end_of: EndOf,
    seen_at: datetime,
    source: str,
    actor: str,
    valid_until: datetime | None = None,
    score_least: int = SCORE_LEAST,
    columns: PairColumns = PairColumns(),
) -> Iterator[resolution.Same]:
    """A scored link for each of *pairs* whose score is *score_least* or more.

    A pair is a row that can be asked for its columns by name, as splink's `as_record_list()` has them. The
    score is the probability per mille, rounded down. `end_of` says which identifier a record stands for; a
    pair of records that stand for one identifier says nothing, and is left out.

    A score is an opinion of its day: whoever runs the program every week says so by *valid_until*, and last
    week's opinions run out by themselves. The same pairs, told again with the same *seen_at*, are the same
    evidence.

    Raises:
        BadValue: a number or an instant is not what it should be, at once; and while the links are taken, a
            row lacks a column, a probability is none (not a number, or outside 0 to 1), or there are more
            than PAIRS_MAX pairs. The path says where: ``pairs[7].match_probability``.
    """
    checked_amount(score_least, "score_least", 0, PER_MILLE)
    if type(columns) is not PairColumns:
        raise BadValue("columns", f"expected PairColumns, got {type(columns).__name__}")
    seen_at = utc(seen_at, "seen_at")
    valid_until = None if valid_until is None else utc(valid_until, "valid_until")

    def link(a: resolution.End, b: resolution.End, score: int) -> resolution.Same:
        return resolution.Same(
            a=a,
            b=b,
            strength=resolution.Strength.SCORED,
            seen_at=seen_at,
            source=source,
            actor=actor,
            valid_until=valid_until,
            score=score,
        )

    return (
        link(a, b, score)
        for key_a, key_b, score in _scored(pairs, columns)
        if score >= score_least and (a := end_of(key_a)).node != (b := end_of(key_b)).node
    )


# --- reading a row -------------------------------------------------------------------------------


def _scored(
    pairs: Iterable[Mapping[str, Any]], columns: PairColumns
) -> Iterator[tuple[RecordKey, RecordKey, int]]:
    for nth, row in enumerate(pairs):
        if nth >= PAIRS_MAX:
            raise BadValue("pairs", f"expected at most {PAIRS_MAX}")
        path = f"pairs[{nth}]"
        yield (
            _key(row, columns.a, columns.a_table, path),
            _key(row, columns.b, columns.b_table, path),
            _score(_cell(row, columns.probability, path), f"{path}.{columns.probability}"),
        )


def _key(row: Mapping[str, Any], id_column: str, table_column: str, path: str) -> RecordKey:
    id = _cell(row, id_column, path)
    # True would be the record 1 of another table.
    if type(id) not in (str, int):
        raise BadValue(f"{path}.{id_column}", f"expected str or int, got {type(id).__name__}")
    table = row.get(table_column, "")
    if type(table) is not str:
        raise BadValue(f"{path}.{table_column}", f"expected str, got {type(table).__name__}")
    return RecordKey(id, table)


def _cell(row: Mapping[str, Any], column: str, path: str) -> Any:
    try:
        return row[column]
    except (KeyError, TypeError, IndexError):
        raise BadValue(f"{path}.{column}", "expected a row with this column") from None


def _score(probability: object, path: str) -> int:
    if not isinstance(probability, float | int) or isinstance(probability, bool):
        raise BadValue(path, f"expected a probability, got {type(probability).__name__}")
    # Not a number is in no order with any number, so it is not within, either.
    if not 0 <= probability <= 1:
        raise BadValue(path, f"expected a probability from 0 to 1, got {str(probability)[:_SHOWN_MAX]}")
    return math.floor(probability * PER_MILLE)
