"""Following a process from deed to deed."""

from __future__ import annotations

from typing import Any, TypeVar

from omnicommerce.kernel.errors import BadValue, PortFault
from omnicommerce.kernel.process import (
    Compare,
    Deed,
    Enter,
    Process,
    ReadCounters,
    ReadEverything,
    ReadJournal,
    Run,
    RunEach,
)
from omnicommerce.runner.attempt import Job
from omnicommerce.runner.command import Command
from omnicommerce.runner.journal import compared, counted, standing, told
from omnicommerce.runner.receipts import step_once
from omnicommerce.runner.running import Done, groups, one
from omnicommerce.runner.steps import Steps
from omnicommerce.runner.world import World

T = TypeVar("T")


def process(story: Process[T], name: str, subject: str, world: World) -> Steps[T]:
    """Follow a process from deed to deed to its end.

    Raises:
        BadValue: the storage writes into a transaction of the host's, and a process takes several.
    """
    if world.is_bound:
        raise BadValue("storage", f"expected none in your transaction: {name} takes several of its own")
    reply: Any = None
    error: Exception | None = None
    try:
        while True:
            try:
                deed = story.send(reply) if error is None else story.throw(error)
            except StopIteration as end:
                answer: T = end.value
                return answer
            reply, error = None, None
            try:
                reply = yield from _deed(deed, (name, subject), world)
            except Exception as raised:  # noqa: BLE001  # the process decides what a failed deed means
                error = raised
    finally:
        story.close()


def _deed(deed: Deed[Any], whose: tuple[str, str], world: World) -> Steps[Any]:
    match deed:
        case Run(step, flow, arguments):
            command: Command[Any] = Command(step or flow.__name__, flow, arguments)
            receipt = step_once((*whose, step), world.keys) if step else None
            return (yield from one(Job(command, receipt), world))
        case RunEach(flow, each):
            jobs = [Job(Command(flow.__name__, flow, arguments)) for arguments in each]
            ended = yield from groups(jobs, world)
            return tuple([end.answer if isinstance(end, Done) else end.error for end in ended])
        case Enter(name, subject):
            story = world.stories.get(name)
            if story is None:
                raise PortFault(f"there is no process named {name!r}; the host must bring it")
            return (yield from process(story(subject), name, subject, world))
        case _:
            return (yield from _look(deed, world))


def _look(deed: Deed[Any], world: World) -> Steps[Any]:
    match deed:
        case ReadJournal(after, limit):
            return (yield from told(after, limit, world))
        case Compare(expected):
            return (yield from compared(expected, world))
        case ReadEverything(after, limit):
            return (yield from standing(after, limit))
        case ReadCounters(names):
            return (yield from counted(names))
        case _:
            raise AssertionError(f"a process may only have deeds done, not {deed!r}")
