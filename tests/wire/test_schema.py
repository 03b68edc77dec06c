"""A schema says what `load` reads: what it refuses is refused, and what is written passes."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from typing import Any, Final, NewType

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from omnicommerce import wire
from omnicommerce.identity import Strength
from omnicommerce.kernel.actor import Actor, Customer, Staff
from omnicommerce.kernel.bounds import AMOUNT_MAX
from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.errors import BadWire
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.quantity import Quantity
from omnicommerce.kernel.verdict import Measure, Verdict, every, failed
from omnicommerce.rulebook import Rulebook
from tests.rulebook.rulebooks import FULL, rulebooks

Shelf = NewType("Shelf", str)

RULEBOOK: Final = Draft202012Validator(wire.rulebook_schema())


def passes(data: Any, kind: Any) -> bool:
    """Whether the schema of *kind* lets *data* pass."""
    schema = wire.schema_of(kind)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema).is_valid(data)


def loads(data: Any, kind: Any) -> bool:
    """Whether *data* is read as a *kind*."""
    try:
        wire.load(data, kind)
    except BadWire:
        return False
    return True


@attrs.frozen
class Line:
    """One line of a note. It is short.

    `sku` is the article. `price` is what one costs, in any currency.

    Raises:
        BadValue: the `sku` is none.
    """

    sku: str
    price: Money
    tags: frozenset[str] = frozenset()
    notes: Mapping[str, str] = attrs.field(factory=dict)
    copied: str = attrs.field(default=attrs.Factory(lambda self: self.sku, takes_self=True))


# --- every shape ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (bool, [True], [1, "true", None]),
        (int, [5, -5], ["5", 5.5, True, None]),
        (float, [5.5, 5], ["5.5", True]),
        (str, ["", "会员"], [5, None]),
        (datetime, ["2026-03-01T00:00:00Z", "2026-03-01T08:00:00.5+08:00"], ["2026-03-01", "today", 5]),
        (date, ["2026-03-01"], ["2026-3-1", "2026-03-01T00:00:00Z", 5]),
        (timedelta, [0, 86_400, 10**12], [-1, 10**12 + 1, 1.5, "P1D", True, None]),
        (Strength, ["verified", "scored"], [0, "VERIFIED", "0", None]),
        (Points, [5, -AMOUNT_MAX], [AMOUNT_MAX + 1, 0.5, "5"]),
        (Quantity, [0, 9_999_999], [-1, 10_000_000]),
        (MemberId, ["m-1"], ["", "m" * 257, 5]),
        (Shelf, ["", "s" * 257], [5]),
        (Channel, ["store"], ["moon", 5, None]),
        (Any, [None, 5, {"a": [1]}], []),
        (None, [None], [0, ""]),
        (int | None, [5, None], ["5"]),
        (tuple[int, ...], [[], [1, 2]], [[1, "2"], {}, None]),
        (tuple[str, int], [["a", 1]], [["a"], ["a", 1, 2], [1, "a"]]),
        (frozenset[str], [[], ["a", "b"]], [["a", "a"], [1], "a"]),
        (Mapping[MemberId, int], [{}, {"m": 1}], [{"": 1}, {"m": "1"}, []]),
        (Mapping[Channel, int], [{"store": 1}], [{"moon": 1}]),
        (Money, [{"minor": 5, "currency": "CNY"}], [{"minor": 5, "currency": "RMB"}, {"minor": 5}, 5]),
    ],
)
def test_a_schema_lets_pass_what_is_read_and_nothing_else(kind: Any, good: list[Any], bad: list[Any]) -> None:
    assert [] == [data for data in good if not (passes(data, kind) and loads(data, kind))]
    assert [] == [data for data in bad if passes(data, kind) or loads(data, kind)]


def test_fields_without_a_default_are_required_and_others_unknown() -> None:
    line = {"sku": "a", "price": {"minor": 5, "currency": "CNY"}}

    assert passes(line, Line)
    assert passes({**line, "tags": ["x"], "notes": {"y": "z"}, "copied": "b"}, Line)
    assert not passes({"sku": "a"}, Line)
    assert not passes({**line, "colour": "red"}, Line)


def test_a_class_is_told_in_the_words_of_its_docstring() -> None:
    schema = wire.schema_of(Line)
    line = schema["$defs"]["Line"]

    assert {"$ref": "#/$defs/Line"} == {"$ref": schema["$ref"]}
    assert "Line" == line["title"]
    assert "One line of a note. It is short." == line["description"]
    assert "`sku` is the article." == line["properties"]["sku"]["description"]
    assert ["sku", "price"] == line["required"]
    assert [] == line["properties"]["tags"]["default"]
    assert {} == line["properties"]["notes"]["default"]
    assert "default" not in line["properties"]["copied"]


def test_words_of_a_title_are_words() -> None:
    assert "Points rules" == wire.rulebook_schema()["$defs"]["PointsRules"]["title"]


def test_a_tag_among_fields_is_one_of_them() -> None:
    customer = wire.dump(Customer(MemberId("m")), Actor)
    staff = wire.dump(Staff("s", frozenset({"adjust"})), Actor)

    assert passes(customer, Actor)
    assert passes(staff, Actor)
    assert not passes({**customer, "is": "staff"}, Actor)
    assert not passes({**customer, "is": "king"}, Actor)
    assert not passes({"member": "m"}, Actor)


def test_a_tag_around_a_value_is_the_only_key() -> None:
    for measure in (True, 5, "a", Money(5, "CNY"), Points(5), datetime(2026, 3, 1, tzinfo=UTC)):
        assert passes(wire.dump(measure, Measure), Measure)

    assert not passes({"points": 5, "money": 5}, Measure)
    assert not passes({"pounds": 5}, Measure)
    assert not passes(5.5, Measure)


def test_a_class_may_mention_itself() -> None:
    verdict = every("all", [failed("too_few", actual=1, required=2)])
    data = wire.dump(verdict, Verdict)

    assert passes(data, Verdict)
    data["parts"][0]["code"] = 5
    assert not passes(data, Verdict)


def test_two_classes_of_one_name_are_two() -> None:
    another = attrs.make_class("Line", {"sku": attrs.field(type=int)}, frozen=True)
    both = tuple[Line, another]  # type: ignore[valid-type]

    assert 2 == len([name for name in wire.schema_of(both)["$defs"] if name.endswith("Line")])


@pytest.mark.parametrize("kind", [object, bytes, list[int]])
def test_what_the_wire_does_not_know_has_no_schema(kind: Any) -> None:
    with pytest.raises(TypeError, match="the wire knows no such kind"):
        wire.schema_of(kind)


@pytest.mark.parametrize("kind", wire.SHIPPED.events.values(), ids=wire.SHIPPED.events)
def test_every_event_has_a_schema(kind: type[Any]) -> None:
    Draft202012Validator.check_schema(wire.schema_of(kind))


# --- the rulebook --------------------------------------------------------------------------------


def document(rulebook: Rulebook) -> Any:
    return json.loads(wire.dump_rulebook(rulebook))


def is_rulebook(data: Any) -> bool:
    try:
        wire.load_rulebook(json.dumps(data))
    except BadWire:
        return False
    return True


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything in *data*."""
    yield path
    if isinstance(data, dict):
        for key, value in data.items():
            yield from places(value, (*path, key))
    elif isinstance(data, list):
        for place, value in enumerate(data):
            yield from places(value, (*path, place))


