"""A process that writes into a shop's file for ever; the test beside it starts it and kills it.

python writer.py PATH JOURNAL_MODE
"""

from __future__ import annotations

import sys

from omnicommerce import SqliteStorage
from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.ports.storage import COUNTERS, Add, Append, Batch, Key, Put, Record, Storage


def write_for_ever(storage: Storage) -> None:
    """Two records, a head, a counter and an entry in each commit; tell the number once it is stored."""
    (count, head) = storage.read((Key(COUNTERS, "writes"), Key("things", "head")))
    assert isinstance(count, int)
    version = head.version if isinstance(head, Record) else ABSENT
    number = count
    while True:
        id = Version(f"batch-{number}")
        body = f'"{number}' + "x" * (number % 7 * 1_000) + '"'
        storage.commit(
            Batch(
                id,
                puts=(
                    Put(Key("things", f"a-{number}"), body, (("when", f"{number:06d}"),), ABSENT),
                    Put(Key("things", f"b-{number}"), body, (("when", f"{number:06d}"),), ABSENT),
                    Put(Key("things", "head"), str(number), (), version),
                ),
                adds=(Add("writes", 1),),
                entries=(Append(f"e-{number}", body),),
            )
        )
        tell(number)
        version = id
        number += 1


def tell(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def main() -> None:
    path, journal_mode = sys.argv[1:]
    with SqliteStorage(path, wait_seconds=60, journal_mode=journal_mode) as storage:  # type: ignore[arg-type]
        tell("ready")
        sys.stdin.readline()
        write_for_ever(storage)


if __name__ == "__main__":
    main()
