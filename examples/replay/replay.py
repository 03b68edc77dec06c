"""The replay: a year of a retailer, told to the shop day by day as it happened.

The workers tell the sales of a day, each those of its own households. Then it is midnight: the shop's clock
strikes, what time decides is done, and the day is closed. Killed at any moment and started again, the replay
goes on behind the last day that was closed.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from functools import reduce
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import attrs

from examples.replay.days import A_DAY, FIRST_DAY, Day, apart, read_days, undisturbed, write_days
from examples.replay.progress import DayClosed, close_day, closed_until
from examples.replay.worker import (
    WAIT_SECONDS,
    Audit,
    Order,
    Settle,
    Work,
    midnight_after,
    shop_over,
    work,
)
from omnicommerce import Audited, Commerce, DemoKeys, MemoryStorage, Rulebook, Shard, SqliteStorage

YEAR_DAYS: Final = 365


@attrs.frozen
class Plan:
    """What to replay: how many days of which data, by which rules, into which file, by how many workers."""

    file: Path
    data: Path
    rulebook: Rulebook
    days: int = YEAR_DAYS
    workers: int = 2

    @property
    def last_day(self) -> date:
        """The last day that is told."""
        return FIRST_DAY + timedelta(days=self.days - 1)


class AnotherReplay(ValueError):
    """The file holds another shop, other rules, or more days than are to be told."""


def _begin_anew(plan: Plan) -> str:
    return (
        f"tell it into another file, with python -m examples.replay --days {plan.days} --file build/other.db;"
        " or begin anew and lose what is there, with --fresh"
    )


class WorkerGone(RuntimeError):
    """A worker ended before its day was told; what it printed says why."""


def replay(
    plan: Plan,
    heard: Callable[[Commerce, DayClosed], None],
    goes_on: Callable[[date | None], None] = lambda _: None,
    audits: Callable[[], None] = lambda: None,
) -> Audited:
    """Tell every day of *plan* that is not closed yet, and audit the books at the end.

    *heard* is told of each day that was closed, while the next is being told, and *goes_on* at the beginning
    up to which day an earlier run has come (None: it is the first); *audits* when all is told.

    Raises:
        AnotherReplay: the file does not go with the plan; it was not changed.
        WorkerGone: a worker failed. Everything that was told so far is in the file; start again.
    """
    now = [midnight_after(FIRST_DAY - A_DAY)]
    with ExitStack() as stack:
        storage = stack.enter_context(SqliteStorage(plan.file, wait_seconds=WAIT_SECONDS))
        _check_the_rules(storage, plan)
        shop = shop_over(storage, plan.rulebook, lambda: now[0])
        closed = shop.run(closed_until)
        if closed is not None and closed > plan.last_day:
            raise AnotherReplay(f"{plan.file} was told until {closed} already: {_begin_anew(plan)}")
        goes_on(closed)
        crew = stack.enter_context(_crew(plan))
        last: DayClosed | None = None
        for today in stack.enter_context(_days(plan, closed)):
            crew.hand_out(today)
            if today.is_told:
                continue
            # While the workers are busy, somebody may look at what they have done.
            if last is not None:
                heard(shop, last)
            crew.wait()
            now[0] = midnight_after(today.day)
            crew.ask(Settle(today.day))
            crew.wait()
            last = shop.run(close_day, day=today.day, sales=today.sales, unfitting=today.unfitting)
        if last is not None:
            heard(shop, last)
    audits()
    return _audited(plan)


def _check_the_rules(storage: SqliteStorage, plan: Plan) -> None:
    """A shop's first entry says by which rules it began; asked before anything puts others in force."""
    first = next(Commerce(storage, Rulebook(), keys=DemoKeys()).export(), None)
    if first is None:
        return
    scratch = Commerce(MemoryStorage(), plan.rulebook, keys=DemoKeys())
    scratch.run(closed_until)
    if _rules_told_by(first) != _rules_told_by(next(scratch.export())):
        raise AnotherReplay(f"{plan.file} holds another shop, or one with other rules: {_begin_anew(plan)}")


def _rules_told_by(entry: str) -> str:
    told = json.loads(entry)
    return str(told["rulebook"]) if told["tag"] == "rulebook.installed" else ""


@contextmanager
def _days(plan: Plan, closed: date | None) -> Iterator[Iterator[Day]]:
    for left in plan.file.parent.glob(f"{plan.file.name}-days-*"):
        left.unlink(missing_ok=True)
    # A process that was not killed with its conductor may still be writing: each has a file of its own.
    spool = plan.file.with_name(f"{plan.file.name}-days-{os.getpid()}")
    try:
        apart(write_days, spool, plan.data, plan.last_day, plan.workers, closed)
        yield read_days(spool)
    finally:
        spool.unlink(missing_ok=True)


def _audited(plan: Plan) -> Audited:
    # By new workers: those who told the year are full of what they remember of it.
    with _crew(plan) as crew:
        crew.ask(Audit(plan.last_day))
        found: list[Audited] = crew.wait()
    return reduce(Audited.joined_with, found)


# --- the workers ---------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class _Crew:
    """The workers, each at the other end of a pipe."""

    pipes: Sequence[Connection]

    def hand_out(self, day: Day) -> None:
        """Give each worker the baskets of its households: to tell, or only to remember."""
        for pipe, part in zip(self.pipes, day.parts, strict=True):
            _send(pipe, part)

    def ask(self, work: Work) -> None:
        """Ask the same of all of them."""
        for pipe in self.pipes:
            _send(pipe, pickle.dumps(work))

    def wait(self) -> list[Any]:
        """Wait until all of them are done, and hear what they say."""
        try:
            return [pipe.recv() for pipe in self.pipes]
        except (EOFError, ConnectionResetError):
            raise _GONE from None


@contextmanager
def _crew(plan: Plan) -> Iterator[_Crew]:
    with ExitStack() as stack:
        pipes = [stack.enter_context(_worker()) for _ in range(plan.workers)]
        for number, pipe in enumerate(pipes):
            _send(pipe, pickle.dumps(Order(plan.file, plan.rulebook, Shard(plan.workers, number))))
        yield _Crew(pipes)


_GONE: Final = WorkerGone("a worker ended before it was done; run it again to go on from there")


def _send(pipe: Connection, work: bytes) -> None:
    try:
        pipe.send_bytes(work)
    except (BrokenPipeError, ConnectionResetError):
        raise _GONE from None


@contextmanager
def _worker() -> Iterator[Connection]:
    # Spawned, not forked: a database connection must not cross into another process.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs,), daemon=True)
    with undisturbed():
        process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.join(timeout=60)
        process.kill()
