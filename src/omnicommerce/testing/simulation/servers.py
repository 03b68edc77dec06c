"""The host's processes: they begin with a clock of their own, and die with all they have in hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from omnicommerce.testing.simulation.clients import lost
from omnicommerce.testing.simulation.door import stepping
from omnicommerce.testing.simulation.faults import Fault
from omnicommerce.testing.simulation.life import Life, Server, Task

SKEW_S_MAX: Final = 300
"""Five minutes: what a machine that asks a time server now and then is off."""

JUMP_S_MAX: Final = 6 * 3_600


def begin(life: Life, count: int) -> None:
    """The host starts so many processes."""
    for number in range(count):
        server = Server(number, None)
        life.servers.append(server)
        _start(life, server)


def _start(life: Life, server: Server) -> None:
    server.shop = stepping(life.front, lambda: life.now + server.skew)


def restart(life: Life, server: Server) -> None:
    """The process dies with all it has in hand, and begins anew; its clients wait, and ask again."""
    dying, server.tasks = server.tasks, []
    for task in dying:
        die(life, task)
    _start(life, server)


def die(life: Life, task: Task) -> None:
    """Nobody will ever hear of this try again."""
    task.is_dead = True
    task.steps.close()
    if task in life.ready:
        life.ready.remove(task)
    life.note(task.errand.number, "died with it")
    lost(life, task)


def restart_all(life: Life) -> None:
    """Every process ends at once, and the storage is opened anew."""
    for server in life.servers:
        restart(life, server)
    life.storage = life.stage.reopen(life.storage)
    for server in life.servers:
        _start(life, server)


def skew(life: Life, fault: Fault) -> None:
    """The clock of one process is wrong from now on."""
    server = life.random.choice(life.servers)
    most = SKEW_S_MAX if fault is Fault.CLOCK_SKEWED else JUMP_S_MAX
    seconds = life.random.randint(1, most)
    is_back = fault is Fault.CLOCK_JUMPED_BACK or (fault is Fault.CLOCK_SKEWED and life.random.random() < 0.5)
    server.skew = timedelta(seconds=-seconds if is_back else seconds)
    life.strike(fault, f"clock {server.number}")
