"""What a released library has written is read by today's: nothing is missing, and business goes on."""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import create_engine, text

from omnicommerce import Commerce, MemberId, Points, PortFault, SqliteStorage, wire
from omnicommerce.adapters.storage.sql import SqlStorage, upgrade
from omnicommerce.adapters.storage.sql.tables import REVISIONS, VERSION_TABLE
from omnicommerce.adapters.storage.sqlite_file import SCHEMA_VERSION
from omnicommerce.kernel.errors import NotTheSame
from omnicommerce.ports.storage import Key
from omnicommerce.testing import FrozenClock
from tests.adapters.sql.server import Server
from tests.golden import make
from tests.golden.shop import KEY, LAST_DAY, NOT_TOLD, answers, opened
from tests.shopfront import sale

RELEASES: Final = sorted(path for path in make.FOLDER.iterdir() if make.NAME.fullmatch(path.name))
KINDS: Final = ("sqlite", "sql", "postgres")
FILE_BYTES_MAX: Final = 64 * 1024
"""Every release leaves three of them in the repository for ever."""

WHOLE: Final = {
    "exception", "lots", "movement", "node", "person", "points", "receipt", "return", "rulebook",
    "rulebook_part", "sale", "spend", "todo", "usage", "waiting",
}  # fmt: skip
"""The kinds of record that a golden shop must hold, or it would prove too little."""


def said(release: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((release / make.SAID).read_text(encoding="utf-8"))
    return found


def unpacked(release: Path, name: str, folder: Path) -> Path:
    file = folder / name.removesuffix(".gz")
    file.write_bytes(gzip.decompress((release / name).read_bytes()))
    return file


@contextmanager
def kept(kind: str, release: Path, folder: Path, server: Server) -> Iterator[Any]:
    """The shop of a release as today's library opens it; its tables are brought up to date if need be."""
    if kind == "sqlite":
        with SqliteStorage(unpacked(release, make.SQLITE, folder)) as storage:
            yield storage
        return
    is_postgres = kind == "postgres"
    schema = make.SCHEMA if is_postgres else None
    path = unpacked(release, make.POSTGRES if is_postgres else make.SQL, folder)
    engine = server.engine() if is_postgres else create_engine(f"sqlite:///{path}")
    try:
        if is_postgres:
            with engine.begin() as connection:
                connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {make.SCHEMA} CASCADE")
                connection.exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))
            # The dump leaves its session without a search path.
            engine.dispose()
        upgrade(engine, schema=schema)
        yield SqlStorage(engine, schema=schema)
    finally:
        engine.dispose()


