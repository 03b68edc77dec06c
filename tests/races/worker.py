"""One of several processes that share a shop's file; the tests beside it start it and kill it.

python worker.py ROLE PATH TRIES [JOURNAL_MODE]
"""

from __future__ import annotations

import sys
import time
from typing import Any

from omnicommerce import Commerce, DemoKeys, Identifier, Namespace, Points, Rulebook, SqliteStorage, wire
from omnicommerce.kernel.actor import System
from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import Conflict, Exhausted, Refused
from omnicommerce.loyalty import (
    HEADS,
    LOTS,
    Adjustment,
    PointsRules,
    adjust,
    apply_to_head,
    apply_to_page,
    book_of,
    lots_id,
)
from omnicommerce.orders import SaleRules
from omnicommerce.ports.storage import COUNTERS, Add, Append, Batch, Key, Put, Record, Storage
from omnicommerce.runner import utc_now

LEFT = Key(COUNTERS, "left")
SUM = Key("things", "sum")
CARD = Identifier(Namespace.TILL_MEMBER, "M-1001")
PAGE = "never.0"
"""Where the member's points lie: under the default rules they never run out."""

PAUSE_SECONDS = 0.002
"""Between the look and the leap of those who jump without a guard: long enough to be overtaken."""


def take_guarded(storage: Storage, name: str) -> bool:
    try:
        storage.commit(Batch(Version(name), adds=(Add("left", -1, floor=0),)))
    except Exhausted:
        return False
    return True


def take_unguarded(storage: Storage, name: str) -> bool:
    (left,) = storage.read((LEFT,))
    assert isinstance(left, int)
    if left <= 0:
        return False
    time.sleep(PAUSE_SECONDS)
    storage.commit(Batch(Version(name), adds=(Add("left", -1),)))
    return True


def increment_guarded(storage: Storage, name: str) -> bool:
    for attempt in range(10_000):
        (seen,) = storage.read((SUM,))
        assert isinstance(seen, Record)
        try:
            storage.commit(Batch(Version(f"{name}-{attempt}"), puts=(_incremented(seen, seen.version),)))
        except Conflict:
            continue
        return True
    return False


def increment_unguarded(storage: Storage, name: str) -> bool:
    for attempt in range(10_000):
        (seen,) = storage.read((SUM,))
        assert isinstance(seen, Record)
        time.sleep(PAUSE_SECONDS)
        # The version is looked up anew, so that it is always right and guards nothing.
        (now,) = storage.read((SUM,))
        assert isinstance(now, Record)
        try:
            storage.commit(Batch(Version(f"{name}-{attempt}"), puts=(_incremented(seen, now.version),)))
        except Conflict:
            continue
        return True
    return False


def spend_through_the_shop(storage: Storage, name: str) -> bool:
    shop = Commerce(storage, Rulebook(), keys=DemoKeys())
    member = shop.members.register(identifier=CARD).member
    while True:
        try:
            shop.once(name).points.adjust(member=member, points=Points(-1), reason="gift")
        except Conflict:
            continue
        except Refused:
            return False
        return True


def spend_past_the_shop(storage: Storage, name: str) -> bool:
    """Look, decide, write a moment later over whatever is there by now: what the shop never does."""
    member = Commerce(storage, Rulebook(), keys=DemoKeys()).members.register(identifier=CARD).member
    keys = (Key(HEADS.name, member), Key(LOTS.name, lots_id(member, PAGE)))
    seen_head, seen_page = storage.read(keys)
    assert isinstance(seen_head, Record)
    assert isinstance(seen_page, Record)
    head = wire.stored(seen_head.body, HEADS.name, HEADS.holds).value
    page = wire.stored(seen_page.body, LOTS.name, LOTS.holds).value
    now = utc_now()
    wanted = Adjustment(member, name, Points(-1), "gift", System("thief"))
    try:
        moved = adjust(book_of(head, {PAGE: page}), wanted, PointsRules(), now, SaleRules().zone)
    except Refused:
        return False
    bodies = (
        wire.record_text(apply_to_head(head, moved), HEADS.name, HEADS.holds, now),
        wire.record_text(apply_to_page(page, PAGE, moved), LOTS.name, LOTS.holds, now),
    )
    time.sleep(PAUSE_SECONDS)
    for attempt in range(10_000):
        # The versions are looked up anew, so that they are always right and guard nothing.
        versions = [found.version for found in storage.read(keys) if isinstance(found, Record)]
        puts = [
            Put(key, body, (), version) for key, body, version in zip(keys, bodies, versions, strict=True)
        ]
        try:
            storage.commit(Batch(Version(f"{name}-{attempt}"), puts=tuple(puts)))
        except Conflict:
            continue
        return True
    return False


def _incremented(seen: Record, version: Version) -> Put:
    return Put(SUM, str(int(seen.body) + 1), (), version)


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


ROLES: dict[str, Any] = {
    "take_guarded": take_guarded,
    "take_unguarded": take_unguarded,
    "increment_guarded": increment_guarded,
    "increment_unguarded": increment_unguarded,
    "spend_through_the_shop": spend_through_the_shop,
    "spend_past_the_shop": spend_past_the_shop,
}


def main() -> None:
    role, path, tries, journal_mode = sys.argv[1:]
    with SqliteStorage(path, wait_seconds=60, journal_mode=journal_mode) as storage:  # type: ignore[arg-type]
        tell("ready")
        name = sys.stdin.readline().strip()
        if role == "write_for_ever":
            write_for_ever(storage)
        tell(sum(ROLES[role](storage, f"{name}-{n}") for n in range(int(tries))))


if __name__ == "__main__":
    main()
