"""All that bears on who one person is: the identifiers that links may join, and nothing beyond them.

It is read from one identifier to the next, and never through one that too many share: what lies beyond such
a hub changes nothing on this side of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import attrs

from omnicommerce.identity.records import Node, Person
from omnicommerce.identity.registration import NodesParted, PersonFormed, PersonMerged
from omnicommerce.identity.resolution.evidence import Evidence, Same, Strength, evidence
from omnicommerce.identity.resolution.namespaces import IdentityRules
from omnicommerce.identity.resolution.resolving import Resolution, resolve
from omnicommerce.identity.resolution.weighing import expires_at, set_aside
from omnicommerce.identity.ties import Ties, retracted
from omnicommerce.kernel.ids import MemberId, PersonId

CIRCLE_MAX: Final = 1_000
"""Identifiers that links connect in one piece, refused links included; more are no customer's."""


@attrs.frozen
class Circle:
    """Identifiers as far as they have been read: their nodes, what was told of them, whose they are now."""

    nodes: Mapping[MemberId, Node | None]
    ties: Mapping[MemberId, Ties | None]
    persons: Mapping[PersonId, Person | None]

    @property
    def evidence(self) -> Evidence:
        """All that was told of these identifiers."""
        return evidence(piece for ties in self.ties.values() if ties is not None for piece in ties.pieces)

    @property
    def quarantined(self) -> frozenset[MemberId]:
        """The identifiers that are nobody's."""
        return frozenset(id for id, ties in self.ties.items() if ties is not None and ties.is_quarantined)


@attrs.frozen
class Regrouped:
    """What changes about who is one person, as events: who is `formed` has others, or another deadline."""

    formed: tuple[PersonFormed, ...] = ()
    merged: tuple[PersonMerged, ...] = ()
    parted: NodesParted | None = None


def unread_persons(circle: Circle) -> tuple[PersonId, ...]:
    """The persons that the identifiers are or were, as far as their records have not been read."""
    known = {
        person for node in circle.nodes.values() if node is not None for person in (node.person, node.home)
    }
    return tuple(sorted({person for person in known if person is not None} - circle.persons.keys()))


def unread_nodes(circle: Circle, rules: IdentityRules, now: datetime) -> tuple[MemberId, ...]:
    """The identifiers that belong to the circle and have not been read."""
    wanted: set[MemberId] = set()
    for person in circle.persons.values():
        if person is not None:
            wanted.update(person.members, person.others)
    quarantined = circle.quarantined
    for node, ties in circle.ties.items():
        if ties is not None and node not in quarantined:
            wanted.update(_neighbours(node, ties, rules, now))
    return tuple(sorted(wanted - circle.nodes.keys()))


def _neighbours(node: MemberId, ties: Ties, rules: IdentityRules, now: datetime) -> set[MemberId]:
    """Who is beside *node* by links that may join, unless it is a hub."""
    by = {id: id for id in retracted(ties)}
    beside: dict[MemberId, tuple[str, bool]] = {}
    own = ""
    for piece in ties.pieces:
        if type(piece) is not Same or set_aside(piece, rules, now, by.get(piece.id), frozenset()) is not None:
            continue
        here, there = (piece.a, piece.b) if piece.a.node == node else (piece.b, piece.a)
        own = here.namespace
        is_proved = piece.strength is not Strength.SCORED
        before = beside.get(there.node, (there.namespace, False))
        beside[there.node] = (there.namespace, before[1] or is_proved)
    known = rules.of(own)
    if known is None or known.hub_limit is None:
        return set(beside)
    # A score that nothing supports makes no hub, so those are left out here.
    count = sum(is_proved and name not in known.hub_ignores for name, is_proved in beside.values())
    return set() if count > known.hub_limit else set(beside)


def resolved(circle: Circle, rules: IdentityRules, now: datetime) -> Resolution:
    """Who in the circle is one person at *now*."""
    return resolve(circle.evidence, rules, now, circle.quarantined)


# --- from groups to persons ----------------------------------------------------------------------


def regrouped(circle: Circle, found: Resolution) -> Regrouped:
    """What has to change so that the persons are those that were *found*.

    A person is called after the home of its eldest member. So a group has one name whatever it went through,
    and who is parted from it is again who they were before.
    """
    nodes = {id: node for id, node in circle.nodes.items() if node is not None}
    groups = _groups(nodes, found)
    formed: list[PersonFormed] = []
    nobodys: list[MemberId] = []
    home_in: dict[PersonId, PersonId] = {}
    for group in groups:
        aged = sorted((nodes[id].since, id) for id in group if nodes[id].home is not None)
        members = tuple(id for _, id in aged)
        if not members:
            nobodys += [id for id in group if nodes[id].person is not None]
            continue
        person = nodes[members[0]].home
        assert person is not None, "members have a home"
        home_in |= {home: person for id in members if (home := nodes[id].home) is not None}
        others = tuple(sorted(id for id in group if nodes[id].home is None))
        event = PersonFormed(person, members, others, _review(group, circle, found))
        if not _is_so(event, circle, nodes):
            formed.append(event)
    merged = [
        PersonMerged(home, into)
        for home, into in sorted(home_in.items())
        if home != into and (held := circle.persons[home]) is not None and held.into != into
    ]
    parted = NodesParted(tuple(sorted(nobodys))) if nobodys else None
    return Regrouped(tuple(sorted(formed, key=lambda event: event.person)), tuple(merged), parted)


def _groups(nodes: Mapping[MemberId, Node], found: Resolution) -> list[frozenset[MemberId]]:
    joined = [person & nodes.keys() for person in found.persons]
    alone = nodes.keys() - {id for group in joined for id in group}
    return [*(group for group in joined if group), *(frozenset({id}) for id in sorted(alone))]


def _is_so(event: PersonFormed, circle: Circle, nodes: Mapping[MemberId, Node]) -> bool:
    """Whether all records say already what *event* would make them say."""
    held = circle.persons.get(event.person)
    if held is None or held.into is not None:
        return False
    is_held = (held.members, held.others, held.review) == (event.members, event.others, event.review)
    return is_held and all(
        (nodes[id].person, nodes[id].members) == (event.person, event.members)
        for id in (*event.members, *event.others)
    )


def _review(group: Iterable[MemberId], circle: Circle, found: Resolution) -> datetime | None:
    """The first instant after this one at which time alone may change what links of *group* do."""
    rules, now = found.rules, found.at
    edges: list[datetime] = []
    for node in group:
        ties = circle.ties.get(node)
        for piece in () if ties is None else ties.pieces:
            if type(piece) is Same:
                edges += _edges(piece, rules)
            elif (seen := getattr(piece, "seen_at", None)) is not None:
                edges.append(seen)
    return min((edge for edge in edges if edge > now), default=None)


def _edges(link: Same, rules: IdentityRules) -> list[datetime]:
    edges = [link.seen_at]
    until = expires_at(link, rules)
    if until is not None:
        edges.append(until)
    for end in (link.a, link.b):
        known = rules.of(end.namespace)
        if known is not None and known.window is not None:
            try:
                edges.append(link.seen_at + known.window)
            except OverflowError:
                # Its window outlives the calendar.
                continue
    return edges
