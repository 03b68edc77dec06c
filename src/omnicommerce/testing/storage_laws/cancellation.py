"""An async commit that is cancelled: settled before its caller goes on, and stored whole or not at all."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from omnicommerce.kernel.errors import CommitUnknown, Unavailable
from omnicommerce.ports.storage import Add, Append, AsyncStorage, Batch, Committed
from omnicommerce.testing.blocking import BlockingStorage
from omnicommerce.testing.storage_laws.bench import Bench, batch, counter, entries, expect, put, total

STEPS_MAX: Final = 12
"""A commit is cancelled after each of so many turns of the event loop, twice."""

LATER_SECONDS: Final = 0.01
"""What goes on behind the caller's back shows within this time."""


def a_cancelled_commit_is_settled(bench: Bench) -> None:
    """Who cancels a commit waits until it is settled, is told CommitUnknown, and nothing is stored later."""
    storage = bench.fresh()
    if not isinstance(storage, BlockingStorage):
        return
    for steps in (*range(STEPS_MAX), *range(STEPS_MAX)):
        before = total(storage, "n")
        mine = batch(put(f"r{before}-{steps}", at=(("when", "1"),)), Add("n", 1), Append("e", "{}"))
        answer = storage.waited_for(_cancelled(storage.storage, mine, steps))
        if not isinstance(answer, Committed | CommitUnknown | Unavailable):
            raise AssertionError(f"promised: a cancelled commit is CommitUnknown\n    seen: {answer!r}")  # noqa: TRY004
        seen = storage.read((mine.puts[0].key, counter("n")))
        time.sleep(LATER_SECONDS)

        expect("by then it can no longer become stored", seen, storage.read((mine.puts[0].key, counter("n"))))
        is_there = seen[0] is not None
        expect(
            "all of it or nothing", (before + is_there, before + is_there), (seen[1], len(entries(storage)))
        )
        if isinstance(answer, Committed):
            expect("what was acknowledged is there", True, is_there)


async def _cancelled(storage: AsyncStorage, mine: Batch, steps: int) -> object:
    """What came of a commit that was cancelled after so many turns of the event loop."""
    begun = asyncio.Event()

    async def commit() -> Committed:
        begun.set()
        return await storage.commit(mine)

    task = asyncio.ensure_future(commit())
    await begun.wait()
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    (answer,) = await asyncio.gather(task, return_exceptions=True)
    return answer
