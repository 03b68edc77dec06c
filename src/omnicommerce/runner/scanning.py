"""A scan as the batch sees it: the storage's index rows, with what is staged laid over them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from omnicommerce.kernel.collection import Versioned
from omnicommerce.kernel.errors import Conflict, PortFault
from omnicommerce.kernel.flow import Find, Place, Scan
from omnicommerce.ports.storage import Page, Query
from omnicommerce.runner.answers import Desk
from omnicommerce.runner.overlay import GONE, Overlay, known_as
from omnicommerce.runner.steps import Steps


def scanned(question: Scan[Any], desk: Desk) -> Steps[tuple[Versioned[Any], ...]]:
    """Answer *question* and guard what it returns; what it did not find is not guarded."""
    name = question.collection.name
    names = [(name, id) for _, id in (yield from _places(question, desk.overlay))]
    desk.layer.guarded.extend(names)
    # What a counter stood at before is of another moment than these rows: asked again, it is read again.
    desk.overlay.totals.clear()
    return tuple([desk.overlay.record(question.collection, id) for _, id in names])


def found(question: Find, desk: Desk) -> Steps[tuple[Place, ...]]:
    """Answer *question*: only where the records stand, unguarded and without reading what is in them."""
    return tuple((yield from _places(question, desk.overlay)))


def _places(question: Scan[Any] | Find, overlay: Overlay) -> Steps[list[Place]]:
    places, end = yield from _stored_places(question, overlay)
    mine = [place for place in _staged_places(question, overlay) if end is None or place <= end]
    return sorted(places + mine)[: question.limit]


def _stored_places(question: Scan[Any] | Find, overlay: Overlay) -> Steps[tuple[list[Place], Place | None]]:
    """The places of stored rows that nothing staged replaces, and where reading stopped short of the end.

    Staged records hide stored rows, so a page may come out short; more pages are read until there are
    enough. A batch stages a bounded number of records, so the pages are bounded, too.
    """
    places: list[Place] = []
    name = question.collection.name
    after = question.after
    while True:
        page: Page = yield Query(name, question.index, question.since, question.until, question.limit, after)
        overlay.reads += 1
        for row in page.rows:
            if (name, row.id) in overlay.staged:
                continue
            known = overlay.known.setdefault((name, row.id), known_as(row.record))
            if known.version != row.record.version:
                raise Conflict(f"{name}/{row.id} changed since this batch first saw it")
            places.append((row.at, row.id))
        if not page.has_more:
            return places, None
        if not page.rows:
            raise PortFault(f"scan of {name}/{question.index} has more rows but returned none")
        after = (page.rows[-1].at, page.rows[-1].id)
        if len(places) >= question.limit:
            return places, after


def _staged_places(question: Scan[Any] | Find, overlay: Overlay) -> Iterator[Place]:
    for (collection, id), staged in overlay.staged.items():
        if collection != question.collection.name or staged.value is GONE:
            continue
        for index, at in dict.fromkeys(question.collection.indexes(staged.value)):
            if (
                index == question.index
                and question.since <= at
                and (question.until is None or at < question.until)
                and (question.after is None or (at, id) > question.after)
            ):
                yield at, id
