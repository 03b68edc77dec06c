"""Running commands: one alone, or several as a group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Generic, TypeAlias, TypeVar

import attrs

from omnicommerce.flows.install_rulebook import install_rulebook
from omnicommerce.kernel.collection import Version
from omnicommerce.kernel.errors import (
    Again,
    BadInput,
    CommitUnknown,
    Conflict,
    Exhausted,
    Refused,
    Unavailable,
)
from omnicommerce.kernel.flow import Refusal
from omnicommerce.kernel.instant import as_text, parse_instant, utc
from omnicommerce.orders import SaleRules
from omnicommerce.ports.storage import Batch
from omnicommerce.runner.attempt import Job, attempted, still_so
from omnicommerce.runner.batch import batch_of
from omnicommerce.runner.command import Command
from omnicommerce.runner.committing import committed
from omnicommerce.runner.overlay import Overlay, WrittenLater
from omnicommerce.runner.rules import RulesInForce
from omnicommerce.runner.steps import Pause, Steps
from omnicommerce.runner.world import World

T = TypeVar("T")

RETRIES_MAX: Final = 8
"""With full jitter, more than this many collisions in a row mean a record that is too hot."""

GROUP_MAX: Final = 250
"""What one lost race or lost answer makes to be done again; larger groups are hardly cheaper a command."""

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
    """Run one command in a commit of its own; run it again if somebody wrote first.

    In a transaction of the host's it is not: the `Conflict` is raised at once, and the host runs all again.
    """
    yield from _ready(world)
    return (yield from _one(job, world, None))


def _ready(world: World) -> Steps[None]:
    """Before the first command: put the rulebook in force that the host brought."""
    if world.shelf.is_installed:
        return
    brought = world.rules
    arguments = {
        "digest": brought.digest,
        "keys": world.shelf.fingerprint,
        "currency": brought.by_kind[SaleRules].currency,
        "documents": brought.pressed.documents,
    }
    yield from _one(Job(Command("rulebook.install", install_rulebook, arguments)), world, brought)
    # The host may take it back, with its transaction or with a savepoint.
    world.shelf.is_installed = not world.is_bound


def _one(job: Job[T], world: World, rules: RulesInForce | None) -> Steps[T]:
    not_before = ""
    for attempt in range(RETRIES_MAX + 1):
        if attempt:
            yield Pause(min(PAUSE_FIRST_S * 2**attempt, PAUSE_LAST_S))
        overlay = _overlay(world, not_before, rules)
        try:
            answer = yield from attempted(job, overlay, world)
            batch = yield from _decided(overlay, world)
            if batch is not None:
                yield from committed(batch)
                overlay.remember()
        except WrittenLater as later:
            not_before = later.at
        except (Conflict, Exhausted) as collision:
            is_last = world.is_bound or attempt == RETRIES_MAX
            if is_last and isinstance(collision.__cause__, CommitUnknown):
                raise Unavailable(f"{job.command.name} was not stored: {collision}") from collision
            _leave_to_the_host(collision, world)
            if is_last:
                met = f"{job.command.name} met others {attempt + 1} times"
                raise Conflict(f"{met}: {collision}") from collision
        else:
            return _raised(answer)
    raise Conflict(f"{job.command.name} met a record from the future {RETRIES_MAX + 1} times")


def groups(jobs: Sequence[Job[Any]], world: World) -> Steps[tuple[Ended[Any], ...]]:
    """Run any number of commands in order, GROUP_MAX to a commit; see `group`.

    If the storage goes away, so it is for all that are left: they are not tried one after another.
    """
    ended: list[Ended[Any]] = []
    for start in range(0, len(jobs), GROUP_MAX):
        last = ended[-1] if ended else None
        if isinstance(last, Failed) and isinstance(last.error, Unavailable):
            ended += [last] * (len(jobs) - start)
            break
        ended += yield from group(jobs[start : start + GROUP_MAX], world)
    return tuple(ended)


def group(jobs: Sequence[Job[Any]], world: World) -> Steps[tuple[Ended[Any], ...]]:
    """Run several commands in order and commit once; the answers are those of one by one.

    A refused command drops only its own changes. No answer leaves before the commit: if anything but
    a refusal happens, nothing of the group was stored, and its commands run one by one instead. Then
    each one's error is its own answer; if the storage goes away, so it is for all that are left.
    In a transaction of the host's nothing that collided is run again, and a collision is no answer.

    Raises:
        Conflict: only in a transaction of the host's, which is to be rolled back.
        Unavailable: likewise.
        CommitUnknown: the group may have been stored; commands with a key may safely be asked again.
        PortFault: the storage broke its promise at the group's commit.
    """
    yield from _ready(world)
    overlay = _overlay(world, "", None)
    try:
        ended, batch = yield from _together(jobs, overlay, world)
    except Exception as error:  # noqa: BLE001  # whatever it was, one by one it will show whose it is
        _leave_to_the_host(error, world)
        return (yield from _one_by_one(jobs, world))
    if batch is not None:
        try:
            yield from committed(batch)
            overlay.remember()
        except (Conflict, Exhausted, Unavailable, BadInput) as error:
            _leave_to_the_host(error, world)
            # Nothing was stored. After any other error it may have been, and might be done twice.
            return (yield from _one_by_one(jobs, world))
    return ended


def _overlay(world: World, not_before: str, rules: RulesInForce | None) -> Overlay:
    now = utc(world.clock(), "clock")
    text = as_text(now)
    if text < not_before:
        now, text = parse_instant(not_before), not_before
    version = Version(world.ids.fresh())
    return Overlay(version, now, text, world.vocabulary, world.decoded, rules=rules)


def _together(
    jobs: Sequence[Job[Any]], overlay: Overlay, world: World
) -> Steps[tuple[tuple[Ended[Any], ...], Batch | None]]:
    ended: list[Ended[Any]] = []
    for job in jobs:
        try:
            answer = yield from attempted(job, overlay, world)
        except Refused as refused:
            ended.append(Failed(refused))
        else:
            ended.append(Failed(Refused(answer.verdict)) if isinstance(answer, Refusal) else Done(answer))
    return tuple(ended), (yield from _decided(overlay, world))


def _decided(overlay: Overlay, world: World) -> Steps[Batch | None]:
    """What is to be committed; nothing, if nothing was changed and what was seen still holds."""
    if not overlay.is_empty:
        return batch_of(overlay, world)
    if overlay.reads > 1:
        yield from still_so([name for name in overlay.guarded if name in overlay.known], overlay)
    return None


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
        except Again as error:
            if world.is_bound:
                raise
            outage = error if isinstance(error, Unavailable) else None
            ended.append(Failed(error))
        except Exception as error:  # noqa: BLE001  # each command's error is its own answer
            ended.append(Failed(error))
    return tuple(ended)


def _leave_to_the_host(error: Exception, world: World) -> None:
    """In a transaction of the host's, raise what only the host can answer, who runs all of it again."""
    if not world.is_bound:
        return
    if isinstance(error, Conflict | Exhausted):
        raise Conflict(f"{error}: roll your transaction back, and run all of it again") from error
    if isinstance(error, Again):
        raise error


def _raised(answer: T | Refusal) -> T:
    if isinstance(answer, Refusal):
        raise Refused(answer.verdict)
    return answer
