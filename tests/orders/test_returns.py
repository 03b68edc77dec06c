"""Goods come back in any number of returns, and take back exactly what the sale brought."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.ids import MemberId, ProductId, StoreId
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.quantity import Quantity
from omnicommerce.orders import (
    GoodsReturned,
    Line,
    RecordedReturn,
    RecordedSale,
    Return,
    ReturnedLine,
    ReturnState,
    SaleKey,
    SaleRecorded,
    SpendMonth,
    Waiting,
    apply_to_return,
    apply_to_sale,
    apply_to_spend,
    apply_to_waiting,
    park,
    refuse,
    restored_before,
    sold_lines,
    take_back,
    wanted,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
KEY = SaleKey(StoreId("s1"), "t1", "0001")


def recorded(lines: tuple[Line, ...], earned: int = 0, burned: int = 0) -> RecordedSale:
    return RecordedSale(
        at=NOON,
        day=date(2026, 6, 1),
        store=KEY.store,
        channel=Channel.STORE,
        currency="CNY",
        node="m",
        member=MemberId("m"),
        lines=sold_lines(lines, Points(earned), Points(burned)),
    )


def line(quantity: int, paid: int) -> Line:
    return Line(ProductId("milk"), Quantity(quantity), Money(paid, "CNY"))


def back(*units: tuple[int, int], number: str = "r1") -> RecordedReturn:
    lines = tuple(ReturnedLine(place, Quantity(count)) for place, count in units)
    told = Return(store=StoreId("s2"), till="t1", number=number, at=NOON, of=KEY, lines=lines)
    return wanted(told)


LINES = st.lists(st.builds(line, st.integers(0, 7), st.integers(0, 2_000)), min_size=1, max_size=5).map(tuple)


@for_all(data=st.data(), lines=LINES, earned=st.integers(0, 500), burned=st.integers(0, 500))
def test_any_split_of_a_full_return_takes_back_the_whole(
    data: Any, lines: tuple[Line, ...], earned: int, burned: int
) -> None:
    sale = recorded(lines, earned, burned)
    left = {place: each.quantity.count for place, each in enumerate(lines, 1) if not each.quantity.is_zero}
    kept_for_ever = any(each.quantity.is_zero and each.paid.minor for each in lines)
    refund = points = restored = 0
    while left:
        place = data.draw(st.sampled_from(sorted(left)))
        units = data.draw(st.integers(1, left[place]))
        assert restored == restored_before(sale).count
        fact = take_back("r", back((place, units)), sale)
        sale = apply_to_sale(sale, fact)
        left[place] -= units
        left = {place: units for place, units in left.items() if units}
        refund += sum(each.refund_minor for each in fact.record.taken)
        points += fact.record.earned.count
        restored += fact.record.burned.count
        assert fact.is_whole == (not left and not kept_for_ever)

    of_units = [each for each in sale.lines if not each.quantity.is_zero]
    assert sum(each.paid_minor for each in of_units) == refund
    assert sum(each.earned.count for each in of_units) == points
    assert sum(each.burned.count for each in of_units) == restored


@for_all(lines=LINES, earned=st.integers(0, 500))
def test_the_shares_of_the_lines_add_up(lines: tuple[Line, ...], earned: int) -> None:
    sale = recorded(lines, earned, earned)

    assert (Points(earned), Points(earned)) == (sale.earned, sale.burned)
    assert all(each.earned >= Points(0) for each in sale.lines)


def test_the_naive_share_by_rounding_each_unit_loses_points() -> None:
    """Three units that earned 10 points: 3 for each is 9, and who returns all keeps one for ever."""
    naive = [round(10 / 3) for _ in range(3)]
    sale = recorded((line(3, 100),), earned=10)
    taken = []
    for _ in range(3):
        fact = take_back("r", back((1, 1)), sale)
        sale = apply_to_sale(sale, fact)
        taken.append(fact.record.earned.count)

    assert 10 != sum(naive)
    assert [3, 3, 4] == taken


@pytest.mark.parametrize(
    ("units", "codes"),
    [
        (((1, 3),), ["more_than_sold"]),
        (((2, 1),), ["no_such_line"]),
        (((1, 3), (2, 1)), ["more_than_sold", "no_such_line"]),
    ],
)
def test_no_more_comes_back_than_was_sold(units: tuple[tuple[int, int], ...], codes: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        take_back("r", back(*units), recorded((line(2, 100),)))

    assert codes == [each.code for each in refused.value.verdict.failures()]


def test_what_has_come_back_does_not_come_back_again() -> None:
    sale = recorded((line(2, 100),))
    once = apply_to_sale(sale, take_back("r", back((1, 2)), sale))

    with pytest.raises(Refused) as refused:
        take_back("r2", back((1, 1)), once)

    assert (0, 1) == (
        refused.value.verdict.first_failure.required,
        refused.value.verdict.first_failure.missing,
    )


def test_a_return_waits_then_it_is_taken_or_refused() -> None:
    told = Return(
        store=KEY.store, till="t1", number="r1", at=NOON, of=KEY, lines=(ReturnedLine(1, Quantity(1)),)
    )
    parked = park(told, None)
    waiting = apply_to_waiting(None, parked)
    record = apply_to_return(None, parked)
    fact = take_back(parked.id, record, recorded((line(1, 100),)))
    with pytest.raises(Refused) as refused:
        take_back(parked.id, record, recorded((line(0, 100),)))
    no = refuse(parked.id, record, refused.value.verdict)

    assert Waiting(("s1/t1/r1",)) == waiting
    assert (ReturnState.WAITING, None) == (record.state, record.refund)
    assert Money(100, "CNY") == apply_to_return(record, fact).refund
    assert ReturnState.REFUSED is apply_to_return(record, no).state
    assert "more_than_sold" == refused.value.code


def test_only_so_many_returns_wait_for_one_sale() -> None:
    told = Return(
        store=KEY.store, till="t1", number="r", at=NOON, of=KEY, lines=(ReturnedLine(1, Quantity(1)),)
    )

    with pytest.raises(Refused) as refused:
        park(told, Waiting(tuple(f"s1/t1/{number}" for number in range(20))))

    assert "too_many_waiting" == refused.value.code


@for_all(lines=LINES)
def test_a_day_on_which_everything_came_back_was_never_bought_on(lines: tuple[Line, ...]) -> None:
    sale = recorded(lines)
    units = tuple(
        (place, each.quantity.count) for place, each in enumerate(lines, 1) if not each.quantity.is_zero
    )
    month = apply_to_spend(None, SaleRecorded("s", sale))
    if not units:
        return
    after = apply_to_spend(month, take_back("r", back(*units), sale))
    kept = sum(each.paid.minor for each in lines if each.quantity.is_zero)

    assert kept == sum(day.spend_minor for day in after.days)
    assert (SpendMonth() == after) == (kept == 0)


def test_days_of_a_month_stay_in_order() -> None:
    month = None
    for day in (9, 3, 30, 3):
        record = attrs.evolve(recorded((line(1, 100),)), day=date(2026, 6, day))
        month = apply_to_spend(month, SaleRecorded("s", record))

    assert month is not None
    assert [(3, 200, 2), (9, 100, 1), (30, 100, 1)] == [
        (each.day, each.spend_minor, each.purchases) for each in month.days
    ]
    assert isinstance(take_back("r", back((1, 1)), recorded((line(1, 1),))), GoodsReturned)
