"""Any JSON at all, read as any kind, is a value or BadWire, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given, note
from hypothesis import strategies as st

from omnicommerce import wire
from omnicommerce.identity import IdentityRules, Piece, ProfileRules, Strength
from omnicommerce.identity.profiles import Told
from omnicommerce.kernel.actor import Actor
from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.collection import Counter
from omnicommerce.kernel.errors import BadWire, Fault
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.quantity import Quantity
from omnicommerce.kernel.todo import Todo
from omnicommerce.kernel.verdict import Measure, Verdict
from omnicommerce.kernel.window import Window

KINDS: list[Any] = [
    *(Actor, Any, Channel, Counter, Measure, MemberId, Money, None, Points, Quantity, Todo, Verdict, Window),
    *(bool, date, datetime, float, frozenset[Actor], int, str, tuple[Money, ...], tuple[str, int]),
    *(Mapping[str, Points], Money | None, IdentityRules, Piece, ProfileRules, Strength, timedelta, Told),
]

WORDS = [
    *(
        "is",
        "customer",
        "till",
        "member",
        "store",
        "id",
        "capabilities",
        "minor",
        "currency",
        "CNY",
        "points",
    ),
    *(
        "at",
        "money",
        "code",
        "holds",
        "parts",
        "joint",
        "leaf",
        "actual",
        "since",
        "until",
        "name",
        "process",
    ),
    *(
        "same",
        "distinct",
        "retraction",
        "fact",
        "a",
        "b",
        "node",
        "namespaces",
        "fields",
        "strength",
        "shown",
    ),
    *("subject", "due", "2026-11-22T18:00:00Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"),
]

texts = st.sampled_from(WORDS) | st.text(st.characters(), max_size=5)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=12,
)


@given(anything)
def test_any_json_is_a_value_or_bad_wire(data: Any) -> None:
    for kind in KINDS:
        note(f"read as {kind}")
        faults = faults_or_round_trip(data, kind)

        assert all(fault.path.startswith("$") and fault.reason for fault in faults)


def faults_or_round_trip(data: Any, kind: Any) -> tuple[Fault, ...]:
    try:
        value = wire.load(data, kind)
    except BadWire as bad:
        assert bad.faults  # noqa: PT017 - both ends are the law
        return bad.faults
    assert value == wire.load(wire.dump(value, kind), kind)
    return ()