@pytest.fixture(params=RELEASES, ids=lambda path: path.name)
def release(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture(params=KINDS)
def storage(request: pytest.FixtureRequest, release: Path, tmp_path: Path, postgres: Server) -> Iterator[Any]:
    with kept(request.param, release, tmp_path, postgres) as found:
        yield found


def shop_of(storage: Any, release: Path, later: timedelta = timedelta(0)) -> Commerce:
    """Opened with the rulebook of that release, as text; new ids have a new beginning."""
    rulebook = wire.load_rulebook(json.dumps(said(release)["rulebook"]))
    return opened(storage, rulebook, FrozenClock(LAST_DAY + later), ids="new")


def missing(then: Any, now: Any, path: str = "$") -> Iterator[str]:
    """Where an answer is no longer what it was; a release may add fields, and may take none away."""
    match then, now:
        case dict(), dict():
            for name, value in then.items():
                if name in now:
                    yield from missing(value, now[name], f"{path}.{name}")
                else:
                    yield f"{path}.{name} is gone"
        case list(), list() if len(then) == len(now):
            for place, (old, new) in enumerate(zip(then, now, strict=True)):
                yield from missing(old, new, f"{path}[{place}]")
        case _:
            if then != now:
                yield f"{path} was {then!r} and is {now!r}"


def test_an_old_shop_balances_and_answers_as_it_did(storage: Any, release: Path) -> None:
    shop = shop_of(storage, release)

    assert () == shop.audit().findings
    assert [] == list(missing(said(release)["answers"], answers(shop)))


def test_business_goes_on_in_an_old_shop(storage: Any, release: Path) -> None:
    written = said(release)["answers"]["M-1"]
    member = MemberId(written["member"])
    shop = shop_of(storage, release)
    shop.sales.ingest(sale=sale(500, 10_000, at=LAST_DAY))
    balance = shop.points.balance(member=member)

    assert written["balance"]["pending"]["count"] + 100 == balance.pending.count
    assert "waiting" == said_of_waiting(storage)
    shop.sales.ingest(sale=NOT_TOLD)
    assert "gone" == said_of_waiting(storage)
    later = shop_of(storage, release, timedelta(days=31))
    assert 1 == later.tick().postponed
    assert () == later.audit().findings


def said_of_waiting(storage: Any) -> str:
    """Whether a return still waits for its sale."""
    return "waiting" if "waiting" in collections(storage) else "gone"


def collections(storage: Any) -> Counter[str]:
    return Counter(key.collection for key, _ in storage.everything(Key("", ""), 1_000))


def test_an_old_key_is_remembered(storage: Any, release: Path) -> None:
    member = MemberId(said(release)["answers"]["M-1"]["member"])
    points = shop_of(storage, release).once(KEY).points
    before = collections(storage)
    points.adjust(member=member, points=Points(60), reason="gift")

    assert before == collections(storage)
    with pytest.raises(NotTheSame):
        points.adjust(member=member, points=Points(61), reason="gift")


def test_an_old_shop_holds_every_kind_of_record(storage: Any) -> None:
    assert set() == WHOLE - collections(storage).keys()


def test_a_record_that_was_changed_in_an_old_shop_is_found(release: Path, tmp_path: Path) -> None:
    path = unpacked(release, make.SQLITE, tmp_path)
    with closing(sqlite3.connect(path)) as db, db:
        changed = db.execute("UPDATE record SET body = replace(body, '0', '1') WHERE collection = 'movement'")
        assert changed.rowcount
    with SqliteStorage(path) as storage:
        assert shop_of(storage, release).audit().findings


# --- what is newer is left alone ------------------------------------------------------------------


def test_a_file_of_a_newer_schema_is_refused_untouched(release: Path, tmp_path: Path) -> None:
    path = unpacked(release, make.SQLITE, tmp_path)
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = sha256(path.read_bytes()).digest()

    with pytest.raises(PortFault, match="written by a newer omnicommerce"):
        SqliteStorage(path)
    assert (before, [path]) == (sha256(path.read_bytes()).digest(), list(tmp_path.iterdir()))


@pytest.mark.parametrize("kind", ["sql", "postgres"])
def test_tables_of_a_newer_layout_are_refused_untouched(
    kind: str, release: Path, tmp_path: Path, postgres: Server
) -> None:
    schema = make.SCHEMA if kind == "postgres" else None
    with kept(kind, release, tmp_path, postgres):
        pass
    engine = postgres.engine() if schema else create_engine(f"sqlite:///{tmp_path / 'sql.db'}")
    table = f"{schema}.{VERSION_TABLE}" if schema else VERSION_TABLE
    try:
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE {table} SET version_num = '9999'"))  # noqa: S608
        for opening in (lambda: upgrade(engine, schema=schema), lambda: SqlStorage(engine, schema=schema)):
            with pytest.raises(PortFault, match="laid out by a newer omnicommerce"):
                opening()
        with engine.connect() as connection:
            found = connection.scalar(text(f"SELECT version_num FROM {table}"))  # noqa: S608
        assert "9999" == found
    finally:
        engine.dispose()


# --- every schema has its files -------------------------------------------------------------------


def without_files(sqlite: int, sql: tuple[str, ...], versions: Mapping[str, int]) -> list[str]:
    """The schemas, and the versions of events and records, that no golden file was written in."""
    written = [said(path) for path in RELEASES]
    schemas = [each["schema"] for each in written]
    wanted = [f"sqlite {number}" for number in range(1, sqlite + 1)] + [f"sql {name}" for name in sql]
    there = {f"sqlite {each['sqlite']}" for each in schemas} | {f"sql {each['sql']}" for each in schemas}
    told = {pair for each in written for part in ("events", "records") for pair in each[part].items()}
    lacking = [
        f"{name} in version {version}" for name, version in versions.items() if (name, version) not in told
    ]
    return [each for each in wanted if each not in there] + lacking


def versions(version_of: Callable[[str], int] = wire.SHIPPED.version_of) -> dict[str, int]:
    return {name: version_of(name) for name in (*wire.SHIPPED.events, *sorted(WHOLE))}


def test_every_schema_this_library_ever_had_has_its_golden_files() -> None:
    assert [] == without_files(SCHEMA_VERSION, REVISIONS, versions())


def test_a_schema_without_golden_files_is_found() -> None:
    assert ["sqlite 2", "sql 9999"] == without_files(2, (*REVISIONS, "9999"), versions())
    changed = {**versions(), "sale": 2, "points.moved": 2}
    assert ["points.moved in version 2", "sale in version 2"] == without_files(1, REVISIONS, changed)


def test_golden_files_are_small_and_none_is_missing(release: Path) -> None:
    sizes = {path.name: path.stat().st_size for path in release.iterdir()}

    assert {make.SQLITE, make.SQL, make.POSTGRES, make.SAID} == sizes.keys()
    assert [] == [name for name, size in sizes.items() if size > FILE_BYTES_MAX]


def test_what_was_released_is_never_renewed(
    release: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    before = {path: path.read_bytes() for path in release.iterdir()}
    monkeypatch.setattr("sys.argv", ["make", release.name])

    assert 1 == make.main()
    assert "never renewed" in capsys.readouterr().err
    assert before == {path: path.read_bytes() for path in release.iterdir()}


@pytest.mark.parametrize("named", [["make"], ["make", "../there"], ["make", "1"]])
def test_a_release_has_a_plain_name(named: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("sys.argv", named)

    assert 2 == make.main()
    assert re.match("usage:", capsys.readouterr().err)


def test_an_answer_that_changed_is_found() -> None:
    then = {"a": 1, "b": [{"c": 2}], "gone": 0}

    assert ["$.b[0].c was 2 and is 3", "$.gone is gone"] == list(
        missing(then, {"a": 1, "b": [{"c": 3}], "new": 5})
    )
