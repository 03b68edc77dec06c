"""What a verb is handed is checked at the door and is never converted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pendulum
import pytest

from omnicommerce import wire
from omnicommerce.identity import Identifier, Namespace, Node
from omnicommerce.kernel.actor import Actor, Customer
from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.quantity import Quantity
from omnicommerce.kernel.verdict import Measure, Verdict
from omnicommerce.kernel.window import Window
from omnicommerce.loyalty import Account, Posting

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (5, int),
        (-5, int),
        (True, bool),
        ("会员", str),
        (1.5, float),
        ("m1", MemberId),
        (Channel.STORE, Channel),
        (Points(5), Points),
        (None, Points | None),
        (Money(5, "CNY"), Money),
        ((Points(1), Points(2)), tuple[Points, ...]),
        ((), tuple[Points, ...]),
        (("a", 1), tuple[str, int]),
        (frozenset({"a"}), frozenset[str]),
        ({"a": 1}, Mapping[str, int]),
        (NOON, datetime),
        (NOON.astimezone(ZoneInfo("UTC")), datetime),
        (Window(NOON, NOON + timedelta(1)), Window),
        (timedelta(seconds=1), timedelta),
        (Identifier(Namespace.TILL_MEMBER, "12345"), Identifier),
        (Customer(MemberId("m1")), Actor),
        (Points(5), Measure),
        ({"a": [1, None]}, Any),
        (None, None),
    ],
)
def test_what_fits_passes(value: Any, kind: Any) -> None:
    wire.checker(kind)(value, "value")


@pytest.mark.parametrize(
    ("value", "kind", "fault"),
    [
        (5, Points, "p: expected Points, got int"),
        (Quantity(5), Points, "p: expected Points, got Quantity"),
        (True, int, "p: expected int, got bool"),
        (1.0, int, "p: expected int, got float"),
        ("5", int, "p: expected int, got str"),
        (None, int, "p: expected int, got None"),
        (1, bool, "p: expected bool, got int"),
        (5, str, "p: expected str, got int"),
        (Channel.STORE, str, "p: expected str, got Channel"),
        ("\ud800", str, "p: expected text, got a lone surrogate"),
        (b"a", str, "p: expected str, got bytes"),
        (1, float, "p: expected float, got int"),
        (float("nan"), float, "p: expected a finite number"),
        ("", MemberId, "p: expected 1 to 256 characters, got 0"),
        ("a\x00b", MemberId, "p: expected printable characters only"),
        ("a" * 257, MemberId, "p: expected 1 to 256 characters, got 257"),
        (5, MemberId, "p: expected str, got int"),
        ("store", Channel, "p: expected Channel, got str"),
        ("5", Points | None, "p: expected Points, got str"),
        ([Points(1)], tuple[Points, ...], "p: expected tuple, got list"),
        ((Points(1), 2), tuple[Points, ...], "p[1]: expected Points, got int"),
        (("a",), tuple[str, int], "p: expected 2 items, got 1"),
        (["a", 1], tuple[str, int], "p: expected tuple, got list"),
        (("a", "b"), tuple[str, int], "p[1]: expected int, got str"),
        ({"a"}, frozenset[str], "p: expected frozenset, got set"),
        (frozenset({"a", 1}), frozenset[str], "p: expected str, got int"),
        ({"a": "b"}, Mapping[str, int], "p.a: expected int, got str"),
        ({1: 1}, Mapping[str, int], 'p["1"]: expected str, got int'),
        ([("a", 1)], Mapping[str, int], "p: expected Mapping, got list"),
        ("2026-11-22T12:00:00Z", datetime, "p: expected datetime, got str"),
        (NOON.replace(tzinfo=None), datetime, "p: expected an instant, got a time without a zone"),
        (pendulum.instance(NOON), datetime, "p: expected datetime, got DateTime"),
        (
            NOON.astimezone(timezone(timedelta(hours=8))),
            datetime,
            "p: expected an instant in UTC, got one of +0800",
        ),
        (86_400, timedelta, "p: expected timedelta, got int"),
        (timedelta(microseconds=1), timedelta, "p: expected 0 to 1000000000000 whole seconds"),
        (timedelta(seconds=-1), timedelta, "p: expected 0 to 1000000000000 whole seconds"),
        (pendulum.duration(days=1), timedelta, "p: expected timedelta, got Duration"),
        ("card", Identifier, "p: expected Identifier, got str"),
        (Node("card", 0, NOON, None, 1), Node, "p.person: expected str, got int"),  # type: ignore[arg-type]
        (Posting("member", Points(1)), Posting, "p.account: expected Account, got str"),  # type: ignore[arg-type]
        (Posting(Account.MEMBER, 1), Posting, "p.points: expected Points, got int"),  # type: ignore[arg-type]
        (Points(1), Actor, "p: expected Customer or Staff or System or Till, got Points"),
        (1.5, Measure, "p: expected Money or Points or bool or datetime or int or str, got float"),
        (Verdict("a", True, parts=(1,)), Verdict, "p.parts[0]: expected Verdict, got int"),  # type: ignore[arg-type]
        ({"a": {1, 2}}, Any, "p.a: expected JSON, got set"),
        (0, None, "p: expected None, got int"),
    ],
)
def test_what_does_not_fit_is_named_with_its_path(value: Any, kind: Any, fault: str) -> None:
    with pytest.raises(BadValue) as raised:
        wire.checker(kind)(value, "p")

    assert [fault] == [str(each) for each in raised.value.faults]
