"""Joining identifiers one link at a time, the strongest link first, as far as the limits allow.

This is Kruskal's algorithm with a veto. Groups only ever grow, and a group that grew breaks every limit that
it broke before: so a link that was barred once is barred for good, and one look at each link is enough.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Final, Generic, TypeVar

import attrs

from omnicommerce.identity.resolution.evidence import EvidenceId
from omnicommerce.identity.resolution.namespaces import IdentityRules
from omnicommerce.identity.resolution.reasons import Barred, KeptApart, OverLimit, TooLarge

N = TypeVar("N", bound=Hashable)
"""A node: an id, or its number in a batch."""

L = TypeVar("L")
"""Whatever the caller knows a link by."""

_BITS: Final = 16
_TOP: Final = 1 << (_BITS - 1)
"""Twice LIMIT_MAX is below it, so a count with what is left of its limit reaches it just when it is above."""


@attrs.frozen
class Limits:
    """How many of each namespace, and how many in all, one person may have: as one number to compare with.

    Each namespace that has a limit has sixteen bits of it, in the order of their names, and the number of all
    identifiers has the highest: to add two groups up and compare them with every limit is two additions.
    """

    names: tuple[str, ...]
    size_max: int
    reasons: tuple[Barred, ...]
    """Why not, where the limit of the same place is broken."""
    room: int
    tops: int

    def weight(self, namespace: str | None) -> int:
        """What an identifier adds to its group that counts in *namespace*, or (None) only to the whole."""
        whole = 1 << (_BITS * len(self.names))
        if namespace is None:
            return whole
        return whole + (1 << (_BITS * self.names.index(namespace)))

    def exceeded(self, weight: int) -> Barred | None:
        """The first limit that a group of this *weight* breaks, or None."""
        over = (weight + self.room) & self.tops
        return self.reasons[(over & -over).bit_length() // _BITS - 1] if over else None


def limits_of(rules: IdentityRules) -> Limits:
    """The limits that *rules* set."""
    most = {each.name: each.limit for each in rules.namespaces if each.limit is not None}
    names = tuple(sorted(most))
    every = [*(most[name] for name in names), rules.size_max]
    room = sum((_TOP - 1 - limit) << (_BITS * place) for place, limit in enumerate(every))
    tops = sum(_TOP << (_BITS * place) for place in range(len(every)))
    reasons: tuple[Barred, ...] = (*(OverLimit(name, most[name]) for name in names), TooLarge(rules.size_max))
    return Limits(names, rules.size_max, reasons, room, tops)


@attrs.frozen
class Bounds(Generic[N]):
    """What no group may break.

    `weights` are those of the nodes that count in a namespace (see `Limits.weight`); `apart` is the Distinct
    between two nodes, found from either of them.
    """

    limits: Limits
    weights: Mapping[N, int]
    apart: Mapping[N, Mapping[N, EvidenceId]]

    def allow(self, nodes: Collection[N]) -> bool:
        """Whether *nodes* may all be one person: then no link among them can ever be barred."""
        if len(nodes) > self.limits.size_max:
            return False
        if self.apart and any(
            other in nodes for node in nodes if node in self.apart for other in self.apart[node]
        ):
            return False
        weight = sum(map(self.weights.get, nodes, itertools.repeat(0)))
        return not (weight + self.limits.room) & self.limits.tops


class _Group(Generic[N]):
    """Nodes that are one person so far, and what they weigh against the limits."""

    __slots__ = ("nodes", "weight")

    def __init__(self, node: N, weight: int) -> None:
        self.nodes: list[N] = [node]
        self.weight = weight


def united(
    links: Iterable[tuple[object, N, N, L]], bounds: Bounds[N]
) -> tuple[list[list[N]], list[tuple[L, Barred]]]:
    """The groups of two and more that *links* make, taken in their order, and the links that were barred.

    Each is its place in the order (not looked at here), its two nodes and what the caller knows it by.
    A link inside a group changes nothing and is not barred.
    """
    group_of: dict[N, _Group[N]] = {}
    barred: list[tuple[L, Barred]] = []
    known, weights, apart = group_of.get, bounds.weights.get, bounds.apart
    room, tops, alone = bounds.limits.room, bounds.limits.tops, bounds.limits.weight(None)
    for _, a, b, link in links:
        one = known(a)
        if one is None:
            one = group_of[a] = _Group(a, weights(a, alone))
        other = known(b)
        if other is None:
            other = group_of[b] = _Group(b, weights(b, alone))
        if one is other:
            continue
        by = _apart(one, other, apart) if apart else None
        weight = one.weight + other.weight
        if by is not None or (weight + room) & tops:
            why = bounds.limits.exceeded(weight) if by is None else KeptApart(by)
            assert why is not None, "a veto has a reason"
            barred.append((link, why))
            continue
        if len(one.nodes) < len(other.nodes):
            one, other = other, one
        one.nodes += other.nodes
        one.weight = weight
        for node in other.nodes:
            group_of[node] = one
    groups = {id(group): group.nodes for group in group_of.values()}
    return [nodes for nodes in groups.values() if len(nodes) > 1], barred


def _apart(one: _Group[N], other: _Group[N], apart: Mapping[N, Mapping[N, EvidenceId]]) -> EvidenceId | None:
    """The first, by id, of the Distincts between the two groups."""
    few, many = sorted((one.nodes, other.nodes), key=len)
    said = [pair for node in few if node in apart for pair in apart[node].items()]
    if not said:
        return None
    within = set(many)
    return min((by for node, by in said if node in within), default=None)
