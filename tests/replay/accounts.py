"""Replays for tests: told in this process or by the program itself, and what they leave behind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from examples.replay.dataset import data_folder, households
from examples.replay.figures import Report
from examples.replay.ledger import Ledger
from examples.replay.replay import Plan, replay
from examples.replay.rules import member_ids, rulebook
from examples.replay.stories import Life
from examples.replay.worker import midnight_after, shop_over
from omnicommerce import Commerce, SqliteStorage
from omnicommerce.ports.storage import START, Key, Position, Storage

FOLDER: Final = data_folder()


@attrs.frozen
class Account:
    """What the shop answers for one household at the end: what the journal says it did, and what it holds."""

    issued: int
    burned: int
    expired: int
    left: int
    tier: str
    stage: str
    sales: int
    spend_cents: int


@attrs.frozen
class Replayed:
    """A replay that was told to its end."""

    report: Report
    accounts: Mapping[int, Account]
    is_balanced: bool


def replayed(file: Path, days: int, workers: int = 2) -> Replayed:
    """Tell so many days, and ask the shop for everybody's account."""
    audited = replay(Plan(file, FOLDER, rulebook(FOLDER), days, workers), lambda _shop, _closed: None)
    return kept_in(file, days, is_balanced=audited.is_balanced)


def kept_in(file: Path, days: int, *, is_balanced: bool) -> Replayed:
    """What a file says in which so many days have been told, whoever told them."""
    plan = Plan(file, FOLDER, rulebook(FOLDER), days)
    ledger = Ledger()
    members = member_ids(households(FOLDER))
    with SqliteStorage(file) as storage:
        shop = shop_over(storage, plan.rulebook, lambda: midnight_after(plan.last_day))
        ledger.read_on(shop)
        accounts = {
            household: _account(shop, member, ledger.lives[member])
            for household, member in members.items()
            if member in ledger.lives
        }
    base = plan.rulebook.tiers.base
    return Replayed(ledger.report(members, base, "the books balance"), accounts, is_balanced)


def _account(shop: Commerce, member: Any, life: Life) -> Account:
    balance = shop.points.balance(member=member)
    return Account(
        issued=life.issued,
        burned=life.burned,
        expired=life.expired,
        left=(balance.points + balance.pending).count,
        tier=shop.tiers.of(member=member).level,
        stage=shop.stages.of(member=member).stage,
        sales=life.sales,
        spend_cents=life.spend_minor,
    )


# --- what a file holds, whoever wrote it and in however many commits ------------------------------

_DRAWN: Final = re.compile(r"\b[0-9a-f]{32}\b")
_PLACED: Final = frozenset({"position", "id", "batch", "n", "of", "writes", "sum"})
"""What says where an entry or a record stands, and not what it says."""


def content(file: Path) -> list[str]:
    """Every record and every entry, without the ids that were drawn and without their order."""
    with SqliteStorage(file) as storage:
        return sorted([*_records(storage), *_entries(storage)])


def _records(storage: Any) -> Iterator[str]:
    after = Key("", "")
    while page := storage.everything(after, 1_000):
        for key, record in page:
            yield _told([key.collection, key.id, json.loads(record.body)])
        after = page[-1][0]


def _entries(storage: Storage) -> Iterator[str]:
    after: Position = START
    while page := storage.journal(after, 1_000):
        for entry in page:
            yield _told(json.loads(entry.body))
        after = page[-1].position


def _told(said: Any) -> str:
    return _DRAWN.sub("*", json.dumps(_kept(said), sort_keys=True))


def _kept(said: Any) -> Any:
    if isinstance(said, list):
        return [_kept(each) for each in said]
    if isinstance(said, dict):
        return {name: _kept(each) for name, each in said.items() if name not in _PLACED}
    return said
