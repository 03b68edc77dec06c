"""What a till may say about a sale, and what it may not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from omnicommerce import wire
from omnicommerce.kernel.errors import BadInput, BadValue
from omnicommerce.kernel.ids import MemberId, ProductId, StoreId
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.quantity import Quantity
from omnicommerce.orders import Line, Return, ReturnedLine, Sale, SaleKey, Shown

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MILK = Line(ProductId("milk"), Quantity(2), Money(1_980, "CNY"))
TOO_MUCH = Money(10**11 + 1, "CNY")
BREAD = Line(ProductId("bread"), Quantity(1), Money(800, "CNY"))


def sale(**changes: Any) -> Sale:
    told: dict[str, Any] = {
        "store": StoreId("s1"),
        "till": "t1",
        "number": "0001",
        "at": NOON,
        "lines": (MILK, BREAD),
        "total": Money(2_780, "CNY"),
    }
    return Sale(**{**told, **changes})


def goods(**changes: Any) -> Return:
    told: dict[str, Any] = {
        "store": StoreId("s2"),
        "till": "t9",
        "number": "0001",
        "at": NOON,
        "of": sale().key,
        "lines": (ReturnedLine(1, Quantity(1)),),
    }
    return Return(**{**told, **changes})


def test_a_receipt_is_named_by_store_till_and_number() -> None:
    assert "s1/t1/0001" == sale().key.id


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"total": Money(2_779, "CNY")}, "total"),
        ({"total": Money(2_780, "USD")}, "lines[0].paid"),
        ({"lines": (MILK, attrs.evolve(BREAD, paid=Money(800, "USD")))}, "lines[1].paid"),
        ({"lines": (), "total": Money(0, "CNY")}, "lines"),
        ({"lines": (BREAD,) * 1_001, "total": Money(800_800, "CNY")}, "lines"),
        ({"burn": Points(-1)}, "burn"),
        ({"burn": 5}, "burn"),
        ({"lines": None}, "lines"),
        ({"lines": (MILK, 5)}, "lines[1]"),
        ({"total": 5}, "total"),
        (
            {
                "lines": (attrs.evolve(MILK, paid=Money(10**11 + 1, "CNY")),),
                "total": Money(10**11 + 1, "CNY"),
            },
            "total",
        ),
        ({"coupons": ("spring",) * 21}, "coupons"),
        ({"member": MemberId("m"), "shown": Shown("till_member", "M-1")}, "member"),
        ({"at": datetime(2026, 6, 1)}, "at"),  # noqa: DTZ001 - that is the point
        ({"store": StoreId("s/1")}, "store"),
        ({"till": ""}, "till"),
        ({"number": "x" * 65}, "number"),
    ],
)
def test_a_sale_that_cannot_be_is_none_and_the_path_says_why(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(BadValue) as refused:
        sale(**changes)

    assert path == refused.value.path


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: Line(ProductId("milk"), Quantity(1), Money(-1, "CNY")), "paid"),
        (lambda: Line(ProductId(""), Quantity(1), Money(1, "CNY")), "product"),
        (lambda: Line(ProductId("milk"), 1, Money(1, "CNY")), "quantity"),  # type: ignore[arg-type]
        (lambda: Line(ProductId("milk"), Quantity(1), 5), "paid"),  # type: ignore[arg-type]
        (lambda: ReturnedLine(1, 1), "quantity"),  # type: ignore[arg-type]
        (lambda: goods(of="s1/t1/1"), "of"),
        (lambda: goods(lines=(5,)), "lines[0]"),
        (lambda: Quantity(10**7), "quantity"),
        (lambda: ReturnedLine(0, Quantity(1)), "line"),
        (lambda: ReturnedLine(1, Quantity(0)), "quantity"),
        (lambda: goods(lines=()), "lines"),
        (lambda: goods(lines=(ReturnedLine(1, Quantity(1)),) * 2), "lines[1].line"),
        (lambda: goods(number="a/b"), "number"),
    ],
)
def test_nor_is_a_line_or_a_return_that_cannot_be(make: Any, path: str) -> None:
    with pytest.raises(BadValue) as refused:
        make()

    assert path == refused.value.path


def test_a_sale_comes_over_the_wire_and_goes_back() -> None:
    told = sale(shown=Shown("till_member", "M-1"), burn=Points(20), coupons=("spring",))

    assert told == wire.load(wire.dump(told, Sale), Sale)
    assert goods() == wire.load(wire.dump(goods(), Return), Return)


@pytest.mark.parametrize(
    ("path", "spoil"),
    [
        ("$.points", lambda data: data | {"points": 27}),
        ("$.earned", lambda data: data | {"earned": 27}),
        ("$.lines[1].quantity", lambda data: _with_line(data, quantity=10**7)),
        ("$.lines[1].quantity", lambda data: _with_line(data, quantity=1.5)),
        ("$.lines[1].paid.minor", lambda data: _with_line(data, paid={"minor": "800", "currency": "CNY"})),
        ("$.total", lambda data: data | {"total": {"minor": 1, "currency": "CNY"}}),
    ],
)
def test_a_client_says_what_was_sold_and_not_what_it_earns(path: str, spoil: Any) -> None:
    with pytest.raises(BadInput) as refused:
        wire.load(spoil(wire.dump(sale(), Sale)), Sale)

    assert path == refused.value.path


def _with_line(data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return data | {"lines": [data["lines"][0], data["lines"][1] | changes]}


def test_what_was_shown_is_not_told_by_a_repr() -> None:
    assert "138" not in repr(sale(shown=Shown("phone", "13800138000")))
    assert SaleKey(StoreId("s1"), "t1", "1") == SaleKey(StoreId("s1"), "t1", "1")
