"""A runner: a storage, and the world around it. One for blocking hosts, one for async hosts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import attrs

from omnicommerce.kernel.process import Process
from omnicommerce.ports.storage import AsyncStorage, Position, Storage
from omnicommerce.runner.attempt import Job
from omnicommerce.runner.command import Command
from omnicommerce.runner.drivers import awaiting, blocking
from omnicommerce.runner.exporting import Exported, exported
from omnicommerce.runner.following import process
from omnicommerce.runner.receipts import once
from omnicommerce.runner.running import Ended, groups, one
from omnicommerce.runner.world import World

T = TypeVar("T")


@attrs.frozen(eq=False)
class Runner:
    """Runs flows and processes against a blocking storage."""

    storage: Storage
    world: World

    def run(self, command: Command[T], key: str | None = None) -> T:
        """Run *command*, at most once if it has an idempotency *key*."""
        return blocking(one(job(command, key, self.world), self.world), self.storage)

    def run_group(self, commands: Sequence[tuple[Command[Any], str | None]]) -> tuple[Ended[Any], ...]:
        """Run several commands, each with its own key, a group to a commit; see `running.groups`."""
        jobs = [job(command, key, self.world) for command, key in commands]
        return blocking(groups(jobs, self.world), self.storage)

    def follow(self, story: Callable[[], Process[T]], name: str, subject: str = "") -> T:
        """Follow a process to its end."""
        return blocking(process(story(), name, subject, self.world), self.storage)

    def export(self, after: Position, limit: int) -> Exported:
        """A page of the journal as lines of JSON."""
        return blocking(exported(after, limit), self.storage)


@attrs.frozen(eq=False)
class AsyncRunner:
    """Runs the same flows and processes against an async storage."""

    storage: AsyncStorage
    world: World

    async def run(self, command: Command[T], key: str | None = None) -> T:
        """See `Runner.run`."""
        return await awaiting(one(job(command, key, self.world), self.world), self.storage)

    async def run_group(self, commands: Sequence[tuple[Command[Any], str | None]]) -> tuple[Ended[Any], ...]:
        """See `Runner.run_group`."""
        jobs = [job(command, key, self.world) for command, key in commands]
        return await awaiting(groups(jobs, self.world), self.storage)

    async def follow(self, story: Callable[[], Process[T]], name: str, subject: str = "") -> T:
        """See `Runner.follow`."""
        return await awaiting(process(story(), name, subject, self.world), self.storage)

    async def export(self, after: Position, limit: int) -> Exported:
        """See `Runner.export`."""
        return await awaiting(exported(after, limit), self.storage)


def job(command: Command[T], key: str | None, world: World) -> Job[T]:
    """*command*, bound to its idempotency key if it has one."""
    return Job(command, None if key is None else once(key, command, world.keys))
