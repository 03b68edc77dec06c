"""From what is staged to what is committed: one batch, with a journal entry for every event."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from omnicommerce import wire
from omnicommerce.kernel.bounds import AMOUNT_MAX
from omnicommerce.kernel.changes import Event, Tally, Write
from omnicommerce.kernel.collection import ABSENT
from omnicommerce.kernel.instant import as_text
from omnicommerce.ports.storage import Add, Append, Batch, Check, Delete, Key, Put
from omnicommerce.runner.overlay import GONE, Done, Overlay, Staged
from omnicommerce.runner.world import World

ENTRY_ID_LENGTH: Final = 32
"""128 bits of SHA-256: enough that no two entries of any shop ever share an id."""


Telling: TypeAlias = tuple[Event, list[Any], list[Any]]
"""An event, what it wrote and what it added."""


def batch_of(overlay: Overlay, world: World) -> Batch:
    """Everything that *overlay* will write, guarded by everything that it was told."""
    puts: list[Put] = []
    deletes: list[Delete] = []
    checks = [
        Check(Key(*name), overlay.version_read(name))
        for name in overlay.guarded
        if name not in overlay.staged and name in overlay.known
    ]
    for name, staged in overlay.staged.items():
        key = Key(*name)
        if staged.value is not GONE:
            collection = staged.collection
            body = _body(staged, key, overlay)
            puts.append(Put(key, body, collection.indexes(staged.value), staged.first))
        elif staged.first is not ABSENT:
            deletes.append(Delete(key, staged.first))
        else:
            checks.append(Check(key, ABSENT))
    tallies = [item for done in overlay.kept for item, _ in done if isinstance(item, Tally)]
    told = [each for done in overlay.kept for each in _told(done, overlay)]
    # The same thing may happen twice in one commit: numbered, it is two entries with two ids.
    entries = [_entry(each, number, len(told), overlay, world) for number, each in enumerate(told)]
    return Batch(
        overlay.batch, tuple(checks), tuple(puts), tuple(deletes), tuple(_summed(tallies)), tuple(entries)
    )


def _body(staged: Staged, key: Key, overlay: Overlay) -> str:
    name, holds = staged.collection.name, staged.collection.holds
    try:
        return wire.record_text(staged.value, name, holds, overlay.now_text, overlay.vocabulary)
    except TypeError as error:
        raise TypeError(f"what was decided for {name}/{key.id} is no {holds.__name__}: {error}") from error


def _summed(tallies: Iterable[Tally]) -> Iterable[Add]:
    """Neighbours of one counter that move it the same way under the same bound become one.

    Nothing else may be summed: a receipt of 10 before a draw of 5 would hide that only 3 were there.
    """
    adds: list[Add] = []
    last: dict[str, int] = {}
    for tally in tallies:
        name, delta = tally.counter.name, tally.delta
        place = last.get(name)
        if place is not None:
            old = adds[place]
            is_alike = (old.floor, old.ceiling, old.delta < 0) == (tally.floor, tally.ceiling, delta < 0)
            if is_alike and abs(old.delta + delta) <= AMOUNT_MAX:
                adds[place] = Add(name, old.delta + delta, tally.floor, tally.ceiling)
                continue
        last[name] = len(adds)
        adds.append(Add(name, delta, tally.floor, tally.ceiling))
    return adds


def _told(done: list[Done], overlay: Overlay) -> list[Telling]:
    """One entry an event, with the writes and adds before it; those behind the last event join it."""
    told: list[Telling] = []
    writes: list[Any] = []
    adds: list[Any] = []
    for item, before in done:
        if isinstance(item, Event):
            told.append((item, writes, adds))
            writes, adds = [], []
        elif isinstance(item, Tally):
            adds.append([item.counter.name, item.delta])
        elif item.collection.is_journaled:
            after = overlay.batch if isinstance(item, Write) else ABSENT
            writes.append([item.collection.name, item.id, before, after])
    if writes or adds:
        assert told, f"an event must say why {writes or adds} changed"
        told[-1][1].extend(writes)
        told[-1][2].extend(adds)
    return told


def _entry(telling: Telling, number: int, of: int, overlay: Overlay, world: World) -> Append:
    event, writes, adds = telling
    tag, version, fact = wire.event_data(event.fact, overlay.vocabulary)
    assert overlay.rules is not None, "what happened happened under a rulebook"
    said: dict[str, Any] = {
        "tag": tag,
        "v": version,
        "fact": fact,
        "at": overlay.now_text if event.at is overlay.now else as_text(event.at),
        "recorded_at": overlay.now_text,
        "batch": overlay.batch,
        "n": number,
        "of": of,
        "actor": world.actor_data,
        "rulebook": overlay.rules.digest,
    }
    if writes:
        said["writes"] = writes
    if adds:
        said["adds"] = adds
    if event.members:
        said["members"] = list(event.members)
    if event.channel is not None:
        said["channel"] = event.channel.value
    if event.store is not None:
        said["store"] = event.store
    if event.cause is not None:
        said["cause"] = event.cause
        said["depth"] = event.depth
    body = wire.text(said)
    return Append(hashlib.sha256(body.encode()).hexdigest()[:ENTRY_ID_LENGTH], body)
