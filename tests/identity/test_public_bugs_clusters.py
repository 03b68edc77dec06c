"""Bugs that other people's customers met in public: clusters that do not grow, and change their names.

They are of libraries that join records by the million, and so are these tests about a town at once.
"""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from omnicommerce import Identifier, Namespace
from omnicommerce.identity import PERSONS
from omnicommerce.identity.resolution.batch import components, numbered, resolve_columns
from omnicommerce.identity.resolution.columns import FOREVER, LinkColumns, NodeColumns
from omnicommerce.identity.resolution.evidence import Piece, Retraction, Same, Strength
from omnicommerce.identity.resolution.incremental import resolved as kept
from omnicommerce.ports.storage import Key
from tests.identity.resolution.plain import (
    RULES,
    Groups,
    are_one,
    are_two,
    naive_components,
    resolved,
)
from tests.identity.resolution.told import NOON, same
from tests.shopfront import opened

Rows: TypeAlias = Sequence[tuple[str, str]]

CHAIN: Final = [
    ("ann", "ann.phone"),
    ("ann.phone", "ann.mail"),
    ("bob", "bob.phone"),
    ("bob.phone", "bob.mail"),
    ("eve", "eve.card"),
]
"""Three people, each by a chain of links."""


def orders_of(rows: Rows) -> list[Rows]:
    return list(itertools.permutations(rows))


# --- clusters that grow --------------------------------------------------------------------------


def naive_first_fit(told: Iterable[Same]) -> Groups:
    """Each new record goes to the first cluster that it fits, and clusters never grow together."""
    clusters: list[set[Any]] = []
    for link in told:
        ends = {link.a.node, link.b.node}
        fit = next((each for each in clusters if each & ends), None)
        if fit is None:
            clusters.append(ends)
        else:
            fit |= ends
    return frozenset(map(frozenset, clusters))


def test_splink_1112_a_new_record_that_fits_two_old_clusters_makes_them_one() -> None:
    told = [same("till_member:ann", "phone:ann", -3), same("email:ann", "openid:ann", -2)]
    late = same("phone:ann", "email:ann", -1)
    assert not are_one(naive_first_fit([*told, late]), "till_member:ann", "openid:ann")

    state = kept([*told, late], RULES, NOON)

    assert are_one(state.resolution().persons, "till_member:ann", "openid:ann")
    assert resolved(*told, late) == state.resolution()


def test_dedupe_1113_told_one_by_one_in_any_order_the_clusters_are_those_of_all_at_once() -> None:
    """The same is asked for in splink 820 and 1229, and graphframes 358: nobody begins anew each night."""
    chain = ["till_member:1", "phone:1", "email:1", "openid:1", "till_member:2", "phone:2"]
    told = [same(one, other, -1) for one, other in itertools.pairwise(chain)]

    def is_as_at_once(clusters: Callable[[Sequence[Same]], Groups]) -> bool:
        return all(clusters(each) == resolved(*told).persons for each in itertools.permutations(told))

    assert not is_as_at_once(naive_first_fit)
    assert is_as_at_once(lambda each: kept(each, RULES, NOON).resolution().persons)


def naive_append_only(told: Iterable[Piece]) -> Groups:
    """A cluster can grow; it keeps no links, so it cannot be taken apart."""
    return naive_components(each for each in told if type(each) is Same)


def test_splink_3091_an_update_also_parts_a_cluster_whose_link_was_wrong() -> None:
    """The function for new records was removed there: it gave pairs, and people expected clusters."""
    good, wrong = same("till_member:ann", "phone:ann", -3), same("phone:ann", "phone:bob", -2)
    told: list[Piece] = [good, wrong, Retraction(of=wrong.id, seen_at=NOON, source="desk", actor="clerk")]
    assert not are_two(naive_append_only(told), "phone:ann", "phone:bob")

    state = kept(told, RULES, NOON)

    assert are_two(state.resolution().persons, "phone:ann", "phone:bob")
    assert are_one(state.resolution().persons, "till_member:ann", "phone:ann")


# --- what a cluster is called --------------------------------------------------------------------


def naive_lowest_record(records: Iterable[str]) -> str:
    """The cluster is called by the lowest of its records."""
    return min(records)


def test_splink_1720_a_person_is_not_called_by_one_of_their_records() -> None:
    """There a cluster bore the name of a record that stood for it no more than any other."""
    shop = opened()
    members = [
        shop.commerce.members.register(identifier=Identifier(Namespace.TILL_MEMBER, card)).member
        for card in ("M-1", "M-2")
    ]

    def is_no_record(name: str) -> bool:
        return name not in members

    assert not is_no_record(naive_lowest_record(members))

    for card in ("M-1", "M-2"):
        found = shop.commerce.members.find(identifier=Identifier(Namespace.TILL_MEMBER, card))
        assert found is not None
        assert is_no_record(found.person)
        assert shop.storage.read([Key(PERSONS.name, found.person)])[0] is not None


