"""What is read fits exactly; and every place where it does not is named."""

from __future__ import annotations

import math
from collections import OrderedDict, UserDict
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, NewType, TypeVar

import attrs
import cattrs
import pytest

from omnicommerce import wire
from omnicommerce.identity import Strength
from omnicommerce.kernel.actor import Actor, Customer, Till
from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.errors import FAULTS_MAX, BadValue, BadWire, Fault
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.instant import parse_instant
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.quantity import Quantity
from omnicommerce.kernel.verdict import Measure, Verdict
from omnicommerce.kernel.window import Window

Shelf = NewType("Shelf", str)
T = TypeVar("T")


@attrs.frozen
class Line:
    sku: str
    quantity: Quantity
    price: Money


@attrs.frozen
class Basket:
    lines: tuple[Line, ...]
    notes: Mapping[str, str] = attrs.field(factory=dict)
    tags: frozenset[str] = frozenset()
    pair: tuple[str, int] = ("", 0)
    channel: Channel | None = None


@attrs.frozen
class Broken:
    """Its constructor has a bug."""

    count: int

    def __attrs_post_init__(self) -> None:
        assert self.count != 13, "thirteen is a bug of ours"


@attrs.frozen
class Even:
    count: int = attrs.field()

    @count.validator
    def _is_even(self, _attribute: Any, count: int) -> None:
        if count % 2:
            raise ValueError("expected an even number")


@attrs.frozen
class Moody:
    """Its constructor fails once in a while, for reasons of its own."""

    moods: ClassVar[list[Exception]] = []
    count: int

    def __attrs_post_init__(self) -> None:
        if Moody.moods:
            raise Moody.moods.pop()


@attrs.frozen
class Odd:
    """No union it is in has tags."""


@attrs.frozen
class Untyped:
    count = attrs.field()  # type: ignore[var-annotated]


@attrs.frozen
class Listing:
    lines: list[int]


LINE = {"sku": "A1", "quantity": 2, "price": {"minor": 100, "currency": "CNY"}}


def _refused_by(make: Callable[[], object]) -> str:
    try:
        make()
    except BadValue as bad:
        return bad.reason
    raise AssertionError("expected a BadValue")


NO_CURRENCY = _refused_by(lambda: Money(1, "XXX"))
NO_INSTANT = _refused_by(lambda: parse_instant("2026-11-22"))
"""The values say in their own words what they are not."""

INSTANT = "2026-11-22T18:00:00.000000Z"
STRENGTHS = "verified, shown, declared, told, scored"


def faults_of(data: Any, kind: Any) -> list[str]:
    with pytest.raises(BadWire) as raised:
        wire.load(data, kind)
    return [str(fault) for fault in raised.value.faults]


# --- coercions -----------------------------------------------------------------------------------

COERCED_BY_CATTRS = [
    pytest.param("12", int, "expected int, got str", id="text to int"),
    pytest.param(1.9, int, "expected int, got float", id="a part to int"),
    pytest.param(3.0, int, "expected int, got float", id="a whole float to int"),
    pytest.param(True, int, "expected int, got bool", id="bool to int"),
    pytest.param(1, bool, "expected bool, got int", id="int to bool"),
    pytest.param(0, bool, "expected bool, got int", id="zero to bool"),
    pytest.param("false", bool, "expected bool, got str", id="the word false to bool"),
    pytest.param(None, bool, "expected bool, got None", id="None to bool"),
    pytest.param(None, str, "expected str, got None", id="None to text"),
    pytest.param(5, str, "expected str, got int", id="int to text"),
    pytest.param(["a"], str, "expected str, got list", id="list to text"),
    pytest.param("1.5", float, "expected float, got str", id="text to float"),
    pytest.param(True, float, "expected float, got bool", id="bool to float"),
    pytest.param(math.nan, float, "expected a finite number", id="NaN"),
    pytest.param(math.inf, float, "expected a finite number", id="Infinity"),
    pytest.param("１２", int, "expected int, got str", id="wide digits to int"),
    pytest.param("1_000", int, "expected int, got str", id="underscores to int"),
    pytest.param(Decimal("1.5"), int, "expected int, got Decimal", id="Decimal to int"),
    pytest.param("abc", tuple[str, ...], "expected list, got str", id="text to tuple"),
    pytest.param({"a": 1}, tuple[str, ...], "expected list, got dict", id="dict to tuple"),
    pytest.param(("a",), tuple[str, ...], "expected list, got tuple", id="tuple to tuple"),
    pytest.param({"a"}, tuple[str, ...], "expected list, got set", id="set to tuple"),
    pytest.param("abc", frozenset[str], "expected list, got str", id="text to frozenset"),
    pytest.param({"a": 1}, frozenset[str], "expected list, got dict", id="dict to frozenset"),
    pytest.param(["a", "a"], frozenset[str], "expected every item once", id="one item twice"),
    pytest.param("ab", tuple[str, str], "expected list, got str", id="text to pair"),
    pytest.param({1: "a"}, Mapping[str, str], "expected str, got int", id="int as key"),
    pytest.param(UserDict({"a": "b"}), Mapping[str, str], "expected dict, got UserDict", id="no dict"),
]


