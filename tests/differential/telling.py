"""One history told to several storages: what each answered, and what lies in each at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

import attrs

from omnicommerce import Commerce, DemoKeys, MemberId, Refused
from omnicommerce.kernel.errors import BadInput
from omnicommerce.ports.storage import COUNTERS, START, Key, Query, Record
from omnicommerce.runner import Done, Failed
from omnicommerce.testing import CountingIds, FrozenClock
from omnicommerce.wire import parse
from tests.differential.commands import Told, do
from tests.lending import EVENTS
from tests.shopfront import RULES, SHOP_OPENS

AT_ONCE: Final = 3
"""Rows a page: so few that most scans go on behind a page."""

INDEXES: Final = (
    ("exception", "since"), ("identity_change", "member"), ("lease", "holder"), ("movement", "member"),
    ("person", "due"), ("sale", "node"),
    ("thing", "colour"), ("todo", "due"),
)  # fmt: skip
"""Every index that a shop of these tests writes rows to."""


@attrs.frozen
class Error:
    """What the caller is told went wrong."""

    kind: str
    verdict: Any = None
    faults: Any = None
    words: str = ""


@attrs.frozen
class Snapshot:
    """All that a storage holds, but for the positions in its journal, which are its own."""

    records: tuple[tuple[Key, Record], ...]
    rows: tuple[tuple[str, ...], ...]
    counters: tuple[tuple[str, int], ...]
    entries: tuple[tuple[str, str], ...]


@attrs.frozen
class Ended:
    """What a storage made of a history."""

    answers: tuple[Any, ...]
    snapshot: Snapshot
    findings: tuple[str, ...]


def told(storage: Any, history: Sequence[Told]) -> Ended:
    """Tell a shop over *storage* everything, with a clock and ids that are the same for everybody."""
    clock = FrozenClock(SHOP_OPENS)
    shop = Commerce(storage, RULES, keys=DemoKeys(), clock=clock, ids=CountingIds(), events=EVENTS)
    members: list[MemberId] = []
    answers: list[Any] = []
    for command in history:
        clock.set(clock() + timedelta(hours=command.hours))
        try:
            answers.append(_plain(do(shop, command, members, clock())))
        except Exception as error:  # noqa: BLE001  # also one that nobody raises on purpose must be the same
            answers.append(_error(error))
    return Ended(tuple(answers), snapshot(storage), tuple(map(str, shop.audit().findings)))


def snapshot(storage: Any) -> Snapshot:
    """Everything that lies in *storage*, read through the port and page by page."""
    entries = tuple(_entries(storage))
    names = sorted({name for _, body in entries for name, _ in parse(body).get("adds", ())})
    records = tuple(_records(storage))
    return Snapshot(
        records,
        tuple(row for index in INDEXES for row in _rows(storage, *index)),
        tuple((name, storage.read([Key(COUNTERS, name)])[0]) for name in names),
        entries,
    )


def differences(expected: Ended, actual: Ended, history: Sequence[Told]) -> Iterator[str]:
    """In what the two are not the same, in words somebody can act on."""
    for command, ours, theirs in zip(history, expected.answers, actual.answers, strict=True):
        if ours != theirs:
            yield f"{command} is answered\n    {theirs}\n  instead of\n    {ours}"
    for field in attrs.fields(Snapshot):
        ours = getattr(expected.snapshot, field.name)
        theirs = getattr(actual.snapshot, field.name)
        if ours != theirs:
            odd = [each for each in theirs if each not in ours] + [
                each for each in ours if each not in theirs
            ]
            yield f"{field.name} differ: {odd[:4] or 'in their order'}"
    if expected.findings != actual.findings:
        yield f"audit finds {actual.findings} instead of {expected.findings}"


def _plain(answer: Any) -> Any:
    """An answer in which errors can be compared."""
    match answer:
        case tuple():
            return tuple(_plain(each) for each in answer)
        case Failed():
            return ("failed", _error(answer.error))
        case Done():
            return ("done", answer)
        case _:
            return answer


def _error(error: Exception) -> Error:
    match error:
        case Refused():
            return Error("Refused", verdict=error.verdict)
        case BadInput():
            return Error(type(error).__name__, faults=error.faults)
        case _:
            return Error(type(error).__name__, words=str(error))


def _records(storage: Any) -> Iterator[tuple[Key, Record]]:
    after = Key("", "")
    while page := storage.everything(after, AT_ONCE * 50):
        yield from page
        after = page[-1][0]


def _entries(storage: Any) -> Iterator[tuple[str, str]]:
    after = START
    while page := storage.journal(after, AT_ONCE * 50):
        yield from ((entry.id, entry.body) for entry in page)
        after = page[-1].position


def _rows(storage: Any, collection: str, index: str) -> Iterator[tuple[str, ...]]:
    after: tuple[str, str] | None = None
    while True:
        page = storage.scan(Query(collection, index, limit=AT_ONCE, after=after))
        for row in page.rows:
            yield collection, index, row.at, row.id, row.record.version
            after = row.at, row.id
        if not page.has_more:
            return
