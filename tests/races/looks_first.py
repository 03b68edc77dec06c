"""The guard is off: a storage that looks whether it may, and writes a moment later whatever is there by then.

Whoever comes alone is never disappointed by it. So a race that finds it out does so by racing.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import Conflict, Exhausted
from omnicommerce.ports.storage import (
    COUNTERS,
    Batch,
    Check,
    Committed,
    Delete,
    Entry,
    Found,
    Key,
    Page,
    Position,
    Put,
    Query,
    Record,
    Storage,
)

PAUSE_SECONDS: Final = (0.001, 0.004)
"""Between the look and the leap, drawn by lot: long enough to be overtaken, and not by all in step."""

LEAPS_MAX: Final = 10_000
"""Between two looks there is hardly time for anybody else; who is overtaken so often never lands."""


@attrs.frozen
class LooksFirst:
    """Does all that a storage promises, except at the same moment."""

    storage: Storage

    def read(self, keys: Sequence[Key]) -> list[Found]:
        return self.storage.read(keys)

    def scan(self, query: Query) -> Page:
        return self.storage.scan(query)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        return self.storage.journal(after, limit)

    def commit(self, batch: Batch) -> Committed:
        self._judge(batch)
        time.sleep(random.uniform(*PAUSE_SECONDS))  # noqa: S311  # guards no secret
        for _ in range(LEAPS_MAX):
            try:
                return self.storage.commit(self._without_guards(batch))
            except Conflict:
                continue
        raise AssertionError("nobody is overtaken for ever")

    def _judge(self, batch: Batch) -> None:
        """Say what a storage would have to say of *batch*, if it came now."""
        guarded: tuple[Check | Put | Delete, ...] = (*batch.checks, *batch.puts, *batch.deletes)
        stated = [(each.key, each.version) for each in guarded]
        seen = self._versions(key for key, _ in stated)
        for key, version in stated:
            if seen[key] != version:
                raise Conflict(f"{key} is not at the version stated")
        totals = self._totals({add.counter for add in batch.adds})
        for add in batch.adds:
            total = totals[add.counter] = totals[add.counter] + add.delta
            is_below = add.delta < 0 and add.floor is not None and total < add.floor
            is_above = add.delta > 0 and add.ceiling is not None and total > add.ceiling
            if is_below or is_above:
                raise Exhausted(add.counter)

    def _without_guards(self, batch: Batch) -> Batch:
        """The same, at whatever versions are there by now: always right, they guard nothing."""
        now = self._versions([*(put.key for put in batch.puts), *(each.key for each in batch.deletes)])
        return attrs.evolve(
            batch,
            checks=(),
            puts=tuple(attrs.evolve(put, version=now[put.key]) for put in batch.puts),
            deletes=tuple(
                Delete(each.key, now[each.key]) for each in batch.deletes if now[each.key] != ABSENT
            ),
            adds=tuple(attrs.evolve(add, floor=None, ceiling=None) for add in batch.adds),
        )

    def _versions(self, keys: Iterable[Key]) -> dict[Key, Version]:
        wanted = list(keys)
        found = self.storage.read(wanted) if wanted else []
        return {
            key: each.version if isinstance(each, Record) else ABSENT
            for key, each in zip(wanted, found, strict=True)
        }

    def _totals(self, counters: Iterable[str]) -> dict[str, int]:
        wanted = list(counters)
        found = self.storage.read([Key(COUNTERS, name) for name in wanted]) if wanted else []
        return {name: total for name, total in zip(wanted, found, strict=True) if isinstance(total, int)}
