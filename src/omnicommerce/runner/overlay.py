"""One batch under construction: what was read, and over it what is staged.

Every later question of the batch sees what is staged. The flows of a group share one overlay; each
has a layer of its own, which can be taken back without touching the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import attrs

from omnicommerce import wire
from omnicommerce.kernel.changes import Change, Changes, Removal, Tally, Write
from omnicommerce.kernel.collection import ABSENT, Collection, Counter, Version, Versioned
from omnicommerce.kernel.errors import BadWire, Conflict, PortFault
from omnicommerce.kernel.ids import checked_id
from omnicommerce.ports.storage import COUNTERS, Found, Key, Record
from omnicommerce.runner.decoded import Decoded
from omnicommerce.runner.rules import RulesInForce

Name: TypeAlias = tuple[str, str]
"""The collection and the id of a record; equal to its Key, and made in a third of the time."""

GONE: Final = object()
"""Staged in place of a value: the record is deleted."""


class WrittenLater(Exception):
    """A record bears a later time than this run's `now`: run again, not earlier than *at*."""

    def __init__(self, at: str) -> None:
        super().__init__(at)
        self.at = at


@attrs.define(eq=False)
class Known:
    """A record as read; its first use decodes what is `seen` by every later one, and when it was written."""

    version: Version
    body: str
    seen: Versioned[Any] | None = None
    at: str = ""


def known_as(record: Record | None) -> Known:
    """What is known of a record that was just read."""
    return Known(ABSENT, "") if record is None else Known(record.version, record.body)


@attrs.frozen
class Staged:
    """A record as it will be; `first` is the version that the storage must still hold at commit."""

    collection: Collection[Any]
    value: Any
    first: Version


Done: TypeAlias = tuple[Change, Version]
"""A staged change, and the version its record had before it."""


@attrs.define(eq=False)
class Layer:
    """What one flow of a batch has guarded and staged, in order, so that it can be taken back."""

    guarded: list[Name] = attrs.field(factory=list)
    done: list[Done] = attrs.field(factory=list)
    undo: list[tuple[Name, Staged | None]] = attrs.field(factory=list)
    drawn: dict[tuple[type[Any], str], int] = attrs.field(factory=dict)


