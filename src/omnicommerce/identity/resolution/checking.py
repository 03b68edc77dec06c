"""Does a resolution keep the rules? Asked of the result alone, without doing the resolving again.

Whoever wrote this trusted nothing that the resolution was made with: it counts with its own loops what is in
front of it, so a fault in the joining is not repeated here. Tests ask it, and so may an audit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from omnicommerce.identity.resolution.evidence import EvidenceId, Same
from omnicommerce.identity.resolution.explaining import Reach, Witness, witness
from omnicommerce.identity.resolution.reasons import Hub, KeptApart, OverLimit, TooLarge
from omnicommerce.identity.resolution.resolving import Resolution
from omnicommerce.kernel.ids import MemberId


def check_resolution(resolution: Resolution) -> tuple[str, ...]:
    """What is wrong with *resolution*, each as a sentence; nothing if it keeps every rule."""
    return (
        *_wrong_with_persons(resolution),
        *_wrong_with_links(resolution),
        *(
            wrong
            for id, refusal in sorted(resolution.refused.items())
            for wrong in (
                [f"{id[:8]} is filed under another link"]
                if refusal.link.id != id
                else _wrong_with_witness(resolution, witness(resolution, id))
            )
        ),
    )


def _wrong_with_persons(resolution: Resolution) -> Iterator[str]:
    rules = resolution.rules
    everybody = Counter(node for person in resolution.persons for node in person)
    yield from (f"{node} is two persons'" for node, times in everybody.items() if times > 1)
    for person in resolution.persons:
        if len(person) < 2:  # noqa: PLR2004 - a person of one identifier is told by no link
            yield "a person of one identifier is listed"
        if len(person) > rules.size_max:
            yield f"a person has {len(person)} identifiers, above {rules.size_max}"
        yield from _over_limits(resolution, person)
        yield from (
            f"{each.id[:8]} says that two are distinct, and they are one"
            for each in resolution.distinct.values()
            if each.a in person and each.b in person
        )
        if not _is_connected(person, resolution.accepted):
            yield "a person is not joined by accepted links"


def _over_limits(resolution: Resolution, person: frozenset[MemberId]) -> Iterator[str]:
    for rules in resolution.rules.namespaces:
        if rules.limit is None:
            continue
        count = sum(_counts(resolution, node, rules.name) for node in person)
        if count > rules.limit:
            yield f"a person has {count} of {rules.name}, above {rules.limit}"


def _counts(resolution: Resolution, node: MemberId, namespace: str) -> bool:
    known = resolution.rules.of(namespace)
    assert known is not None
    seen = [
        link.seen_at
        for link in _standing(resolution)
        for end in (link.a, link.b)
        if end.node == node and end.namespace == namespace
    ]
    return bool(seen) and (known.window is None or resolution.at - max(seen) < known.window)


def _standing(resolution: Resolution) -> Iterator[Same]:
    yield from resolution.accepted
    for refusal in resolution.refused.values():
        if isinstance(refusal.reason, Hub | OverLimit | KeptApart | TooLarge):
            yield refusal.link


def _is_connected(person: frozenset[MemberId], links: tuple[Same, ...]) -> bool:
    reached = {min(person)}
    while True:
        more = {
            end.node
            for link in links
            if link.a.node in reached or link.b.node in reached
            for end in (link.a, link.b)
        }
        if more <= reached:
            return reached == person
        reached |= more


def _wrong_with_links(resolution: Resolution) -> Iterator[str]:
    for link in resolution.accepted:
        if link.id in resolution.refused:
            yield f"{link.id[:8]} is accepted and refused"
        if not any(link.a.node in person and link.b.node in person for person in resolution.persons):
            yield f"{link.id[:8]} is accepted and joins nobody"
        if not (link.a.is_verified and link.b.is_verified):
            yield f"{link.id[:8]} is accepted and was never proved"
    for id, refusal in resolution.refused.items():
        one = resolution.person_of(refusal.link.a.node)
        if isinstance(refusal.reason, OverLimit | KeptApart | TooLarge) and refusal.link.b.node in one:
            yield f"{id[:8]} is barred, and its ends are one"


# --- witnesses -----------------------------------------------------------------------------------


def _wrong_with_witness(resolution: Resolution, told: Witness) -> Iterator[str]:
    name = told.refusal.link.id[:8]
    by_id = {link.id: link for link in resolution.accepted}
    sides = ((told.refusal.link.a.node, told.beside_a), (told.refusal.link.b.node, told.beside_b))
    for start, side in sides:
        for reach in side:
            if not _leads(start, reach, by_id):
                yield f"{name}: no accepted links lead from its end to {reach.node}"
    here, there = ({reach.node for reach in side} for _, side in sides)
    if here & there:
        yield f"{name}: an identifier is on both sides"
    yield from (f"{name}: {wrong}" for wrong in _wrong_with_sides(resolution, told, here, there))


def _wrong_with_sides(
    resolution: Resolution, told: Witness, here: set[MemberId], there: set[MemberId]
) -> Iterator[str]:
    match told.refusal.reason:
        case OverLimit(namespace, limit):
            if not all(_counts(resolution, node, namespace) for node in here | there):
                yield f"what is listed does not count in {namespace}"
            if len(here) + len(there) <= limit:
                yield f"{len(here)} and {len(there)} are not above {limit}"
        case KeptApart(by):
            said = resolution.distinct.get(by)
            is_said = said is not None and {said.a, said.b} == here | there
            if not is_said or len(here) != 1 or len(there) != 1:
                yield "nothing says that its sides are distinct"
        case TooLarge(size_max):
            if len(here) + len(there) <= size_max:
                yield f"{len(here)} and {len(there)} are not above {size_max}"
        case Hub():
            yield from _wrong_with_hub(resolution, told.refusal.link, told.refusal.reason)
        case _:
            if here or there:
                yield "it was set aside, and has sides"


def _wrong_with_hub(resolution: Resolution, link: Same, hub: Hub) -> Iterator[str]:
    namespace = next((end.namespace for end in (link.a, link.b) if end.node == hub.node), "")
    known = resolution.rules.of(namespace)
    if known is None or known.hub_limit != hub.limit or hub.neighbours <= hub.limit:
        yield f"{hub.node} is no hub by its rules"
        return
    beside = {
        (other.node, other.namespace)
        for link in _standing(resolution)
        for end, other in ((link.a, link.b), (link.b, link.a))
        if end.node == hub.node and other.namespace not in known.hub_ignores
    }
    if len(beside) != hub.neighbours:
        yield f"{hub.node} has {len(beside)} neighbours, not {hub.neighbours}"
    if any(hub.node in person for person in resolution.persons):
        yield f"{hub.node} is a hub, and somebody's"


def _leads(start: MemberId, reach: Reach, by_id: dict[EvidenceId, Same]) -> bool:
    at = start
    for step in reach.path:
        link = by_id.get(step)
        if link is None or at not in (link.a.node, link.b.node):
            return False
        at = link.b.node if link.a.node == at else link.a.node
    return at == reach.node
