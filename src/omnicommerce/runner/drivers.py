"""Two drivers over the same steps: one for blocking storages, one for async ones."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TypeVar

from omnicommerce.kernel.errors import CommerceError, CommitUnknown, PortFault
from omnicommerce.ports.storage import AsyncStorage, Storage
from omnicommerce.runner.steps import Commit, Everything, Journal, Pause, Read, Step, Steps

T = TypeVar("T")


def blocking(steps: Steps[T], storage: Storage) -> T:
    """Run *steps* to their end against a blocking storage."""
    try:
        step = next(steps)
        while True:
            try:
                reply = _done(step, storage)
            except Exception as error:  # noqa: BLE001  # the run decides what a failed call means
                step = steps.throw(_blamed(error))
            else:
                step = steps.send(reply)
    except StopIteration as end:
        answer: T = end.value
        return answer
    finally:
        steps.close()


async def awaiting(steps: Steps[T], storage: AsyncStorage) -> T:
    """Run *steps* to their end against an async storage."""
    try:
        step = next(steps)
        while True:
            try:
                reply = await _awaited(step, storage)
            except CommitUnknown as unknown:
                if isinstance(unknown.__cause__, asyncio.CancelledError):
                    # The caller has gone: who asks again under the same key learns how it ended.
                    raise
                step = steps.throw(unknown)
            except Exception as error:  # noqa: BLE001  # the run decides what a failed call means
                step = steps.throw(_blamed(error))
            else:
                step = steps.send(reply)
    except StopIteration as end:
        answer: T = end.value
        return answer
    finally:
        steps.close()


def _blamed(error: Exception) -> CommerceError:
    """Whatever a port raises is an error of the port's promise; any other broke it."""
    if isinstance(error, CommerceError):
        return error
    fault = PortFault(f"the storage raised {type(error).__name__}, which is no error of its port: {error}")
    fault.__cause__ = error
    return fault


def _done(step: Step, storage: Storage) -> object:
    if isinstance(step, Read):
        return storage.read(step.keys)
    if isinstance(step, Commit):
        return storage.commit(step.batch)
    if isinstance(step, Journal):
        return storage.journal(step.after, step.limit)
    if isinstance(step, Everything):
        listed = getattr(storage, "everything", None)
        return None if listed is None else listed(step.after, step.limit)
    if isinstance(step, Pause):
        time.sleep(random.uniform(0, step.seconds_max))  # noqa: S311  # jitter guards no secret
        return None
    return storage.scan(step)


async def _awaited(step: Step, storage: AsyncStorage) -> object:
    if isinstance(step, Read):
        return await storage.read(step.keys)
    if isinstance(step, Commit):
        return await storage.commit(step.batch)
    if isinstance(step, Journal):
        return await storage.journal(step.after, step.limit)
    if isinstance(step, Everything):
        listed = getattr(storage, "everything", None)
        return None if listed is None else await listed(step.after, step.limit)
    if isinstance(step, Pause):
        await asyncio.sleep(random.uniform(0, step.seconds_max))  # noqa: S311  # likewise
        return None
    return await storage.scan(step)
