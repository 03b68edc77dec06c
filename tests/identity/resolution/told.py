"""Evidence for tests: a small town of identifiers, and histories in which anything may be told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs
from hypothesis import strategies as st

from omnicommerce.identity.resolution.evidence import (
    Distinct,
    End,
    Ownership,
    Piece,
    Retraction,
    Same,
    Strength,
)
from omnicommerce.identity.resolution.namespaces import IdentityRules, NamespaceKind, NamespaceRules
from omnicommerce.kernel.ids import MemberId

NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)

TIGHT: Final = IdentityRules(
    namespaces=(
        NamespaceRules(
            name="unionid", kind=NamespaceKind.PERSON, priority=0, limit=1, hub_limit=6, supports=True
        ),
        NamespaceRules(name="till_member", kind=NamespaceKind.ACCOUNT, priority=1, limit=2, supports=True),
        NamespaceRules(
            name="phone",
            kind=NamespaceKind.CONTACT,
            priority=2,
            limit=2,
            window=4 * HOUR,
            hub_limit=3,
            supports=True,
            hub_ignores=frozenset({"device"}),
        ),
        NamespaceRules(name="email", kind=NamespaceKind.CONTACT, priority=3, limit=2, valid_for=6 * HOUR),
        NamespaceRules(name="device", kind=NamespaceKind.DEVICE, priority=4, hub_limit=2),
    ),
    size_max=7,
    score_min=900,
)
"""Rules so tight that a handful of links meets each of them."""

_SORTS: Final = ("unionid", "till_member", "phone", "email", "device")

TOWN: Final = (*(f"{namespace}:{nth}" for namespace in _SORTS for nth in range(4)), "shop.unruled:0")


def node(name: str) -> MemberId:
    return MemberId(name)


def end(name: str, *, is_verified: bool = True) -> End:
    """The end of a link at a node that is called by its namespace and a number."""
    return End(node(name), name.partition(":")[0], is_verified)


def same(
    one: str, other: str, hours: int = 0, strength: Strength = Strength.VERIFIED, **changes: Any
) -> Same:
    told: dict[str, Any] = {
        "a": end(one),
        "b": end(other),
        "strength": strength,
        "seen_at": NOON + hours * HOUR,
        "source": "till",
        "actor": "clerk",
    }
    return Same(**(told | changes))


def distinct(one: str, other: str, hours: int = 0) -> Distinct:
    return Distinct(a=node(one), b=node(other), seen_at=NOON + hours * HOUR, source="desk", actor="clerk")


def owned(device: str, owner: str, since: int, until: int | None = None) -> Ownership:
    return Ownership(
        device=node(device),
        owner=node(owner),
        since=NOON + since * HOUR,
        until=None if until is None else NOON + until * HOUR,
        source="app",
        actor="till",
    )


def retracted(piece: Piece, hours: int = 0) -> Retraction:
    return Retraction(of=piece.id, seen_at=NOON + hours * HOUR, source="desk", actor="clerk")


# --- anything ------------------------------------------------------------------------------------

HOURS: Final = st.integers(-8, 8)


@st.composite
def links(draw: st.DrawFn) -> Same:
    one, other = draw(st.lists(st.sampled_from(TOWN), min_size=2, max_size=2, unique=True))
    strength = draw(st.sampled_from(list(Strength)))
    seen = draw(HOURS)
    lasts = draw(st.sampled_from([None, None, None, 3, 12]))
    # Mostly proved: what is not joins nobody, and there would be little to see.
    proved = st.sampled_from([True, True, True, True, True, False])
    return same(
        one,
        other,
        seen,
        strength,
        a=end(one, is_verified=draw(proved)),
        b=end(other, is_verified=draw(proved)),
        valid_until=None if lasts is None else NOON + (seen + lasts) * HOUR,
        score=draw(st.sampled_from([850, 900, 999])) if strength is Strength.SCORED else None,
    )


@st.composite
def distincts(draw: st.DrawFn) -> Distinct:
    one, other = draw(st.lists(st.sampled_from(TOWN), min_size=2, max_size=2, unique=True))
    return distinct(one, other, draw(HOURS))


@st.composite
def histories(draw: st.DrawFn, most: int = 40) -> tuple[Piece, ...]:
    """Pieces in the order in which they arrive, some of them taken back, some even before they arrive."""
    told: list[Piece] = list(
        draw(st.lists(st.one_of(links(), links(), links(), links(), distincts()), min_size=1, max_size=most))
    )
    wrong = draw(st.lists(st.tuples(st.sampled_from(told), HOURS), max_size=6))
    told += [retracted(piece, hours) for piece, hours in wrong]
    return tuple(draw(st.permutations(told)))


def loosened(rules: IdentityRules = TIGHT, **changes: Any) -> IdentityRules:
    """The rules with something else in them."""
    return attrs.evolve(rules, **changes)
