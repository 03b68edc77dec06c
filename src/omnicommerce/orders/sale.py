"""What a till or a web shop reports: a sale with its lines, or goods that came back.

A sale is a fact, and its receipt names it for ever: the same receipt twice is one sale.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import CampaignId, MemberId, ProductId, StoreId, checked_id
from omnicommerce.kernel.instant import utc
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.quantity import Quantity

LINES_MAX: Final = 1_000
"""The longest receipts of a supermarket have some 200 lines; a thousand is a wholesale order."""

TOTAL_MINOR_MAX: Final = 10**11
"""A billion yuan on one receipt; sums of ten thousand such still are amounts."""

COUPONS_MAX: Final = 20
"""Nobody hands over more coupons at once; each is judged by name."""

NAME_LENGTH_MAX: Final = 64
"""Three of these and two slashes still fit one record's id."""


def _check_kind(value: object, kind: type[object], path: str) -> None:
    if type(value) is not kind:
        raise BadValue(path, f"expected {kind.__name__}, got {type(value).__name__}")


def _check_kinds(values: object, kind: type[object], path: str) -> None:
    if type(values) is not tuple:
        raise BadValue(path, f"expected tuple, got {type(values).__name__}")
    for place, value in enumerate(values):
        _check_kind(value, kind, f"{path}[{place}]")


def _checked_name(name: object, path: str) -> None:
    checked = checked_id(name, path)
    if len(checked) > NAME_LENGTH_MAX:
        raise BadValue(path, f"expected at most {NAME_LENGTH_MAX} characters, got {len(checked)}")
    if "/" in checked:
        raise BadValue(path, "expected a name without a slash, which parts store, till and number")


@attrs.frozen
class SaleKey:
    """The name of a receipt: which store, which till, which number.

    Raises:
        BadValue: one of them is empty, longer than NAME_LENGTH_MAX, or holds a slash or an unprintable
            character.
    """

    store: StoreId
    till: str
    number: str

    def __attrs_post_init__(self) -> None:
        _checked_name(self.store, "store")
        _checked_name(self.till, "till")
        _checked_name(self.number, "number")

    @property
    def id(self) -> str:
        """The key as one text, such as ``s1/t3/000482``."""
        return f"{self.store}/{self.till}/{self.number}"


@attrs.frozen
class Line:
    """One line of a receipt: so many of an article, and what was paid for all of them together.

    `paid` is what the customer owed for the line after every discount, tax as the shop shows it.

    Raises:
        BadValue: `paid` is below zero, or the product's name cannot name a record.
    """

    product: ProductId
    quantity: Quantity
    paid: Money

    def __attrs_post_init__(self) -> None:
        checked_id(self.product, "product")
        _check_kind(self.quantity, Quantity, "quantity")
        _check_kind(self.paid, Money, "paid")
        if self.paid.minor < 0:
            raise BadValue("paid", "expected no less than nothing: goods that come back are a Return")


@attrs.frozen
class Shown:
    """What the customer showed: the kind of identifier (``till_member``, ``phone``, ``email``) and its text.

    A phone number without a country code needs its `region`, such as ``CN``. It is read as an identifier when
    the sale is told, and its text is kept nowhere.
    """

    namespace: str
    text: str = attrs.field(repr=False)
    region: str | None = None


@attrs.frozen(kw_only=True)
class Sale:
    """A sale as it happened: what was sold, when, where, to whom, and what was used to pay less.

    `at` is when it happened, however late it is told. Who bought it is the `member`, or whoever `shown`
    names; a guest has neither. `burn` says how many points are spent with it, `coupons` which
    campaigns are redeemed, a use each. What it earns is the shop's to say, so there is no field for it.

    Raises:
        BadValue: the lines do not add up to `total`, are in several currencies, are none or more than
            LINES_MAX; the total is above TOTAL_MINOR_MAX; there are more than COUPONS_MAX coupons; the burn
            is below zero; or both a member and something shown are given. The path says which.
    """

    store: StoreId
    till: str
    number: str
    at: datetime = attrs.field(converter=utc)
    lines: tuple[Line, ...]
    total: Money
    channel: Channel = Channel.STORE
    shown: Shown | None = None
    member: MemberId | None = None
    burn: Points = Points(0)
    coupons: tuple[CampaignId, ...] = ()

    def __attrs_post_init__(self) -> None:
        SaleKey(self.store, self.till, self.number)
        _check_kinds(self.lines, Line, "lines")
        _check_kind(self.total, Money, "total")
        _check_kind(self.burn, Points, "burn")
        if not 0 < len(self.lines) <= LINES_MAX:
            raise BadValue("lines", f"expected 1 to {LINES_MAX} lines, got {len(self.lines)}")
        if self.total.minor > TOTAL_MINOR_MAX:
            raise BadValue("total", f"expected at most {TOTAL_MINOR_MAX} minor units, got {self.total.minor}")
        if len(self.coupons) > COUPONS_MAX:
            raise BadValue("coupons", f"expected at most {COUPONS_MAX} coupons, got {len(self.coupons)}")
        if self.burn < Points(0):
            raise BadValue("burn", f"expected no less than 0 points, got {self.burn.count}")
        if self.shown is not None and self.member is not None:
            raise BadValue("member", "expected a member or what was shown, not both")
        _check_total(self.lines, self.total)

    @property
    def key(self) -> SaleKey:
        """The name of the receipt."""
        return SaleKey(self.store, self.till, self.number)


@attrs.frozen
class ReturnedLine:
    """So many units of one line of a receipt came back; line 1 is the first.

    Raises:
        BadValue: there is no such line on any receipt, or nothing came back.
    """

    line: int
    quantity: Quantity

    def __attrs_post_init__(self) -> None:
        checked_amount(self.line, "line", 1, LINES_MAX)
        _check_kind(self.quantity, Quantity, "quantity")
        if self.quantity.is_zero:
            raise BadValue("quantity", "expected at least 1 unit")


@attrs.frozen(kw_only=True)
class Return:
    """Goods that came back: units of the lines of an earlier sale, wherever it was and whoever brings them.

    What they are worth is known from the sale, so the return says only which units. It has a receipt of its
    own, and may be told before the sale.

    Raises:
        BadValue: a line is named twice, or there are no lines or more than LINES_MAX.
    """

    store: StoreId
    till: str
    number: str
    at: datetime = attrs.field(converter=utc)
    of: SaleKey
    lines: tuple[ReturnedLine, ...]
    channel: Channel = Channel.STORE

    def __attrs_post_init__(self) -> None:
        SaleKey(self.store, self.till, self.number)
        _check_kind(self.of, SaleKey, "of")
        _check_kinds(self.lines, ReturnedLine, "lines")
        if not 0 < len(self.lines) <= LINES_MAX:
            raise BadValue("lines", f"expected 1 to {LINES_MAX} lines, got {len(self.lines)}")
        named: set[int] = set()
        for place, each in enumerate(self.lines):
            if each.line in named:
                raise BadValue(f"lines[{place}].line", f"expected every line once, got {each.line} again")
            named.add(each.line)

    @property
    def key(self) -> SaleKey:
        """The name of its own receipt."""
        return SaleKey(self.store, self.till, self.number)


def _check_total(lines: tuple[Line, ...], total: Money) -> None:
    for place, line in enumerate(lines):
        if line.paid.currency != total.currency:
            raise BadValue(
                f"lines[{place}].paid", f"expected {total.currency}, as the total, got {line.paid.currency}"
            )
    paid = sum(line.paid.minor for line in lines)
    if paid != total.minor:
        raise BadValue("total", f"expected what the lines add up to, {paid} minor units, got {total.minor}")
