"""Which links count just now: kept up to date as evidence comes in and as time passes.

Each step says which identifiers it touched. Who becomes one by it is not decided here.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeAlias

import attrs

from omnicommerce.identity.resolution.evidence import (
    Distinct,
    EvidenceId,
    Ownership,
    Piece,
    Retraction,
    Same,
    Strength,
)
from omnicommerce.identity.resolution.namespaces import IdentityRules
from omnicommerce.identity.resolution.reasons import Hub, Reason, ScoreAlone
from omnicommerce.identity.resolution.resolving import is_supported
from omnicommerce.identity.resolution.uniting import limits_of
from omnicommerce.identity.resolution.weighing import counts, expires_at, order, set_aside
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.instant import utc

Row: TypeAlias = tuple[str, MemberId, MemberId, Same]
"""A usable link with its place in the order and its two nodes, worked out once."""

_Due: TypeAlias = tuple[datetime, str, str]
"""When something changes by itself, and what: ``link``, ``piece`` or ``node``, and its id."""

NOTHING: Final[Mapping[MemberId, int]] = {}


@attrs.frozen(eq=False)
class Touched:
    """The *nodes* that a step touched; and if it did no more than turn one link, that link."""

    nodes: set[MemberId]
    joined: Row | None = None
    parted: Row | None = None


class Current:
    """All that was told so far, and what of it counts at the last instant that was told.

    `rows` are the usable links of each node and `beside` its neighbours by them, with how many links there
    are to each. `hubs` have their links in there, and join nobody. `weights` are of the nodes that take
    up room under a limit, `apart` the pairs that are distinct, `aside` why the other links are not usable.
    """

    def __init__(self, rules: IdentityRules, now: datetime, blocked: frozenset[MemberId]) -> None:
        self.rules: Final = rules
        self.limits: Final = limits_of(rules)
        self.now = utc(now, "now")
        self.told: Final[dict[EvidenceId, Piece]] = {}
        self.rows: Final[dict[MemberId, dict[EvidenceId, Row]]] = {}
        self.beside: Final[dict[MemberId, dict[MemberId, int]]] = {}
        self.hubs: Final[dict[MemberId, Hub]] = {}
        self.weights: Final[dict[MemberId, int]] = {}
        self.apart: Final[dict[MemberId, dict[MemberId, EvidenceId]]] = {}
        self.distinct: Final[dict[EvidenceId, Distinct]] = {}
        self.aside: Final[dict[EvidenceId, Reason]] = {}
        self._blocked: Final = blocked
        self._namespace_of: Final[dict[MemberId, str]] = {}
        self._retracted: Final[dict[EvidenceId, EvidenceId]] = {}
        self._between: Final[dict[frozenset[MemberId], set[EvidenceId]]] = {}
        self._proved: Final[dict[MemberId, dict[MemberId, int]]] = {}
        self._scored: Final[dict[MemberId, set[EvidenceId]]] = {}
        self._due: Final[list[_Due]] = []

    def add(self, piece: Piece) -> Touched:
        """Take in one more *piece*, and return what it touched.

        Raises:
            BadValue: it puts a node into a second namespace; then nothing has changed.
        """
        if piece.id in self.told:
            return Touched(set())
        if type(piece) is Same:
            self._note_namespaces(piece)
        self.told[piece.id] = piece
        touched: set[MemberId] = set()
        return self._judged(self._take_in(piece, touched), touched)

    def advance(self, now: datetime) -> Touched:
        """Let time pass until *now*, and return what this touched.

        Raises:
            BadValue: *now* is no instant, or earlier than before: for that, resolve anew.
        """
        now = utc(now, "now")
        if now < self.now:
            raise BadValue("now", "expected an instant not before the last one")
        self.now = now
        touched: set[MemberId] = set()
        links: list[Same] = []
        while self._due and self._due[0][0] <= now:
            _, what, id = heapq.heappop(self._due)
            if what == "node":
                self._count(MemberId(id))
                touched.add(MemberId(id))
            elif what == "link":
                link = self.told[EvidenceId(id)]
                assert type(link) is Same, "only links are due as links"
                links.append(link)
            else:
                links += self._take_in(self.told[EvidenceId(id)], touched)
        return self._judged(links, touched)

    # --- what is told ----------------------------------------------------------------------------

    def _note_namespaces(self, link: Same) -> None:
        for end in (link.a, link.b):
            if self._namespace_of.get(end.node, end.namespace) != end.namespace:
                raise BadValue("evidence", "expected each node in one namespace")
        for end in (link.a, link.b):
            self._namespace_of[end.node] = end.namespace

    def _take_in(self, piece: Piece, touched: set[MemberId]) -> list[Same]:
        """Note *piece*, and return the links that have to be judged for it."""
        match piece:
            case Ownership():
                return []
            case Same():
                self._await(piece.seen_at, "link", piece.id)
                until = expires_at(piece, self.rules)
                if until is not None:
                    self._await(until, "link", piece.id)
                return [piece]
            case Distinct() | Retraction():
                if piece.seen_at > self.now:
                    self._await(piece.seen_at, "piece", piece.id)
                    return []
        if type(piece) is Distinct:
            self._stand(piece, touched)
            return []
        assert type(piece) is Retraction, "the only sort left"
        self._retracted[piece.of] = min(self._retracted.get(piece.of, piece.id), piece.id)
        wrong = self.told.get(piece.of)
        if type(wrong) is Distinct:
            self._stand(wrong, touched)
        return [wrong] if type(wrong) is Same else []

    def _await(self, at: datetime, what: str, id: str) -> None:
        if at > self.now:
            heapq.heappush(self._due, (at, what, id))

    def _stand(self, distinct: Distinct, touched: set[MemberId]) -> None:
        """Put *distinct* among those that stand, or take it away."""
        touched |= {distinct.a, distinct.b}
        if distinct.seen_at <= self.now and distinct.id not in self._retracted:
            self.distinct[distinct.id] = distinct
        else:
            self.distinct.pop(distinct.id, None)
        pair = frozenset((distinct.a, distinct.b))
        between = self._between.setdefault(pair, set())
        if distinct.id in self.distinct:
            between.add(distinct.id)
        else:
            between.discard(distinct.id)
        for one, other in ((distinct.a, distinct.b), (distinct.b, distinct.a)):
            against = self.apart.setdefault(one, {})
            if between:
                against[other] = min(between)
            else:
                against.pop(other, None)
            if not against:
                del self.apart[one]

    # --- what is usable --------------------------------------------------------------------------

    def _judged(self, links: list[Same], touched: set[MemberId]) -> Touched:
        """Judge *links* anew, each by itself, and return all that was touched, *touched* included."""
        changed: set[MemberId] = set()
        turned: list[tuple[Row, bool]] = []
        for link in links:
            a, b = link.a.node, link.b.node
            why = set_aside(link, self.rules, self.now, self._retracted.get(link.id), self._blocked)
            is_scored = link.strength is Strength.SCORED
            if is_scored:
                self._scored.setdefault(a, set()).add(link.id)
                self._scored.setdefault(b, set()).add(link.id)
                if why is None and not is_supported(link, self._proved, self._namespace_of, self.rules):
                    why = ScoreAlone()
            if why is None:
                self.aside.pop(link.id, None)
            else:
                self.aside[link.id] = why
            if (why is None) is (link.id in self.rows.get(a, ())):
                continue
            turned.append((self._turn(link, is_usable=why is None), why is None))
            changed |= {a, b}
            if not is_scored and self._scored:
                # What is proved beside a node may be what supports a score, or did.
                links += self._scores_at(a) + self._scores_at(b)
        for node in changed:
            self._count(node)
            self._note_hub(node, touched)
        if touched or len(turned) != 1:
            return Touched(touched | changed)
        row, is_usable = turned[0]
        return Touched(changed, joined=row) if is_usable else Touched(changed, parted=row)

    def _scores_at(self, node: MemberId) -> list[Same]:
        found = [self.told[id] for id in self._scored.get(node, ())]
        return [link for link in found if type(link) is Same]

    def _turn(self, link: Same, *, is_usable: bool) -> Row:
        """Let *link* be one of those that may join, or no longer."""
        a, b = link.a.node, link.b.node
        tallies = [self.beside] if link.strength is Strength.SCORED else [self.beside, self._proved]
        if is_usable:
            row = (order(link, self.rules), a, b, link)
            self.rows.setdefault(a, {})[link.id] = row
            self.rows.setdefault(b, {})[link.id] = row
        else:
            row = self.rows[a].pop(link.id)
            del self.rows[b][link.id]
        for tally in tallies:
            for one, other in ((a, b), (b, a)):
                beside = tally.setdefault(one, {})
                count = beside.get(other, 0) + (1 if is_usable else -1)
                if count:
                    beside[other] = count
                else:
                    del beside[other]
        return row

    def _count(self, node: MemberId) -> None:
        """Note whether *node* takes up room under its limit, and when it will no longer."""
        self.weights.pop(node, None)
        rows = self.rows.get(node)
        known = self.rules.of(self._namespace_of[node])
        if not rows or known is None or known.limit is None:
            return
        if known.window is None:
            self.weights[node] = self.limits.weight(known.name)
            return
        last = max(row[3].seen_at for row in rows.values())
        if counts(known.name, last, self.rules, self.now):
            self.weights[node] = self.limits.weight(known.name)
            self._await(last + known.window, "node", node)

    def _note_hub(self, node: MemberId, touched: set[MemberId]) -> None:
        known = self.rules.of(self._namespace_of[node])
        beside = self.beside.get(node, NOTHING)
        was_hub = self.hubs.pop(node, None) is not None
        if known is not None and known.hub_limit is not None and len(beside) > known.hub_limit:
            count = sum(self._namespace_of[other] not in known.hub_ignores for other in beside)
            if count > known.hub_limit:
                self.hubs[node] = Hub(node, count, known.hub_limit)
        if was_hub is not (node in self.hubs):
            touched.update(beside)
