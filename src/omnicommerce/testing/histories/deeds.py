"""What a client of a random history may do next, drawn by lot from what it has seen."""

from __future__ import annotations

from random import Random
from typing import Final, TypeAlias

import attrs

from omnicommerce.kernel.collection import ABSENT, IndexRow, Version
from omnicommerce.ports.storage import (
    COUNTERS,
    Add,
    Append,
    Batch,
    Check,
    Delete,
    Key,
    Put,
    Query,
    Record,
)
from omnicommerce.testing.litmus.party import Naming
from omnicommerce.testing.litmus.telling import operations_of

NAMES: Final = ("a", "b", "c", "\u4e2d", "\U0001f600")
TEXTS: Final = ("", "1", "10", "2", "A", "a", "\uff5e", "\U0001f600")
COUNTS: Final = ("free", "used")
BODIES: Final = ("{}", "0", '""', "null", '"\U0001f600 \u4e2d"', "[1]", '{"n":9007199254740993}')
INDEXES: Final = ("when", "where")


@attrs.frozen
class Looks:
    """Read these keys."""

    keys: tuple[Key, ...]


@attrs.frozen
class Finds:
    """One page of an index."""

    query: Query


@attrs.frozen
class Follows:
    """Some entries behind the client's mark."""

    limit: int


@attrs.frozen
class Stores:
    """A batch; with `trims` the journal is forgotten up to the client's mark."""

    batch: Batch
    trims: bool
    fate: str
    """What becomes of it on the way: "delivered", "request lost", "answer lost", "sent twice"."""


@attrs.frozen
class Restarts:
    """The client, or with `everybody` the whole shop, goes down and comes up again."""

    everybody: bool


Deed: TypeAlias = Looks | Finds | Follows | Stores | Restarts


@attrs.frozen
class Weather:
    """How often what happens in one history, as weights, and which fates a batch may have."""

    looks: int
    finds: int
    follows: int
    stores: int
    restarts: int
    fates: tuple[str, ...]


def weather(lot: Random, faults: frozenset[str]) -> Weather:
    """The weather of one history: some calls and some faults are left out, lest they hide others."""
    fates = ["delivered", "delivered", "delivered"]
    fates += [
        fate
        for fate in ("request lost", "answer lost", "sent twice")
        if fate in faults and lot.random() < 0.7
    ]
    return Weather(
        looks=lot.choice((1, 3, 6)),
        finds=lot.choice((0, 1, 3)),
        follows=lot.choice((0, 1, 3)),
        stores=lot.choice((3, 6)),
        restarts=lot.choice((1, 2)) if "restart" in faults else 0,
        fates=tuple(fates),
    )


@attrs.define
class Client:
    """One of those who share the shop: what it has seen last of each record decides what it states."""

    name: str
    seen: dict[str, Version] = attrs.Factory(dict)
    last_row: tuple[str, str] | None = None

    def next_deed(self, lot: Random, sky: Weather, id: str) -> Deed:
        """Draw what to do next; a batch would have this id."""
        kinds = ("looks", "finds", "follows", "stores", "restarts")
        (kind,) = lot.choices(kinds, [getattr(sky, kind) for kind in kinds])
        match kind:
            case "looks":
                names = lot.choices(NAMES, k=lot.randint(1, 4))
                counters = lot.sample(COUNTS, lot.randint(0, 2))
                keys = [*(Key("things", name) for name in names), *(Key(COUNTERS, name) for name in counters)]
                return Looks(tuple(keys))
            case "finds":
                return Finds(self._query(lot))
            case "follows":
                return Follows(lot.choice((1, 2, 1_000)))
            case "stores":
                return Stores(self._batch(lot, id), lot.random() < 0.05, lot.choice(sky.fates))
            case _:
                return Restarts(everybody=lot.random() < 0.5)

    def saw(self, key: Key, found: object) -> None:
        """Remember the version of a record."""
        if key.collection != COUNTERS:
            self.seen[key.id] = found.version if isinstance(found, Record) else ABSENT

    def stored(self, batch: Batch) -> None:
        """Remember what was written, which nobody needs to look up."""
        self.seen |= {put.key.id: batch.id for put in batch.puts}
        self.seen |= {delete.key.id: ABSENT for delete in batch.deletes}

    def _query(self, lot: Random) -> Query:
        since, until = lot.choice(TEXTS), lot.choice((None, None, *TEXTS))
        after = self.last_row if lot.random() < 0.5 else None
        return Query("things", lot.choice(INDEXES), since, until, lot.choice((1, 2, 5)), after)

    def _batch(self, lot: Random, id: str) -> Batch:
        checks, puts, deletes = [], [], []
        for name in lot.sample(NAMES, lot.randint(0, 3)):
            key, version = Key("things", name), self.seen.get(name, ABSENT)
            match lot.choice(("check", "put", "put", "put", "delete")):
                case "check":
                    checks.append(Check(key, version))
                case "put":
                    puts.append(Put(key, lot.choice(BODIES), _rows(lot), version))
                case _:
                    deletes.append(Delete(key, version))
        adds = tuple(_add(lot) for _ in range(lot.choice((0, 0, 1, 2))))
        entries = tuple(Append(f"{id}.{nth}", lot.choice(BODIES)) for nth in range(lot.choice((0, 1, 2))))
        return Batch(Version(id), tuple(checks), tuple(puts), tuple(deletes), adds, entries)


AS_THEY_ARE: Final = Naming("")
"""Names without a prefix: a history has a storage of its own."""


def in_words(deed: Deed) -> str:
    """The deed as a failure tells it."""
    match deed:
        case Looks(keys):
            return f"looks at {', '.join('/'.join(key) for key in keys)}"
        case Finds(query):
            return f"finds {query}"
        case Follows(limit):
            return f"follows the journal, at most {limit}"
        case Stores(batch, trims, fate):
            operations = "; ".join(operations_of(batch, AS_THEY_ARE)) or "nothing"
            return f"stores as {batch.id!r} ({fate}{', trims' if trims else ''}): {operations}"
        case Restarts(everybody):
            return "and everybody else restart" if everybody else "restarts"


def _rows(lot: Random) -> tuple[IndexRow, ...]:
    return tuple((lot.choice(INDEXES), lot.choice(TEXTS)) for _ in range(lot.randint(0, 3)))


def _add(lot: Random) -> Add:
    return Add(lot.choice(COUNTS), lot.randint(-3, 3), lot.choice((None, 0, -2)), lot.choice((None, 4, 6)))
