"""Who is one person, kept up to date: a new piece of evidence touches the people it is about, and no others.

What comes out is exactly what resolving everything anew would give. That holds because links are barred only
by what lies in one component of the links that may join: identifiers outside it are never looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import attrs

from omnicommerce.identity.resolution.current import Current, Row, Touched
from omnicommerce.identity.resolution.evidence import EvidenceId, Piece, Same
from omnicommerce.identity.resolution.namespaces import IdentityRules
from omnicommerce.identity.resolution.reasons import Barred, Reason
from omnicommerce.identity.resolution.resolving import NOBODY, Refusal, Resolution
from omnicommerce.identity.resolution.uniting import Bounds, united
from omnicommerce.kernel.ids import MemberId

_NO_ROWS: Final[Mapping[EvidenceId, Row]] = {}


@attrs.frozen(eq=False)
class _Component:
    """Identifiers that usable links connect, those links, the persons among them, and what was barred."""

    nodes: frozenset[MemberId]
    rows: list[Row]
    persons: tuple[frozenset[MemberId], ...]
    barred: tuple[tuple[Same, Barred], ...]


class Resolved:
    """Who is one person by all that was told so far, and at the last instant that was told.

    With `Current` the one thing of this room that changes in place: nobody copies a million links to add one.
    It is what a batch or a replay holds; a command resolves the few links of its own people with `resolve`.

    Raises:
        BadValue: *now* is no instant.
    """

    def __init__(self, rules: IdentityRules, now: datetime, blocked: frozenset[MemberId] = NOBODY) -> None:
        self._current = Current(rules, now, blocked)
        self._component_of: dict[MemberId, _Component] = {}
        self._bounds = Bounds(self._current.limits, self._current.weights, self._current.apart)

    def add(self, piece: Piece) -> None:
        """Take in one more *piece*; one that was told before changes nothing.

        Raises:
            BadValue: it puts a node into a second namespace; then nothing has changed.
        """
        self._settle(self._current.add(piece))

    def advance(self, now: datetime) -> None:
        """Let time pass until *now*: what runs out, begins or leaves its window by then does so.

        Raises:
            BadValue: *now* is no instant, or earlier than before: for that, resolve anew.
        """
        self._settle(self._current.advance(now))

    def person_of(self, node: MemberId) -> frozenset[MemberId]:
        """All identifiers of the person whose *node* is, itself among them."""
        component = self._component_of.get(node)
        persons = () if component is None else component.persons
        return next((person for person in persons if node in person), frozenset({node}))

    def resolution(self) -> Resolution:
        """The whole of it, as `resolve` would give it."""
        refused = {id: self._refusal(id, why) for id, why in self._current.aside.items()}
        rows = {id: row for beside in self._current.rows.values() for id, row in beside.items()}
        for link, row in rows.items():
            found = [self._current.hubs[node] for node in row[1:3] if node in self._current.hubs]
            if found:
                refused[link] = Refusal(row[3], min(found, key=lambda hub: hub.node))
        components = {id(each): each for each in self._component_of.values()}.values()
        for component in components:
            refused |= {link.id: Refusal(link, why) for link, why in component.barred}
        return Resolution(
            frozenset(person for component in components for person in component.persons),
            tuple(row[3] for row in sorted(rows.values()) if row[3].id not in refused),
            refused,
            dict(self._current.distinct),
            self._current.rules,
            self._current.now,
        )

    # --- details ---------------------------------------------------------------------------------

    def _settle(self, touched: Touched) -> None:
        """Bring the components of all *touched* nodes up to date, and the persons in them."""
        row = touched.joined or touched.parted
        if row is None or row[1] in self._current.hubs or row[2] in self._current.hubs:
            self._find_anew(touched.nodes)
        elif touched.joined is not None:
            self._join(row)
        else:
            self._part(row)

    def _join(self, row: Row) -> None:
        """One link more: what it connects is one component now."""
        _, a, b, _ = row
        one, other = self._component_of.get(a), self._component_of.get(b)
        nodes = frozenset((a, b))
        rows = [row]
        for component in (one, None if other is one else other):
            if component is not None:
                nodes |= component.nodes
                # Each is in its order almost entirely, and such lists sort in one pass.
                rows = component.rows + rows
        self._keep(nodes, rows)

    def _part(self, row: Row) -> None:
        """One link less: what it connected may be two components now."""
        component = self._component_of[row[1]]
        rows = [each for each in component.rows if each is not row]
        # What hangs on one link is usually small: look from the end that has fewer neighbours.
        nodes = self._connected(min(row[1:3], key=lambda end: len(self._current.beside[end])))
        if len(nodes) == len(component.nodes):
            self._keep(component.nodes, rows)
            return
        self._keep(frozenset(nodes), [each for each in rows if each[1] in nodes])
        self._keep(component.nodes - nodes, [each for each in rows if each[1] not in nodes])

    def _find_anew(self, touched: set[MemberId]) -> None:
        """Forget the components of the *touched* nodes, and search them from the links."""
        pool = set(touched)
        for node in touched:
            component = self._component_of.get(node)
            if component is not None:
                pool |= component.nodes
        at = self._current.rows
        while pool:
            nodes = self._connected(pool.pop())
            pool -= nodes
            # Each link once, from the end that it names first.
            rows = [
                row
                for node in nodes
                for row in at.get(node, _NO_ROWS).values()
                if row[1] == node and row[2] in nodes
            ]
            self._keep(frozenset(nodes), rows)

    def _connected(self, start: MemberId) -> set[MemberId]:
        """The nodes that usable links connect with *start*, never through a hub."""
        hubs, beside = self._current.hubs, self._current.beside
        nodes = {start}
        if start in hubs:
            return nodes
        to_do = [start]
        for node in to_do:
            if node in beside:
                more = beside[node].keys() - nodes
                if hubs:
                    more -= hubs.keys()
                nodes |= more
                to_do += more
        return nodes

    def _keep(self, nodes: frozenset[MemberId], rows: list[Row]) -> None:
        """Let *nodes* be a component, joined by *rows*."""
        if not rows:
            for node in nodes:
                self._component_of.pop(node, None)
            return
        if self._bounds.allow(nodes):
            component = _Component(nodes, rows, (nodes,), ())
        else:
            rows.sort()
            groups, barred = united(rows, self._bounds)
            component = _Component(nodes, rows, tuple(map(frozenset, groups)), tuple(barred))
        self._component_of.update(dict.fromkeys(nodes, component))

    def _refusal(self, id: EvidenceId, why: Reason) -> Refusal:
        link = self._current.told[id]
        assert type(link) is Same, "only links are set aside"
        return Refusal(link, why)


def resolved(
    pieces: Iterable[Piece], rules: IdentityRules, now: datetime, blocked: frozenset[MemberId] = NOBODY
) -> Resolved:
    """All *pieces*, taken in one by one.

    Raises:
        BadValue: *now* is no instant, or one node is told to be in two namespaces.
    """
    state = Resolved(rules, now, blocked)
    for piece in pieces:
        state.add(piece)
    return state
