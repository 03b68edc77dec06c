"""Clients: each wants something until there is an answer, and asks again after any failure, with its key."""

from __future__ import annotations

import re
from typing import Any, Final

from omnicommerce.kernel.errors import Again, Refused
from omnicommerce.testing.simulation.faults import Fault, Moment
from omnicommerce.testing.simulation.life import Errand, Life, Server, Task
from omnicommerce.testing.simulation.wishes import Heard, Wish

PATIENCE_TURNS: Final = 30
"""How long a client waits at the most before it asks again."""

ADDRESS: Final = re.compile(r" at 0x[0-9a-f]+")
"""Where an object lies in memory, as Python shows one that does not say what it is."""

LATE_TURNS: Final = 400
"""A command that was answered may arrive once more after so many turns."""


def want(life: Life, wish: Wish) -> None:
    """A client begins to want something."""
    errand = Errand(Heard(wish, life.moment), len(life.errands) + 1)
    life.errands.append(errand)
    life.open += 1
    life.note(errand.number, "wants", wish.name)
    _ask(life, errand)


def duplicate(life: Life, errand: Errand) -> None:
    """The same command arrives once more, while it is being run."""
    life.strike(Fault.DUPLICATED_AT_ONCE, errand.number)
    _ask(life, errand)


def asked_later(life: Life, errand: Errand) -> None:
    """Ask again after a while."""
    errand.waits += 1
    life.later(life.random.randint(1, PATIENCE_TURNS), lambda: _ask_again(life, errand))


def _ask_again(life: Life, errand: Errand) -> None:
    errand.waits -= 1
    _ask(life, errand)


def _ask(life: Life, errand: Errand) -> None:
    server = life.random.choice(life.servers)
    wish = errand.wish
    errand.asks += 1
    life.note(errand.number, "asks", server.number)
    try:
        steps = wish.ask(server.shop if wish.key is None else server.shop.once(wish.key))
        step = next(steps)
    except StopIteration as end:
        _answered(life, errand, end.value)
        return
    except Exception as error:  # noqa: BLE001  # the client is told of whatever went wrong
        _failed(life, errand, error, is_certain=not errand.tasks)
        return
    is_alone = not errand.tasks
    task = Task(errand, server, steps, step, life.moment, life.random.random(), is_alone=is_alone)
    for each in errand.tasks:
        each.is_alone = False
    errand.tasks.append(task)
    server.tasks.append(task)
    life.ready.append(task)


# --- how a try ends ------------------------------------------------------------------------------


def ended(life: Life, task: Task, answer: Any) -> None:
    """A try has come to its end, and the client hears its answer."""
    _leave(task)
    _answered(life, task.errand, answer)


def failed(life: Life, task: Task, error: Exception) -> None:
    """A try has ended in an error, and the client hears of it."""
    _leave(task)
    _failed(life, task.errand, error, is_certain=task.is_alone)


def lost(life: Life, task: Task) -> None:
    """The process that ran it has died: the client notices after a while that nobody answers."""
    if task in task.errand.tasks:
        task.errand.tasks.remove(task)
    for each in task.errand.tasks:
        each.is_alone = False
    _unheard(life, task.errand)


def _leave(task: Task) -> None:
    task.errand.tasks.remove(task)
    server: Server = task.server
    server.tasks.remove(task)


def _answered(life: Life, errand: Errand, answer: Any) -> None:
    heard, wish = errand.heard, errand.wish
    life.note(errand.number, "is answered", _brief(answer))
    if wish.again(answer):
        _unheard(life, errand)
        return
    if heard.is_answered:
        if wish.same is not None and wish.same(answer) != wish.same(heard.answer):
            life.wrong.append(f"{wish.name} was answered {heard.answer!r} first, and then {answer!r}")
        return
    heard.answer, heard.ended, heard.refusal = answer, life.moment, None
    life.wrong += life.workload.hear(heard)
    _over(life, errand)
    if life.dials.strike(Moment.END) is Fault.DUPLICATED_LATER:
        life.strike(Fault.DUPLICATED_LATER, errand.number)
        errand.waits += 1
        life.later(life.random.randint(1, LATE_TURNS), lambda: _ask_again(life, errand))


def _failed(life: Life, errand: Errand, error: Exception, *, is_certain: bool) -> None:
    heard, wish = errand.heard, errand.wish
    life.note(errand.number, "fails", repr(error))
    match error:
        case Refused():
            if heard.is_answered:
                if wish.same is not None:
                    life.wrong.append(f"{wish.name} was answered {heard.answer!r} first, and then {error!r}")
                return
            if errand.tasks or errand.waits:
                # Another try is out, and may yet go through.
                return
            heard.refusal, heard.ended, heard.is_certain = error, life.moment, is_certain
            life.wrong += life.workload.hear(heard)
            _over(life, errand)
        case Again():
            _unheard(life, errand)
        case _:
            life.wrong.append(
                f"{wish.name} ended in {type(error).__name__}, which no client expects: {error}"
            )
            _over(life, errand)


def _unheard(life: Life, errand: Errand) -> None:
    """Nobody knows how it ended: whoever still wants it asks again, unless another try is out."""
    if errand.is_over or errand.tasks or errand.waits:
        return
    if errand.asks >= errand.wish.asks_max:
        _over(life, errand)
        return
    if life.dials.strike(Moment.END) is Fault.ABANDONED:
        life.strike(Fault.ABANDONED, errand.number)
        _over(life, errand)
        return
    asked_later(life, errand)


def _over(life: Life, errand: Errand) -> None:
    if not errand.is_over:
        errand.is_over = True
        life.open -= 1


def _brief(answer: Any) -> str:
    """What was answered, without what differs from process to process."""
    text = ADDRESS.sub("", repr(answer))
    return text if len(text) <= 120 else f"{text[:117]}..."
