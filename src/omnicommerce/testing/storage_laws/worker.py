"""One of several processes that share a storage: ``python -m omnicommerce.testing.storage_laws.worker``.

The first line of its input says what to do: a pickle in hexadecimal, of the path to look for modules in,
and of the door, the role, a name and a number. It tells "ready", waits for a line, and tells what its role
tells, a line of JSON each.
"""

from __future__ import annotations

import inspect
import json
import pickle
import sys
from collections.abc import Callable
from typing import Any

from omnicommerce.testing.storage_laws.roles import ROLES


def main() -> None:
    """Open the storage and play the role."""
    path, order = pickle.loads(bytes.fromhex(sys.stdin.readline()))  # noqa: S301  # from the process that started us
    sys.path[:] = path
    door: Callable[[], Any]
    door, role, name, tries = pickle.loads(order)  # noqa: S301  # likewise
    storage = door()
    if inspect.iscoroutinefunction(storage.read):
        # Only here: asyncio would double the time in which a worker starts.
        from omnicommerce.testing.blocking import BlockingStorage  # noqa: PLC0415

        storage = BlockingStorage(storage)
    _tell("ready")
    sys.stdin.readline()
    for told in ROLES[role](storage, name, tries):
        _tell(told)
    close = getattr(storage, "close", None)
    if callable(close):
        close()


def _tell(what: object) -> None:
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
