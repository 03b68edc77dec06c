"""What the ground costs: the tiny story on memory, and the import.

What a commit on SQLite costs, beside one by hand, is measured in `benchmarks.ingest`.
"""

from __future__ import annotations

import itertools
import statistics
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

from benchmarks.rows import Effort, Pair, Row, alone, compared, limited, run
from omnicommerce import (
    Commerce,
    DemoKeys,
    Identifier,
    MemoryStorage,
    Namespace,
    Points,
    Rulebook,
)

COMMAND_US_MAX: Final = 40
"""The most that a command of the tiny story may cost on memory."""


def measure(effort: Effort) -> Iterator[Row]:
    """Every row of this benchmark."""
    yield from on_memory(effort)
    yield importing(effort)


# --- memory --------------------------------------------------------------------------------------


def on_memory(effort: Effort) -> Iterator[Row]:
    """Each verb of the tiny story."""
    shop = Commerce(MemoryStorage(), Rulebook(), keys=DemoKeys())
    member = shop.members.register(identifier=card(0)).member
    shop.points.adjust(member=member, points=Points(1_000), reason="gift")
    numbers = itertools.count(1)
    verbs = {
        "members.register on memory": lambda: shop.members.register(identifier=card(next(numbers))),
        "points.adjust on memory": lambda: shop.points.adjust(member=member, points=Points(1), reason="gift"),
        "points.balance on memory": lambda: shop.points.balance(member=member),
    }
    for what, verb in verbs.items():
        cost = alone(verb, rounds=effort.of(31), loops=effort.of(1_000))
        yield limited(what, cost, most=COMMAND_US_MAX)

    keyed = (shop.once(str(number)).points for number in itertools.count())
    cost = alone(
        lambda: next(keyed).adjust(member=member, points=Points(1), reason="gift"),
        rounds=effort.of(31),
        loops=effort.of(1_000),
    )
    print(f"for context: points.adjust with an idempotency key and its receipt {cost * 1e6:.1f} us")


def card(number: int) -> Identifier:
    """The nth card."""
    return Identifier(Namespace.TILL_MEMBER, f"M-{number}")


# --- import --------------------------------------------------------------------------------------


def importing(effort: Effort) -> Row:
    """``import omnicommerce`` beside ``import attrs, cattrs``, each in a fresh interpreter, in turns."""
    rounds = effort.of(15)
    ours, peer, door = [], [], []
    for _ in range(rounds):
        ours.append(seconds_to("import omnicommerce"))
        peer.append(seconds_to("import attrs, cattrs"))
        door.append(seconds_to("from omnicommerce import Commerce, MemoryStorage, Rulebook, DemoKeys"))
    whole = 1e3 * statistics.median(door)
    print(f"for context: the front door, memory and keys, with all that they need {whole:.1f} ms")
    pair = Pair(statistics.median(ours), statistics.median(peer))
    return compared("import omnicommerce, beside attrs and cattrs", pair, goal=0.67, unit="ms")


def seconds_to(statement: str) -> float:
    """How long *statement* takes in an interpreter of its own."""
    timed = f"import time; began = time.perf_counter(); {statement}; print(time.perf_counter() - began)"
    told = subprocess.run([sys.executable, "-c", timed], capture_output=True, text=True, check=True)  # noqa: S603
    return float(told.stdout)


if __name__ == "__main__":
    run(measure, __doc__)