def at(data: Any, path: tuple[Any, ...]) -> Any:
    """What lies in *data* at *path*."""
    return reduce(lambda inner, step: inner[step], path, data)


def changed(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of *data* with *value* at *path*."""
    other = copy.deepcopy(data)
    at(other, path[:-1])[path[-1]] = value
    return other


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(wire.rulebook_schema())

    assert "https://json-schema.org/draft/2020-12/schema" == wire.rulebook_schema()["$schema"]


@given(rulebooks)
def test_every_rulebook_that_is_written_passes(rulebook: Rulebook) -> None:
    assert [] == list(RULEBOOK.iter_errors(document(rulebook)))


def test_a_length_of_time_says_that_it_is_in_seconds() -> None:
    """Whoever writes 365 means days."""
    fields = wire.rulebook_schema()["$defs"]["NamespaceRules"]["properties"]

    for name in ("window", "valid_for"):
        span, nothing = fields[name]["anyOf"]
        assert "seconds" in span["description"]
        assert {"type": "null"} == nothing


def test_what_a_rule_works_out_for_itself_is_no_member_of_the_document() -> None:
    definitions = wire.rulebook_schema()["$defs"]

    assert ["namespaces", "size_max", "score_min", "declared_by", "guest_orders"] == list(
        definitions["IdentityRules"]["properties"]
    )


def test_an_empty_rulebook_and_one_that_names_its_schema_pass() -> None:
    assert RULEBOOK.is_valid({})
    assert RULEBOOK.is_valid({"$schema": "./rulebook.schema.json"})
    assert not RULEBOOK.is_valid({"$schema": 5})
    assert not RULEBOOK.is_valid({"version": 1})


ALL_PLACES: Final = [path for path in places(document(FULL)) if path]


@pytest.mark.parametrize("path", ALL_PLACES, ids=lambda path: ".".join(map(str, path)))
def test_what_is_of_another_type_is_refused_by_both(path: tuple[Any, ...]) -> None:
    """Nothing in a rulebook is a broken number."""
    data = changed(document(FULL), path, 5.5)

    assert not RULEBOOK.is_valid(data)
    assert not is_rulebook(data)


TABLES: Final = {"stores", "campaigns", "product_lists", "member_lists"}
OBJECTS: Final = [
    path
    for path in places(document(FULL))
    if not TABLES.intersection(path[-1:]) and isinstance(at(document(FULL), path), dict)
]


@pytest.mark.parametrize("path", OBJECTS, ids=lambda path: ".".join(map(str, path)) or "$")
def test_what_is_misspelt_is_refused_by_both(path: tuple[Any, ...]) -> None:
    data = changed(document(FULL), (*path, "colour"), "red")

    assert not RULEBOOK.is_valid(data)
    assert not is_rulebook(data)


REQUIRED: Final[list[tuple[Any, ...]]] = [
    ("points", "earn_per", "minor"),
    ("points", "earn_per", "currency"),
    ("tiers", "levels", 0, "name"),
    ("tiers", "levels", 0, "spend"),
    ("stages", "stages", 0, "name"),
    *(("identity", "namespaces", 1, name) for name in ("name", "kind", "priority")),
    ("profiles", "fields", 0, "field"),
    ("profiles", "fields", 0, "policy", "is"),
    *(("profiles", "views", 0, name) for name in ("role", "fields", "purposes")),
    ("stores", "31", "zone"),
    ("campaigns", "spring", "name"),
    ("campaigns", "spring", "window"),
    ("campaigns", "spring", "window", "since"),
    ("campaigns", "spring", "window", "until"),
]


@pytest.mark.parametrize("path", REQUIRED, ids=lambda path: ".".join(map(str, path)))
def test_what_is_missing_is_refused_by_both(path: tuple[Any, ...]) -> None:
    data = document(FULL)
    del at(data, path[:-1])[path[-1]]

    assert not RULEBOOK.is_valid(data)
    assert not is_rulebook(data)


@given(st.sampled_from(ALL_PLACES), st.sampled_from([None, True, 0, -1, 5.5, "", "x", [], {}, [1]]))
def test_what_the_schema_refuses_is_refused(path: tuple[Any, ...], value: Any) -> None:
    """In this direction there is no exception."""
    wrong = changed(document(FULL), path, value)

    assert RULEBOOK.is_valid(wrong) or not is_rulebook(wrong)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("sales", "late_days_max"), 365.0),  # to a schema a whole number
        (("sales", "late_days_max"), -1),  # bounds that only the constructor knows
        (("sales", "zone"), "Mars/Olympus"),  # a zone that does not exist
        (("sales", "currency"), "RMB"),  # a currency that does not exist
        (("tiers", "levels", 1, "spend", "minor"), 1),  # levels out of order
        (("campaigns", "spring", "window", "until"), "2026-02-30T00:00:00Z"),  # a day that does not exist
        (("campaigns", "spring", "window", "until"), "2025-01-01T00:00:00Z"),  # an end before the beginning
        (("campaigns", "spring", "products"), "sweets"),  # a list that does not exist
        (("points", "earn_per", "currency"), "EUR"),  # not the shop's currency
        (("identity", "namespaces", 1, "window"), 0),  # a length of time that is none
        (("identity", "namespaces", 1, "limit"), None),  # a window of no limit
        (("identity", "namespaces", 1, "name"), "device"),  # rules for one namespace twice
        (("profiles", "fields", 0, "kind"), "date"),  # not what a city is
        (("profiles", "views", 0, "role"), "owner"),  # a role that nobody can limit
        (("profiles", "views", 0, "fields"), ["shop.size"]),  # a host's field without rules
        (("product_lists", "dairy"), ["mi\nlk"]),  # characters that nobody can see
    ],
)
def test_where_loading_is_stricter_than_the_schema(path: tuple[Any, ...], value: Any) -> None:
    data = changed(document(FULL), path, value)

    assert RULEBOOK.is_valid(data)
    assert not is_rulebook(data)
