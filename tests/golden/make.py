"""Write the golden files of a release: ``python -m tests.golden.make 0.1.0``, once and never again.

They are what shops of that release have on their disks. A release that lays out its tables anew gets new
files beside them; those that are there stay as they are for ever, and this program refuses to touch them.
"""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import create_engine

from omnicommerce import SqliteStorage, wire
from omnicommerce.adapters.storage.sql import SqlStorage, upgrade
from omnicommerce.adapters.storage.sql.tables import REVISIONS
from omnicommerce.adapters.storage.sqlite_file import SCHEMA_VERSION
from omnicommerce.ports.storage import START, Key
from tests.adapters.sql.server import Server, of_the_wheel
from tests.golden.shop import rules, tell

FOLDER: Final = Path(__file__).parent
SQLITE: Final = "sqlite.db.gz"
SQL: Final = "sql.db.gz"
POSTGRES: Final = "postgres.sql.gz"
SAID: Final = "said.json"
SCHEMA: Final = "golden"
NAME: Final = re.compile(r"[0-9]+(\.[0-9]+){2}")


def make(folder: Path) -> None:
    """Write all files of a release into *folder*, which must not be there yet.

    Raises:
        FileExistsError: it is there. What was released is never renewed.
    """
    folder.mkdir()
    with TemporaryDirectory() as name:
        scratch = Path(name)
        said = _sqlite(scratch / "sqlite.db")
        assert said == _sql(scratch / "sql.db")
        _pack((scratch / "sqlite.db").read_bytes(), folder / SQLITE)
        _pack((scratch / "sql.db").read_bytes(), folder / SQL)
    dump, on_postgres = _postgres()
    assert said == on_postgres
    _pack(dump.encode(), folder / POSTGRES)
    text = json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / SAID).write_text(f"{text}\n", encoding="utf-8")


def _pack(content: bytes, file: Path) -> None:
    # Without the time of day, so that the same content is the same file.
    file.write_bytes(gzip.compress(content, mtime=0))


def _said(storage: Any) -> dict[str, Any]:
    """Tell the story; all that is written down beside the files."""
    told = tell(storage)
    return {
        "answers": told,
        "rulebook": json.loads(wire.dump_rulebook(rules())),
        "schema": {"sqlite": SCHEMA_VERSION, "sql": REVISIONS[-1]},
        "events": _versions({wire.parse(entry.body)["tag"] for entry in storage.journal(START, 1_000)}),
        "records": _versions({key.collection for key, _ in storage.everything(Key("", ""), 1_000)}),
    }


def _versions(names: Any) -> dict[str, int]:
    return {name: wire.SHIPPED.version_of(name) for name in sorted(names)}


def _sqlite(path: Path) -> dict[str, Any]:
    # One file, without a log beside it.
    with SqliteStorage(path, journal_mode="delete") as storage:
        return _said(storage)


def _sql(path: Path) -> dict[str, Any]:
    engine = create_engine(f"sqlite:///{path}")
    upgrade(engine)
    try:
        return _said(SqlStorage(engine))
    finally:
        engine.dispose()


def _postgres() -> tuple[str, dict[str, Any]]:
    server = Server(of_the_wheel()).start()
    try:
        engine = server.engine()
        upgrade(engine, schema=SCHEMA)
        said = _said(SqlStorage(engine, schema=SCHEMA))
        engine.dispose()
        return _dumped(server), said
    finally:
        server.stop()


def _dumped(server: Server) -> str:
    """The schema as statements that any server from 15 on takes."""
    program = str(server.programs / "pg_dump")
    dump = subprocess.run(  # noqa: S603  # a program of our own choice
        [program, "--inserts", "--no-owner", f"--schema={SCHEMA}", "--dbname", server.told("postgres")],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    # Settings of a newer server are unknown to an older one, and what begins with a stroke is for psql alone.
    kept = [line for line in dump.splitlines() if not line.startswith(("SET ", "\\", "--"))]
    return "\n".join(line for line in kept if line) + "\n"


def main() -> int:
    """Make the files of the release that is named."""
    if len(sys.argv) != 2 or NAME.fullmatch(sys.argv[1]) is None:  # the program and a name
        sys.stderr.write("usage: python -m tests.golden.make RELEASE, such as 0.1.0\n")
        return 2
    try:
        make(FOLDER / sys.argv[1])
    except FileExistsError:
        sys.stderr.write(f"{sys.argv[1]} was made before; what was released is never renewed\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
