"""A storage in which a rival acts at one exact call: the way to test a race without racing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from omnicommerce.ports.storage import Batch, Committed, Entry, Found, Key, Page, Position, Query, Storage


@attrs.define
class Rivalled:
    """Before its nth read or commit (from 1), the rival acts; with every=True at each one from there on."""

    storage: Storage
    rival: Callable[[], object]
    before_read: int = 0
    before_commit: int = 0
    every: bool = False
    reads: int = 0
    commits: int = 0

    def read(self, keys: Sequence[Key]) -> list[Found]:
        self.reads += 1
        self._act(self.reads, self.before_read)
        return self.storage.read(keys)

    def scan(self, query: Query) -> Page:
        self.reads += 1
        self._act(self.reads, self.before_read)
        return self.storage.scan(query)

    def commit(self, batch: Batch) -> Committed:
        self.commits += 1
        self._act(self.commits, self.before_commit)
        return self.storage.commit(batch)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        return self.storage.journal(after, limit)

    def _act(self, call: int, at: int) -> None:
        if at and (call == at or (self.every and call > at)):
            self.rival()