@attrs.define(eq=False)
class Overlay:
    """What a batch knows and what it will write; `now_text` is `now` as canonical text."""

    batch: Version
    now: datetime
    now_text: str
    vocabulary: wire.Vocabulary
    decoded: Decoded
    known: dict[Name, Known] = attrs.field(factory=dict)
    totals: dict[str, int] = attrs.field(factory=dict)
    staged: dict[Name, Staged] = attrs.field(factory=dict)
    moved: dict[str, int] = attrs.field(factory=dict)
    guarded: dict[Name, None] = attrs.field(factory=dict)
    kept: list[list[Done]] = attrs.field(factory=list)
    reads: int = 0
    rules: RulesInForce | None = None

    # --- what was read

    def lacks(self, collection: str, id: str) -> bool:
        """Whether the record has to be read from the storage first."""
        name = (collection, id)
        return name not in self.known and name not in self.staged

    def learn(self, keys: Sequence[Key], found: Sequence[Found]) -> None:
        """Take in what a read found; what is known already stays as it was first seen."""
        if len(keys) != len(found):
            raise PortFault(f"read was asked for {len(keys)} keys and answered with {len(found)}")
        for key, each in zip(keys, found, strict=True):
            if key.collection == COUNTERS:
                if type(each) is not int:
                    raise PortFault(f"read of the counter {key.id!r} answered {type(each).__name__}, not int")
                self.totals.setdefault(key.id, each)
            elif each is None or isinstance(each, Record):
                self.known.setdefault(key, known_as(each))
            else:
                raise PortFault(f"read of {key.collection}/{key.id} answered {type(each).__name__}")

    def record(self, collection: Collection[Any], id: str) -> Versioned[Any]:
        """The record as this batch sees it."""
        name = (collection.name, id)
        staged = self.staged.get(name)
        if staged is None:
            known = self.known[name]
            return known.seen if known.seen is not None else self._seen(known, collection, id)
        if staged.value is GONE:
            return Versioned(collection, id, None, ABSENT)
        return Versioned(collection, id, staged.value, self.batch)

    def count(self, counter: Counter) -> int:
        """The counter as this batch sees it."""
        return self.totals[counter.name] + self.moved.get(counter.name, 0)

    def version_read(self, name: Name) -> Version:
        """The version at which the storage had the record when this batch read it."""
        return self.known[name].version

    def _seen(self, known: Known, collection: Collection[Any], id: str) -> Versioned[Any]:
        value: Any = None
        if known.version != ABSENT:
            known.at, value = self._decoded(known, collection, id)
        known.seen = Versioned(collection, id, value, known.version)
        return known.seen

    def _decoded(self, known: Known, collection: Collection[Any], id: str) -> tuple[str, Any]:
        name = (collection.name, id)
        kept = self.decoded.of(name, known.version)
        if kept is not None:
            _, at, value = kept
            assert isinstance(value, collection.holds), f"two collections are named {collection.name}"
            return at, value
        try:
            stored = wire.stored(known.body, collection.name, collection.holds, self.vocabulary)
        except BadWire as fault:
            raise PortFault(f"the record {collection.name}/{id} cannot be read: {fault}") from fault
        self.decoded.keep(name, known.version, stored.at, stored.value)
        return stored.at, stored.value

    # --- what is staged

    def stage(self, changes: Changes, layer: Layer) -> None:
        """Put *changes* over what is known.

        Raises:
            Conflict: a record is not at the version that a write was decided on.
            WrittenLater: a record that is changed bears a later time than this run.
        """
        for item in changes.items:
            before = ABSENT
            if isinstance(item, Write):
                before = self._replace(item.collection, item.id, item.value, item.version, layer)
            elif isinstance(item, Removal):
                before = self._replace(item.collection, item.id, GONE, item.version, layer)
            elif isinstance(item, Tally):
                name = item.counter.name
                self.moved[name] = self.moved.get(name, 0) + item.delta
            layer.done.append((item, before))

    def _replace(
        self, collection: Collection[Any], id: str, value: Any, version: Version, layer: Layer
    ) -> Version:
        name = (collection.name, id)
        old = self.staged.get(name)
        if old is not None:
            visible = ABSENT if old.value is GONE else self.batch
            first = old.first
        elif name in self.known:
            known = self.known[name]
            if known.seen is None:
                self._seen(known, collection, id)
            if known.at > self.now_text:
                raise WrittenLater(known.at)
            visible = first = known.version
        else:
            checked_id(id, collection.name)
            visible = first = version
        if visible != version:
            raise Conflict(f"{collection.name}/{id} is no longer what it was decided on")
        layer.undo.append((name, old))
        self.staged[name] = Staged(collection, value, first)
        return visible

    def undo(self, layer: Layer, mark: int = 0) -> None:
        """Take back everything that *layer* staged since *mark*, newest first."""
        for item, _ in reversed(layer.done[mark:]):
            if isinstance(item, Tally):
                self.moved[item.counter.name] -= item.delta
            elif isinstance(item, Write | Removal):
                name, old = layer.undo.pop()
                if old is None:
                    del self.staged[name]
                else:
                    self.staged[name] = old
        del layer.done[mark:]

    def keep(self, layer: Layer) -> None:
        """The layer's flow has ended well: what it staged and guarded belongs to the batch."""
        self.guard(layer)
        if layer.done:
            self.kept.append(layer.done)

    def guard(self, layer: Layer) -> None:
        """Have the commit check whatever the layer's flow was told."""
        self.guarded.update(dict.fromkeys(layer.guarded))

    def remember(self) -> None:
        """What was committed need not be decoded again when it is read next.

        Only what took the place of an older record: what is new and never changes is hardly read again.
        """
        for name, staged in self.staged.items():
            if staged.first != ABSENT and staged.value is not GONE:
                self.decoded.keep(name, self.batch, self.now_text, staged.value)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to commit."""
        return not self.kept
