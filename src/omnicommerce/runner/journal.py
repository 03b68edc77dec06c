"""The journal and the records behind it, read by those who check them: damage is told, not raised."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from omnicommerce import wire
from omnicommerce.kernel.collection import ABSENT
from omnicommerce.kernel.errors import BadWire, Fault
from omnicommerce.kernel.instant import as_text, parse_instant
from omnicommerce.kernel.process import THE_BEGINNING, Expected, Found, Likeness, Standing, Told
from omnicommerce.ports.storage import COUNTERS, KEYS_MAX, Entry, Key, Position, Record
from omnicommerce.runner.batch import ENTRY_ID_LENGTH
from omnicommerce.runner.steps import Everything, Journal, Read, Steps
from omnicommerce.runner.world import World

R = TypeVar("R")


def told(after: str, limit: int, world: World) -> Steps[tuple[Told, ...]]:
    """Read a page of the journal."""
    entries: Sequence[Entry] = yield Journal(Position(after), limit)
    return tuple([_told(entry, world.vocabulary) for entry in entries])


def _told(entry: Entry, vocabulary: wire.Vocabulary) -> Told:
    fault = "" if entry_id(entry.body) == entry.id else "its body is not the one it was written with"
    try:
        said, fact = (wire.parse_ours(entry.body), "") if fault else _opened(entry.body)
        writes, adds = _writes(said.get("writes", ())), _adds(said.get("adds", ()))
        if fault:
            return Told(position=entry.position, id=entry.id, fault=fault, writes=writes, adds=adds)
        tag, batch, number, of = said["tag"], said["batch"], int(said["n"]), int(said["of"])
        members = said.get("members")
        # An event of the host's own only the host's own program can read.
        is_known = tag in vocabulary.events
        return Told(
            position=entry.position,
            id=entry.id,
            tag=tag,
            batch=batch,
            number=number,
            of=of,
            subject=str(members[0]) if members else writes[0][1] if writes else entry.id,
            read=(lambda: wire.fact_of(tag, said["v"], wire.parse_ours(fact), vocabulary))
            if is_known
            else _nothing,
            at=parse_instant(said["at"]) if is_known else THE_BEGINNING,
            recorded_at=parse_instant(said["recorded_at"]),
            writes=writes,
            adds=adds,
        )
    except Exception as bad:  # noqa: BLE001 - whatever damaged bytes make a reader say
        return Told(
            position=entry.position,
            id=entry.id,
            fault=fault or f"it cannot be read: {bad}",
            writes=_salvaged(entry.body, "writes", _writes),
            adds=_salvaged(entry.body, "adds", _adds),
        )


def _opened(body: str) -> tuple[Any, str]:
    """What stands around the fact, and the fact as text: most of an entry is its fact, and not all are read.

    The fields of an entry stand in the order of their names, and none but its fact is an object with a field
    of the same name as one of the entry. Within a text a quote is written with a stroke before it.
    """
    before, is_there, rest = body.partition(',"fact":')
    inside, has_number, behind = rest.rpartition(',"n":')
    if not is_there or not has_number:
        raise BadWire((Fault("$", "expected an entry with a fact and a number"),))
    fact, members = inside, ""
    if inside.endswith("]"):
        # A fact is an object, so this is the end of the members that stand behind it.
        fact, _, members = inside.rpartition(',"members":')
    said = wire.parse_ours(f'{before},"members":{members or "[]"},"n":{behind}')
    return said, fact


def _nothing() -> None:
    return None


def _writes(said: Any) -> tuple[tuple[str, str, str, str], ...]:
    return tuple([(str(name), str(id), str(old), str(new)) for name, id, old, new in said])


def _adds(said: Any) -> tuple[tuple[str, int], ...]:
    return tuple([(str(name), int(delta)) for name, delta in said])


def _salvaged(body: str, name: str, read: Callable[[Any], tuple[R, ...]]) -> tuple[R, ...]:
    """What an entry that is no JSON any more wrote, if at least that can still be read."""
    _, found, rest = body.rpartition(f'"{name}":')
    try:
        return read(json.JSONDecoder().raw_decode(rest)[0]) if found else ()
    except Exception:  # noqa: BLE001 - as above
        return ()


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
    if expected.value is None:
        # Only its version is known.
        return wire.is_intact(body)
    written = wire.record_text(expected.value, collection.name, collection.holds, expected.at, vocabulary)
    if written == body:
        return True
    # What an older program wrote has the same value and another text: that of another version, or one
    # without a field that has a default today.
    try:
        stored: wire.Stored[Any] = wire.stored(body, collection.name, collection.holds, vocabulary)
    except BadWire:
        return False
    is_of_then = stored.at == as_text(expected.at) and wire.is_canonical(body)
    return is_of_then and stored.value == expected.value


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
