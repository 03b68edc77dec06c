"""A shop at work in a file, until its input is closed: python writer.py PATH JOURNAL_MODE."""

from __future__ import annotations

import itertools
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from omnicommerce import SqliteStorage
from omnicommerce.adapters.storage.sqlite_file import JournalMode
from tests.processes.stories import pack, shop_of
from tests.shopfront import DAY, SHOP_OPENS, returned, sale, tell

PAUSE_SECONDS = 0.005
"""Between two customers: where readers and writers take turns, a reader must have one."""


def main(path: str, journal_mode: str) -> int:
    closed = threading.Event()

    def read_on() -> None:
        sys.stdin.read()
        closed.set()

    threading.Thread(target=read_on, daemon=True).start()
    mode: JournalMode = "wal" if journal_mode == "wal" else "delete"
    number = 0
    with SqliteStorage(path, journal_mode=mode) as storage:
        shop = shop_of(storage)
        for number in itertools.count(1):
            at = SHOP_OPENS + number * DAY / 4
            shop.at(at)
            told = sale(number, at=at, card=f"M-{number % 7}", till="busy")
            tell(shop, told)
            if number % 3 == 0:
                tell(shop, returned(told, f"busy-{number}", at=at))
            shop.commerce.run(pack, id=f"box {number % 5}", size=number % 11 + 1)
            if number % 40 == 0:
                shop.commerce.tick()
            if number == 8:
                sys.stdout.write("at work\n")
                sys.stdout.flush()
            if closed.wait(PAUSE_SECONDS):
                break
    sys.stdout.write(f"{number}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
