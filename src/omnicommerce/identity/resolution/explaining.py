"""Why two identifiers are one customer's, or why not: something a support desk can read out and check.

Whoever is one is joined by a path of links. Whoever is not is kept apart by refusals, each with a witness:
what was joined on either side before the link came to be judged, and through which links.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import attrs

from omnicommerce.identity.resolution.evidence import Distinct, EvidenceId, Same
from omnicommerce.identity.resolution.reasons import Hub, KeptApart, OverLimit, TooLarge
from omnicommerce.identity.resolution.resolving import Refusal, Resolution, counted_nodes
from omnicommerce.identity.resolution.weighing import order
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId


@attrs.frozen
class Reach:
    """The identifier *node*, and the links through which an end of the refused link had it already."""

    node: MemberId
    path: tuple[EvidenceId, ...]


@attrs.frozen
class Witness:
    """What kept the two ends of a refused link apart when it was judged.

    For a limit: the identifiers of that namespace on each side. For two who were said to be different: the
    one on each side of whom it was said. For the cap: all identifiers on each side. A link that was set aside
    has no sides: its reason says it all.
    """

    refusal: Refusal
    beside_a: tuple[Reach, ...] = ()
    beside_b: tuple[Reach, ...] = ()


@attrs.frozen
class Joined:
    """They are one person's, by this *path* of accepted links from the one to the other."""

    path: tuple[Same, ...]


@attrs.frozen
class Apart:
    """They are two people's.

    `witnesses` are of the refused links on the shortest way from one to the other; there are none where
    nothing ever connected the two. `distinct` is what says outright that their people are two.
    """

    witnesses: tuple[Witness, ...]
    distinct: tuple[Distinct, ...]


Explanation: TypeAlias = Joined | Apart

_Steps: TypeAlias = dict[MemberId, tuple[Same, ...]]
"""The links from one node to each node that it reaches."""


def explain(resolution: Resolution, a: MemberId, b: MemberId) -> Explanation:
    """Why the identifiers *a* and *b* are one customer's, or why not."""
    if a == b:
        return Joined(())
    person, other = resolution.person_of(a), resolution.person_of(b)
    if b in person:
        return Joined(_reached(a, (each for each in resolution.accepted if each.a.node in person))[b])
    against = [
        each
        for each in resolution.distinct.values()
        if (each.a in person and each.b in other) or (each.b in person and each.a in other)
    ]
    refusals = _way(resolution, person, b)
    return Apart(
        tuple(witness(resolution, each.link.id) for each in refusals),
        tuple(sorted(against, key=lambda each: each.id)),
    )


def witness(resolution: Resolution, link: EvidenceId) -> Witness:
    """What kept the ends of the refused *link* apart.

    Raises:
        BadValue: it was not refused, or there is no such link.
    """
    refusal = resolution.refused.get(link)
    if refusal is None:
        raise BadValue("link", "expected the id of a refused link")
    match refusal.reason:
        case OverLimit(namespace, _):
            counted = counted_nodes(_seen(resolution), resolution.rules, resolution.at)
            named = {node for node, known in counted.items() if known == namespace}
            here, there = _sides(resolution, refusal.link)
            return Witness(refusal, _reaches(here, named), _reaches(there, named))
        case KeptApart(by):
            both = {resolution.distinct[by].a, resolution.distinct[by].b}
            here, there = _sides(resolution, refusal.link)
            return Witness(refusal, _reaches(here, both), _reaches(there, both))
        case TooLarge():
            here, there = _sides(resolution, refusal.link)
            return Witness(refusal, _reaches(here, here), _reaches(there, there))
        case _:
            return Witness(refusal)


# --- details -------------------------------------------------------------------------------------


def _seen(resolution: Resolution) -> list[Same]:
    """The links that stand, be they accepted or not."""
    barred = (OverLimit, KeptApart, TooLarge, Hub)
    return [
        *resolution.accepted,
        *(each.link for each in resolution.refused.values() if type(each.reason) in barred),
    ]


def _sides(resolution: Resolution, link: Same) -> tuple[_Steps, _Steps]:
    """What each end of *link* had been joined with when the link was judged."""
    place = order(link, resolution.rules)
    before = [each for each in resolution.accepted if order(each, resolution.rules) < place]
    return _reached(link.a.node, before), _reached(link.b.node, before)


def _reaches(steps: _Steps, nodes: Iterable[MemberId]) -> tuple[Reach, ...]:
    return tuple(
        Reach(node, tuple(link.id for link in steps[node])) for node in sorted(nodes) if node in steps
    )


def _reached(start: MemberId, links: Iterable[Same]) -> _Steps:
    """Every node that *start* reaches by the links that joined people, and how; *links* come in their order.

    Those links are a forest, so there is one way to each node: the strongest there is.
    """
    root: dict[MemberId, MemberId] = {}
    beside: dict[MemberId, list[tuple[MemberId, Same]]] = {}
    for link in links:
        a, b = link.a.node, link.b.node
        one, other = _root(root, a), _root(root, b)
        if one != other:
            root[one] = other
            beside.setdefault(a, []).append((b, link))
            beside.setdefault(b, []).append((a, link))
    steps: _Steps = {start: ()}
    to_do = [start]
    for node in to_do:
        for other, link in beside.get(node, ()):
            if other not in steps:
                steps[other] = (*steps[node], link)
                to_do.append(other)
    return steps


def _root(root: dict[MemberId, MemberId], node: MemberId) -> MemberId:
    while (above := root.setdefault(node, node)) != node:
        root[node] = node = root[above]
    return node


def _way(resolution: Resolution, person: frozenset[MemberId], goal: MemberId) -> tuple[Refusal, ...]:
    """The refusals on the shortest way from *person* to that of *goal*: all between two people on it."""
    crossing: dict[MemberId, list[Refusal]] = {}
    for id in sorted(resolution.refused):
        refusal = resolution.refused[id]
        for end in (refusal.link.a, refusal.link.b):
            crossing.setdefault(end.node, []).append(refusal)
    came_from: dict[frozenset[MemberId], frozenset[MemberId]] = {person: person}
    to_do = [person]
    for here in to_do:
        if goal in here:
            return _refusals_along(here, came_from, crossing)
        for node in sorted(here):
            for refusal in crossing.get(node, ()):
                link = refusal.link
                there = resolution.person_of(link.b.node if link.a.node == node else link.a.node)
                if there not in came_from:
                    came_from[there] = here
                    to_do.append(there)
    return ()


def _refusals_along(
    last: frozenset[MemberId],
    came_from: dict[frozenset[MemberId], frozenset[MemberId]],
    crossing: dict[MemberId, list[Refusal]],
) -> tuple[Refusal, ...]:
    found: list[Refusal] = []
    while (before := came_from[last]) != last:
        between = {
            each.link.id: each
            for node in sorted(last)
            for each in crossing.get(node, ())
            if (each.link.a.node in before) != (each.link.b.node in before)
            and (each.link.a.node in before or each.link.b.node in before)
        }
        found[:0] = [between[id] for id in sorted(between)]
        last = before
    return tuple(found)
