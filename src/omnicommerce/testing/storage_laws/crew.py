"""Processes that share a storage: started, sent off together, listened to, killed."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import Any, Final

import attrs

WAITING_SECONDS: Final = 120.0
"""A process that has told nothing for so long will not tell anything more."""

COMMAND: Final = (sys.executable, "-m", "omnicommerce.testing.storage_laws.worker")


@attrs.define(eq=False)
class Worker:
    """One process. What it tells is read by a thread, so that nobody waits for it in vain."""

    process: subprocess.Popen[str]
    told: SimpleQueue[str] = attrs.Factory(SimpleQueue)
    complaint: list[str] = attrs.Factory(list)
    readers: list[threading.Thread] = attrs.Factory(list)

    def listen(self) -> None:
        """Read on, in the background, whatever it tells or complains of."""
        for job in (self._hear, self._hear_complaints):
            self.readers.append(threading.Thread(target=job, daemon=True))
            self.readers[-1].start()

    def send(self, line: str) -> None:
        """Say a line to it; one that has died does not hear it."""
        assert self.process.stdin is not None, "it has an input"
        with suppress(BrokenPipeError):
            self.process.stdin.write(f"{line}\n")
            self.process.stdin.flush()

    def next_word(self, seconds: float = WAITING_SECONDS) -> Any:
        """What it tells next.

        Raises:
            AssertionError: it told nothing more, and what it complained of.
        """
        try:
            line = self.told.get(timeout=seconds)
        except Empty:
            raise AssertionError(f"promised: a process gets on\n    seen: nothing for {seconds} s") from None
        if not line:
            self.readers[1].join(1)
            raise AssertionError(f"promised: a process does its work\n    seen: {''.join(self.complaint)}")
        return json.loads(line)

    def forget(self) -> None:
        """Throw away what it has told so far."""
        with suppress(Empty):
            while True:
                self.told.get_nowait()

    def words(self) -> list[Any]:
        """All that it still tells before it ends by itself.

        Raises:
            AssertionError: it did not end well.
        """
        found = []
        while line := self._line():
            found.append(json.loads(line))
        self.readers[1].join(1)
        if self.process.wait(WAITING_SECONDS) != 0:
            raise AssertionError(f"promised: a process does its work\n    seen: {''.join(self.complaint)}")
        return found

    def kill(self) -> list[Any]:
        """Kill it, and return what it had told by then; a line that was cut off was not told."""
        self.process.kill()
        self.process.wait()
        self.readers[0].join(WAITING_SECONDS)
        found = []
        while line := self._line():
            if line.endswith("\n"):
                found.append(json.loads(line))
        return found

    def _line(self) -> str:
        try:
            return self.told.get(timeout=WAITING_SECONDS)
        except Empty:
            raise AssertionError(
                f"promised: a process gets on\n    seen: nothing for {WAITING_SECONDS} s"
            ) from None

    def _hear(self) -> None:
        assert self.process.stdout is not None, "it has an output"
        for line in self.process.stdout:
            self.told.put(line)
        self.told.put("")

    def _hear_complaints(self) -> None:
        assert self.process.stderr is not None, "it has an output for errors"
        self.complaint += self.process.stderr


@contextmanager
def crew(door: Callable[[], Any], orders: Sequence[tuple[str, str, int]]) -> Iterator[list[Worker]]:
    """Processes that have opened the storage; each has its role, its name and its number of tries.

    They wait for a word before they begin, and are killed at the end if they still run.
    """
    workers: list[Worker] = []
    try:
        # One by one, so that those that were started are ended whatever happens to the next.
        for order in orders:
            workers.append(_started(_pickled(door, order)))  # noqa: PERF401
        for worker in workers:
            assert worker.next_word() == "ready", "a worker says that it is ready"
        yield workers
    finally:
        for worker in workers:
            worker.process.kill()
            worker.process.wait()
            for reader in worker.readers:
                reader.join(1)
            for pipe in (worker.process.stdin, worker.process.stdout, worker.process.stderr):
                with suppress(BrokenPipeError):
                    pipe.close()  # type: ignore[union-attr]  # all three were asked for


def go(workers: Sequence[Worker]) -> None:
    """Send all of them off."""
    for worker in workers:
        worker.send("go")


def _started(order: str) -> Worker:
    process = subprocess.Popen(  # noqa: S603  # our own module
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    worker = Worker(process)
    worker.listen()
    worker.send(order)
    return worker


def _pickled(door: Callable[[], Any], order: tuple[str, str, int]) -> str:
    try:
        whole = pickle.dumps((door, *order))
    except Exception as error:
        raise AssertionError(
            "promised: what elsewhere() returns can be pickled, such as partial(MyStorage, path)\n"
            f"    seen: {error}"
        ) from error
    return pickle.dumps((sys.path, whole)).hex()
