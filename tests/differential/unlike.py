"""Each class is a saboteur that only a whole shop may show: a storage a little unlike the others."""

from __future__ import annotations

import attrs

from omnicommerce import MemoryStorage
from omnicommerce.ports.storage import Batch, Committed, Page, Query


class SortsIdsAsPeopleDo(MemoryStorage):
    """Ids under the same text come as in a dictionary: a before B, whatever their bytes are."""

    def scan(self, query: Query) -> Page:
        page = super().scan(query)
        return attrs.evolve(page, rows=tuple(sorted(page.rows, key=lambda row: (row.at, row.id.casefold()))))


class SortsIdsAsUtf16(MemoryStorage):
    """Ids under the same text come in the order of their UTF-16 units."""

    def scan(self, query: Query) -> Page:
        page = super().scan(query)
        rows = sorted(page.rows, key=lambda row: (row.at, row.id.encode("utf-16-be")))
        return attrs.evolve(page, rows=tuple(rows))


class LosesAnIndexRow(MemoryStorage):
    """Every tenth batch writes one index row of a record too few."""

    def commit(self, batch: Batch) -> Committed:
        if batch.id.endswith("5"):
            puts = tuple(attrs.evolve(put, indexes=put.indexes[1:]) for put in batch.puts)
            batch = attrs.evolve(batch, puts=puts)
        return super().commit(batch)


class ForgetsTheLastOfABatch(MemoryStorage):
    """A batch of more than three entries loses its last."""

    def commit(self, batch: Batch) -> Committed:
        if len(batch.entries) > 3:  # as the docstring says
            batch = attrs.evolve(batch, entries=batch.entries[:-1])
        return super().commit(batch)
