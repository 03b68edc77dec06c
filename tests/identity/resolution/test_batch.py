"""A whole town at once gives, link by link and person by person, what `resolve` gives."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnicommerce.identity.resolution import reasons
from omnicommerce.identity.resolution.batch import components, resolve_columns
from omnicommerce.identity.resolution.columns import FOREVER, Batch, Code, LinkColumns, NodeColumns
from omnicommerce.identity.resolution.evidence import Distinct, Piece, Retraction, Same, evidence
from omnicommerce.identity.resolution.namespaces import IdentityRules
from omnicommerce.identity.resolution.resolving import Resolution, resolve
from omnicommerce.identity.resolution.weighing import ticks
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId
from tests.identity.resolution.told import HOUR, NOON, TIGHT, distinct, histories, node, same

CODES: Final[dict[type[object], Code]] = {
    reasons.Retracted: Code.RETRACTED,
    reasons.NotYet: Code.NOT_YET,
    reasons.Undeclared: Code.UNDECLARED,
    reasons.Expired: Code.EXPIRED,
    reasons.Blocked: Code.BLOCKED,
    reasons.Unverified: Code.UNVERIFIED,
    reasons.ScoreTooLow: Code.SCORE_TOO_LOW,
    reasons.ScoreAlone: Code.SCORE_ALONE,
    reasons.Hub: Code.HUB,
    reasons.KeptApart: Code.KEPT_APART,
    reasons.OverLimit: Code.OVER_LIMIT,
    reasons.TooLarge: Code.TOO_LARGE,
}
BLOCKED: Final = frozenset({node("till_member:3")})


def in_columns(
    told: tuple[Piece, ...], rules: IdentityRules, now: datetime
) -> tuple[list[Same], list[MemberId], Batch]:
    """Write *told* down as numbers, and resolve those."""
    links = sorted({each for each in told if type(each) is Same}, key=lambda link: link.id)
    retracted = {each.of for each in told if type(each) is Retraction and each.seen_at <= now}
    ends = {end.node: end.namespace for link in links for end in (link.a, link.b)}
    nodes = sorted(ends)
    number = {each: nth for nth, each in enumerate(nodes)}
    places = {each.name: nth for nth, each in enumerate(rules.namespaces)}
    apart = tuple(
        (number[each.a], number[each.b])
        for each in told
        if type(each) is Distinct
        and each.id not in retracted
        and each.seen_at <= now
        and {each.a, each.b} <= ends.keys()
    )
    columns = LinkColumns(
        a=np.array([number[link.a.node] for link in links], np.int64),
        b=np.array([number[link.b.node] for link in links], np.int64),
        strength=np.array([link.strength for link in links], np.int8),
        seen_at=np.array([ticks(link.seen_at) for link in links], np.int64),
        until=np.array(
            [FOREVER if link.valid_until is None else ticks(link.valid_until) for link in links], np.int64
        ),
        score=np.array([-1 if link.score is None else link.score for link in links], np.int16),
        is_verified=np.array([link.a.is_verified and link.b.is_verified for link in links], np.bool_),
        is_retracted=np.array([link.id in retracted for link in links], np.bool_),
        rank=np.arange(len(links)),
    )
    known = NodeColumns(
        namespace=np.array([places.get(ends[each], -1) for each in nodes], np.int16),
        is_blocked=np.array([each in BLOCKED for each in nodes], np.bool_),
    )
    return links, nodes, resolve_columns(columns, known, rules, ticks(now), apart)


def check_same(told: tuple[Piece, ...], found: Resolution, rules: IdentityRules, now: datetime) -> None:
    links, nodes, batch = in_columns(told, rules, now)
    people: dict[int, set[MemberId]] = {}
    for name, lowest in zip(nodes, batch.person.tolist(), strict=True):
        people.setdefault(lowest, set()).add(name)
    codes = [
        CODES[type(found.refused[link.id].reason)] if link.id in found.refused else Code.ACCEPTED
        for link in links
    ]
    over = [
        getattr(found.refused[link.id].reason, "namespace", None) if code is Code.OVER_LIMIT else None
        for link, code in zip(links, codes, strict=True)
    ]

    assert found.persons == {frozenset(each) for each in people.values() if len(each) > 1}
    assert all(nodes[lowest] == min(each) for lowest, each in people.items())
    assert codes == batch.code.tolist()
    assert over == [None if nth < 0 else rules.namespaces[nth].name for nth in batch.namespace.tolist()]


@given(histories(60), st.integers(-8, 20))
@settings(max_examples=300)
def test_columns_give_what_resolving_gives(told: tuple[Piece, ...], hours: int) -> None:
    now = NOON + hours * HOUR

    check_same(told, resolve(evidence(told), TIGHT, now, BLOCKED), TIGHT, now)


def test_a_town_of_thousands_gives_what_resolving_gives() -> None:
    dice = random.Random(6)  # noqa: S311 - nothing here is a secret
    told: list[Piece] = []
    sorts = ["till_member", "phone", "email", "openid", "unionid", "device", "order"]
    for _ in range(6_000):
        home = dice.randrange(1_500)
        here, there = dice.sample(sorts, 2)
        # Some take a neighbour's: hubs, too many of a kind, and long chains.
        other = max(0, home - dice.choice([0, 0, 0, 1, 9]))
        told.append(same(f"{here}:{home}", f"{there}:{other}", -dice.randrange(500)))
    told += [distinct(f"till_member:{nth}", f"till_member:{nth + 1}", -1) for nth in range(0, 900, 3)]
    rules = IdentityRules()

    found = resolve(evidence(told), rules, NOON, BLOCKED)

    assert {reasons.Hub, reasons.KeptApart, reasons.OverLimit} <= {
        type(each.reason) for each in found.refused.values()
    }
    check_same(tuple(told), found, rules, NOON)


@given(
    st.integers(1, 60).flatmap(
        lambda n: st.tuples(st.just(n), st.lists(st.tuples(*[st.integers(0, n - 1)] * 2)))
    )
)
def test_components_are_those_of_a_search_from_each_node(graph: tuple[int, list[tuple[int, int]]]) -> None:
    count, edges = graph
    lowest = list(range(count))
    for _ in range(count):
        for a, b in edges:
            lowest[a] = lowest[b] = min(lowest[a], lowest[b])

    ends = [np.array([edge[nth] for edge in edges], np.int32) for nth in (0, 1)]

    assert lowest == components(count, ends[0], ends[1]).tolist()


@pytest.mark.parametrize("shape", ["chain", "comb", "star"])
def test_components_need_few_rounds_for_long_and_for_wide_shapes(shape: str) -> None:
    """Were rounds as many as a chain is long, this would run for hours."""
    count = 200_000
    order = np.random.default_rng(1).permutation(count).astype(np.int32)
    ends: dict[str, Any] = {
        "chain": (order[:-1], order[1:]),
        "comb": (np.arange(count - 1, dtype=np.int32), np.arange(1, count, dtype=np.int32)),
        "star": (np.full(count - 1, count - 1, np.int32), np.arange(count - 1, dtype=np.int32)),
    }

    assert not components(count, *ends[shape]).any()


def test_columns_of_several_lengths_are_refused() -> None:
    one, two = np.zeros(1, np.int64), np.zeros(2, np.int64)
    with pytest.raises(BadValue, match="one length"):
        LinkColumns(
            a=one,
            b=two,
            strength=one,
            seen_at=one,
            until=one,
            score=one,
            is_verified=one > 0,
            is_retracted=one > 0,
            rank=one,
        )
