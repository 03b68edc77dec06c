"""Processes that race: started once, sent off together again and again, ended with whoever started them."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final

import attrs

from tests.races.contest import Door, Tries

COMMAND: Final = (sys.executable, str(Path(__file__).with_name("racer.py")))

READY: Final = "ready"
TOLD: Final = "told"
FAILED: Final = "failed"

PROCESSES_MAX: Final = 32

SILENCE_SECONDS_MAX: Final = 120
"""Who has said nothing for so long has hung."""

START_SECONDS: Final = 0.02
"""Until all of them have heard when they begin, and wait for it."""


@attrs.frozen
class Race:
    """What one process is to do. The whole is pickled on its way, so functions lie in modules."""

    door: Door
    tries: Tries
    number: int
    processes: int
    is_guarded: bool


class Racer:
    """One process, and a thread that hears it."""

    def __init__(self) -> None:
        # A new process, not a forked one: nothing of this one is shared with it but the shop.
        self.process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
        self._heard: SimpleQueue[str] = SimpleQueue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def hear(self, word: str) -> Any:
        """What it says next, which must be this *word* of it.

        Raises:
            AssertionError: it says another one, such as what has failed; it has died, or it has hung.
        """
        try:
            line = self._heard.get(timeout=SILENCE_SECONDS_MAX)
        except Empty:
            raise AssertionError(f"a racer said nothing for {SILENCE_SECONDS_MAX} s") from None
        assert line, "a racer has died"
        said, what = pickle.loads(bytes.fromhex(line))  # noqa: S301  # from a process of ours
        assert word == said, what
        return what

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._listener.join()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._heard.put(line)
        self._heard.put("")


class Crew:
    """As many racers as were needed so far."""

    def __init__(self) -> None:
        self._racers: list[Racer] = []

    def raced(self, door: Door, tries: Tries, processes: int, *, is_guarded: bool = True) -> list[Any]:
        """Let so many processes loose on one shop at the same moment; what came of all their tries.

        Raises:
            AssertionError: one of them has failed, died or hung; the next race has a new crew.
        """
        try:
            return self._raced(self._called(processes), door, tries, is_guarded)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        for racer in self._racers:
            racer.end()
        self._racers.clear()

    def _raced(self, racers: list[Racer], door: Door, tries: Tries, is_guarded: bool) -> list[Any]:
        for number, racer in enumerate(racers):
            racer.say(pickle.dumps(Race(door, tries, number, len(racers), is_guarded)).hex())
        for racer in racers:
            racer.hear(READY)
        # Clocks that only go forward are the same for all processes of a machine.
        moment = time.monotonic() + START_SECONDS
        for racer in racers:
            racer.say(str(moment))
        return [told for racer in racers for told in racer.hear(TOLD)]

    def _called(self, processes: int) -> list[Racer]:
        assert processes <= PROCESSES_MAX, "a machine has only so much room"
        while len(self._racers) < processes:
            self._racers.append(Racer())
        return self._racers[:processes]
