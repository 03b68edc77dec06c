"""Who is one person, for a whole town: with every limit honoured, beside plain components of the same links.

The peers know no limits, so they do less. Each is measured where it is installed: ``pip install splink scipy
networkx``. A row about what is not installed is left out, and the others stand.
"""

from __future__ import annotations

import importlib
import importlib.util
import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs
import numpy as np

from benchmarks.rows import PER_SECOND, Effort, Row, alone, compared, frozen, limited, run, side_by_side
from omnicommerce.identity.resolution.batch import numbered, resolve_columns
from omnicommerce.identity.resolution.columns import FOREVER, Batch, Code, LinkColumns, NodeColumns
from omnicommerce.identity.resolution.evidence import End, Piece, Retraction, Same, Strength
from omnicommerce.identity.resolution.incremental import Resolved
from omnicommerce.identity.resolution.namespaces import IdentityRules
from omnicommerce.identity.resolution.weighing import ticks
from omnicommerce.kernel.ids import MemberId

NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOW: Final = ticks(NOON)
RULES: Final = IdentityRules()
PLACES: Final = {each.name: nth for nth, each in enumerate(RULES.namespaces)}

LINKS: Final = 1_000_000
LINKS_A_PERSON: Final = 6
SMOKE_LINKS: Final = 2_000
DAY: Final = 86_400_000_000
_SPREAD: Final = 2_654_435_761
"""Makes digests of numbers that look nothing like them."""

SORTS: Final = ("till_member", "phone", "email", "openid", "unionid", "order")
"""What a person is known by; everything hangs on the first two."""


@attrs.frozen(eq=False)
class Town:
    """Links as numbers and as texts."""

    links: LinkColumns
    nodes: NodeColumns
    apart: tuple[tuple[int, int], ...]

    def texts(self) -> tuple[list[str], list[str]]:
        """The ends of the links, as a host has them: keyed digests of 32 digits."""
        a, b = ([f"{nth * _SPREAD:032x}" for nth in ends.tolist()] for ends in (self.links.a, self.links.b))
        return a, b


