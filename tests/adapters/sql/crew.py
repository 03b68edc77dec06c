"""Processes that share a shop: told by lines what to do, and heard."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty, SimpleQueue

from tests.adapters.sql.server import Server

SECONDS_MAX = 60
"""Who has said nothing for so long has hung."""


class Worker:
    """A process that waits for orders; see `worker`."""

    def __init__(self) -> None:
        command = [sys.executable, str(Path(__file__).with_name("worker.py"))]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
        self._heard: SimpleQueue[str] = SimpleQueue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def say(self, order: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()

    def hear(self) -> str:
        """The next line it says."""
        return self._heard.get(timeout=SECONDS_MAX)

    def heard(self, seconds: float) -> list[str]:
        """All it says until it has been silent for so long."""
        lines: list[str] = []
        while True:
            try:
                lines.append(self._heard.get(timeout=seconds))
            except Empty:
                return lines

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.kill()
        self._process.wait()
        self._listener.join()
        self._process.stdout.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            # A line without its end was cut off by a kill, and so was not said.
            if line.endswith("\n"):
                self._heard.put(line[:-1])


class Writer:
    """A child of a worker that writes for ever, until it is killed."""

    def __init__(self, worker: Worker, server: Server, schema: str, how: str = "well") -> None:
        self._worker = worker
        worker.say(f"write {how} {server.url().render_as_string()} {schema}")
        word, pid = worker.hear().split()
        assert "process" == word
        self._pid = int(pid)

    def first(self) -> int:
        """Wait until it has acknowledged something."""
        return int(self._worker.hear())

    def since(self) -> list[int]:
        """What it has acknowledged since, until it falls silent."""
        return [int(line) for line in self._worker.heard(0.05)]

    def kill(self) -> list[int]:
        """Kill it, and return what it had acknowledged since."""
        os.kill(self._pid, signal.SIGKILL)
        told: list[int] = []
        while (line := self._worker.hear()) != "dead":
            told.append(int(line))
        return told