@pytest.mark.parametrize(("data", "kind", "reason"), COERCED_BY_CATTRS)
def test_nothing_is_taken_for_another_type(data: Any, kind: Any, reason: str) -> None:
    (fault,) = faults_of(data, kind)

    assert fault.startswith("$")
    assert fault.endswith(reason)


@pytest.mark.parametrize(("data", "kind", "_reason"), COERCED_BY_CATTRS)
def test_a_plain_cattrs_converter_takes_all_of_it(data: Any, kind: Any, _reason: str) -> None:
    """The naive version: without this the test above could pass because nobody coerces."""
    cattrs.Converter().structure(data, kind)


def test_a_plain_cattrs_converter_drops_unknown_fields() -> None:
    data = {"minor": 100, "currency": "CNY", "discount": 99}

    assert Money(100, "CNY") == cattrs.Converter().structure(data, Money)
    assert ["$.discount: unknown field"] == faults_of(data, Money)


@pytest.mark.parametrize(
    ("data", "kind", "fault"),
    [
        ("5", Points, "$: expected int, got str"),
        (1.0, Points, "$: expected int, got float"),
        (True, Points, "$: expected int, got bool"),
        ({"count": 5}, Points, "$: expected int, got dict"),
        (-1, Quantity, "$: expected 0 to 9999999"),
        (10**16, Points, f"$: expected {-(10**15)} to {10**15}"),
        ({"minor": 1.5, "currency": "CNY"}, Money, "$.minor: expected int, got float"),
        ({"minor": math.nan, "currency": "CNY"}, Money, "$.minor: expected int, got float"),
        ({"minor": 1, "currency": "XXX"}, Money, f"$.currency: {NO_CURRENCY}"),
        ([1, "CNY"], Money, "$: expected dict, got list"),
        ("CNY 1", Money, "$: expected dict, got str"),
        (None, Money, "$: expected dict, got None"),
        (5, MemberId, "$: expected str, got int"),
        ("", MemberId, "$: expected 1 to 256 characters, got 0"),
        ("a\x00", MemberId, "$: expected printable characters only"),
        (5, Shelf, "$: expected str, got int"),
        ("\ud800", str, "$: expected text, got a lone surrogate"),
        ("by_post", Channel, "$: expected one of store, online, mini_program, call_centre, got another text"),
        ("STORE", Channel, "$: expected one of store, online, mini_program, call_centre, got another text"),
        (1, Channel, "$: expected str, got int"),
        (["a", 1, 2], tuple[str, int], "$: expected 2 items, got 3"),
        ([1, 1], frozenset[int], "$[1]: expected every item once"),
        (0, None, "$: expected None, got int"),
        (10**400, float, "$: expected float, got int"),
        ("2026-11-22", datetime, f"$: {NO_INSTANT}"),
        (1_700_000_000, datetime, "$: expected an instant as str, got int"),
        ("20261122", date, "$: expected a date such as 2026-11-22, got another text"),
        ("2026-W47-7", date, "$: expected a date such as 2026-11-22, got another text"),
        ("2026-02-30", date, "$: expected a date such as 2026-11-22, got another text"),
        (INSTANT, date, "$: expected a date such as 2026-11-22, got another text"),
        (20261122, date, "$: expected a date as str, got int"),
        (1.5, timedelta, "$: expected a number of seconds as int, got float"),
        (86_400.0, timedelta, "$: expected a number of seconds as int, got float"),
        (True, timedelta, "$: expected a number of seconds as int, got bool"),
        ("P1D", timedelta, "$: expected a number of seconds as int, got str"),
        (-1, timedelta, "$: expected 0 to 1000000000000 whole seconds"),
        (10**12 + 1, timedelta, "$: expected 0 to 1000000000000 whole seconds"),
        (0, Strength, "$: expected str, got int"),
        ("VERIFIED", Strength, f"$: expected one of {STRENGTHS}, got another text"),
        ("0", Strength, f"$: expected one of {STRENGTHS}, got another text"),
        ({"a": [1, math.inf]}, Any, "$.a[1]: expected a finite number"),
        ({"a": {1: 2}}, Any, '$.a["1"]: expected str as key, got int'),
        ({"a": (1,)}, Any, "$.a: expected JSON, got tuple"),
        (OrderedDict(a=1), Any, "$: expected JSON, got OrderedDict"),
    ],
)
def test_every_value_is_as_strict_as_its_constructor(data: Any, kind: Any, fault: str) -> None:
    assert [fault] == faults_of(data, kind)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "now",
            "20:00",
            "2026-11-22",
            "2026-11-22T18:00:00",
            "2026-11-22 18:00:00Z",
            "2026-W47-7T18:00:00Z",
        ),
        *("2026-11-22T24:00:00Z", "2026-11-22T18:00:60Z", "2026-11-22T18:00Z", "2026-02-30T18:00:00Z"),
        *("2026-11-22t18:00:00z", "２026-11-22T18:00:00Z", "2026-11-22T18:00:00.0000001Z", "", "Z"),
    ],
)
def test_an_instant_is_written_as_rfc_3339_asks_or_is_none(text: str) -> None:
    (fault,) = faults_of({"since": text, "until": INSTANT}, Window)

    assert fault.startswith("$.since: expected ")


