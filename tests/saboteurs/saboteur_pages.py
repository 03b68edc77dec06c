"""Each class is a saboteur: an index that sorts one way and turns its pages another, or cuts its rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import attrs

from omnicommerce.adapters.storage.checked import checked_batch
from omnicommerce.kernel.errors import BadValue
from omnicommerce.ports.storage import Batch, Committed, Page, Query, Record, Row
from tests.saboteurs.saboteur_restarts import Honest


class _TurnsItsPages(Honest):
    """No saboteur yet: all rows of a range, before anybody cuts them into pages."""

    def in_range(self, query: Query) -> list[Row]:
        with self._lock:
            rows = [
                Row(at, id, self._records[query.collection, id])  # type: ignore[index]  # a key is such a pair
                for at, id in self._rows.get((query.collection, query.index), [])
            ]
        return [
            row for row in rows if query.since <= row.at and (query.until is None or row.at < query.until)
        ]

    def page(self, rows: list[Row], query: Query, order: Callable[[tuple[str, str]], Any]) -> Page:
        """Go on behind the last row in this *order*, whatever order the rows are in."""
        if query.after is not None:
            rows = [row for row in rows if order((row.at, row.id)) > order(query.after)]
        return Page(tuple(rows[: query.limit]), len(rows) > query.limit)


class PagesWithoutCase(_TurnsItsPages):
    """The index sorts by bytes, and `after` is compared under a collation."""

    def scan(self, query: Query) -> Page:
        return self.page(self.in_range(query), query, lambda row: (row[0].casefold(), row[1].casefold()))


class PagesIdsWithoutCase(_TurnsItsPages):
    """The texts are compared by their bytes, and the ids under a collation."""

    def scan(self, query: Query) -> Page:
        return self.page(self.in_range(query), query, lambda row: (row[0], row[1].casefold()))


class PagesInUtf16(_TurnsItsPages):
    """The database sorts by UTF-8, and the language by UTF-16."""

    def scan(self, query: Query) -> Page:
        return self.page(self.in_range(query), query, lambda row: [text.encode("utf-16-be") for text in row])


class SortsByAPrefix(_TurnsItsPages):
    """The sort key holds 500 bytes."""

    def scan(self, query: Query) -> Page:
        def order(row: tuple[str, str]) -> tuple[bytes, str]:
            return row[0].encode()[:500], row[1]

        rows = sorted(self.in_range(query), key=lambda row: order((row.at, row.id)))
        return self.page(rows, query, order)


class RefusesLongRows(Honest):
    """A column of the index holds 1,024 bytes, and what is longer is called bad input."""

    def commit(self, batch: Batch) -> Committed:
        checked_batch(batch)
        if any(len(text.encode()) > 1_024 for put in batch.puts for _, text in put.indexes):
            raise BadValue("puts", "value too long for this column")
        return super().commit(batch)


class CutsBodiesInAScan(Honest):
    """A row brings the first 64 KiB of its body."""

    def scan(self, query: Query) -> Page:
        page = super().scan(query)
        cut = (
            attrs.evolve(row, record=Record(row.record.version, row.record.body[:65_535]))
            for row in page.rows
        )
        return Page(tuple(cut), page.has_more)


class AsksForMoreInASecondLook(Honest):
    """Whether there is more is asked when the page has been read."""

    def scan(self, query: Query) -> Page:
        page = super().scan(query)
        time.sleep(0)
        if len(page.rows) < query.limit:
            return page
        last = page.rows[-1]
        behind = super().scan(attrs.evolve(query, after=(last.at, last.id), limit=1))
        return Page(page.rows, bool(behind.rows))