def town(count: int) -> Town:
    """A town of *count* links: homes of six identifiers, some shared, some contested, some only typed in.

    One in a hundred links goes to the home of somebody else, one in a thousand to one of a few telephones
    that hundreds share; one in a hundred each is unproved, retracted, expired, or a score.
    """
    dice = np.random.default_rng(20261122)
    people = max(10, count // LINKS_A_PERSON)
    sorts = len(SORTS)
    home = np.arange(count) % people
    here = dice.integers(0, 2, count)
    there = (here + dice.integers(1, sorts, count)) % sorts

    def one_in(often: int) -> Any:
        return dice.integers(0, often, count) == 0

    elsewhere = one_in(100)
    other = np.where(elsewhere, (home + dice.integers(1, 50, count)) % people, home)
    a, b = home * sorts + here, other * sorts + there
    shared = one_in(1_000)
    b[shared] = dice.integers(0, max(1, people // 20_000), shared.sum()) * sorts + 1
    same_node = a == b
    b[same_node] = home[same_node] * sorts + 2
    seen = NOW - dice.integers(0, 900 * DAY, count)
    is_scored = one_in(100)
    links = LinkColumns(
        a=a,
        b=b,
        strength=np.where(is_scored, int(Strength.SCORED), dice.integers(0, 4, count)).astype(np.int8),
        seen_at=seen,
        until=np.where(one_in(100), seen + 1, FOREVER),
        score=np.where(is_scored, dice.integers(0, 1001, count), -1).astype(np.int16),
        is_verified=~one_in(100),
        is_retracted=one_in(100),
        rank=dice.permutation(count),
    )
    namespace = np.tile(np.array([PLACES[each] for each in SORTS], np.int16), people)
    apart = tuple((nth * sorts, (nth + 1) * sorts) for nth in range(0, min(people - 1, 2_000), 2))
    return Town(links, NodeColumns(namespace=namespace, is_blocked=np.zeros(len(namespace), np.bool_)), apart)


SCORING: Final = attrs.evolve(RULES, score_min=900)


def resolved(known: Town) -> Batch:
    return resolve_columns(known.links, known.nodes, SCORING, NOW, known.apart)


# --- the peers -----------------------------------------------------------------------------------


def by_networkx(a: list[Any], b: list[Any]) -> int:
    nx: Any = importlib.import_module("networkx")

    graph = nx.Graph()
    graph.add_edges_from(zip(a, b, strict=True))
    return sum(1 for _ in nx.connected_components(graph))


def by_scipy(known: Town) -> object:
    sparse: Any = importlib.import_module("scipy.sparse")
    csgraph: Any = importlib.import_module("scipy.sparse.csgraph")

    count = len(known.nodes.namespace)
    ones = np.ones(len(known.links.a), np.int8)
    return csgraph.connected_components(
        sparse.coo_matrix((ones, (known.links.a, known.links.b)), shape=(count, count)), directed=False
    )


def by_splink(known: Town) -> Callable[[], object]:
    """Splink's clustering on DuckDB; its tables are made before the clock runs."""
    duckdb: Any = importlib.import_module("duckdb")
    splink: Any = importlib.import_module("splink")
    clustering: Any = importlib.import_module("splink.clustering")

    connection = duckdb.connect()
    connection.register("town_nodes", {"unique_id": np.arange(len(known.nodes.namespace))})
    connection.register("town_links", {"unique_id_l": known.links.a, "unique_id_r": known.links.b})
    connection.execute("create table nodes as select * from town_nodes")
    connection.execute("create table links as select *, 1.0 as match_probability from town_links")

    def work() -> object:
        return clustering.cluster_pairwise_predictions_at_threshold(
            nodes="nodes",
            edges="links",
            db_api=splink.DuckDBAPI(connection),
            node_id_column_name="unique_id",
            threshold_match_probability=0.5,
        )

    return work


def has(name: str) -> bool:
    found = importlib.util.find_spec(name) is not None
    if not found:
        print(f"{name} is not installed: its rows are left out")
    return found


# --- the rows ------------------------------------------------------------------------------------


def measure(effort: Effort) -> Iterator[Row]:
    """A town in one go, beside plain components; twice as large; and one change at a time."""
    known = town(LINKS if not effort.is_smoke else SMOKE_LINKS)
    told = resolved(known)
    met = {Code.HUB, Code.OVER_LIMIT, Code.KEPT_APART, Code.EXPIRED, Code.RETRACTED, Code.UNVERIFIED}
    assert effort.is_smoke or met <= set(told.code.tolist()), "a town that meets no limit shows nothing"
    ours = lambda: resolved(known)  # noqa: E731 - the work that is measured
    rounds = effort.of(5)
    if has("splink"):
        pair = side_by_side(ours, by_splink(known), rounds=rounds)
        yield compared("1,000,000 links with all limits, beside splink's clusters", pair, goal=2, unit="ms")
    if has("networkx"):
        a, b = known.links.a.tolist(), known.links.b.tolist()
        pair = side_by_side(ours, lambda: by_networkx(a, b), rounds=rounds)
        yield compared("the same, beside networkx", pair, goal=8, unit="ms")
    if has("scipy"):
        pair = side_by_side(ours, lambda: by_scipy(known), rounds=rounds)
        yield compared("the same, beside scipy's csgraph", pair, goal=0.25, unit="ms")
    yield from _texts(known, rounds)
    yield _growth(effort)
    yield from _changes(effort)


def _texts(known: Town, rounds: int) -> Iterator[Row]:
    a, b = known.texts()

    def ours() -> Batch:
        numbers, _ = numbered(a, b)
        return resolve_columns(
            attrs.evolve(known.links, a=numbers[0], b=numbers[1]), known_by_text, SCORING, NOW
        )

    _, texts = numbered(a, b)
    places = known.nodes.namespace[[int(text, 16) // _SPREAD for text in texts]]
    known_by_text = NodeColumns(namespace=places, is_blocked=np.zeros(len(texts), np.bool_))
    if has("networkx"):
        pair = side_by_side(ours, lambda: by_networkx(a, b), rounds=rounds)
        yield compared("1,000,000 links between texts, beside networkx", pair, goal=4, unit="ms")


def _growth(effort: Effort) -> Row:
    """Near-linear: a link of a million costs at most twice what a link of ten thousand costs."""
    small, large = (town(count) for count in ((200, 2_000) if effort.is_smoke else (10_000, LINKS)))
    few = alone(lambda: resolved(small), rounds=effort.of(31)) / len(small.links.a)
    many = alone(lambda: resolved(large), rounds=effort.of(5)) / len(large.links.a)
    return Row(
        what="a link of 1,000,000, beside one of 10,000",
        ours=many * PER_SECOND["ns"],
        peer=few * PER_SECOND["ns"],
        unit="ns",
        goal=0.5,
    )


def _changes(effort: Effort) -> Iterator[Row]:
    """What one change costs, in a town of people of three to 48 identifiers, links in proportion.

    In the small one the processor's caches hold everything: that is the work alone. In the large one a change
    also waits for memory that nothing has touched for a hundred thousand changes.
    """
    for people in (effort.of(100, 10), effort.of(4_000, 20)):
        spent = _spent(_history(people))
        what = f"one change of a person under 50 identifiers, {people} people"
        yield limited(f"{what}, median", statistics.median(spent), most=75)
        yield limited(f"{what}, p99", sorted(spent)[len(spent) * 99 // 100], most=150)


def _spent(changes: list[Piece]) -> list[float]:
    state = Resolved(RULES, NOON)
    spent: list[float] = []
    with frozen():
        for piece in changes:
            # Of this thread alone: what else the machine does meanwhile is not our work.
            began = time.thread_time()
            state.add(piece)
            spent.append(time.thread_time() - began)
    return spent


def _history(people: int) -> list[Piece]:
    dice = random.Random(20261122)  # noqa: S311 - nothing here is a secret
    links: list[Same] = []
    for person in range(people):
        names = [f"till_member:{person}", f"phone:{person}"]
        size = dice.choice([3, 4, 5, 5, 6, 6, 8, 10, 14, 20, 30, 48])
        while len(names) < size:
            sort = dice.choices(["till_member", "phone", "email", "openid", "order"], [2, 1, 2, 3, 12])[0]
            names.append(f"{sort}:{person}.{len(names)}")
        links += [_link(dice, names[nth], names[dice.randrange(min(nth, 3))]) for nth in range(1, size)]
        links += [_link(dice, *dice.sample(names, 2)) for _ in range(size // 3)]
    dice.shuffle(links)
    wrong = [
        Retraction(of=link.id, seen_at=NOON, source="desk", actor="clerk")
        for link in dice.sample(links, len(links) // 10)
    ]
    return [*links, *wrong]


def _link(dice: random.Random, one: str, other: str) -> Same:
    return Same(
        a=End(MemberId(one), one.partition(":")[0], is_verified=True),
        b=End(MemberId(other), other.partition(":")[0], is_verified=True),
        strength=Strength(dice.randrange(4)),
        seen_at=NOON - timedelta(minutes=dice.randrange(500_000)),
        source="till",
        actor="clerk",
    )


if __name__ == "__main__":
    run(measure, __doc__)
