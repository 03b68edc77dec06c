"""A front door whose verbs are not run but handed out as steps, so that many can be run turn by turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, TypeVar

import attrs

from omnicommerce.commerce import Commerce
from omnicommerce.kernel.process import Process
from omnicommerce.ports.clock import Clock
from omnicommerce.runner import Command, Ended, World, shelf
from omnicommerce.runner.decoded import Decoded
from omnicommerce.runner.following import process
from omnicommerce.runner.runner import job
from omnicommerce.runner.running import groups, one
from omnicommerce.runner.steps import Steps

T = TypeVar("T")


@attrs.frozen(eq=False)
class SteppingRunner:
    """The runner without a driver: what `Runner` runs to its end, it hands out."""

    world: World

    def run(self, command: Command[T], key: str | None = None) -> Steps[T]:
        """The steps of one command."""
        return one(job(command, key, self.world), self.world)

    def run_group(self, commands: Sequence[tuple[Command[Any], str | None]]) -> Steps[tuple[Ended[Any], ...]]:
        """The steps of several commands, a group to a commit."""
        return groups([job(command, key, self.world) for command, key in commands], self.world)

    def follow(self, story: Callable[[], Process[T]], name: str, subject: str = "") -> Steps[T]:
        """The steps of a process."""
        return process(story(), name, subject, self.world)


def stepping(shop: Commerce, clock: Clock) -> Any:
    """*shop* as a new process finds it, with a clock of its own, and with steps in place of answers.

    Every verb, `run`, `tick` and `audit` hand out their steps. The host's rulebook is not made ready again:
    that is what takes longest when a process starts.
    """
    door: Any = copy(shop)
    world: World = door._runner.world  # noqa: SLF001  # the same door over another runner
    fresh = attrs.evolve(
        world,
        clock=clock,
        views={},
        decoded=Decoded(),
        shelf=shelf(world.rules, world.keys, is_installed=False),
    )
    door._runner = SteppingRunner(fresh)  # noqa: SLF001  # likewise
    return door
