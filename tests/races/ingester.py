"""A till's process: tells the shop in a file its share of a history, in groups; a test starts several.

python ingester.py PATH NUMBER PROCESSES GROUP
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from omnicommerce import Done, SqliteStorage
from omnicommerce.kernel.errors import CommitUnknown
from tests.races.history import HISTORY, THE_END
from tests.shopfront import opened


def main(path: str, number: int, processes: int, group: int) -> None:
    with SqliteStorage(path, wait_seconds=60) as storage:
        shop = opened(storage, now=THE_END)
        mine = HISTORY[number::processes]
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        rest = list(mine)
        while rest:
            try:
                ended = shop.commerce.sales.ingest_many(facts=rest[:group])
            except CommitUnknown:
                continue
            # Whoever lost too many races tries again: every receipt is its own idempotency key.
            told = zip(rest, ended, strict=False)
            rest = [fact for fact, end in told if not isinstance(end, Done)] + rest[group:]


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
