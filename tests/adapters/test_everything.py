"""What lies in a storage is listed whole, in order, in pages, and as it lies: an audit relies on that."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Protocol

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from omnicommerce import MemoryStorage, SqliteStorage
from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.ports.storage import (
    COUNTERS,
    START,
    Add,
    Append,
    Batch,
    Delete,
    Key,
    Put,
    Query,
    Record,
    Storage,
)

FIRST: Final = Key("", "")


class Lister(Storage, Protocol):
    """A storage that can list everything."""

    def everything(self, after: Key, limit: int) -> list[tuple[Key, Record]]: ...


@pytest.fixture(params=["memory", "delete", "wal"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lister]:
    if request.param == "memory":
        yield MemoryStorage()
    else:
        with SqliteStorage(tmp_path / "shop.db", journal_mode=request.param) as kept:
            yield kept


def put(storage: Storage, *keys: Key) -> None:
    storage.commit(Batch(Version("v1"), puts=tuple(Put(key, f'"{key.id}"', (), ABSENT) for key in keys)))


KEYS: Final = (
    Key("a", "1"),
    Key("a", "2"),
    Key("a.b", "1"),
    Key("a_b", "0"),
    Key("b", "1"),
    Key("b", "~"),
    Key("b", "ß"),
    Key("b", "面"),
    Key("b", "\U0001f600"),
)
"""In order, which is that of their UTF-8 bytes."""


def test_a_new_shop_has_nothing_to_list(storage: Lister) -> None:
    assert [] == storage.everything(FIRST, 10)


def test_records_of_all_kinds_are_listed_in_order_and_nothing_else(storage: Lister) -> None:
    put(storage, *reversed(KEYS))
    storage.commit(Batch(Version("v2"), adds=(Add("free", 5),), entries=(Append("e1", "{}"),)))

    listed = storage.everything(FIRST, 100)

    assert [(key, Record(Version("v1"), f'"{key.id}"')) for key in KEYS] == listed
    assert COUNTERS not in {key.collection for key, _ in listed}


@pytest.mark.parametrize("limit", [1, 2, 8, 9, 10])
def test_in_pages_every_record_is_listed_once(storage: Lister, limit: int) -> None:
    """A page that is not full is the last."""
    put(storage, *KEYS)
    listed: list[Key] = []
    after = FIRST
    while page := storage.everything(after, limit):
        assert min(limit, len(KEYS) - len(listed)) == len(page)
        listed += [key for key, _ in page]
        after = listed[-1]

    assert list(KEYS) == listed


def test_behind_a_key_that_is_not_there_comes_the_next(storage: Lister) -> None:
    put(storage, *KEYS)

    for after, first in ((Key("a", "10"), 1), (Key("a", "3"), 2), (Key("aa", ""), 4), (Key("b", "面包"), 8)):
        assert list(KEYS[first:]) == [key for key, _ in storage.everything(after, 100)]


def test_what_was_changed_or_deleted_is_listed_as_it_is_now(storage: Lister) -> None:
    put(storage, *KEYS[:3])
    storage.commit(
        Batch(
            Version("v2"),
            puts=(Put(KEYS[0], '"new"', (), Version("v1")),),
            deletes=(Delete(KEYS[1], Version("v1")),),
        )
    )

    listed = [(KEYS[0], Record(Version("v2"), '"new"')), (KEYS[2], Record(Version("v1"), '"1"'))]
    assert listed == storage.everything(FIRST, 10)


@settings(max_examples=25)
@for_all(
    keys=st.sets(
        st.builds(Key, st.sampled_from(("a", "b", "a.b")), st.text("ab面ß~", min_size=1, max_size=3))
    )
)
def test_both_list_the_same_in_the_same_order(
    keys: set[Key], tmp_path_factory: pytest.TempPathFactory
) -> None:
    memory = MemoryStorage()
    with SqliteStorage(tmp_path_factory.mktemp("shop") / "shop.db") as file:
        put(memory, *keys)
        put(file, *keys)

        assert memory.everything(FIRST, 1_000) == file.everything(FIRST, 1_000)
    assert sorted(keys) == [key for key, _ in memory.everything(FIRST, 1_000)]


# --- as it lies ----------------------------------------------------------------------------------

AS_IT_LIES: Final = "caf\udce9"
"""What cannot be read as UTF-8 is read as lone surrogates."""


@pytest.fixture
def damaged(tmp_path: Path) -> Iterator[Callable[[str], SqliteStorage]]:
    """A file with three records and two entries, after this statement was run over it behind its back."""
    path = tmp_path / "shop.db"
    opened: list[SqliteStorage] = []

    def damaged(statement: str) -> SqliteStorage:
        with SqliteStorage(path) as storage:
            put(storage, *KEYS[:3])
            storage.commit(Batch(Version("v2"), entries=(Append("e1", "{}"), Append("e2", "{}"))))
        with closing(sqlite3.connect(path)) as db, db:
            db.execute(statement)
        opened.append(SqliteStorage(path))
        return opened[-1]

    yield damaged
    for storage in opened:
        storage.close()


Damage = Callable[[str], SqliteStorage]
BODY: Final = "UPDATE record SET body = CAST(x'636166e9' AS TEXT) WHERE collection = 'a' AND id = '2'"


def test_a_body_that_is_no_text_is_read_as_it_lies(damaged: Damage) -> None:
    storage = damaged(BODY)
    one, two = Record(Version("v1"), '"1"'), Record(Version("v1"), AS_IT_LIES)

    assert [one, two, one] == storage.read(KEYS[:3])
    assert [two] == storage.read(KEYS[1:2])
    assert list(zip(KEYS[:3], (one, two, one), strict=True)) == storage.everything(FIRST, 10)


def test_after_what_is_no_text_all_else_is_read_as_text_again(damaged: Damage) -> None:
    """Of one connection, with no transaction left open; a write goes through as well."""
    storage = damaged(BODY)
    storage.read(KEYS[:3])
    (record,) = storage.read(KEYS[:1])
    storage.commit(Batch(Version("v3"), puts=(Put(KEYS[0], '"面"', (), Version("v1")),)))

    assert Record(Version("v1"), '"1"') == record
    assert [Record(Version("v3"), '"面"')] == storage.read(KEYS[:1])
    assert 1 == len(storage._connections._idle)


def test_a_version_that_is_no_text_is_read_as_it_lies(damaged: Damage) -> None:
    storage = damaged("UPDATE record SET version = CAST(x'636166e9' AS TEXT) WHERE id = '2'")

    assert [Record(Version(AS_IT_LIES), '"2"')] == storage.read(KEYS[1:2])


def test_an_entry_that_is_no_text_is_read_as_it_lies(damaged: Damage) -> None:
    storage = damaged("UPDATE entry SET body = CAST(x'636166e9' AS TEXT) WHERE id = 'e1'")

    assert [("e1", AS_IT_LIES), ("e2", "{}")] == [(each.id, each.body) for each in storage.journal(START, 10)]


def test_a_scan_reads_what_is_no_text_as_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with SqliteStorage(path) as storage:
        storage.commit(Batch(Version("v1"), puts=(Put(Key("a", "2"), "{}", (("due", "1"),), ABSENT),)))
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(BODY)
    with SqliteStorage(path) as storage:
        (row,) = storage.scan(Query("a", "due")).rows

    assert Record(Version("v1"), AS_IT_LIES) == row.record


@pytest.mark.parametrize("limit", [0, -1, 1_001, True, None])
def test_a_limit_that_is_none_is_refused(tmp_path: Path, limit: Any) -> None:
    with SqliteStorage(tmp_path / "shop.db") as storage, pytest.raises(ValueError, match="limit"):
        storage.everything(FIRST, limit)
