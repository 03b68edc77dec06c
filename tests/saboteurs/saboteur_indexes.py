"""Each class is a saboteur: a storage that breaks one promise about indexes and pages."""

from __future__ import annotations

import attrs

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.collection import ABSENT, IndexRow
from omnicommerce.ports.storage import Batch, Committed, Key, Page, Query, Row


class KeepsTheFirstRows(MemoryStorage):
    """A put over a record leaves its index rows as they were."""

    def commit(self, batch: Batch) -> Committed:
        puts = tuple(
            attrs.evolve(put, indexes=self._indexes.get(put.key, ())) if put.version != ABSENT else put
            for put in batch.puts
        )
        return super().commit(attrs.evolve(batch, puts=puts))


class AddsRowsOnly(MemoryStorage):
    """New rows are filed and the old ones stay."""

    def commit(self, batch: Batch) -> Committed:
        puts = tuple(
            attrs.evolve(put, indexes=(*self._indexes.get(put.key, ()), *put.indexes)) for put in batch.puts
        )
        return super().commit(attrs.evolve(batch, puts=puts))


class LeavesRowsBehind(MemoryStorage):
    """A deleted record is still found."""

    def __init__(self) -> None:
        super().__init__()
        self.ghosts: dict[Key, tuple[tuple[IndexRow, ...], Row]] = {}

    def commit(self, batch: Batch) -> Committed:
        ghosts = {
            delete.key: (self._indexes.get(delete.key, ()), Row("", delete.key.id, self._records[delete.key]))
            for delete in batch.deletes
            if delete.key in self._records
        }
        answer = super().commit(batch)
        self.ghosts.update(ghosts)
        return answer

    def scan(self, query: Query) -> Page:
        page = super().scan(query)
        found = list(page.rows)
        for key, (indexes, row) in self.ghosts.items():
            found += [
                attrs.evolve(row, at=text)
                for index, text in indexes
                if (key.collection, index) == (query.collection, query.index)
            ]
        return Page(tuple(sorted(found, key=lambda row: (row.at, row.id))), page.has_more)


class IncludesTheEnd(MemoryStorage):
    """`until` is part of the range, as in BETWEEN."""

    def scan(self, query: Query) -> Page:
        until = None if query.until is None else f"{query.until} "
        return super().scan(attrs.evolve(query, until=until))


class SortsAsUtf16(MemoryStorage):
    """Texts sort as Java, JavaScript and some databases sort them."""

    def scan(self, query: Query) -> Page:
        page = super().scan(query)
        return Page(tuple(sorted(page.rows, key=lambda row: row.at.encode("utf-16-be"))), page.has_more)


class SortsAsPeopleDo(MemoryStorage):
    """Texts sort by a language: upper and lower case side by side."""

    def scan(self, query: Query) -> Page:
        page = super().scan(query)
        return Page(tuple(sorted(page.rows, key=lambda row: (row.at.casefold(), row.at))), page.has_more)


class ForgetsTheOrderOfIds(MemoryStorage):
    """Records at one text come as they were stored."""

    def scan(self, query: Query) -> Page:
        page = super().scan(query)
        stored = list(self._records)
        order = {key.id: n for n, key in enumerate(stored)}
        return Page(tuple(sorted(page.rows, key=lambda row: (row.at, order[row.id]))), page.has_more)


class SkipsAtTheBoundary(MemoryStorage):
    """The next page begins behind all rows of the last row's text."""

    def scan(self, query: Query) -> Page:
        page = super().scan(query)
        if query.after is None:
            return page
        return Page(tuple(row for row in page.rows if row.at != query.after[0]), page.has_more)


class GuessesWhetherThereIsMore(MemoryStorage):
    """A full page is taken as a sign that there is more."""

    def scan(self, query: Query) -> Page:
        page = super().scan(query)
        return Page(page.rows, has_more=len(page.rows) == query.limit)


class PagesByNumber(MemoryStorage):
    """The next page is the rows from number so-and-so on, as with OFFSET."""

    def __init__(self) -> None:
        super().__init__()
        self.offsets: dict[tuple[str, str], int] = {}

    def scan(self, query: Query) -> Page:
        offset = 0 if query.after is None else self.offsets.get(query.after, 0)
        whole = super().scan(attrs.evolve(query, after=None, limit=1_000)).rows
        found = whole[offset : offset + query.limit]
        if found:
            self.offsets[found[-1].at, found[-1].id] = offset + len(found)
        return Page(found, has_more=offset + query.limit < len(whole))


class CapsItsPages(MemoryStorage):
    """A page has at most 500 rows, and says that this is all."""

    def scan(self, query: Query) -> Page:
        page = super().scan(query)
        return page if len(page.rows) <= 500 else Page(page.rows[:500], has_more=False)


class FilesByIndexAlone(MemoryStorage):
    """An index of the same name in another collection is taken for the same."""

    def scan(self, query: Query) -> Page:
        found = [
            (text, key.id, record)
            for key, record in self._records.items()
            for index, text in self._indexes.get(key, ())
            if index == query.index
        ]
        return Page(tuple(Row(*row) for row in sorted(found, key=lambda row: row[:2])), has_more=False)


class FilesARowOnce(MemoryStorage):
    """A record stands in an index once, at the last text it was filed under."""

    def commit(self, batch: Batch) -> Committed:
        puts = tuple(attrs.evolve(put, indexes=tuple(dict(put.indexes).items())) for put in batch.puts)
        return super().commit(attrs.evolve(batch, puts=puts))
