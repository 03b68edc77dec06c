"""Running commands: one alone, several as a group, and processes step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Generic, TypeAlias, TypeVar

import attrs

from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import (
    Again,
    CommitUnknown,
    Conflict,
    Exhausted,
    PortFault,
    Refused,
    Unavailable,
)
from omnicommerce.kernel.flow import Refusal
from omnicommerce.kernel.instant import as_text, parse_instant, utc
from omnicommerce.kernel.process import Deed, Enter, Process, Run
from omnicommerce.ports.storage import KEYS_MAX, Batch
from omnicommerce.runner.attempt import Job, attempted, still_so
from omnicommerce.runner.batch import batch_of
from omnicommerce.runner.command import Command
from omnicommerce.runner.overlay import Overlay, WrittenLater
from omnicommerce.runner.receipts import once
from omnicommerce.runner.steps import Commit, Pause, Read, Steps
from omnicommerce.runner.world import World

T = TypeVar("T")

RETRIES_MAX: Final = 8
"""With full jitter, more than this many collisions in a row mean a record that is too hot."""

PAUSE_FIRST_S: Final = 0.002
PAUSE_LAST_S: Final = 0.2


@attrs.frozen
class Done(Generic[T]):
    """A command of a group ended well, with this answer."""

    answer: T


@attrs.frozen
class Failed:
    """A command of a group ended in this error, and changed nothing but a refusal it recorded."""

    error: Exception


Ended: TypeAlias = Done[T] | Failed


def one(job: Job[T], world: World) -> Steps[T]:
    """Run one command in a commit of its own; run it again if somebody wrote first."""
    not_before = ""
    for attempt in range(RETRIES_MAX + 1):
        if attempt:
            yield Pause(min(PAUSE_FIRST_S * 2**attempt, PAUSE_LAST_S))
        overlay = _overlay(world, not_before)
        try:
            answer = yield from attempted(job, overlay, world)
            if not overlay.is_empty:
                yield from _committed(overlay, world)
            elif overlay.reads > 1:
                yield from still_so([name for name in overlay.guarded if name in overlay.known], overlay)
        except WrittenLater as later:
            not_before = later.at
        except (Conflict, Exhausted) as collision:
            if attempt == RETRIES_MAX:
                met = f"{job.command.name} met others {attempt + 1} times"
                raise Conflict(f"{met}: {collision}") from collision
        else:
            return _raised(answer)
    raise Conflict(f"{job.command.name} met a record from the future {RETRIES_MAX + 1} times")


def group(jobs: Sequence[Job[Any]], world: World) -> Steps[tuple[Ended[Any], ...]]:
    """Run several commands in order and commit once; the answers are those of one by one.

    A refused command drops only its own changes. No answer leaves before the commit: if anything but
    a refusal happens, nothing of the group was stored, and its commands run one by one instead. Then
    each one's error is its own answer; if the storage goes away, so it is for all that are left.

    Raises:
        CommitUnknown: the group may have been stored; commands with a key may safely be asked again.
        PortFault: the storage broke its promise at the group's commit.
    """
    try:
        return (yield from _together(jobs, world))
    except (CommitUnknown, PortFault):
        # It may have been stored, so running it again could do it twice.
        raise
    except Exception:  # noqa: BLE001  # whatever it was, one by one it will show whose it is
        return (yield from _one_by_one(jobs, world))


def process(story: Process[T], name: str, subject: str, world: World) -> Steps[T]:
    """Follow a process from deed to deed to its end."""
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
                reply = yield from _deed(deed, f"{name}/{subject}", world)
            except Exception as raised:  # noqa: BLE001  # the process decides what a failed deed means
                error = raised
    finally:
        story.close()


def _overlay(world: World, not_before: str) -> Overlay:
    now = utc(world.clock(), "clock")
    text = as_text(now)
    if text < not_before:
        now, text = parse_instant(not_before), not_before
    return Overlay(Version(world.ids.fresh()), now, text, world.vocabulary, world.decoded)


def _together(jobs: Sequence[Job[Any]], world: World) -> Steps[tuple[Ended[Any], ...]]:
    overlay = _overlay(world, "")
    ended: list[Ended[Any]] = []
    for job in jobs:
        try:
            answer = yield from attempted(job, overlay, world)
        except Refused as refused:
            ended.append(Failed(refused))
        else:
            ended.append(Failed(Refused(answer.verdict)) if isinstance(answer, Refusal) else Done(answer))
    if not overlay.is_empty:
        yield from _committed(overlay, world)
    elif overlay.reads > 1:
        yield from still_so([name for name in overlay.guarded if name in overlay.known], overlay)
    return tuple(ended)


def _one_by_one(jobs: Sequence[Job[Any]], world: World) -> Steps[tuple[Ended[Any], ...]]:
    ended: list[Ended[Any]] = []
    outage: Exception | None = None
    for job in jobs:
        if outage is not None:
            # The storage is away, so the rest would only wait for it, each in turn.
            ended.append(Failed(outage))
            continue
        try:
            ended.append(Done((yield from one(job, world))))
        except (Unavailable, PortFault) as error:
            outage = error
            ended.append(Failed(error))
        except Exception as error:  # noqa: BLE001  # each command's error is its own answer
            ended.append(Failed(error))
    return tuple(ended)


def _committed(overlay: Overlay, world: World) -> Steps[None]:
    batch = batch_of(overlay, world)
    try:
        yield Commit(batch)
    except CommitUnknown as unknown:
        yield from _settled(batch, unknown)


def _settled(batch: Batch, unknown: CommitUnknown) -> Steps[None]:
    """Find out whether *batch* was stored: its id is the version of what it put.

    Raises:
        Conflict: it was not stored; a record still has the version that the batch would have replaced.
        CommitUnknown: others have written over everything it put, so nobody can know any more.
    """
    # What the batch added comes first: hardly anybody writes over a receipt or a sale.
    puts = sorted(batch.puts, key=lambda put: put.version)[:KEYS_MAX]
    if not puts:
        raise unknown
    try:
        found = yield Read(tuple([put.key for put in puts]))
    except Again:
        raise unknown from None
    versions = [record.version if record is not None else ABSENT for record in found]
    if batch.id in versions:
        return
    if any(version == put.version for version, put in zip(versions, puts, strict=True)):
        raise Conflict("the commit was lost on its way") from unknown
    raise unknown


def _raised(answer: T | Refusal) -> T:
    if isinstance(answer, Refusal):
        raise Refused(answer.verdict)
    return answer


def _deed(deed: Deed[Any], whose: str, world: World) -> Steps[Any]:
    match deed:
        case Run(step, flow, arguments):
            key = f"{whose}/{step}" if step else None
            command: Command[Any] = Command(key or flow.__name__, flow, arguments)
            receipt = once(key, command, world.keys) if key else None
            return (yield from one(Job(command, receipt), world))
        case Enter(name, subject):
            story = world.stories.get(name)
            if story is None:
                raise PortFault(f"there is no process named {name!r}; the host must bring it")
            return (yield from process(story(subject), name, subject, world))
        case _:
            raise AssertionError(f"a process may only have deeds done, not {deed!r}")
