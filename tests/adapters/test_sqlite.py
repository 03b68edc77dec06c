"""The file of a shop: what is refused untouched, what an error means, and what is left after erasing."""

from __future__ import annotations

import gc
import math
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import pytest

from omnicommerce.adapters.storage import sqlite_file
from omnicommerce.adapters.storage.sqlite import SqliteStorage, selection
from omnicommerce.adapters.storage.sqlite_connections import _INHERITED
from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import BadValue, CommitUnknown, Conflict, PortFault, Unavailable
from omnicommerce.ports.storage import (
    START,
    Add,
    Append,
    Batch,
    Delete,
    Key,
    Position,
    Put,
    Query,
    Record,
)

A = Key("things", "a")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


@pytest.fixture
def storage(path: Path) -> Iterator[SqliteStorage]:
    with SqliteStorage(path, wait_seconds=0.05) as opened:
        yield opened


def put(id: str, body: str = "{}", version: Version = ABSENT, *texts: str) -> Put:
    return Put(Key("things", id), body, tuple(("when", text) for text in texts), version)


def files(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()))


# --- what is refused, untouched --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", ":memory:", "file:shop.db?mode=memory"])
def test_a_path_that_is_no_file_is_refused(name: str) -> None:
    with pytest.raises(BadValue, match="MemoryStorage"):
        SqliteStorage(name)


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="name a file in it"):
        SqliteStorage(tmp_path)


def test_a_directory_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="create it first"):
        SqliteStorage(tmp_path / "none" / "shop.db")


def test_an_unknown_journal_mode_is_refused(path: Path) -> None:
    with pytest.raises(BadValue, match="'delete' or 'wal'"):
        SqliteStorage(path, journal_mode="off")  # type: ignore[arg-type]

    assert not path.exists()


def test_a_file_that_is_no_database_is_refused_untouched(path: Path) -> None:
    path.write_text("just some notes, long enough to look like something" * 100)
    before = files(path)

    with pytest.raises(PortFault, match="restore it from a backup"):
        SqliteStorage(path)
    assert before == files(path)