def naive_labels(rows: Rows) -> dict[str, int]:
    """Components are numbered as they are met."""
    label: dict[frozenset[str], int] = {}
    group_of: dict[str, set[str]] = {}
    for one, other in rows:
        both = group_of.get(one, {one}) | group_of.get(other, {other})
        group_of |= dict.fromkeys(both, both)
    for each in group_of.values():
        label.setdefault(frozenset(each), len(label))
    return {name: label[frozenset(group)] for name, group in group_of.items()}


def our_labels(rows: Rows) -> dict[str, str]:
    """The text of the lowest node of each component, where nodes are numbered by their texts."""
    texts = sorted({name for row in rows for name in row})
    place = {text: nth for nth, text in enumerate(texts)}
    a, b = (np.array([place[row[end]] for row in rows], np.int32) for end in (0, 1))
    lowest = components(len(texts), a, b).tolist()
    return {text: texts[lowest[nth]] for nth, text in enumerate(texts)}


def test_graphframes_320_new_links_elsewhere_leave_the_name_of_a_component_as_it_was() -> None:
    """There it was a random number, and each night everybody had another one."""
    more = [("dan", "dan.card"), *CHAIN]

    def keeps_its_name(labels: Callable[[Rows], Mapping[str, object]]) -> bool:
        before = labels(CHAIN)
        return all(labels(each)[name] == before[name] for each in orders_of(more) for name in before)

    assert not keeps_its_name(naive_labels)
    assert keeps_its_name(our_labels)


# --- numbers for texts ---------------------------------------------------------------------------


def naive_numbered_twice(rows: Rows) -> list[tuple[str, str]]:
    """Each column draws the numbers of the texts again, from rows that come in another order by then."""
    first = {text: nth for nth, text in enumerate(dict.fromkeys(text for row in rows for text in row))}
    again = list(dict.fromkeys(text for row in reversed(rows) for text in row))
    return [(again[first[one]], again[first[other]]) for one, other in rows]


def our_numbered(rows: Rows) -> list[tuple[str, str]]:
    """The texts of the numbers that we gave to the links."""
    (a, b), texts = numbered([row[0] for row in rows], [row[1] for row in rows])
    return [(texts[one], texts[other]) for one, other in zip(a.tolist(), b.tolist(), strict=True)]


def test_graphframes_159_a_number_means_the_same_record_wherever_it_is_read() -> None:
    """There the numbers were drawn anew at each use, and components were those of other records."""

    def means_what_was_told(told: Callable[[Rows], Rows]) -> bool:
        return all(told(rows) == list(rows) for rows in orders_of(CHAIN))

    assert not means_what_was_told(naive_numbered_twice)
    assert means_what_was_told(our_numbered)


def naive_numbered_by_part(rows: Rows) -> list[int]:
    """The number is that of the part and the place in it; then all parts but the first were made one."""
    texts = list(dict.fromkeys(text for row in rows for text in row))
    parts = [texts[nth : nth + 3] for nth in range(0, len(texts), 3)]
    return [(min(part, 1) << 33) + place for part, held in enumerate(parts) for place in range(len(held))]


def test_graphframes_453_two_records_never_get_one_number() -> None:
    """There Spark merged its partitions after their records were numbered by them: strangers were one."""

    def are_all_different(numbers: Sequence[int]) -> bool:
        return len({text for row in CHAIN for text in row}) == len(set(numbers))

    assert not are_all_different(naive_numbered_by_part(CHAIN))
    (a, b), _ = numbered([row[0] for row in CHAIN], [row[1] for row in CHAIN])
    assert are_all_different([*a.tolist(), *b.tolist()])


# --- how much room a town takes ------------------------------------------------------------------


def naive_distances(records: int) -> None:
    """The distance of each record of a component to each other one, for the clustering that follows."""
    np.zeros((records, records), np.float32)


def our_town(records: int) -> Callable[[], object]:
    """Links that make one component of *records* telephones and cards, and what resolves it."""
    ends, rows = np.arange(records - 1), records - 1
    links = LinkColumns(
        a=ends,
        b=ends + 1,
        strength=np.full(rows, Strength.VERIFIED),
        seen_at=np.zeros(rows, np.int64),
        until=np.full(rows, FOREVER),
        score=np.full(rows, -1),
        is_verified=np.ones(rows, np.bool_),
        is_retracted=np.zeros(rows, np.bool_),
        rank=np.arange(rows),
    )
    places = [each.name for each in RULES.namespaces]
    sorts = np.array([places.index("till_member"), places.index("phone")])
    nodes = NodeColumns(namespace=sorts[np.arange(records) % 2], is_blocked=np.zeros(records, np.bool_))
    return lambda: resolve_columns(links, nodes, RULES, now=1)


def peak(work: Callable[[], object]) -> int:
    """The bytes that *work* held at most."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_dedupe_1024_twice_as_many_records_take_about_twice_the_room() -> None:
    """There forty thousand took more than 128 gigabytes; 538, 756 and 819 tell of the same wall."""

    def grows_in_step(smaller: int, larger: int) -> bool:
        return larger < 3 * smaller

    assert not grows_in_step(peak(lambda: naive_distances(500)), peak(lambda: naive_distances(1_000)))
    our_town(10)()  # what is loaded on first use is not counted
    assert grows_in_step(peak(our_town(5_000)), peak(our_town(10_000)))
