"""Each class is a saboteur: all goes well until a batch or a look is as large as it may be, or is no text."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import attrs

from omnicommerce.adapters.storage.checked import position_at
from omnicommerce.kernel.errors import BadValue
from omnicommerce.ports.storage import START, Batch, Committed, Entry, Found, Key, Position, Trim
from tests.saboteurs.saboteur_restarts import Honest


class ReadsAtMostFiveHundred(Honest):
    """Keys are asked for in one statement of at most 500, and the others are not there."""

    def read(self, keys: Sequence[Key]) -> list[Found]:
        return [*super().read(keys[:500]), *(None for _ in keys[500:])]


class KeepsHalfOfAGreatBatch(Honest):
    """Entries are written in pieces of 5,000, and only the first piece is."""

    def commit(self, batch: Batch) -> Committed:
        return super().commit(attrs.evolve(batch, entries=batch.entries[:5_000]))


class DeletesFiveHundred(Honest):
    """Of many deletes only those are done that fit into one statement."""

    def commit(self, batch: Batch) -> Committed:
        return super().commit(attrs.evolve(batch, deletes=batch.deletes[:500]))


class RefusesGreatBatches(Honest):
    """What is longer than a statement may be is called bad input, though the port says otherwise."""

    def commit(self, batch: Batch) -> Committed:
        if len(batch.checks) + len(batch.deletes) > 500:
            raise BadValue("checks", "expected at most 500")
        return super().commit(batch)


class CountsInDecimals(Honest):
    """A total comes as the database's own type."""

    def commit(self, batch: Batch) -> Committed:
        totals: Any = {name: Decimal(total) for name, total in super().commit(batch).totals.items()}
        return Committed(totals)


class NumbersItsPositions(Honest):
    """A position is a number, though the port says text."""

    def journal(self, after: Any, limit: int) -> list[Entry]:
        mark = START if after == START else position_at(int(after))
        return [
            attrs.evolve(entry, position=_number(entry.position)) for entry in super().journal(mark, limit)
        ]

    def commit(self, batch: Batch) -> Committed:
        if batch.trim is not None and batch.trim.upto != START:
            batch = attrs.evolve(batch, trim=Trim(position_at(int(batch.trim.upto))))
        return super().commit(batch)


def _number(position: Position) -> Any:
    return int(position)