@pytest.mark.parametrize("journal_mode", ["delete", "wal"])
def test_a_database_of_another_program_is_refused_untouched(path: Path, journal_mode: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA journal_mode = {journal_mode}")
        db.execute("CREATE TABLE record (theirs)")
    before = files(path)

    with pytest.raises(PortFault, match="another program"):
        SqliteStorage(path)
    assert before == files(path)
    assert [path] == list(path.parent.iterdir())


def test_a_log_that_another_program_left_behind_is_not_touched(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = wal")
        db.execute("CREATE TABLE theirs (a)")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("INSERT INTO theirs VALUES (1)")
        db.commit()
        before = files(path)

        with pytest.raises(PortFault, match="another program"):
            SqliteStorage(path)
        assert before == files(path)


def test_a_stranger_whose_tables_stand_in_its_log_alone_is_refused_untouched(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = wal")
    db.execute("PRAGMA wal_autocheckpoint = 0")
    db.execute("CREATE TABLE theirs (name TEXT)")
    db.commit()
    log = path.with_name(f"{path.name}-wal")
    before = (path.read_bytes(), log.read_bytes())

    with pytest.raises(PortFault, match="log beside it"):
        SqliteStorage(path)

    assert before == (path.read_bytes(), log.read_bytes())
    db.close()


def test_a_header_that_is_no_text_is_damage(path: Path) -> None:
    SqliteStorage(path).close()
    body = bytearray(path.read_bytes())
    place = body.index(b"CREATE TABLE record")
    body[place : place + 19] = b"\xff" * 19
    path.write_bytes(body)

    with pytest.raises(PortFault, match=r"damaged|malformed"):
        SqliteStorage(path)


@pytest.mark.parametrize("wrong", [None, 7, b"shop.db", "a\0b", "a\nb", "\ud800", "x" * 300, ["shop.db"]])
def test_what_names_no_file_is_refused_with_its_path(wrong: Any, tmp_path: Path) -> None:
    before = list(tmp_path.iterdir())
    with pytest.raises(BadValue) as caught:
        SqliteStorage(str(tmp_path / wrong) if isinstance(wrong, str) else wrong)

    assert "path" == caught.value.path
    assert before == list(tmp_path.iterdir())


@pytest.mark.parametrize("seconds", [-1, math.nan, math.inf, 1e20, True, "x", None])
def test_a_wait_is_a_sensible_number_of_seconds(seconds: Any, path: Path) -> None:
    with pytest.raises(BadValue) as caught:
        SqliteStorage(path, wait_seconds=seconds)

    assert "wait_seconds" == caught.value.path
    assert not path.exists()


@pytest.mark.parametrize("position", ["9" * 19, "1", "x" * 19, " " * 19, "1" * 20])
def test_a_position_that_was_never_handed_out_is_refused(storage: SqliteStorage, position: str) -> None:
    with pytest.raises(BadValue, match="position"):
        storage.journal(Position(position), 10)


def test_a_newer_schema_is_refused_untouched(path: Path) -> None:
    SqliteStorage(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {sqlite_file.SCHEMA_VERSION + 1}")
    before = files(path)

    with pytest.raises(PortFault, match="upgrade the library"):
        SqliteStorage(path)
    assert before == files(path)


def test_an_unknown_older_schema_is_refused(path: Path) -> None:
    SqliteStorage(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 0")

    with pytest.raises(PortFault, match="unknown schema"):
        SqliteStorage(path)


def test_a_damaged_file_is_a_fault_and_not_an_sqlite_error(path: Path) -> None:
    with SqliteStorage(path) as storage:
        storage.commit(Batch(Version("v"), puts=tuple(put(f"{n}", "x" * 2_000) for n in range(200))))
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))

    with SqliteStorage(path) as storage:
        with pytest.raises(PortFault, match="damaged"):
            storage.read((Key("things", "5"),))
        with pytest.raises(PortFault, match="damaged"):
            storage.read((Key("things", "5"), A))
        with pytest.raises(PortFault, match="damaged"):
            storage.scan(Query("things", "when"))
        with pytest.raises(PortFault, match="damaged"):
            storage.commit(Batch(Version("w"), puts=(put("new"),)))


def test_a_file_cut_short_is_refused_untouched(path: Path) -> None:
    with SqliteStorage(path) as storage:
        storage.commit(Batch(Version("v"), puts=tuple(put(f"{n}", "x" * 2_000) for n in range(50))))
    path.write_bytes(path.read_bytes()[:5_000])
    before = files(path)

    with pytest.raises(PortFault, match="restore it from a backup"):
        SqliteStorage(path)
    assert before == files(path)


def test_an_empty_file_becomes_a_shop(path: Path) -> None:
    path.touch()
    with closing(sqlite3.connect(path)) as db:
        db.execute("VACUUM")

    with SqliteStorage(path) as storage:
        assert [None] == storage.read((A,))
        assert str(path) in repr(storage)


def test_two_may_open_a_new_shop_at_once(path: Path) -> None:
    failures: list[BaseException] = []

    def work() -> None:
        try:
            SqliteStorage(path).close()
        except BaseException as error:  # noqa: BLE001  # shown by the test
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == failures


def test_a_file_nobody_may_open_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.touch()

    def forbidden(*_: object, **__: object) -> Any:
        error = sqlite3.OperationalError("unable to open database file")
        error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
        raise error

    monkeypatch.setattr(sqlite3, "connect", forbidden)
    with pytest.raises(BadValue, match="cannot be opened"):
        SqliteStorage(path)
    path.write_text("x")
    with pytest.raises(BadValue, match="cannot be opened"):
        SqliteStorage(path)


def test_an_sqlite_without_strict_tables_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))

    with pytest.raises(PortFault, match="too old"):
        SqliteStorage(path)


@pytest.mark.parametrize(("version", "mode"), [((3, 51, 2), "delete"), ((3, 51, 3), "wal")])
def test_the_journal_mode_follows_the_version(
    path: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], mode: str
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    SqliteStorage(path).close()

    with closing(sqlite3.connect(path)) as db:
        assert (mode,) == db.execute("PRAGMA journal_mode").fetchone()


def test_a_journal_mode_that_is_not_to_be_had_is_unavailable(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class WithoutSharedMemory(sqlite3.Connection):
        def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
            return super().execute("SELECT 'delete'" if "journal_mode =" in sql else sql, parameters)

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, factory=WithoutSharedMemory, **k))
    with pytest.raises(Unavailable, match="could not be changed to 'wal'"):
        SqliteStorage(path, journal_mode="wal")


