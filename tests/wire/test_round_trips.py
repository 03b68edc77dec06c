"""Whatever is written can be read, is the same, and has one canonical text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zlib import crc32

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce import wire
from omnicommerce.identity import Strength
from omnicommerce.kernel.actor import Actor, Customer, Staff, System, Till
from omnicommerce.kernel.bounds import AMOUNT_MAX
from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.currencies import EXPONENTS
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId, StoreId
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.quantity import QUANTITY_MAX, Quantity
from omnicommerce.kernel.todo import Parked, Todo
from omnicommerce.kernel.verdict import Joint, Measure, Verdict
from omnicommerce.kernel.window import Window

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
names = st.text(st.sampled_from("abc01-/会员"), min_size=1, max_size=10)
amounts = st.integers(-AMOUNT_MAX, AMOUNT_MAX)
monies = st.builds(Money, amounts, st.sampled_from(sorted(EXPONENTS)))
points = st.builds(Points, amounts)
quantities = st.builds(Quantity, st.integers(0, QUANTITY_MAX))
instants = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
actors: st.SearchStrategy[Actor] = st.one_of(
    st.builds(Customer, names.map(MemberId)),
    st.builds(Staff, names, st.frozensets(names, max_size=4)),
    st.builds(Till, names.map(StoreId), names),
    st.builds(System, names),
)
measures: st.SearchStrategy[Measure] = st.one_of(st.booleans(), amounts, texts, monies, points, instants)
codes = st.sampled_from(["too_few_points", "ok", "a1"])
leaves = st.builds(
    Verdict,
    codes,
    st.booleans(),
    st.none() | measures,
    st.none() | measures,
    st.none() | measures,
)
verdicts = st.recursive(
    leaves,
    lambda parts: st.builds(
        Verdict,
        codes,
        st.booleans(),
        joint=st.sampled_from(Joint),
        parts=st.lists(parts, max_size=3).map(tuple),
    ),
    max_leaves=8,
)
windows = (
    st.tuples(instants, instants)
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: Window(min(pair), max(pair)))
)
spans = st.integers(0, 10**12).map(lambda seconds: timedelta(seconds=seconds))
todos = st.builds(Todo, names, names, instants, st.integers(0, 9))
parked = st.builds(Parked, names, names, instants, texts)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | texts | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@attrs.frozen
class Everything:
    id: MemberId
    actor: Actor
    by_store: Mapping[StoreId, tuple[Money, ...]]
    by_channel: Mapping[Channel, Points]
    tags: frozenset[MemberId]
    channels: frozenset[Channel]
    actors: frozenset[Actor]
    row: tuple[tuple[str, int], ...]
    day: date
    share: float
    quantity: Quantity
    answer: Any
    nothing: None
    either: int | str
    window: Window | None = None


everything = st.builds(
    Everything,
    names.map(MemberId),
    actors,
    st.dictionaries(names.map(StoreId), st.lists(monies, max_size=2).map(tuple), max_size=2),
    st.dictionaries(st.sampled_from(Channel), points),
    st.frozensets(names.map(MemberId), max_size=4),
    st.frozensets(st.sampled_from(Channel)),
    st.frozensets(actors, max_size=3),
    st.lists(st.tuples(texts, st.integers()), max_size=2).map(tuple),
    st.dates(),
    st.floats(allow_nan=False, allow_infinity=False),
    quantities,
    plain,
    st.none(),
    st.integers() | texts,
    st.none() | windows,
)


def cases() -> st.SearchStrategy[tuple[Any, Any]]:
    of_kind: list[tuple[st.SearchStrategy[Any], Any]] = [
        (monies, Money),
        (points, Points),
        (quantities, Quantity),
        (instants, datetime),
        (windows, Window),
        (spans, timedelta),
        (st.sampled_from(Strength), Strength),
        (actors, Actor),
        (measures, Measure),
        (verdicts, Verdict),
        (todos, Todo),
        (parked, Parked),
        (everything, Everything),
        (st.none() | monies, Money | None),
        (st.lists(actors, max_size=3).map(tuple), tuple[Actor, ...]),
    ]
    return st.one_of([st.tuples(values, st.just(kind)) for values, kind in of_kind])


@given(cases())
def test_what_is_written_is_read_as_the_same(case: tuple[Any, Any]) -> None:
    value, kind = case
    data = wire.dump(value, kind)

    assert value == wire.load(data, kind)
    assert data == wire.dump(wire.load(data, kind), kind)


@given(cases())
def test_what_is_written_survives_its_text(case: tuple[Any, Any]) -> None:
    value, kind = case
    written = wire.text(wire.dump(value, kind))

    assert value == wire.load(json.loads(written), kind)
    assert written == wire.text(json.loads(written))


@given(cases())
def test_what_is_written_passes_its_own_check(case: tuple[Any, Any]) -> None:
    value, kind = case

    wire.checker(kind)(value, "value")


@given(cases())
def test_a_stored_record_is_read_as_the_same(case: tuple[Any, Any]) -> None:
    value, kind = case
    at = datetime(2026, 11, 22, 18, tzinfo=UTC)
    record = wire.record_text(value, "things", kind, at)

    assert wire.Stored("2026-11-22T18:00:00.000000Z", value) == wire.stored(record, "things", kind)
    # All but the checksum is canonical text; that comes last, behind what it is the sum of.
    said, _, sum = record.rpartition(',"sum":')
    assert said + "}" == wire.text(json.loads(said + "}"))
    assert f'"{crc32(said.encode()):08x}"}}' == sum


@given(plain)
def test_plain_data_of_a_sane_size_survives_the_guards(data: Any) -> None:
    """Except for numbers that no amount reaches."""
    if all(abs(number) < 10**19 for number in numbers_in(data)):
        assert data == wire.parse(wire.text(data))


def numbers_in(data: Any) -> list[int]:
    if isinstance(data, dict):
        return [number for value in data.values() for number in numbers_in(value)]
    if isinstance(data, list):
        return [number for value in data for number in numbers_in(value)]
    return [data] if type(data) is int else []


@given(st.frozensets(texts, max_size=5))
def test_equal_sets_have_equal_texts(group: frozenset[str]) -> None:
    again = frozenset(sorted(group, reverse=True))

    assert wire.dump(group, frozenset[str]) == wire.dump(again, frozenset[str])


@pytest.mark.parametrize(
    ("value", "kind", "written"),
    [
        (Money(1234, "CNY"), Money, '{"currency":"CNY","minor":1234}'),
        (Points(-5), Points, "-5"),
        (Quantity(2), Quantity, "2"),
        (datetime(2026, 11, 22, 18, tzinfo=UTC), datetime, '"2026-11-22T18:00:00.000000Z"'),
        (date(2026, 11, 22), date, '"2026-11-22"'),
        (timedelta(days=365), timedelta, "31536000"),
        (Strength.VERIFIED, Strength, '"verified"'),
        (Strength.SCORED, Strength, '"scored"'),
        (Channel.MINI_PROGRAM, Channel, '"mini_program"'),
        (frozenset({"b", "a"}), frozenset[str], '["a","b"]'),
        (frozenset({10, 9}), frozenset[int], "[10,9]"),
        ({"z": 1, "a": 2}, Mapping[str, int], '{"a":2,"z":1}'),
        ((), tuple[int, ...], "[]"),
        (None, None, "null"),
        (None, Money | None, "null"),
        (Customer(MemberId("m1")), Actor, '{"is":"customer","member":"m1"}'),
        (
            Staff("s1", frozenset({"points", "merge"})),
            Actor,
            '{"capabilities":["merge","points"],"id":"s1","is":"staff"}',
        ),
        (Till(StoreId("s1"), "t1"), Actor, '{"is":"till","store":"s1","till":"t1"}'),
        (System("nightly"), Actor, '{"is":"system","name":"nightly"}'),
        (True, Measure, "true"),
        (5, Measure, "5"),
        ("金卡", Measure, '"金卡"'),
        (Points(5), Measure, '{"points":5}'),
        (Money(5, "JPY"), Measure, '{"money":{"currency":"JPY","minor":5}}'),
        (datetime(2026, 1, 1, tzinfo=UTC), Measure, '{"at":"2026-01-01T00:00:00.000000Z"}'),
        (
            Verdict("too_few_points", False, Points(3), Points(5), Points(2)),
            Verdict,
            (
                '{"actual":{"points":3},"code":"too_few_points","holds":false,"joint":"leaf",'
                '"missing":{"points":2},"parts":[],"required":{"points":5}}'
            ),
        ),
    ],
)
def test_the_format_of_every_kind_is_written_down(value: Any, kind: Any, written: str) -> None:
    """Shops have stored this. A change here needs an upgrade."""
    assert written == wire.text(wire.dump(value, kind))
    assert value == wire.load(json.loads(written), kind)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1.0, int),
        (True, int),
        (1, bool),
        (5, str),
        (Channel.STORE, str),
        ("store", Channel),
        (Joint.ALL, Channel),
        (Points(1), Quantity),
        (Quantity(1), Points),
        (1, Points),
        (Points(1), Money),
        (None, Money),
        (0, None),
        (["a"], tuple[str, ...]),
        (("a",), tuple[str, int]),
        ({"a"}, frozenset[str]),
        ([("a", 1)], Mapping[str, int]),
        ({1: 1}, Mapping[str, int]),
        (float("nan"), float),
        (1, float),
        (datetime(2026, 1, 1, tzinfo=UTC), date),
        (timedelta(microseconds=1), timedelta),
        (timedelta(seconds=-1), timedelta),
        (timedelta(seconds=10**12 + 1), timedelta),
        (86_400, timedelta),
        (0, Strength),
        (Strength.VERIFIED, int),
        (1.5, Measure),
        (Joint.ALL, Measure),
        (Points(1), Actor),
        ({"a": {1: 2}}, Any),
        (Verdict("a", holds=1), Verdict),  # type: ignore[arg-type]
        (Todo("p", "s", datetime(2026, 1, 1, tzinfo=UTC), 1.0), Todo),  # type: ignore[arg-type]
    ],
)
def test_what_could_not_be_read_again_is_not_written(value: Any, kind: Any) -> None:
    """A poisoned record would be found by whoever reads it next, and nobody could read it."""
    with pytest.raises(TypeError, match="expected"):
        wire.dump(value, kind)


def test_a_time_without_a_zone_is_not_written() -> None:
    with pytest.raises(BadValue, match="without a zone"):
        wire.dump(datetime(2026, 1, 1), datetime)  # noqa: DTZ001
