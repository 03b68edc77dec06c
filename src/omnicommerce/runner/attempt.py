"""One attempt at one flow, over the overlay of its batch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

import attrs

from omnicommerce.kernel.changes import adding
from omnicommerce.kernel.errors import Conflict
from omnicommerce.kernel.flow import Find, Outcome, Refusal, Scan
from omnicommerce.ports.storage import KEYS_MAX, Key
from omnicommerce.runner.answers import Desk, Pins, answer, lacking
from omnicommerce.runner.command import Command
from omnicommerce.runner.overlay import Layer, Name, Overlay
from omnicommerce.runner.receipts import RECEIPTS, Once, Receipt, answered_by, receipt_for
from omnicommerce.runner.scanning import found, scanned
from omnicommerce.runner.shelf import HEAD_KEY, put_in_force
from omnicommerce.runner.steps import Read, Steps
from omnicommerce.runner.world import World

T = TypeVar("T")


@attrs.define(eq=False)
class Job(Generic[T]):
    """A command to be run, its idempotency key if it has one, and what was drawn for it so far.

    Ids and codes are pinned here, because a second attempt must not send out a second code.
    """

    command: Command[T]
    once: Once | None = None
    pins: Pins = attrs.field(factory=dict)


class _Replayed(Exception):
    """The receipt is there: this was done before."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__()
        self.receipt = receipt


def attempted(job: Job[T], overlay: Overlay, world: World) -> Steps[T | Refusal]:
    """Run the flow of *job*; its changes join the overlay, and nothing of it stays if it raises.

    Raises:
        Refused: the flow refused, on a look that still holds.
        Conflict: something it was told has changed meanwhile.
        WrittenLater: something it changes bears a later time than this run.
    """
    layer = Layer()
    desk = Desk(overlay, layer, job.pins, world)
    try:
        if job.once is not None and not overlay.lacks(*job.once.key):
            _check_receipt(job.once, desk)
        outcome = yield from _followed(job, desk)
        if overlay.rules is None and (layer.done or outcome.changes.items):
            yield from _read((), job.once, desk)
        if job.once is not None:
            if overlay.lacks(*job.once.key):
                yield from _read((), job.once, desk)
            receipt = receipt_for(job.once, outcome.answer, job.command.answer)
            overlay.stage(outcome.changes + adding(RECEIPTS, job.once.id, receipt), layer)
        else:
            overlay.stage(outcome.changes, layer)
    except _Replayed as done:
        overlay.undo(layer)
        assert job.once is not None
        first: T = answered_by(done.receipt, job.once, job.command.answer)
        return first
    except Exception:
        overlay.undo(layer)
        overlay.guard(layer)
        raise
    overlay.keep(layer)
    return outcome.answer


def _followed(job: Job[T], desk: Desk) -> Steps[Outcome[T]]:
    """Follow the flow from question to question to its end."""
    flow = job.command.begin()
    reply: Any = None
    try:
        while True:
            try:
                question = flow.send(reply)
            except StopIteration as end:
                outcome: Outcome[T] = end.value
                assert isinstance(outcome, Outcome), (
                    f"{job.command.name} must end in an Outcome, not {outcome!r}"
                )
                return outcome
            except Exception:
                yield from _looked_again(job, desk)
                raise
            if isinstance(question, Scan):
                reply = yield from scanned(question, desk)
                continue
            if isinstance(question, Find):
                reply = yield from found(question, desk)
                continue
            while keys := lacking(question, desk):
                yield from _read(tuple(keys), job.once, desk)
            try:
                reply = answer(question, desk)
            except Exception:
                # A view is built from several reads; what it stumbled over may have been a torn look.
                if desk.overlay.reads > 1:
                    yield from still_so(desk.overlay.known, desk.overlay)
                raise
    finally:
        flow.close()


def _read(keys: tuple[Key, ...], once: Once | None, desk: Desk) -> Steps[None]:
    """Read *keys*; with a batch's first read also the rulebook's head, and a receipt of the same before."""
    overlay = desk.overlay
    if once is not None and overlay.lacks(*once.key):
        keys = (once.key, *keys)
    is_first = overlay.rules is None
    if is_first and HEAD_KEY not in keys:
        keys = (HEAD_KEY, *keys)
    # What does not fit into one look is read in turns; that they belong together is checked like any reads.
    for start in range(0, len(keys), KEYS_MAX):
        turn = keys[start : start + KEYS_MAX]
        records = yield Read(turn)
        overlay.reads += 1
        overlay.learn(turn, records)
    if is_first:
        overlay.rules = yield from put_in_force(overlay, desk.world.rules, desk.world.shelf)
    if once is not None:
        _check_receipt(once, desk)


def _check_receipt(once: Once, desk: Desk) -> None:
    receipt = desk.overlay.record(RECEIPTS, once.id).value
    if receipt is not None:
        raise _Replayed(receipt)


def _looked_again(job: Job[Any], desk: Desk) -> Steps[None]:
    """Before an exception leaves a flow: was it done before, and does what the flow saw still hold?

    Several reads may have straddled somebody's commit; nobody is refused on such a torn look.
    """
    overlay, once = desk.overlay, job.once
    if once is not None and overlay.lacks(*once.key):
        yield from _read((), once, desk)
    if overlay.reads > 1:
        keys = [name for name in desk.layer.guarded if name in overlay.known]
        if once is not None and once.key in overlay.known:
            keys.append(once.key)
        yield from still_so(keys, overlay)


def still_so(names: Iterable[Name], overlay: Overlay) -> Steps[None]:
    """Make sure that every record of *names* is as it was read.

    More of them than one look may hold are looked at in turn: what is unchanged at its turn was unchanged
    before the first turn, too, because a version is never used twice.

    Raises:
        Conflict: one of them has changed.
    """
    distinct = list(dict.fromkeys(names))
    for start in range(0, len(distinct), KEYS_MAX):
        turn = tuple([Key(*name) for name in distinct[start : start + KEYS_MAX]])
        records = yield Read(turn)
        for key, record in zip(turn, records, strict=True):
            if (record.version if record is not None else "") != overlay.version_read(key):
                raise Conflict(f"{key.collection}/{key.id} changed while it was being looked at")
