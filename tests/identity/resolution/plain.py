"""What a plain program makes of links, and what may be asked of its answer and of ours alike.

The named bugs of other people's customers are shown on these: a law is asked of the plain answer, which
breaks it, and then of ours. The plain programs are as small as their faults allow; they are nobody's code.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from omnicommerce.identity.resolution.checking import check_resolution
from omnicommerce.identity.resolution.evidence import Piece, Same, evidence
from omnicommerce.identity.resolution.namespaces import IdentityRules
from omnicommerce.identity.resolution.resolving import Resolution, resolve
from omnicommerce.kernel.ids import MemberId
from tests.identity.resolution.told import NOON, node

Groups: TypeAlias = frozenset[frozenset[MemberId]]

Shelf: TypeAlias = dict[str, Any]
"""What a storage holds, or a table of it."""

Worker: TypeAlias = Callable[[Shelf], Iterator[None]]
"""A program that lets others have their turn wherever it yields."""

TURNS: Final = 8
"""More than two of these workers need between them; whoever is left over finishes afterwards."""

RULES: Final = IdentityRules()


def resolved(*pieces: Piece, rules: IdentityRules = RULES) -> Resolution:
    """Our answer, which keeps every rule."""
    found = resolve(evidence(pieces), rules, NOON)
    assert () == check_resolution(found)
    return found


def naive_components(links: Iterable[Same]) -> Groups:
    """Plain connected components: whoever shares anything is one."""
    group_of: dict[MemberId, set[MemberId]] = {}
    for link in links:
        one = group_of.get(link.a.node, {link.a.node})
        both = one | group_of.get(link.b.node, {link.b.node})
        group_of |= dict.fromkeys(both, both)
    return frozenset(map(frozenset, group_of.values()))


def naive_first_come(told: Sequence[Same]) -> Groups:
    """Each identifier belongs to the first one that it is told of, and nothing is said of the others."""
    owner: dict[MemberId, MemberId] = {}
    for link in told:
        owner.setdefault(link.b.node, link.a.node)
    return frozenset(frozenset(pair) for pair in owner.items())


# --- laws ----------------------------------------------------------------------------------------


def are_one(groups: Groups, *names: str) -> bool:
    """Whether one of the groups has all these identifiers."""
    return any(set(map(node, names)) <= group for group in groups)


def are_two(groups: Groups, one: str, other: str) -> bool:
    """Whether none of the groups has both identifiers."""
    return not are_one(groups, one, other)


def nobody_is_joined(groups: Groups) -> bool:
    """Whether everybody is alone."""
    return all(len(group) == 1 for group in groups)


def is_same(answers: Iterable[object]) -> bool:
    """Whether all the answers are one answer; they may come as lists, which are not hashed."""
    each: Iterator[object] = iter(answers)
    first = next(each)
    return all(answer == first for answer in each)


# --- two at once ---------------------------------------------------------------------------------


def endings(start: Shelf, *workers: Worker) -> list[Shelf]:
    """What the storage holds afterwards, for every way in which the workers may take turns."""
    found = []
    for turns in itertools.product(range(len(workers)), repeat=TURNS):
        shelf = copy.deepcopy(start)
        running = [worker(shelf) for worker in workers]
        for turn in turns:
            next(running[turn], None)
        for each in running:
            for _ in each:
                continue
        found.append(shelf)
    return found
