"""What the ground costs: the tiny story on memory, a commit on SQLite beside one by hand, the import.

The hand-written script does the same work on the same tables in the same journal mode: one transaction that
reads the member and the book, and writes the book and a journal entry of the same JSON.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import secrets
import sqlite3
import statistics
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.rows import Effort, Pair, Row, alone, compared, limited, run, side_by_side
from omnicommerce import (
    Commerce,
    DemoKeys,
    Identifier,
    MemberId,
    MemoryStorage,
    Namespace,
    Points,
    Rulebook,
    SqliteStorage,
)
from omnicommerce.adapters.storage.sqlite_file import connect
from omnicommerce.runner.world import in_force

COMMAND_US_MAX: Final = 40
"""The most that a command of the tiny story may cost on memory."""


def measure(effort: Effort) -> Iterator[Row]:
    """Every row of this benchmark."""
    yield from on_memory(effort)
    yield on_sqlite(effort)
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


# --- SQLite --------------------------------------------------------------------------------------


def on_sqlite(effort: Effort) -> Row:
    """One command a commit, beside the same work written by hand."""
    with (
        TemporaryDirectory() as folder,
        SqliteStorage(Path(folder) / "ours.db") as storage,
        SqliteStorage(Path(folder) / "peer.db") as copy,
    ):
        shop = Commerce(storage, Rulebook(), keys=DemoKeys())
        member = prepared(shop)
        peer = ByHand(Path(folder) / "peer.db", prepared(Commerce(copy, Rulebook(), keys=DemoKeys())))
        pair = side_by_side(
            lambda: shop.points.adjust(member=member, points=Points(1), reason="gift"),
            lambda: peer.adjust(1, "gift"),
            rounds=effort.of(41),
            loops=effort.of(50),
        )
        assert shop.points.balance(member=member).points.count == peer.balance()
        mode = peer.db.execute("PRAGMA journal_mode").fetchone()[0]
        peer.db.close()
    print(f"SQLite {sqlite3.sqlite_version}, journal mode {mode}, synchronous full, one command a commit")
    return compared("points.adjust on SQLite, by hand", pair, goal=0.8)


def prepared(shop: Commerce) -> MemberId:
    """A member with some points."""
    member = shop.members.register(identifier=card(0)).member
    shop.points.adjust(member=member, points=Points(1_000), reason="gift")
    return member


class ByHand:
    """The same command, written straight on sqlite3: the same rows, the same JSON, one transaction."""

    def __init__(self, path: Path, member: str) -> None:
        self.db = connect(path, 10.0)
        self.member = member
        self.rulebook = in_force(Rulebook()).digest

    def adjust(self, points: int, reason: str) -> int:
        """Give points, and say what the member holds now."""
        execute, member = self.db.execute, self.member
        select = "SELECT version, body FROM record WHERE collection = ? AND id = ?"
        execute("BEGIN IMMEDIATE")
        try:
            node = execute(select, ("node", member)).fetchone()
            held = execute(select, ("points", member)).fetchone()
            assert node is not None
            balance = json.loads(held[1])["value"]["balance"] + points
            assert balance >= 0
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            batch = secrets.token_hex(16)
            body = json.dumps(
                {"at": now, "v": 1, "value": {"balance": balance}}, separators=(",", ":"), sort_keys=True
            )
            done = execute(
                "UPDATE record SET version = ?, body = ? WHERE collection = ? AND id = ? AND version = ?",
                (batch, body, "points", member, held[0]),
            )
            assert done.rowcount == 1
            entry = self.entry(points, reason, now, batch, held[0])
            digest = hashlib.sha256(entry.encode()).hexdigest()[:32]
            execute("INSERT INTO entry (id, body) VALUES (?, ?)", (digest, entry))
        except BaseException:
            execute("ROLLBACK")
            raise
        execute("COMMIT")
        return int(balance)

    def entry(self, points: int, reason: str, now: str, batch: str, before: str) -> str:
        """What the journal keeps of it."""
        postings = [
            {"account": "member", "points": points},
            {"account": "adjustment", "points": -points},
        ]
        return json.dumps(
            {
                "actor": {"is": "system", "name": "host"},
                "at": now,
                "batch": batch,
                "fact": {"member": self.member, "postings": postings, "reason": reason},
                "members": [self.member],
                "recorded_at": now,
                "rulebook": self.rulebook,
                "tag": "points.adjusted",
                "v": 1,
                "writes": [["points", self.member, before, batch]],
            },
            separators=(",", ":"),
            ensure_ascii=False,
        )

    def balance(self) -> int:
        """What the member holds."""
        row = self.db.execute(
            "SELECT body FROM record WHERE collection = 'points' AND id = ?", (self.member,)
        ).fetchone()
        return int(json.loads(row[0])["value"]["balance"])


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
