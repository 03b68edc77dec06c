"""The stage: each party in a thread of its own, one call at a time, in an order that was laid down.

A call that has not returned after a while counts as blocked, and the others go on: the rule by which
PostgreSQL's isolationtester plays its schedules. Whether somebody was truly blocked or only slow does not
matter to the judgement, which asks only whose calls overlapped.
"""

from __future__ import annotations

import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Final, NamedTuple

import attrs

from omnicommerce.ports.storage import Storage
from omnicommerce.testing.litmus.held import holdable
from omnicommerce.testing.litmus.party import Answer, Party, Request, answer_of

PATIENCE_SECONDS: Final = 0.05
"""A call that takes longer counts as blocked."""

PATIENCE_SECONDS_MIN: Final = 0.002
"""Where calls take microseconds, nobody is waited for longer than this."""

SLOWER: Final = 20
"""So many times what a call usually takes is long enough to wait."""

STUCK_SECONDS: Final = 20.0
"""When nobody has moved for so long, nobody ever will."""


class Hold(NamedTuple):
    """Hold up the nth call of this party (from 0) when it takes its operations for the so-many-th time."""

    party: int
    nth: int
    taking: int


@attrs.define(eq=False)
class Call:
    """One call as it was made: when it began and ended, in moments of the stage, and with what answer."""

    party: int
    nth: int
    request: Request
    began: int
    ended: int
    answer: Answer
    seconds: float = 0.0

    def is_before(self, other: Call) -> bool:
        """Whether it was over when the other began."""
        return self.ended < other.began


class Stuck(Exception):
    """Some calls do not end; `waiting` are their parties."""

    def __init__(self, waiting: tuple[int, ...]) -> None:
        super().__init__(waiting)
        self.waiting = waiting


class _Moved(NamedTuple):
    """What a party's thread tells the stage: its call is over, or is being held up."""

    party: int
    call: Call | None


@attrs.define
class _Holder:
    """Counts how often a call takes its operations, and holds it up once."""

    at: int
    hold: Callable[[], None]
    count: int = 0

    def taken(self) -> None:
        self.count += 1
        if self.count == self.at:
            self.hold()


@attrs.define
class Stage:
    """Threads for the parties, and the moments at which their calls begin and end."""

    parties: int
    stuck_seconds: float = STUCK_SECONDS
    usual_seconds: float = 0.0
    takings: dict[tuple[int, int], int] = attrs.Factory(dict)
    """How often each undisturbed call took its operations out: so often it can be held up."""
    held_at: str = ""
    """Where in the adapter the last call was that was held up."""
    _moments: Iterator[int] = attrs.field(factory=itertools.count)
    _moved: SimpleQueue[_Moved] = attrs.Factory(SimpleQueue)
    _inboxes: list[SimpleQueue[Callable[[], None] | None]] = attrs.Factory(list)
    _gates: list[SimpleQueue[None]] = attrs.Factory(list)

    def open(self) -> None:
        """Start the threads."""
        for number in range(self.parties):
            inbox: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
            self._inboxes.append(inbox)
            self._gates.append(SimpleQueue())
            threading.Thread(target=_work, args=(inbox,), name=f"T{number + 1}", daemon=True).start()

    def close(self) -> None:
        """End the threads; one that is stuck for ever ends with the process."""
        for inbox in self._inboxes:
            inbox.put(None)

    @property
    def patience(self) -> float:
        """How long a call is waited for before it counts as blocked."""
        return min(PATIENCE_SECONDS, max(PATIENCE_SECONDS_MIN, SLOWER * self.usual_seconds))

    def now(self) -> int:
        """The next moment; no two are the same."""
        return next(self._moments)

    def played(
        self, parties: list[Party], doors: list[Storage], turns: tuple[int, ...], hold: Hold | None = None
    ) -> list[Call]:
        """Let the parties make their calls in the order of these *turns*, and return the calls by their end.

        Raises:
            Stuck: nobody has moved for `stuck_seconds`.
        """
        return _Run(self, parties, doors, list(turns), hold).played()

    def start(self, party: Party, request: Request, door: Storage, hold: Hold | None) -> None:
        """Begin a call in the thread of its party."""
        number, nth, began = party.number, party.nth - 1, self.now()
        at = hold.taking if hold is not None and (number, nth) == hold[:2] else 0
        holder = _Holder(at, lambda: self._hold(number))

        def work() -> None:
            asked = holdable(request, holder.taken)
            since = time.perf_counter()
            answer = answer_of(door, asked)
            seconds = time.perf_counter() - since
            self.takings[number, nth] = max(holder.count, self.takings.get((number, nth), 0))
            self._moved.put(_Moved(number, Call(number, nth, request, began, self.now(), answer, seconds)))

        self._inboxes[number].put(work)

    def learn(self, seconds: float) -> None:
        """An undisturbed call took so long."""
        self.usual_seconds += (seconds - self.usual_seconds) / 10

    def release(self, number: int) -> None:
        """Let a call that is held up go on."""
        self._gates[number].put(None)

    def next_move(self, patience: float) -> _Moved | None:
        """Who has moved, or None if nobody has in this time."""
        try:
            return self._moved.get(timeout=patience)
        except Empty:
            return None

    def _hold(self, number: int) -> None:
        self.held_at = _outside_the_kit()
        self._moved.put(_Moved(number, None))
        self._gates[number].get()


