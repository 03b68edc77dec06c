"""Evidence and facts on the wire: every piece comes back whole, under the id that it was told by."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from omnicommerce import wire
from omnicommerce.identity import (
    FACTS,
    TIES,
    Distinct,
    End,
    EvidenceTold,
    Fact,
    FactRetraction,
    Ownership,
    Piece,
    Retraction,
    Same,
    Strength,
    Ties,
)
from omnicommerce.identity.profiles import MemberFacts, Told, Value
from omnicommerce.kernel.bounds import AMOUNT_MAX
from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.errors import BadWire
from omnicommerce.kernel.ids import MemberId

NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)

# --- anything that can be told -------------------------------------------------------------------

instants = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
nodes = st.text(st.sampled_from('abc01-/"会员'), min_size=1, max_size=8).map(MemberId)
two_nodes = st.lists(nodes, min_size=2, max_size=2, unique=True)
words = st.sampled_from(["till", "crm.import", "app", "desk"])
actors = st.text(st.sampled_from("abc-7会"), min_size=1, max_size=6)
digests = st.text(st.sampled_from("0123456789abcdef"), min_size=64, max_size=64)
two_instants = st.lists(instants, min_size=2, max_size=2, unique=True).map(sorted)


origins = {"source": words, "actor": actors}


@st.composite
def links(draw: st.DrawFn) -> Same:
    namespaces = st.sampled_from(["phone", "till_member", "shop.app"])
    a, b = (End(node, draw(namespaces), draw(st.booleans())) for node in draw(two_nodes))
    seen_at, ends_at = draw(two_instants)
    strength = draw(st.sampled_from(Strength))
    return Same(
        a=a,
        b=b,
        strength=strength,
        seen_at=seen_at,
        source=draw(words),
        actor=draw(actors),
        valid_until=draw(st.sampled_from([None, ends_at])),
        score=draw(st.integers(0, 1_000)) if strength is Strength.SCORED else None,
    )


distincts = st.builds(
    lambda both, **terms: Distinct(a=both[0], b=both[1], **terms), two_nodes, seen_at=instants, **origins
)
ownerships = st.builds(
    lambda both, times, is_over, **terms: Ownership(
        device=both[0], owner=both[1], since=times[0], until=times[1] if is_over else None, **terms
    ),
    two_nodes,
    two_instants,
    st.booleans(),
    **origins,
)
retractions = st.builds(Retraction, of=digests, seen_at=instants, **origins)
pieces: st.SearchStrategy[Piece] = st.one_of(links(), distincts, ownerships, retractions)

texts = st.text(st.sampled_from("aé01 李\"\\'"), min_size=1, max_size=8).filter(str.strip)
values: st.SearchStrategy[Value] = st.one_of(
    texts, st.booleans(), st.integers(-AMOUNT_MAX, AMOUNT_MAX), st.dates()
)
facts = st.builds(
    Fact,
    node=nodes,
    field=st.just("shop.anything"),
    value=values,
    source=words,
    channel=st.sampled_from(Channel),
    purpose=words,
    seen_at=instants,
)
told: st.SearchStrategy[Told] = st.one_of(
    facts, st.builds(FactRetraction, node=nodes, fact=digests, source=words, at=instants)
)


def again(value: Any, kind: Any) -> Any:
    """*value*, written as text and read again."""
    return wire.load(json.loads(wire.text(wire.dump(value, kind))), kind)


def whole(value: Any) -> Any:
    """All that a value holds: pieces are equal as soon as their ids are, which is too little here."""
    return attrs.asdict(value), type(value)


@given(pieces)
def test_every_piece_comes_back_whole_and_under_its_id(piece: Piece) -> None:
    read = again(piece, Piece)

    assert piece.id == read.id
    assert whole(piece) == whole(read)
    wire.checker(Piece)(read, "piece")


@given(told)
def test_what_was_told_of_a_person_comes_back_whole(fact: Told) -> None:
    read = again(fact, Told)

    assert fact == read
    assert whole(fact) == whole(read)
    wire.checker(Told)(read, "told")


@given(facts)
def test_a_fact_keeps_its_id_and_the_sort_of_its_value(fact: Fact) -> None:
    """True and 1 are equal to Python, and two answers of a customer."""
    read = again(fact, Told)

    assert fact.id == read.id
    assert type(fact.value) is type(read.value)


@given(st.lists(pieces, max_size=4).map(tuple), st.booleans())
def test_a_record_of_ties_is_read_as_it_was_stored(some: tuple[Piece, ...], is_quarantined: bool) -> None:
    ties = Ties(some, is_quarantined)
    body = wire.record_text(ties, TIES.name, Ties, NOON)

    assert ties == wire.stored(body, TIES.name, Ties).value
    assert wire.is_canonical(body)


@given(st.lists(told, max_size=4).map(tuple))
def test_a_record_of_facts_is_read_as_it_was_stored(some: tuple[Told, ...]) -> None:
    body = wire.record_text(MemberFacts(some), FACTS.name, MemberFacts, NOON)

    assert MemberFacts(some) == wire.stored(body, FACTS.name, MemberFacts).value
    assert wire.is_canonical(body)


@given(pieces, st.lists(nodes, max_size=2).map(tuple))
def test_an_event_that_carries_a_piece_is_read_as_it_was_written(
    piece: Piece, of: tuple[MemberId, ...]
) -> None:
    event = EvidenceTold(piece, of)

    assert event == wire.fact_of(*wire.event_data(event))


# --- the format ----------------------------------------------------------------------------------

CARD: Final = End(MemberId("card"), "till_member", is_verified=True)
LINK: Final = Same(
    a=CARD,
    b=End(MemberId("tel"), "phone"),
    strength=Strength.SCORED,
    seen_at=NOON,
    source="crm",
    actor="nightly",
    score=900,
)
APART: Final = Distinct(a=MemberId("b"), b=MemberId("a"), seen_at=NOON, source="desk", actor="ann")
OWNED: Final = Ownership(
    device=MemberId("tablet"), owner=MemberId("card"), since=NOON, source="app", actor="ann"
)
WRONG: Final = Retraction(of=LINK.id, seen_at=NOON, source="desk", actor="ann")
BORN: Final = Fact(
    MemberId("card"), "birthday", date(1990, 5, 1), "till", Channel.STORE, "service", seen_at=NOON
)
MISTOLD: Final = FactRetraction(MemberId("card"), BORN.id, "desk", NOON)
AT: Final = "2026-11-22T12:00:00.000000Z"

FORMAT: Final[list[tuple[Any, Any, dict[str, Any]]]] = [
    (
        LINK,
        Piece,
        {
            "is": "same",
            "a": {"node": "card", "namespace": "till_member", "is_verified": True},
            "b": {"node": "tel", "namespace": "phone", "is_verified": False},
            "strength": "scored",
            "seen_at": AT,
            "source": "crm",
            "actor": "nightly",
            "valid_until": None,
            "score": 900,
        },
    ),
    (
        APART,
        Piece,
        {"is": "distinct", "a": "b", "b": "a", "seen_at": AT, "source": "desk", "actor": "ann"},
    ),
    (
        OWNED,
        Piece,
        {
            "is": "ownership",
            "device": "tablet",
            "owner": "card",
            "since": AT,
            "until": None,
            "source": "app",
            "actor": "ann",
        },
    ),
    (
        WRONG,
        Piece,
        {"is": "retraction", "of": LINK.id, "seen_at": AT, "source": "desk", "actor": "ann"},
    ),
    (
        BORN,
        Told,
        {
            "is": "fact",
            "node": "card",
            "field": "birthday",
            "value": {"on": "1990-05-01"},
            "source": "till",
            "channel": "store",
            "purpose": "service",
            "seen_at": AT,
        },
    ),
    (MISTOLD, Told, {"is": "retraction", "node": "card", "fact": BORN.id, "source": "desk", "at": AT}),
]
"""Written down by hand: shops have stored this."""


@pytest.mark.parametrize(
    ("value", "kind", "written"), FORMAT, ids=[type(value).__name__ for value, _, _ in FORMAT]
)
def test_the_format_of_every_piece_is_written_down(value: Any, kind: Any, written: dict[str, Any]) -> None:
    """A change here needs an upgrade. The id is not written: it is the digest of what is."""
    assert written == wire.dump(value, kind)
    assert whole(value) == whole(wire.load(written, kind))
    assert Draft202012Validator(wire.schema_of(kind)).is_valid(written)


def test_every_piece_and_every_fact_is_in_the_examples() -> None:
    shown = {type(value) for value, _, _ in FORMAT}

    assert {Same, Distinct, Ownership, Retraction, Fact, FactRetraction} == shown


def places(data: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of everything written that has nothing inside it."""
    for name, each in data.items():
        if isinstance(each, Mapping):
            yield from places(each, (*path, name))
        else:
            yield (*path, name)


