"""Who is one person, for a whole town at once: links as columns of numbers, a million and more of them.

What comes out is exactly what `resolve` says. Everything that can be asked of a link, a node or a component
is asked of all of them in one go; only components that break a limit go through the joining link by link.
That may be done one component at a time, because links are barred by nothing outside it.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import attrs

from omnicommerce.identity.resolution.columns import FOREVER, Batch, Code, LinkColumns, NodeColumns
from omnicommerce.identity.resolution.evidence import EvidenceId, Strength
from omnicommerce.identity.resolution.namespaces import PRIORITY_MAX, SCORE_MAX, IdentityRules
from omnicommerce.identity.resolution.reasons import KeptApart, OverLimit
from omnicommerce.identity.resolution.uniting import Bounds, limits_of, united
from omnicommerce.kernel.errors import BadValue

if TYPE_CHECKING:
    from datetime import timedelta

    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.integer]
    Marks = NDArray[np.bool_]

NODES_MAX: Final = 2**31 - 1
"""So that two numbers of nodes make one number of 64 bits."""

_MICROSECONDS_A_DAY: Final = 86_400_000_000


def resolve_columns(
    links: LinkColumns,
    nodes: NodeColumns,
    rules: IdentityRules,
    now: int,
    apart: tuple[tuple[int, int], ...] = (),
) -> Batch:
    """Who is one person at the instant *now*, in microseconds since the year 1.

    *apart* are the pairs of nodes of which it stands that they are two people's.

    Raises:
        BadValue: there are too many nodes.
    """
    import numpy as np  # noqa: PLC0415 - loaded on first use: most programs never resolve a town

    count = len(nodes.namespace)
    if count > NODES_MAX:
        raise BadValue("nodes", f"expected at most {NODES_MAX}, got {count}")
    # Numbers as wide as an index are looked up without being copied first.
    links = attrs.evolve(links, a=links.a.astype(np.intp), b=links.b.astype(np.intp))
    code = _set_aside(links, nodes, rules, now)
    _refuse_lone_scores(links, nodes, rules, code)
    usable = code == Code.ACCEPTED
    hubs = _hubs(links, nodes, rules, usable)
    if hubs.any():
        code[usable & (hubs[links.a] | hubs[links.b])] = Code.HUB
    active = code == Code.ACCEPTED
    person = components(count, links.a[active], links.b[active])
    counted = _counted(links, nodes, rules, usable, now)
    namespace = np.full(len(code), -1, np.int16)
    broken = _broken(person, counted, nodes, rules, apart)
    if broken.any():
        suspects = np.flatnonzero(active)
        suspects = suspects[broken[person[links.a[suspects]]]]
        _join_one_by_one(links, rules, suspects, (person, code, namespace), (counted, nodes.namespace, apart))
    return Batch(person, code, namespace)


def numbered(a: Sequence[str], b: Sequence[str]) -> tuple[tuple[Ints, Ints], list[str]]:
    """The numbers of the nodes that the texts in *a* and *b* name, and the text of each number."""
    import numpy as np  # noqa: PLC0415 - see above

    # A text that is met for the first time gets the next number.
    number: defaultdict[str, int] = defaultdict(itertools.count().__next__)
    ends = [np.fromiter(map(number.__getitem__, each), np.int32, len(each)) for each in (a, b)]
    return (ends[0], ends[1]), list(number)


# --- each link by itself -------------------------------------------------------------------------


def _set_aside(links: LinkColumns, nodes: NodeColumns, rules: IdentityRules, now: int) -> Ints:
    """The codes of links that need no other link to be set aside; the first reason is written last."""
    import numpy as np  # noqa: PLC0415 - see above

    code = np.zeros(len(links.a), np.int8)
    if rules.score_min is None:
        code[links.score >= 0] = Code.SCORE_TOO_LOW
    else:
        code[(links.score >= 0) & (links.score < rules.score_min)] = Code.SCORE_TOO_LOW
    code[~links.is_verified] = Code.UNVERIFIED
    if nodes.is_blocked.any():
        code[np.logical_or(nodes.is_blocked[links.a], nodes.is_blocked[links.b])] = Code.BLOCKED
    until = links.until
    spans = [each.valid_for for each in rules.namespaces]
    if any(span is not None for span in spans):
        # A node without rules reads the last place; its links are undeclared whatever it says.
        lasts = np.array([FOREVER if span is None else _ticks(span) for span in spans])
        shorter = np.minimum(lasts[nodes.namespace[links.a]], lasts[nodes.namespace[links.b]])
        until = np.minimum(until, links.seen_at + shorter)
    code[until <= now] = Code.EXPIRED
    unruled = nodes.namespace < 0
    if unruled.any():
        code[unruled[links.a] | unruled[links.b]] = Code.UNDECLARED
    code[links.seen_at > now] = Code.NOT_YET
    code[links.is_retracted] = Code.RETRACTED
    return code


def _ticks(span: timedelta) -> int:
    return (span.days * _MICROSECONDS_A_DAY) + span.seconds * 1_000_000 + span.microseconds


# --- links beside others -------------------------------------------------------------------------


def _refuse_lone_scores(links: LinkColumns, nodes: NodeColumns, rules: IdentityRules, code: Ints) -> None:
    import numpy as np  # noqa: PLC0415 - see above

    is_scored = links.strength == Strength.SCORED
    scored = np.flatnonzero(is_scored & (code == Code.ACCEPTED))
    if not len(scored):
        return
    asked = np.zeros(len(nodes.namespace), np.bool_)
    asked[links.a[scored]] = asked[links.b[scored]] = True
    proved = np.flatnonzero((code == Code.ACCEPTED) & ~is_scored & (asked[links.a] | asked[links.b]))
    beside: dict[int, set[int]] = {}
    for a, b in zip(links.a[proved].tolist(), links.b[proved].tolist(), strict=True):
        beside.setdefault(a, set()).add(b)
        beside.setdefault(b, set()).add(a)
    supports = [each.supports for each in rules.namespaces]
    for place, a, b in zip(scored.tolist(), links.a[scored].tolist(), links.b[scored].tolist(), strict=True):
        here, there = beside.get(a, set()), beside.get(b, set())
        if b not in here and not any(supports[nodes.namespace[each]] for each in here & there):
            code[place] = Code.SCORE_ALONE


def _hubs(links: LinkColumns, nodes: NodeColumns, rules: IdentityRules, usable: Marks) -> Marks:
    """Which nodes have more distinct neighbours than their namespace allows, by the usable links."""
    import numpy as np  # noqa: PLC0415 - see above

    count = len(nodes.namespace)
    limits = [FOREVER if each.hub_limit is None else each.hub_limit for each in rules.namespaces]
    limit = np.array([*limits, FOREVER])[nodes.namespace]
    a, b = (links.a, links.b) if usable.all() else (links.a[usable], links.b[usable])
    # No node has more neighbours than links, so most nodes are cleared without a look at whom they are with.
    busy = np.bincount(a, minlength=count) + np.bincount(b, minlength=count) > limit
    hubs = np.zeros(count, np.bool_)
    if not busy.any():
        return hubs
    known = {each.name: place for place, each in enumerate(rules.namespaces)}
    ignores = np.zeros((len(known) + 1, len(known) + 1), np.bool_)
    for each in rules.namespaces:
        for name in each.hub_ignores & known.keys():
            ignores[known[each.name], known[name]] = True
    node = np.concatenate([a[busy[a]], b[busy[b]]]).astype(np.int64)
    other = np.concatenate([b[busy[a]], a[busy[b]]])
    is_counted = ~ignores[nodes.namespace[node], nodes.namespace[other]]
    pairs = np.unique(node[is_counted] * count + other[is_counted])
    hubs[np.bincount(pairs // count, minlength=count) > limit] = True
    return hubs


def _counted(links: LinkColumns, nodes: NodeColumns, rules: IdentityRules, usable: Marks, now: int) -> Marks:
    """Which nodes take up room under the limit of their namespace: seen at all, or within its window."""
    import numpy as np  # noqa: PLC0415 - see above

    counted = np.zeros(len(nodes.namespace), np.bool_)
    windows = [FOREVER if each.window is None else _ticks(each.window) for each in rules.namespaces]
    has_windows = min(windows, default=FOREVER) < FOREVER
    window = np.array([*windows, FOREVER])
    for ends in (links.a, links.b):
        if has_windows:
            counted[ends[usable & (now - links.seen_at < window[nodes.namespace[ends]])]] = True
        else:
            counted[ends[usable]] = True
    is_limited = np.array([*(each.limit is not None for each in rules.namespaces), False])
    counted &= is_limited[nodes.namespace]
    return counted


# --- components ----------------------------------------------------------------------------------


def components(count: int, a: Ints, b: Ints) -> Ints:
    """Of each of *count* nodes the lowest number that the links between *a* and *b* connect it with.

    Hooking and pointer jumping (Shiloach and Vishkin 1982): each root hangs itself below the lowest root that
    it has a link to, and then everybody hangs below their root. Each round at least halves the roots that
    still have links between them, so rounds are few.
    """
    import numpy as np  # noqa: PLC0415 - see above

    root = np.arange(count, dtype=np.intp)
    one, other = a, b
    while len(one):
        np.minimum.at(root, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(above := root[root], root):
            root = above
        one, other = root[one], root[other]
        is_open = one != other
        one, other = one[is_open], other[is_open]
    return root


def _broken(
    person: Ints, counted: Marks, nodes: NodeColumns, rules: IdentityRules, apart: tuple[tuple[int, int], ...]
) -> Marks:
    """Which components, by their lowest node, hold more than one person may."""
    import numpy as np  # noqa: PLC0415 - see above

    broken = np.bincount(person, minlength=len(person)) > rules.size_max
    place = np.where(counted, nodes.namespace, -1)
    for nth, each in enumerate(rules.namespaces):
        held = person[place == nth]
        if each.limit is not None and len(held) > each.limit:
            broken |= np.bincount(held, minlength=len(person)) > each.limit
    for one, other in apart:
        if person[one] == person[other]:
            broken[person[one]] = True
    return broken


def _join_one_by_one(
    links: LinkColumns,
    rules: IdentityRules,
    suspects: Ints,
    found: tuple[Ints, Ints, Ints],
    held: tuple[Marks, Ints, tuple[tuple[int, int], ...]],
) -> None:
    """Join the nodes of broken components by the links *suspects*, and write it down in *found*."""
    import numpy as np  # noqa: PLC0415 - see above

    person, code, namespace = found
    counted, namespace_of, apart = held
    priority = np.array([each.priority for each in rules.namespaces])
    a, b = links.a[suspects], links.b[suspects]
    worse = np.maximum(priority[namespace_of[a]], priority[namespace_of[b]])
    by_source = (links.strength[suspects].astype(np.int64) * (PRIORITY_MAX + 1) + worse) * (SCORE_MAX + 1)
    best_first = by_source - np.maximum(links.score[suspects], 0)
    taken = suspects[np.lexsort((links.rank[suspects], -links.seen_at[suspects], best_first))]
    is_in = np.zeros(len(person), np.bool_)
    is_in[a] = is_in[b] = True
    nodes = np.flatnonzero(is_in)
    names = [each.name for each in rules.namespaces]
    counting = nodes[counted[nodes]]
    against: dict[int, dict[int, EvidenceId]] = {}
    for one, other in apart:
        against.setdefault(one, {})[other] = against.setdefault(other, {})[one] = EvidenceId("")
    limits = limits_of(rules)
    weights = [0 if each.limit is None else limits.weight(each.name) for each in rules.namespaces]
    heavy = map(weights.__getitem__, namespace_of[counting].tolist())
    bounds = Bounds(limits, dict(zip(counting.tolist(), heavy, strict=True)), against)
    places = taken.tolist()
    rows = zip(places, links.a[taken].tolist(), links.b[taken].tolist(), places, strict=True)
    groups, barred = united(rows, bounds)
    person[nodes] = nodes
    for group in groups:
        person[group] = min(group)
    for place, why in barred:
        match why:
            case KeptApart():
                code[place] = Code.KEPT_APART
            case OverLimit(name, _):
                code[place] = Code.OVER_LIMIT
                namespace[place] = names.index(name)
            case _:
                code[place] = Code.TOO_LARGE