def test_whole_numbers_may_stand_where_a_float_is_meant() -> None:
    """JSON has one kind of number: other languages write 31.0 as 31."""
    read = wire.load(31, float)

    assert (31.0, float) == (read, type(read))


# --- classes and paths ---------------------------------------------------------------------------


def test_every_fault_of_a_document_has_its_exact_path() -> None:
    data = {
        "lines": [
            LINE,
            {"sku": 5, "quantity": "2", "price": {"minor": 1, "currency": "XXX"}, "colour": "red"},
            [],
            {"sku": "A4", "quantity": -1},
        ],
        "notes": {"gift wrap": 1, "card": None},
        "tags": ["new", 7],
        "pair": ["a", "b"],
        "channel": "post",
        "total": 5,
        "$ref": 0,
    }

    assert [
        "$.lines[1].sku: expected str, got int",
        "$.lines[1].quantity: expected int, got str",
        f"$.lines[1].price.currency: {NO_CURRENCY}",
        "$.lines[1].colour: unknown field",
        "$.lines[2]: expected dict, got list",
        "$.lines[3].quantity: expected 0 to 9999999",
        "$.lines[3].price: missing field",
        '$.notes["gift wrap"]: expected str, got int',
        "$.notes.card: expected str, got None",
        "$.tags[1]: expected str, got int",
        "$.pair[1]: expected int, got str",
        "$.channel: expected one of store, online, mini_program, call_centre, got another text",
        '$["$ref"]: unknown field',
        "$.total: unknown field",
    ] == faults_of(data, Basket)


def test_what_is_in_order_is_no_fault_beside_what_is_not() -> None:
    data = {"lines": [LINE], "notes": {"card": "yes"}, "tags": ["new"], "pair": ["a", 1], "channel": 5}

    assert ["$.channel: expected str, got int"] == faults_of(data, Basket)


def test_the_fault_the_design_promises_is_worded_so() -> None:
    data = {"lines": [LINE, LINE, LINE, {**LINE, "quantity": "3"}]}

    assert ["$.lines[3].quantity: expected int, got str"] == faults_of(data, Basket)


def test_a_field_with_a_default_may_be_missing_and_no_other() -> None:
    assert Basket(()) == wire.load({"lines": []}, Basket)
    assert ["$.lines: missing field"] == faults_of({}, Basket)


def test_a_constructor_that_refuses_the_whole_is_named_where_the_whole_lies() -> None:
    assert ["$: expected an even number"] == faults_of({"count": 3}, Even)
    assert ["$.until: expected an instant later than the first"] == faults_of(
        {"since": INSTANT, "until": INSTANT}, Window
    )


def test_a_bug_of_ours_is_not_blamed_on_the_document() -> None:
    with pytest.raises(AssertionError, match="thirteen is a bug of ours"):
        wire.load({"count": 13}, Broken)


def test_a_form_that_hides_its_second_value_is_no_object() -> None:
    """Web frameworks hand out subclasses of dict whose look-up silently gives the first of several."""
    assert ["$: expected dict, got OrderedDict"] == faults_of(OrderedDict(LINE), Line)


def test_a_hostile_list_gives_a_bounded_number_of_faults() -> None:
    assert FAULTS_MAX == len(faults_of(["x"] * 100_000, tuple[int, ...]))
    assert FAULTS_MAX == len(faults_of({f"k{n}": "x" for n in range(10_000)}, Mapping[str, int]))
    assert FAULTS_MAX == len(faults_of({f"k{n}": "x" for n in range(10_000)}, Money))


