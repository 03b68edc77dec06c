"""Records and events outlive the program that wrote them."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce import wire
from omnicommerce.kernel.errors import BadValue, BadWire
from omnicommerce.kernel.points import Points

NOON = "2026-11-22T12:00:00.000000Z"


@attrs.frozen
class Book:
    balance: Points
    owner: str


@attrs.frozen
class Opened:
    owner: str


@attrs.frozen
class Closed:
    owner: str


def renamed(data: dict[str, Any]) -> dict[str, Any]:
    """Version 1 said `sum`."""
    data["balance"] = data.pop("sum")
    return data


def owned(data: dict[str, Any]) -> dict[str, Any]:
    """Version 2 had no owner."""
    return {**data, "owner": "nobody"}


UPGRADED = wire.Vocabulary(upgrades={"book": (renamed, owned)})


def summed(body: str) -> str:
    """An object with the checksum of all that stands before it as its last field."""
    rest = body[:-1]
    return f'{rest},"sum":"{crc32(rest.encode("utf-8", "surrogatepass")):08x}"}}'


def record(value: object, version: object = 1, at: object = NOON) -> str:
    return summed(json.dumps({"at": at, "v": version, "value": value}))


def fault_of(body: str, vocabulary: wire.Vocabulary = wire.SHIPPED) -> str:
    with pytest.raises(BadWire) as raised:
        wire.stored(body, "book", Book, vocabulary)
    assert "in a record of 'book'" in str(raised.value)
    return str(raised.value.faults[0])


def test_a_record_says_when_it_was_written_and_in_which_version() -> None:
    body = wire.record_text(Book(Points(5), "a"), "book", Book, datetime(2026, 11, 22, 12, tzinfo=UTC))

    rest = f'{{"at":"{NOON}","v":1,"value":{{"balance":5,"owner":"a"}}}}'
    assert summed(rest) == body == wire.record_text(Book(Points(5), "a"), "book", Book, NOON)
    assert body.endswith(',"sum":"5adfd95e"}')
    assert summed(rest.replace('"v":1', '"v":3')) == wire.record_text(
        Book(Points(5), "a"), "book", Book, NOON, UPGRADED
    )


@given(owner=st.text(max_size=5), place=st.integers(0), bits=st.integers(1, 255))
def test_a_record_of_which_a_byte_was_changed_is_not_believed(owner: str, place: int, bits: int) -> None:
    body = wire.record_text(Book(Points(5), owner), "book", Book, NOON)
    content = bytearray(body.encode())
    content[place % len(content)] ^= bits
    changed = content.decode("utf-8", "surrogateescape")

    assert wire.is_intact(body)
    assert not wire.is_intact(changed)
    assert fault_of(changed).startswith(("$.sum: expected the checksum of the rest", "$: expected JSON"))


def test_a_record_that_was_cut_short_is_not_believed() -> None:
    body = record({"balance": 5, "owner": "a"})
    for length in range(len(body)):
        assert not wire.is_intact(body[:length])
        assert fault_of(body[:length]).startswith("$")


@pytest.mark.parametrize(
    "sum",
    ["", "5ADFD95E", "00000000", "5adfd95", "5adfd95e ", 5, None],
)
def test_a_checksum_is_that_of_the_rest_or_none(sum: object) -> None:
    written = wire.record_text(Book(Points(5), "a"), "book", Book, NOON)
    rest = written.partition(',"sum"')[0]
    body = f'{rest},"sum":{json.dumps(sum)}}}'

    assert not wire.is_intact(body)
    assert fault_of(body).startswith("$.sum: expected the checksum of the rest")


def test_the_checksum_is_the_last_of_a_record() -> None:
    written = wire.record_text(Book(Points(5), "a"), "book", Book, NOON)

    for body in (written + " ", written.replace(',"sum"', ', "sum"'), json.dumps(json.loads(written))):
        assert not wire.is_intact(body)
        assert "expected" in fault_of(body)


def test_a_record_of_any_age_is_read_as_it_would_be_written_today() -> None:
    today = wire.Stored(NOON, Book(Points(5), "nobody"))
    upgraded = attrs.evolve(today, is_upgraded=True)

    assert upgraded == wire.stored(record({"sum": 5}, 1), "book", Book, UPGRADED)
    assert upgraded == wire.stored(record({"balance": 5}, 2), "book", Book, UPGRADED)
    assert today == wire.stored(record({"balance": 5, "owner": "nobody"}, 3), "book", Book, UPGRADED)


def test_the_steps_of_one_collection_do_not_touch_another() -> None:
    body = record({"balance": 5, "owner": "a"})

    assert wire.Stored(NOON, Book(Points(5), "a")) == wire.stored(body, "ledger", Book, UPGRADED)


def test_a_record_of_a_newer_program_is_refused_in_clear_words() -> None:
    assert "version 4 is newer than 3, the newest this program knows" in fault_of(record({}, 4), UPGRADED)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("", "$: expected JSON"),
        ("{", "$: expected JSON"),
        ("[]", "$.sum: expected the checksum of the rest"),
        ("5", "$.sum: expected the checksum of the rest"),
        ("{}", "$.sum: expected the checksum of the rest"),
        (json.dumps({"at": NOON, "v": 1, "value": {}}), "$.sum: expected the checksum of the rest"),
        (summed('{"value":{}}'), "$: expected a stored record"),
        (summed(json.dumps({"at": NOON, "v": 1, "value": {}, "more": 1})), "$: expected a stored record"),
        (record({}, at="2026-11-22T12:00:00Z"), "$.at: expected the canonical text of an instant"),
        (record({}, at="2026-11-22T12:00:00.000000+00:00"), "$.at: expected the canonical text"),
        (record({}, at="２026-11-22T12:00:00.000000Z"), "$.at: expected the canonical text"),
        (record({}, at=NOON + "\n"), "$.at: expected the canonical text"),
        (record({}, at=5), "$.at: expected the canonical text"),
        (record({}, version="1"), "$: expected a version, got str"),
        (record({}, version=True), "$: expected a version, got bool"),
        (record({}, version=1.0), "$: expected a version, got float"),
        (record({}, version=0), "$: expected a version from 1"),
        (record({}, version=-1), "$: expected a version from 1"),
        (record({"balance": "5", "owner": "a"}), "$.balance: expected int, got str"),
        (record({"balance": 5}), "$.owner: missing field"),
        (record({"balance": 5, "owner": "a", "x": 1}), "$.x: unknown field"),
        (record([]), "$: expected dict, got list"),
        ("[" * 100_000, "$: expected JSON"),
    ],
)
def test_what_is_no_record_of_the_collection_is_refused_by_its_name(body: str, told: str) -> None:
    assert fault_of(body).startswith(told)


def test_a_step_that_cannot_use_the_data_names_itself_and_not_the_data() -> None:
    fault = fault_of(record({"secret": 5}, 1), UPGRADED)

    assert "the step from version 1 to 2 failed: KeyError" in fault
    assert "secret" not in fault
    assert "version 1 expected dict, got list" in fault_of(record([], 1), UPGRADED)


@pytest.mark.parametrize("depth", range(50, 1_000, 50))
def test_an_old_record_nested_too_deeply_is_bad_wire(depth: int) -> None:
    body = f'{{"at":"{NOON}","v":1,"value":{{"sum":' + "[" * depth + "]" * depth + "}}"

    assert fault_of(summed(body), UPGRADED).startswith("$")


def test_the_time_of_a_record_is_canonical_or_it_is_not_written() -> None:
    with pytest.raises(AssertionError, match="canonical"):
        wire.record_text(Book(Points(5), "a"), "book", Book, "2026-11-22")


@given(
    st.text(st.characters(), max_size=30)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["at", "v", "value", "sum", "balance", "owner"]), inner, max_size=3
            )
        ),
    ).map(json.dumps)
)
def test_whatever_a_storage_hands_out_is_a_record_or_bad_wire(body: str) -> None:
    for text in (body, summed(f'{{"at":"{NOON}","v":1,"value":{body}}}')):
        with suppress(BadWire):
            assert isinstance(wire.stored(text, "book", Book, UPGRADED).value, Book)


# --- events --------------------------------------------------------------------------------------


EVENTS = wire.Vocabulary(
    events={"book.opened": Opened, "book.closed": Closed},
    upgrades={"book.opened": (lambda data: {"owner": data["who"]},)},
)


def test_an_event_goes_by_its_tag_in_its_current_version() -> None:
    assert ("book.opened", 2, {"owner": "a"}) == wire.event_data(Opened("a"), EVENTS)
    assert ("book.closed", 1, {"owner": "a"}) == wire.event_data(Closed("a"), EVENTS)
    assert Opened("a") == wire.fact_of("book.opened", 2, {"owner": "a"}, EVENTS)
    assert Opened("a") == wire.fact_of("book.opened", 1, {"who": "a"}, EVENTS)


def test_reading_an_old_event_leaves_what_was_given_alone() -> None:
    said = {"sum": {"of": 1}}
    vocabulary = wire.Vocabulary(events={"opened": Opened}, upgrades={"opened": (_hollow,)})

    assert Opened("a") == wire.fact_of("opened", 1, said, vocabulary)
    assert said == {"sum": {"of": 1}}


def _hollow(data: dict[str, Any]) -> dict[str, Any]:
    data["sum"].clear()
    data.clear()
    return {"owner": "a"}


@pytest.mark.parametrize(
    ("tag", "version", "data", "told"),
    [
        ("book.burnt", 1, {}, "$: expected the tag of a known event, got 'book.burnt'"),
        (5, 1, {}, "$: expected the tag of a known event, got int"),
        ("book.closed", 2, {"owner": "a"}, "version 2 is newer than 1"),
        ("book.closed", 1, {"owner": 5}, "$.owner: expected str, got int, in an event 'book.closed'"),
        ("book.opened", 1, {}, "the step from version 1 to 2 failed: KeyError, in an event 'book.opened'"),
    ],
)
def test_an_event_that_cannot_be_read_is_bad_wire(tag: Any, version: int, data: Any, told: str) -> None:
    with pytest.raises(BadWire) as raised:
        wire.fact_of(tag, version, data, EVENTS)

    assert told in str(raised.value)


def test_an_event_without_a_tag_is_not_written() -> None:
    with pytest.raises(BadValue, match="Opened has no tag"):
        wire.event_data(Opened("a"), wire.Vocabulary())


# --- vocabularies --------------------------------------------------------------------------------


def test_vocabularies_are_joined_in_any_order() -> None:
    both = wire.Vocabulary(events={"opened": Opened}) + wire.Vocabulary(events={"closed": Closed})

    assert both.events == {"opened": Opened, "closed": Closed}
    assert ("opened", "closed") == (both.tag_of(Opened), both.tag_of(Closed))
    assert EVENTS.events == (EVENTS + EVENTS).events
    assert UPGRADED.upgrades.keys() | EVENTS.upgrades.keys() == (UPGRADED + EVENTS).upgrades.keys()


def test_one_class_has_one_tag_and_one_tag_one_class() -> None:
    opened = wire.Vocabulary(events={"opened": Opened})
    with pytest.raises(BadValue, match="Opened has the tag 'opened' already"):
        wire.Vocabulary(events={"opened": Opened, "book.opened": Opened})
    with pytest.raises(BadValue, match="Opened has the tag 'opened' already"):
        opened + wire.Vocabulary(events={"book.opened": Opened})
    with pytest.raises(BadValue, match="taken by another class"):
        opened + wire.Vocabulary(events={"opened": Closed})
    with pytest.raises(BadValue, match="not the same in both"):
        UPGRADED + wire.Vocabulary(upgrades={"book": (owned,)})


@pytest.mark.parametrize("events", [{"": Opened}, {"a\x00": Opened}, {"number": int}, {"none": None}])
def test_a_tag_is_a_name_and_an_event_is_a_class_of_ours(events: Any) -> None:
    with pytest.raises(BadValue):
        wire.Vocabulary(events=events)


def test_a_vocabulary_does_not_change_behind_its_back() -> None:
    events: dict[str, type[Any]] = {"opened": Opened}
    vocabulary = wire.Vocabulary(events=events)
    events["closed"] = Closed

    assert vocabulary.events == {"opened": Opened}
    with pytest.raises(TypeError):
        vocabulary.events["closed"] = Closed  # type: ignore[index]