def test_who_comes_second_finds_the_shop_laid_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect

    class Overtaken(sqlite3.Connection):
        def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
            if sql == "BEGIN IMMEDIATE":
                monkeypatch.setattr(sqlite3, "connect", connect)
                with SqliteStorage(path) as rival:
                    rival.commit(Batch(Version("v"), puts=(put("a"),)))
            return super().execute(sql, parameters)

    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, factory=Overtaken, **k))
    with SqliteStorage(path) as storage:
        assert [Record(Version("v"), "{}")] == storage.read((A,))


def test_a_journal_mode_cannot_be_changed_under_others(path: Path) -> None:
    with SqliteStorage(path, journal_mode="wal") as storage:
        storage.read((A,))

        with pytest.raises(Unavailable):
            SqliteStorage(path, journal_mode="delete", wait_seconds=0.01)


# --- what an error means ---------------------------------------------------------------------------


class Failing(sqlite3.Connection):
    """A connection whose next COMMIT fails in the way a test says."""

    fails: Literal["no", "keeping", "losing", "after"] = "no"
    fails_always = ""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        how, error = self.fails, sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR
        if self.fails_always and sql.startswith(self.fails_always):
            raise error
        if sql != "COMMIT" or how == "no":
            return super().execute(sql, parameters)
        self.fails = "no"
        if how == "losing":
            super().execute("ROLLBACK")
        if how == "after":
            super().execute("COMMIT")
        raise error


@pytest.fixture
def failing(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[SqliteStorage, Failing]]:
    with SqliteStorage(path) as storage:
        connect = sqlite3.connect
        monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, factory=Failing, **k))
        storage.read((A,))
        (db,) = storage._connections._idle
        assert isinstance(db, Failing)
        yield storage, db


def test_a_commit_that_failed_within_its_transaction_is_undone(
    failing: tuple[SqliteStorage, Failing],
) -> None:
    storage, db = failing
    db.fails = "keeping"
    with pytest.raises(Unavailable, match="nothing was stored"):
        storage.commit(Batch(Version("v"), puts=(put("a"),)))

    assert [None] == storage.read((A,))
    storage.commit(Batch(Version("w"), puts=(put("a"),)))


def test_a_commit_that_ended_with_an_error_is_unknown(failing: tuple[SqliteStorage, Failing]) -> None:
    storage, db = failing
    db.fails = "losing"
    with pytest.raises(CommitUnknown):
        storage.commit(Batch(Version("v"), puts=(put("a"),)))
    assert [None] == storage.read((A,))
    db.fails = "after"
    with pytest.raises(CommitUnknown):
        storage.commit(Batch(Version("v"), puts=(put("a"),)))

    assert [Record(Version("v"), "{}")] == storage.read((A,))


def test_a_commit_that_cannot_be_settled_is_still_unknown(failing: tuple[SqliteStorage, Failing]) -> None:
    storage, db = failing
    db.fails, db.fails_always = "losing", "PRAGMA"
    with pytest.raises(CommitUnknown):
        storage.commit(Batch(Version("v"), puts=(put("a"),)))


def test_a_transaction_that_cannot_be_undone_ends_with_its_connection(
    failing: tuple[SqliteStorage, Failing],
) -> None:
    storage, db = failing
    storage.commit(Batch(Version("v"), puts=(put("a"),)))
    db.fails_always = "ROLLBACK"
    with pytest.raises(Conflict):
        storage.commit(Batch(Version("w"), puts=(put("b"), put("a", "2", Version("stale")))))

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        db.execute("SELECT 1")
    assert [None] == storage.read((Key("things", "b"),))


