"""The journal and the records behind it, read by those who check them: damage is told, not raised."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from omnicommerce import wire
from omnicommerce.kernel.collection import ABSENT
from omnicommerce.kernel.errors import BadInput, BadWire
from omnicommerce.kernel.instant import parse_instant
from omnicommerce.kernel.process import Expected, Found, Likeness, Standing, Told
from omnicommerce.ports.storage import COUNTERS, KEYS_MAX, Entry, Key, Position, Record
from omnicommerce.runner.batch import ENTRY_ID_LENGTH
from omnicommerce.runner.steps import Everything, Journal, Read, Steps
from omnicommerce.runner.world import World


def told(after: str, limit: int, world: World) -> Steps[tuple[Told, ...]]:
    """Read a page of the journal."""
    entries: Sequence[Entry] = yield Journal(Position(after), limit)
    return tuple([_told(entry, world.vocabulary) for entry in entries])


def _told(entry: Entry, vocabulary: wire.Vocabulary) -> Told:
    try:
        said = wire.parse_ours(entry.body)
        writes = tuple(
            [(str(name), str(id), str(old), str(new)) for name, id, old, new in said.get("writes", ())]
        )
        adds = tuple([(str(name), int(delta)) for name, delta in said.get("adds", ())])
        told = Told(position=entry.position, id=entry.id, writes=writes, adds=adds)
        if entry_id(entry.body) != entry.id:
            return attrs.evolve(told, fault="its body is not the one it was written with")
        if said["tag"] not in vocabulary.events:
            # An event of the host's own, which only the host's own program can read.
            return attrs.evolve(told, tag=said["tag"], batch=said["batch"])
        return attrs.evolve(
            told,
            tag=said["tag"],
            batch=said["batch"],
            fact=wire.fact_of(said["tag"], said["v"], said["fact"], vocabulary),
            at=parse_instant(said["at"]),
            recorded_at=parse_instant(said["recorded_at"]),
        )
    except (BadInput, AttributeError, KeyError, TypeError, ValueError) as bad:
        return Told(position=entry.position, id=entry.id, fault=f"it cannot be read: {bad}")


def entry_id(body: str) -> str:
    """The id of an entry follows from its body, so that no byte of it can be changed unseen."""
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()[:ENTRY_ID_LENGTH]


def compared(expected: Sequence[Expected], world: World) -> Steps[tuple[Found, ...]]:
    """Compare stored records with what they should be."""
    found: list[Found] = []
    for start in range(0, len(expected), KEYS_MAX):
        turn = expected[start : start + KEYS_MAX]
        records = yield Read(tuple([Key(each.collection.name, each.id) for each in turn]))
        found += [_found(each, record, world) for each, record in zip(turn, records, strict=True)]
    return tuple(found)


def _found(expected: Expected, record: Record | None, world: World) -> Found:
    version = record.version if record is not None else ABSENT
    if version != expected.version:
        return Found(Likeness.OTHER_VERSION, version)
    is_same = record is None or _is_same(expected, record.body, world.vocabulary)
    return Found(Likeness.SAME if is_same else Likeness.DIFFERENT, version)


def _is_same(expected: Expected, body: str, vocabulary: wire.Vocabulary) -> bool:
    collection = expected.collection
    written = wire.record_text(expected.value, collection.name, collection.holds, expected.at, vocabulary)
    if written == body:
        return True
    # What an older program wrote has another text and the same value.
    try:
        stored: wire.Stored[Any] = wire.stored(body, collection.name, collection.holds, vocabulary)
    except BadWire:
        return False
    return stored.is_upgraded and stored.value == expected.value


def counted(names: Sequence[str]) -> Steps[Mapping[str, int]]:
    """Read where counters stand."""
    totals: dict[str, int] = {}
    for start in range(0, len(names), KEYS_MAX):
        turn = names[start : start + KEYS_MAX]
        found = yield Read(tuple([Key(COUNTERS, name) for name in turn]))
        totals.update(zip(turn, found, strict=True))
    return totals


def standing(after: tuple[str, str], limit: int) -> Steps[tuple[Standing, ...] | None]:
    """List records of all kinds, if the storage offers that."""
    listed: Sequence[tuple[Key, Record]] | None = yield Everything(Key(*after), limit)
    if listed is None:
        return None
    return tuple(
        [
            Standing(key.collection, key.id, record.version, wire.is_intact(record.body))
            for key, record in listed
        ]
    )