@attrs.define
class _Run:
    """One order of turns as it is being played."""

    stage: Stage
    parties: list[Party]
    doors: list[Storage]
    turns: list[int]
    hold: Hold | None
    calls: list[Call] = attrs.Factory(list)
    busy: dict[int, Request] = attrs.Factory(dict)
    held: int | None = None

    def played(self) -> list[Call]:
        while self.turns or self.busy:
            if self.held is not None and (not self.turns or self.turns[0] == self.held):
                self._release()
                continue
            turn = next((n for n, party in enumerate(self.turns) if party not in self.busy), None)
            if turn is not None:
                self._take(self.parties[self.turns.pop(turn)])
            elif self.held is not None:
                self._release()
            elif not self._moves(self.stage.stuck_seconds):
                raise Stuck(tuple(self.busy))
        return self.calls

    def _take(self, party: Party) -> None:
        request = party.request()
        if request is None:
            return
        self.busy[party.number] = request
        self.stage.start(party, request, self.doors[party.number], self.hold)
        self._wait_for(party.number)

    def _release(self) -> None:
        assert self.held is not None, "somebody is held up"
        number, self.held = self.held, None
        self.stage.release(number)
        self._wait_for(number)

    def _wait_for(self, number: int) -> None:
        """Until this party has answered or is held up, or for as long as patience lasts."""
        while number in self.busy and self.held != number:
            if not self._moves(self.stage.patience):
                return

    def _moves(self, patience: float) -> bool:
        moved = self.stage.next_move(patience)
        if moved is None:
            return False
        if moved.call is None:
            self.held = moved.party
            return True
        if self.hold is None and len(self.busy) == 1:
            self.stage.learn(moved.call.seconds)
        request = self.busy.pop(moved.party)
        self.parties[moved.party].hear(request, moved.call.answer)
        self.calls.append(moved.call)
        return True


def _outside_the_kit() -> str:
    """The nearest place in the stack that is no part of the kit."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # where the adapter stands, line by line
    while frame is not None and str(frame.f_globals.get("__name__")).startswith("omnicommerce.testing"):
        frame = frame.f_back
    if frame is None:
        return "its beginning"
    return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno} in {frame.f_code.co_name}"


def _work(inbox: SimpleQueue[Callable[[], None] | None]) -> None:
    while (job := inbox.get()) is not None:
        job()


@contextmanager
def opened(parties: int, stuck_seconds: float) -> Iterator[Stage]:
    """A stage for so many parties."""
    stage = Stage(parties, stuck_seconds)
    stage.open()
    try:
        yield stage
    finally:
        stage.close()