def test_a_locked_file_is_unavailable(storage: SqliteStorage, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as rival:
        rival.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="locked"):
            storage.commit(Batch(Version("v"), puts=(put("a"),)))
        rival.execute("ROLLBACK")

    storage.commit(Batch(Version("w"), puts=(put("a"),)))


def test_a_reader_who_will_not_leave_makes_a_commit_unavailable(path: Path) -> None:
    with (
        SqliteStorage(path, wait_seconds=0.05, journal_mode="delete") as storage,
        closing(sqlite3.connect(path, isolation_level=None)) as reader,
    ):
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM record").fetchone()
        with pytest.raises(Unavailable, match="nothing was stored"):
            storage.commit(Batch(Version("v"), puts=(put("a"),), entries=(Append("e", "{}"),)))
        reader.execute("COMMIT")

        assert ([None], []) == (storage.read((A,)), storage.journal(START, 1))


def test_a_full_disk_is_unavailable_and_stores_nothing(storage: SqliteStorage) -> None:
    storage.commit(Batch(Version("v"), puts=(put("a"),)))
    (db,) = storage._connections._idle
    db.execute("PRAGMA max_page_count = 10")
    large = tuple(put(f"large-{n}", "x" * 100_000) for n in range(3))
    with pytest.raises(Unavailable, match="full"):
        storage.commit(Batch(Version("w"), puts=large, adds=(Add("uses", 1),)))

    assert [None, 0] == storage.read((large[0].key, Key("#", "uses")))


def test_an_interrupted_commit_is_unavailable(storage: SqliteStorage) -> None:
    storage.read((A,))
    (db,) = storage._connections._idle
    db.set_progress_handler(lambda: 1, 1)
    with pytest.raises(Unavailable):
        storage.commit(Batch(Version("v"), puts=(put("a"),)))
    db.set_progress_handler(None, 0)

    assert [None] == storage.read((A,))


