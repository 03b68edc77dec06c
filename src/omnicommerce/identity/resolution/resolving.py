"""Who is one person: a function of the evidence, the rules and the instant, and of nothing else.

What was taken back, has run out or was never proved is set aside; so is every identifier that too many share.
The links that are left are taken in an order that their content alone decides, the strongest first, and join
people as far as the rules let them. So nobody's person depends on which message came first, or came twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

import attrs

from omnicommerce.identity.resolution.evidence import (
    Distinct,
    Evidence,
    EvidenceId,
    Ownership,
    Retraction,
    Same,
    Strength,
)
from omnicommerce.identity.resolution.namespaces import IdentityRules
from omnicommerce.identity.resolution.reasons import Hub, Reason, ScoreAlone
from omnicommerce.identity.resolution.uniting import Bounds, limits_of, united
from omnicommerce.identity.resolution.weighing import counts, order, set_aside
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.instant import utc

NOBODY: Final[frozenset[MemberId]] = frozenset()


@attrs.frozen
class Refusal:
    """A link that joins nobody, and why."""

    link: Same
    reason: Reason


@attrs.frozen
class Resolution:
    """Who is one person at the instant `at` by these `rules`, and why.

    `persons` are the sets of two and more identifiers; whoever is in none is alone. `accepted` are the links
    inside persons, in the order in which they were taken. `refused` are all the others.
    """

    persons: frozenset[frozenset[MemberId]]
    accepted: tuple[Same, ...]
    refused: Mapping[EvidenceId, Refusal]
    distinct: Mapping[EvidenceId, Distinct]
    """What said that two are not one, and stands."""
    rules: IdentityRules
    at: datetime

    def person_of(self, node: MemberId) -> frozenset[MemberId]:
        """All identifiers of the person whose *node* is, itself among them."""
        return next((person for person in self.persons if node in person), frozenset({node}))


def resolve(
    evidence: Evidence, rules: IdentityRules, now: datetime, blocked: frozenset[MemberId] = NOBODY
) -> Resolution:
    """Who is one person at *now*, by all that was told until then.

    *blocked* are the nodes of identifiers that the shop knows to be nobody's. Greedy, as the best partition
    is NP-hard to find (correlation clustering) and could not be explained to anybody.

    Raises:
        BadValue: *now* is no instant, or one node is told to be in two namespaces.
    """
    now = utc(now, "now")
    links, distinct, retracted = _told(evidence, now)
    namespace_of = namespaces_of(links)
    refused: dict[EvidenceId, Refusal] = {}
    usable: dict[EvidenceId, Same] = {}
    for link in links:
        why = set_aside(link, rules, now, retracted.get(link.id), blocked)
        if why is None:
            usable[link.id] = link
        else:
            refused[link.id] = Refusal(link, why)
    beside = neighbours(each for each in usable.values() if each.strength is not Strength.SCORED)
    for link in [each for each in usable.values() if each.strength is Strength.SCORED]:
        if not is_supported(link, beside, namespace_of, rules):
            refused[link.id] = Refusal(link, ScoreAlone())
            del usable[link.id]
    hubs = _hubs(usable.values(), namespace_of, rules)
    for link in list(usable.values()):
        hub = hub_of(link, hubs)
        if hub is not None:
            refused[link.id] = Refusal(link, hub)
            del usable[link.id]
    # A hub's link was seen all the same: only what does not stand at all is not.
    seen = [each for each in links if each.id not in refused or type(refused[each.id].reason) is Hub]
    limits = limits_of(rules)
    weights = {node: limits.weight(name) for node, name in counted_nodes(seen, rules, now).items()}
    bounds = Bounds(limits, weights, _apart(distinct.values()))
    taken = sorted((order(link, rules), link.a.node, link.b.node, link) for link in usable.values())
    groups, barred = united(taken, bounds)
    refused |= {link.id: Refusal(link, why) for link, why in barred}
    return Resolution(
        frozenset(map(frozenset, groups)),
        tuple(link for _, _, _, link in taken if link.id not in refused),
        refused,
        distinct,
        rules,
        now,
    )


# --- links beside others -------------------------------------------------------------------------


def namespaces_of(links: Iterable[Same]) -> dict[MemberId, str]:
    """The namespace of each node.

    Raises:
        BadValue: a node is told to be in two.
    """
    known: dict[MemberId, str] = {}
    for link in links:
        for end in (link.a, link.b):
            if known.setdefault(end.node, end.namespace) != end.namespace:
                raise BadValue("evidence", "expected each node in one namespace")
    return known


def neighbours(links: Iterable[Same]) -> dict[MemberId, set[MemberId]]:
    """The distinct nodes beside each node."""
    beside: dict[MemberId, set[MemberId]] = {}
    for link in links:
        beside.setdefault(link.a.node, set()).add(link.b.node)
        beside.setdefault(link.b.node, set()).add(link.a.node)
    return beside


def is_supported(
    link: Same,
    beside: Mapping[MemberId, Collection[MemberId]],
    namespace_of: Mapping[MemberId, str],
    rules: IdentityRules,
) -> bool:
    """Whether the ends of a scored *link* have other evidence: a link, or a telling identifier, in common.

    *beside* are the neighbours of each node by usable links that are not scored: proved at both ends. So
    nobody gets a score accepted by typing in somebody else's telephone number.
    """
    here, there = beside.get(link.a.node, ()), beside.get(link.b.node, ())
    if link.b.node in here:
        return True
    for node in here:
        if node in there:
            known = rules.of(namespace_of[node])
            if known is not None and known.supports:
                return True
    return False


def hub_of(link: Same, hubs: Mapping[MemberId, Hub]) -> Hub | None:
    """The hub at an end of *link*, the first by id if both ends are hubs."""
    found = [hubs[end.node] for end in (link.a, link.b) if end.node in hubs]
    return min(found, key=lambda hub: hub.node, default=None)


def _hubs(
    links: Iterable[Same], namespace_of: Mapping[MemberId, str], rules: IdentityRules
) -> dict[MemberId, Hub]:
    hubs: dict[MemberId, Hub] = {}
    for node, beside in neighbours(links).items():
        known = rules.of(namespace_of[node])
        assert known is not None, "a link of a namespace without rules is set aside"
        if known.hub_limit is not None and len(beside) > known.hub_limit:
            count = sum(namespace_of[other] not in known.hub_ignores for other in beside)
            if count > known.hub_limit:
                hubs[node] = Hub(node, count, known.hub_limit)
    return hubs


def counted_nodes(links: Collection[Same], rules: IdentityRules, now: datetime) -> dict[MemberId, str]:
    """The nodes that take up room under the limit of their namespace, by the *links* that stand."""
    last_seen: dict[MemberId, datetime] = {}
    for link in links:
        for node in (link.a.node, link.b.node):
            last_seen[node] = max(last_seen.get(node, link.seen_at), link.seen_at)
    return {
        node: namespace
        for node, namespace in namespaces_of(links).items()
        if counts(namespace, last_seen[node], rules, now)
    }


def _apart(distinct: Iterable[Distinct]) -> dict[MemberId, dict[MemberId, EvidenceId]]:
    apart: dict[MemberId, dict[MemberId, EvidenceId]] = {}
    for each in distinct:
        for one, other in ((each.a, each.b), (each.b, each.a)):
            against = apart.setdefault(one, {})
            against[other] = min(against.get(other, each.id), each.id)
    return apart


def _told(
    evidence: Evidence, now: datetime
) -> tuple[list[Same], dict[EvidenceId, Distinct], dict[EvidenceId, EvidenceId]]:
    """All links, the Distincts that stand, and by what each retracted piece was retracted."""
    links: list[Same] = []
    distinct: dict[EvidenceId, Distinct] = {}
    retracted: dict[EvidenceId, EvidenceId] = {}
    for piece in evidence.pieces:
        match piece:
            case Same():
                links.append(piece)
            case Distinct():
                if piece.seen_at <= now:
                    distinct[piece.id] = piece
            case Retraction():
                if piece.seen_at <= now:
                    retracted[piece.of] = min(retracted.get(piece.of, piece.id), piece.id)
            case Ownership():
                # Whose a device was makes nobody one.
                continue
    for id in retracted.keys() & distinct.keys():
        del distinct[id]
    return links, distinct, retracted
