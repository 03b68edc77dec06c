"""Waiting under asyncio: a commit that was cancelled is settled before it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from sqlalchemy.util import await_only

from omnicommerce.kernel.errors import CommitUnknown

T = TypeVar("T")


async def waited_for(commit: Coroutine[Any, Any, T]) -> T:
    """What *commit* returns; if the caller is cancelled meanwhile, it is first waited for.

    Raises:
        CommitUnknown: the task was cancelled while its commit was on the way.
    """
    running = asyncio.ensure_future(commit)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError as cancelled:
        while not running.done():
            try:
                await asyncio.wait((running,))
            except asyncio.CancelledError:  # a second cancel must not let go either
                continue
        # Looked at, so that asyncio does not report it as forgotten.
        _ = running.cancelled() or running.exception()
        raise CommitUnknown("the task was cancelled while its commit was on the way") from cancelled


def give_way(seconds: float) -> None:
    """Sleep within a greenlet, while others run."""
    await_only(asyncio.sleep(seconds))