def test_a_missing_table_is_a_fault(storage: SqliteStorage, path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TABLE entry")

    with pytest.raises(PortFault, match="no such table"):
        storage.journal(START, 1)


def test_a_file_that_was_removed_is_unavailable_and_not_made_anew(path: Path) -> None:
    with SqliteStorage(path) as storage:
        path.unlink()

        with pytest.raises(Unavailable, match="unable to open"):
            storage.read((A,))
        assert not path.exists()


# --- connections -----------------------------------------------------------------------------------


def test_a_closed_storage_is_unavailable(storage: SqliteStorage) -> None:
    storage.read((A,))
    storage.close()
    storage.close()

    with pytest.raises(Unavailable, match="was closed"):
        storage.read((A,))


def test_a_connection_in_use_is_closed_when_it_comes_back(storage: SqliteStorage) -> None:
    db = storage._connections.take()
    storage.close()
    storage._connections.give_back(db)

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        db.execute("SELECT 1")


def test_threads_leave_no_connections_behind(storage: SqliteStorage) -> None:
    for _ in range(20):
        thread = threading.Thread(target=storage.read, args=((A,),))
        thread.start()
        thread.join()

    assert 1 == len(storage._connections._idle)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_opens_connections_of_its_own(storage: SqliteStorage) -> None:
    storage.commit(Batch(Version("v"), puts=(put("a", '"parent"'),)))
    (before,) = storage._connections._idle
    child = os.fork()
    if child == 0:  # pragma: no cover  # another process
        try:
            storage.commit(Batch(Version("w"), puts=(put("a", '"child"', Version("v")),)))
            (mine,) = storage._connections._idle
            storage.close()
            gc.collect()
            os._exit(0 if mine is not before else 1)
        except BaseException:  # noqa: BLE001  # nothing may leave this process
            os._exit(2)
    _, status = os.waitpid(child, 0)

    assert 0 == os.waitstatus_to_exitcode(status)
    assert [Record(Version("w"), '"child"')] == storage.read((A,))
    assert [before] == list(storage._connections._idle)


def test_inherited_connections_are_neither_used_nor_closed(
    storage: SqliteStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same within one process, where it can be looked at."""
    storage.read((A,))
    (before,) = storage._connections._idle
    parent = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: parent + 1)
    storage.read((A,))
    (mine,) = storage._connections._idle
    assert mine is not before
    monkeypatch.setattr(os, "getpid", lambda: parent + 2)
    storage.close()

    for inherited in (before, mine):
        inherited.execute("SELECT 1")
        inherited.close()
    _INHERITED.clear()


# --- inside the file -------------------------------------------------------------------------------


@pytest.mark.parametrize("until", [None, "z"])
@pytest.mark.parametrize("after", [None, ("b", "x")])
def test_a_scan_goes_along_the_index(
    storage: SqliteStorage, path: Path, until: str | None, after: tuple[str, str] | None
) -> None:
    storage.read((A,))
    statement, values = selection(Query("things", "when", "a", until, 10, after))
    with closing(sqlite3.connect(path)) as db:
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}", values)]

    assert 2 == len(plan)
    assert plan[0].startswith("SEARCH p USING PRIMARY KEY (collection=? AND name=? AND ")
    assert plan[1].startswith("SEARCH r USING INDEX sqlite_autoindex_record_1 (collection=? AND id=?)")


def test_index_rows_that_stay_are_not_written_again(path: Path, storage: SqliteStorage) -> None:
    storage.commit(Batch(Version("v"), puts=(put("a", "1", ABSENT, "x", "y"),)))
    with closing(sqlite3.connect(path)) as db:
        db.executescript(
            """CREATE TABLE touched (what);
            CREATE TRIGGER t1 AFTER INSERT ON place BEGIN INSERT INTO touched VALUES ('+' || new.at); END;
            CREATE TRIGGER t2 AFTER DELETE ON place BEGIN INSERT INTO touched VALUES ('-' || old.at); END;"""
        )
        storage.commit(Batch(Version("w"), puts=(put("a", "2", Version("v"), "x", "y"),)))
        assert [] == db.execute("SELECT what FROM touched").fetchall()
        storage.commit(Batch(Version("u"), puts=(put("a", "3", Version("w"), "y", "z"),)))

        assert [("-x",), ("+z",)] == db.execute("SELECT what FROM touched").fetchall()


@pytest.mark.parametrize("journal_mode", ["delete", "wal"])
def test_nothing_of_a_deleted_record_is_left_in_the_file(
    path: Path, journal_mode: Literal["delete", "wal"]
) -> None:
    person = "Zhang San, 13800138000"
    with SqliteStorage(path, journal_mode=journal_mode) as storage:
        body = f'"{person * 400}"'
        others = tuple(put(f"other-{n}", '"y"' * 500, ABSENT, f"{n}") for n in range(50))
        storage.commit(Batch(Version("v"), puts=(put("a", body, ABSENT, person), *others)))
        assert person.encode() in files(path)
        storage.commit(Batch(Version("w"), deletes=(Delete(A, Version("v")),)))
        storage.scrub()

        assert person.encode() not in files(path)


def test_a_log_that_is_being_read_cannot_be_emptied_yet(path: Path) -> None:
    with (
        SqliteStorage(path, journal_mode="wal", wait_seconds=0.01) as storage,
        closing(sqlite3.connect(path, isolation_level=None)) as reader,
    ):
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM record").fetchone()
        storage.commit(Batch(Version("v"), puts=(put("a"),)))

        with pytest.raises(Unavailable, match="log"):
            storage.scrub()


def test_a_conflict_names_the_record_and_not_its_body(storage: SqliteStorage) -> None:
    storage.commit(Batch(Version("v"), puts=(put("a", '"private"'),)))

    with pytest.raises(Conflict, match="things/a") as caught:
        storage.commit(Batch(Version("w"), puts=(put("a", '"secret"'),)))
    assert "secret" not in str(caught.value)
    with pytest.raises(Conflict):
        storage.commit(Batch(Version("w"), puts=(put("b"), put("a", '"secret"'))))
