"""A process that shares a shop on PostgreSQL with others; the tests beside it start it and kill it.

It is told what to do by lines, so that it is started once for many kills:

    write HOW URL SCHEMA   forks a child that writes for ever, "well" or "badly": says its process, what the
                           child has stored, and "dead" once it was killed
    fork URL SCHEMA        commits before and after a child has, over one storage; says "done"
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from sqlalchemy import create_engine

from omnicommerce.adapters.storage.sql import SqlStorage
from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import Again, Unavailable
from omnicommerce.ports.storage import COUNTERS, Add, Append, Batch, Key, Put, Record

PAUSE_SECONDS = 0.002
"""Between what must be one step: long enough to be killed in between."""


def write_for_ever(storage: SqlStorage) -> None:
    """Two records, a head, a counter and an entry in each commit; tell the number once it is stored."""
    while True:
        count, head = patiently(lambda: storage.read((Key(COUNTERS, "writes"), Key("things", "head"))))
        assert isinstance(count, int)
        version = head.version if isinstance(head, Record) else ABSENT
        body = f'"{count}' + "x" * (count % 7 * 1_000) + '"'
        puts = tuple(
            Put(Key("things", f"{side}-{count}"), body, (("when", f"{count:06d}"),), ABSENT) for side in "ab"
        )
        batch = Batch(
            Version(f"batch-{count}"),
            puts=(*puts, Put(Key("things", "head"), str(count), (), version)),
            adds=(Add("writes", 1),),
            entries=(Append(f"e-{count}", body),),
        )
        try:
            storage.commit(batch)
        except Again:
            # The next look tells whether it was stored.
            continue
        tell(count)


def write_badly(storage: SqlStorage) -> None:
    """The same in two commits, and told before it is stored: what an adapter must not do."""
    while True:
        count, head = storage.read((Key(COUNTERS, "writes"), Key("things", "head")))
        assert isinstance(count, int)
        version = head.version if isinstance(head, Record) else ABSENT
        tell(count)
        time.sleep(PAUSE_SECONDS)
        puts = [
            Put(Key("things", f"{side}-{count}"), "{}", (("when", f"{count:06d}"),), ABSENT) for side in "ab"
        ]
        first = Version(f"batch-{count}")
        storage.commit(Batch(first, puts=(*puts, Put(Key("things", "head"), str(count), (), version))))
        time.sleep(PAUSE_SECONDS)
        entry = Append(f"e-{count}", "{}")
        storage.commit(Batch(Version(f"more-{count}"), adds=(Add("writes", 1),), entries=(entry,)))


def patiently(ask: Any) -> Any:
    while True:
        try:
            return ask()
        except Unavailable:
            time.sleep(0.01)


def tell(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def write(how: str, url: str, schema: str) -> None:
    child = os.fork()
    if child == 0:
        engine = create_engine(url, pool_size=1)
        storage = patiently(lambda: SqlStorage(engine, schema=schema))
        (write_for_ever if how == "well" else write_badly)(storage)
    tell(f"process {child}")
    os.waitpid(child, 0)
    tell("dead")


def fork(url: str, schema: str) -> None:
    storage = SqlStorage(create_engine(url), schema=schema)
    storage.commit(Batch(Version("before"), entries=(Append("before", "{}"),)))
    child = os.fork()
    if child == 0:
        storage.commit(Batch(Version("child"), entries=(Append("child", "{}"),)))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    storage.commit(Batch(Version("after"), entries=(Append(f"after {status}", "{}"),)))
    tell("done")


ORDERS: dict[str, Any] = {"write": write, "fork": fork}


def main() -> None:
    while line := sys.stdin.readline():
        word, *said = line.split()
        ORDERS[word](*said)


if __name__ == "__main__":
    main()