def test_data_nested_too_deeply_is_a_fault_and_not_a_crash() -> None:
    part: Any = {"code": "a", "holds": True}
    deep: Any = part
    for _ in range(100_000):
        deep = {**part, "parts": [deep]}

    assert ["$: nested too deeply"] == faults_of(deep, Verdict)
    assert ["$: nested too deeply"] == faults_of(deep, Any)


def test_a_fault_in_the_deep_is_found_or_the_depth_is_the_fault() -> None:
    """At every depth: where one of the two readers gives up and the other does not lies a crash."""
    data: Any = {"code": "a", "holds": 1}
    for depth in range(400):
        (fault,) = faults_of(data, Verdict)

        assert fault in ("$: nested too deeply", "$" + ".parts[0]" * depth + ".holds: expected bool, got int")
        data = {"code": "a", "holds": True, "parts": [data]}


def test_the_reader_that_looks_closer_may_give_up_earlier() -> None:
    Moody.moods.extend([RecursionError(), ValueError()])

    assert ["$: nested too deeply"] == faults_of({"count": 1}, Moody)


def test_what_only_the_fast_reader_minds_is_not_blamed_on_the_document() -> None:
    Moody.moods.append(ValueError("not today"))

    with pytest.raises(ValueError, match="not today"):
        wire.load({"count": 1}, Moody)
    assert Moody(1) == wire.load({"count": 1}, Moody)


# --- unions --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({"member": "m"}, "$.is: missing field"),
        (
            {"is": "shopper", "member": "m"},
            "$.is: expected one of customer, staff, till, system, got another text",
        ),
        (
            {"is": ["customer"], "member": "m"},
            "$.is: expected one of customer, staff, till, system, got list",
        ),
        ({"is": "till", "member": "m", "till": "1"}, "$.store: missing field"),
        ({"is": "customer", "member": 5}, "$.member: expected str, got int"),
        ({"is": "customer", "member": "m", "id": 1}, "$.id: unknown field"),
        ("customer", "$: expected dict, got str"),
        (None, "$: expected dict, got None"),
    ],
)
def test_an_actor_is_told_by_its_tag_and_nothing_else(data: Any, fault: str) -> None:
    assert fault in faults_of(data, Actor)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (1.5, "$: expected bool, int, str, dict, got float"),
        (None, "$: expected bool, int, str, dict, got None"),
        ({}, "$: expected one of money, points, at as its only field"),
        ({"points": 1, "at": INSTANT}, "$: expected one of money, points, at as its only field"),
        ({"gems": 1}, "$: expected one of money, points, at as its only field"),
        ({"points": "1"}, "$.points: expected int, got str"),
        ({"money": {"minor": "1", "currency": "CNY"}}, "$.money.minor: expected int, got str"),
        ("\udfff", "$: expected text, got a lone surrogate"),
    ],
)
def test_a_measure_is_told_by_its_json_type_or_its_tag(data: Any, fault: str) -> None:
    assert [fault] == faults_of(data, Measure)


def test_a_bool_in_a_union_stays_a_bool_and_an_int_an_int() -> None:
    assert [bool, int, str] == [type(wire.load(data, Measure)) for data in (True, 1, "1")]
    assert ["$: expected int, str, got bool"] == faults_of(True, int | str)


@pytest.mark.parametrize(
    "kind",
    [
        *(Customer | Odd, Customer | Till, tuple[Customer | Odd, ...], Money | Points | None),
        *(list[int], dict[str, int], set[str], tuple, list, dict, bytes, Decimal, object, complex),
        *(Mapping[int, str], Mapping[Points, str], T, Untyped, Listing, type[int], datetime.timestamp),
    ],
)
def test_what_the_wire_does_not_know_fails_when_its_hook_is_built(kind: Any) -> None:
    """Loudly and before any data is looked at, not when the first document of that kind comes."""
    for use in (
        lambda: wire.load(None, kind),
        lambda: wire.dump(None, kind),
        lambda: wire.checker(kind),
    ):
        with pytest.raises(TypeError, match=r"the wire|no tags"):
            use()


def test_faults_are_values_that_compare() -> None:
    with pytest.raises(BadWire) as raised:
        wire.load({"minor": "1", "currency": "CNY"}, Money)

    assert (Fault("$.minor", "expected int, got str"),) == raised.value.faults


def test_a_word_of_a_closed_list_is_read_as_that_word_and_not_as_text() -> None:
    """The look-up of cattrs finds the hook of str for a StrEnum; ours does not ask it."""
    assert Channel is type(wire.load("store", Channel))
    assert Strength is type(wire.load("verified", Strength))
    assert datetime(2026, 11, 22, 18, tzinfo=UTC) == wire.load("2026-11-22T19:00:00+01:00", datetime)
