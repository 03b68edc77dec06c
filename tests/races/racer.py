"""One of several processes that race for a shop; `crew` starts it once, and for many races.

Each line of its input is a race, a pickle in hexadecimal. It opens the shop, tells that it is ready, waits
for the moment at which all of them begin, and tells what came of each of its tries. It ends with whoever
started it.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
import time
import traceback
from pathlib import Path
from queue import SimpleQueue

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.races.contest import Try
from tests.races.crew import FAILED, READY, TOLD, Race
from tests.races.looks_first import LooksFirst


def main() -> None:
    orders: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    while True:
        race = pickle.loads(bytes.fromhex(orders.get()))  # noqa: S301  # from the process that started us
        assert isinstance(race, Race)
        try:
            _tell(TOLD, _raced(race, orders))
        except Exception:  # noqa: BLE001  # whatever it was, whoever started us must hear of it
            _tell(FAILED, traceback.format_exc())


def _listen(orders: SimpleQueue[str]) -> None:
    for line in sys.stdin:
        orders.put(line)
    # Whoever started us has gone: in the midst of a race, too, nobody is left to hear of it.
    os._exit(1)


def _raced(race: Race, orders: SimpleQueue[str]) -> list[object]:
    with race.door() as storage:
        shop = storage if race.is_guarded else LooksFirst(storage)
        tries = race.tries(shop, race.number, race.processes)
        _tell(READY, None)
        time.sleep(max(0.0, float(orders.get()) - time.monotonic()))
        return [each() if race.is_guarded else _unguarded(each) for each in tries]


def _unguarded(each: Try) -> object:
    """Without guards a book may be torn so that nobody can read it any more; the others go on."""
    try:
        return each()
    except Exception:  # noqa: BLE001  # it was not got, whatever went wrong
        return None


def _tell(word: str, what: object) -> None:
    sys.stdout.write(f"{pickle.dumps((word, what)).hex()}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
