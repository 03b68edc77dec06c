"""Each class is a saboteur: a storage that does not give back what it was given."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Sequence

import attrs

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.ports.storage import Batch, Committed, Found, Key, Record


class NormalisesBodies(MemoryStorage):
    """Bodies are brought into Unicode's normal form C."""

    def commit(self, batch: Batch) -> Committed:
        return super().commit(_with_bodies(batch, lambda body: unicodedata.normalize("NFC", body)))


class StripsBodies(MemoryStorage):
    """Blanks around a body are dropped."""

    def commit(self, batch: Batch) -> Committed:
        return super().commit(_with_bodies(batch, str.strip))


class RewritesJson(MemoryStorage):
    """Bodies are parsed and written again, as a JSON column does."""

    def commit(self, batch: Batch) -> Committed:
        return super().commit(_with_bodies(batch, lambda body: json.dumps(json.loads(body), sort_keys=True)))


class CutsBodies(MemoryStorage):
    """Bodies end after 64 KiB, as in a TEXT column of MySQL."""

    def commit(self, batch: Batch) -> Committed:
        return super().commit(_with_bodies(batch, lambda body: body[:65_535]))


class BendsBadTexts(MemoryStorage):
    """What cannot be encoded becomes a question mark."""

    def commit(self, batch: Batch) -> Committed:
        bent = _with_bodies(batch, lambda body: body.encode(errors="replace").decode().replace("\0", ""))
        return super().commit(bent)


class TakesEmptyForMissing(MemoryStorage):
    """A body that is false in Python reads as no record at all."""

    def read(self, keys: Sequence[Key]) -> list[Found]:
        return [
            None if isinstance(found, Record) and not json.loads(found.body) else found
            for found in super().read(keys)
        ]


class LosesEmptyTexts(MemoryStorage):
    """The empty text becomes NULL, and NULL is in no index."""

    def commit(self, batch: Batch) -> Committed:
        puts = tuple(
            attrs.evolve(put, indexes=tuple(row for row in put.indexes if row[1])) for put in batch.puts
        )
        return super().commit(attrs.evolve(batch, puts=puts))


class IgnoresCase(MemoryStorage):
    """Names that differ in case only are the same."""

    def read(self, keys: Sequence[Key]) -> list[Found]:
        return super().read([_lowered(key) for key in keys])

    def commit(self, batch: Batch) -> Committed:
        return super().commit(_with_keys(batch, _lowered))


class StripsNames(MemoryStorage):
    """Names that differ in a blank at the end only are the same, as in CHAR columns."""

    def read(self, keys: Sequence[Key]) -> list[Found]:
        return super().read([_stripped(key) for key in keys])

    def commit(self, batch: Batch) -> Committed:
        return super().commit(_with_keys(batch, _stripped))


class CutsNames(MemoryStorage):
    """Names end after 255 characters."""

    def read(self, keys: Sequence[Key]) -> list[Found]:
        return super().read([_cut(key) for key in keys])

    def commit(self, batch: Batch) -> Committed:
        return super().commit(_with_keys(batch, _cut))


def _lowered(key: Key) -> Key:
    return Key(key.collection, key.id.lower())


def _stripped(key: Key) -> Key:
    return Key(key.collection, key.id.strip() or "_")


def _cut(key: Key) -> Key:
    return Key(key.collection, key.id[:255])


def _with_bodies(batch: Batch, change: Callable[[str], str]) -> Batch:
    return attrs.evolve(
        batch,
        puts=tuple(attrs.evolve(put, body=change(put.body)) for put in batch.puts),
        entries=tuple(attrs.evolve(entry, body=change(entry.body)) for entry in batch.entries),
    )


def _with_keys(batch: Batch, change: Callable[[Key], Key]) -> Batch:
    puts = {change(put.key): attrs.evolve(put, key=change(put.key)) for put in batch.puts}
    return attrs.evolve(
        batch,
        checks=tuple(attrs.evolve(check, key=change(check.key)) for check in batch.checks),
        puts=tuple(puts.values()),
        deletes=tuple(attrs.evolve(delete, key=change(delete.key)) for delete in batch.deletes),
    )
