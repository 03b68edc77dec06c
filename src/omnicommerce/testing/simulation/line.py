"""The line between a process and the storage: each call is carried out, lost, refused, or the last one."""

from __future__ import annotations

from typing import Any, Final

from omnicommerce.kernel.errors import (
    CommerceError,
    CommitUnknown,
    Conflict,
    Exhausted,
    PortFault,
    Unavailable,
)
from omnicommerce.ports.storage import Query, Storage
from omnicommerce.runner.steps import Commit, Everything, Journal, Read, Step
from omnicommerce.testing.faults import SimulatedCrash
from omnicommerce.testing.simulation.faults import Fault, Moment
from omnicommerce.testing.simulation.life import Life, Task

AWAY_TURNS_MAX: Final = 60
"""How long the storage is away, or its disk is full."""

CRASHES: Final = frozenset(fault for fault in Fault if fault.value.startswith("crash"))

STORED: Final = frozenset(
    {
        Fault.CRASH_AFTER_READ,
        Fault.CRASH_AFTER_SCAN,
        Fault.CRASH_AFTER_COMMIT,
        Fault.CRASH_AFTER_JOURNAL,
        Fault.LOST_ANSWER,
        Fault.BLACKOUT,
    }
)
"""The call is carried out, and nobody hears of it."""


def carried_out(life: Life, task: Task, step: Step) -> Any:
    """Carry out one call, with whatever goes wrong with it.

    Raises:
        SimulatedCrash: the process died before or after it.
        CommerceError: as the storage raised it, or as the line did.
    """
    moment = _moment(step)
    life.calls += 1
    life.note(task.errand.number, moment.value)
    if life.is_away or (life.is_full and moment is Moment.COMMIT):
        raise Unavailable("the storage is away" if life.is_away else "the disk is full")
    fault = life.dials.strike(moment)
    if fault is None:
        return done(step, life.storage)
    return _disturbed(life, task, step, fault)


def _moment(step: Step) -> Moment:
    if isinstance(step, Read):
        return Moment.READ
    if isinstance(step, Commit):
        return Moment.COMMIT
    return Moment.SCAN if isinstance(step, Query) else Moment.JOURNAL


def _disturbed(life: Life, task: Task, step: Step, fault: Fault) -> Any:
    if fault is Fault.EXHAUSTED and not (isinstance(step, Commit) and step.batch.adds):
        return done(step, life.storage)
    life.strike(fault, task.errand.number)
    if fault in STORED:
        done(step, life.storage)
    if fault in CRASHES:
        raise SimulatedCrash(fault.value)
    if fault in (Fault.STORAGE_AWAY, Fault.BLACKOUT):
        life.is_away = True
        life.later(life.random.randint(1, AWAY_TURNS_MAX), lambda: _back(life))
    elif fault is Fault.DISK_FULL:
        life.is_full = True
        life.later(life.random.randint(1, AWAY_TURNS_MAX), lambda: _room(life))
    raise _error(fault, step)


def _error(fault: Fault, step: Step) -> CommerceError:
    """What the process is told."""
    match fault:
        case Fault.LOST_REQUEST | Fault.LOST_ANSWER | Fault.BLACKOUT:
            return CommitUnknown(fault.value)
        case Fault.CONFLICT:
            return Conflict(fault.value)
        case Fault.EXHAUSTED:
            assert isinstance(step, Commit), "only what is committed moves counters"
            return Exhausted(step.batch.adds[0].counter)
        case _:
            return Unavailable(fault.value)


def _back(life: Life) -> None:
    life.is_away = False


def _room(life: Life) -> None:
    life.is_full = False


def done(step: Step, storage: Storage) -> Any:
    """What the storage answers to *step*; whatever it raises that is no error of its port is a PortFault."""
    try:
        if isinstance(step, Read):
            return storage.read(step.keys)
        if isinstance(step, Commit):
            return storage.commit(step.batch)
        if isinstance(step, Query):
            return storage.scan(step)
        if isinstance(step, Journal):
            return storage.journal(step.after, step.limit)
        assert isinstance(step, Everything), "a pause is no call"
        listed = getattr(storage, "everything", None)
        return None if listed is None else listed(step.after, step.limit)
    except CommerceError:
        raise
    except Exception as error:
        raise PortFault(
            f"the storage raised {type(error).__name__}, no error of its port: {error}"
        ) from error