def other_than(value: object) -> list[Any]:
    """Values of which at least one may stand where *value* does, and says something else."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value - 1]
    return ["told", "online", "nickname", "f" * 64, "2027-01-01", "2027-01-01T00:00:00.000000Z"]


CHANGEABLE: Final = [
    pytest.param(value, kind, written, path, id=f"{type(value).__name__}-{'.'.join(path)}")
    for value, kind, written in FORMAT
    for path in places(written)
    # A score goes with its strength, a birthday with its field: neither changes alone.
    if path not in {("is",), ("strength",), ("field",)} and type(value) is not FactRetraction
]


@pytest.mark.parametrize(("value", "kind", "written", "path"), CHANGEABLE)
def test_nothing_that_is_written_can_change_and_keep_its_id(
    value: Any, kind: Any, written: dict[str, Any], path: tuple[str, ...]
) -> None:
    """The negative control of the round trips: all that is on the wire is in the digest."""
    ids = set()
    *above, last = path
    for other in other_than(_at(written, path)):
        changed = copy.deepcopy(written)
        _at(changed, tuple(above))[last] = other
        try:
            ids.add(wire.load(changed, kind).id)
        except BadWire:
            continue

    assert ids
    assert value.id not in ids


def _at(data: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


# --- what is refused -----------------------------------------------------------------------------


def changed(number: int, **changes: Any) -> dict[str, Any]:
    """An example of the format with something else in it."""
    return {name: each for name, each in (FORMAT[number][2] | changes).items() if each != "(left out)"}


@pytest.mark.parametrize(
    ("data", "kind", "fault"),
    [
        (changed(0, id=LINK.id), Piece, "$.id: unknown field"),
        (changed(0, **{"is": "fact"}), Piece, "$.is: expected one of same, distinct, ownership, retraction"),
        (changed(4, **{"is": "same"}), Told, "$.is: expected one of fact, retraction, got another text"),
        (changed(0, strength=4), Piece, "$.strength: expected str, got int"),
        (changed(0, strength="SCORED"), Piece, "$.strength: expected one of verified, shown, declared, told"),
        (changed(0, strength="shown"), Piece, "$.score: expected a score with a scored link, and with no"),
        (changed(0, score=1_001), Piece, "$.score: expected 0 to 1000"),
        (changed(0, valid_until=AT), Piece, "$.valid_until: expected an instant later than when it was seen"),
        (changed(0, a="card"), Piece, "$.a: expected dict, got str"),
        (changed(0, a={"node": "", "namespace": "phone"}), Piece, "$.a.node: expected 1 to 256 characters"),
        (changed(0, a=FORMAT[0][2]["b"]), Piece, "$.b: expected two identifiers, got one at both ends"),
        (changed(1, a="a"), Piece, "$.b: expected two identifiers, got one at both ends"),
        (changed(2, until=AT), Piece, "$.until: expected an instant later than the first"),
        (changed(3, of="LINK"), Piece, "$.of: expected the id of a piece of evidence, 64 hexadecimal digits"),
        (changed(3, source="(left out)"), Piece, "$.source: missing field"),
        (changed(4, value="1990-05-01"), Told, "$.value: expected a date in this field, got a text"),
        (changed(4, value={"on": "1.5.1990"}), Told, "$.value.on: expected a date such as 2026-11-22"),
        (changed(4, value=38.5), Told, "$.value: expected bool, int, str, dict, got float"),
        (changed(4, value=None), Told, "$.value: expected bool, int, str, dict, got None"),
        (changed(4, channel="moon"), Told, "$.channel: expected one of store, online"),
        (changed(5, fact="f"), Told, "$.fact: expected the id of a fact, 64 hexadecimal digits"),
    ],
)
def test_what_is_no_evidence_is_refused_with_its_path(data: Any, kind: Any, fault: str) -> None:
    with pytest.raises(BadWire) as bad:
        wire.load(data, kind)

    (only,) = bad.value.faults
    assert str(only).startswith(fault)


def test_a_piece_within_a_record_is_named_by_its_place() -> None:
    with pytest.raises(BadWire) as bad:
        wire.load({"pieces": [FORMAT[1][2], changed(0, score="900")]}, Ties)

    assert ["$.pieces[1].score: expected int, got str"] == [str(fault) for fault in bad.value.faults]


@pytest.mark.parametrize(
    ("value", "kind"),
    [(4, Strength), ("scored", Strength), (Strength.SCORED, int), (BORN, Piece), (LINK, Told), (NOON, Value)],
)
def test_what_is_of_another_kind_is_not_written(value: Any, kind: Any) -> None:
    """A strength is a number to Python, and an instant is a day."""
    with pytest.raises(TypeError, match="expected"):
        wire.dump(value, kind)
