"""One rulebook for all: whatever one process puts in force holds for the next command of every other."""

from __future__ import annotations

import hashlib

import attrs
import pytest

from omnicommerce import Commerce, DemoKeys, MemoryStorage, Money, Points, PointsRules, SecretKeys
from omnicommerce.kernel.collection import Version
from omnicommerce.kernel.errors import BadValue, PortFault
from omnicommerce.orders import SaleRules
from omnicommerce.ports.storage import Batch, Key, Put, Record
from omnicommerce.rulebook import Rulebook
from omnicommerce.runner import in_force
from omnicommerce.testing import CountingStorage, FrozenClock
from tests.backstage import journal
from tests.shopfront import RULES, SHOP_OPENS, Shop, opened, sale

GENEROUS = attrs.evolve(RULES, points=PointsRules(earn_per=Money(10, "CNY")))


def test_the_first_command_puts_the_rulebook_in_force() -> None:
    storage = MemoryStorage()
    shop = opened(storage)
    before = storage.everything(Key("", ""), 100)
    shop.member()
    parts = [key for key, _ in storage.everything(Key("", ""), 100) if key.collection == "rulebook_part"]

    assert [] == before
    assert sorted(in_force(RULES).pressed.documents) == [key.id for key in parts]


def test_an_opening_with_the_same_rulebook_writes_nothing() -> None:
    storage = CountingStorage(MemoryStorage())
    opened(storage).member()
    storage.forget()
    opened(storage).member()

    assert 0 == storage.counts["commit"]


def test_a_rulebook_that_one_puts_in_force_holds_for_the_next_command_of_the_other() -> None:
    storage = MemoryStorage()
    first, second = opened(storage), opened(storage, GENEROUS)
    earned = [
        shop.commerce.sales.ingest(sale=sale(number, 1_000)).earned.count
        for number, shop in enumerate((first, second, first))
    ]

    assert [10, 100, 100] == earned


def test_every_entry_says_under_which_rulebook_it_happened() -> None:
    storage = MemoryStorage()
    first, second = opened(storage), opened(storage, GENEROUS)
    for number, shop in enumerate((first, second, first)):
        shop.commerce.sales.ingest(sale=sale(number, 1_000))

    told = [entry["rulebook"] for entry in journal(storage) if entry["tag"] == "sale.recorded"]
    rules = [in_force(each).digest for each in (RULES, GENEROUS, GENEROUS)]
    assert rules == told


def test_a_rulebook_is_read_once_and_remembered() -> None:
    storage = CountingStorage(MemoryStorage())
    first, second = opened(storage), opened(storage, GENEROUS)
    first.member()
    second.member()
    reads = []
    for _ in range(2):
        storage.forget()
        first.member()
        reads.append(storage.counts["read"])

    # The manifest, then all parts; and then never again.
    assert [3, 1] == reads


def test_another_key_ring_is_refused_and_nothing_changes() -> None:
    storage = MemoryStorage()
    opened(storage).member()
    entries = journal(storage)
    stranger = Commerce(
        storage, RULES, keys=SecretKeys(hashlib.sha256(b"another").digest()), clock=FrozenClock(SHOP_OPENS)
    )

    with pytest.raises(BadValue, match="key ring") as refused:
        stranger.points.balance(member=opened(storage).member())

    assert "keys" == refused.value.path
    assert entries == journal(storage)


def test_a_rulebook_of_another_currency_is_refused_and_nothing_changes() -> None:
    storage = MemoryStorage()
    opened(storage).member()
    entries = journal(storage)
    abroad = Rulebook(sales=SaleRules(currency="USD"))

    with pytest.raises(BadValue, match="expected CNY, with which this shop was opened") as refused:
        opened(storage, abroad).member()

    assert "rulebook.sales.currency" == refused.value.path
    assert entries == journal(storage)


def test_a_part_that_is_gone_or_changed_is_the_storages_fault() -> None:
    def damaged(id: str) -> Shop:
        storage = MemoryStorage()
        first = opened(storage)
        first.member()
        opened(storage, GENEROUS).member()
        key = Key("rulebook_part", id)
        (record,) = storage.read((key,))
        assert isinstance(record, Record)
        text = record.body[:60] + ("1" if record.body[60] != "1" else "2") + record.body[61:]
        storage.commit(Batch(Version("x"), puts=(Put(key, text, (), record.version),)))
        return first

    pressed = in_force(GENEROUS).pressed
    for id in (pressed.digest, pressed.manifest["points"]):
        with pytest.raises(PortFault):
            damaged(id).member()


def test_a_rulebook_in_force_is_worth_a_rulebook_in_hand() -> None:
    assert in_force(RULES).digest != in_force(Rulebook()).digest
    assert Points(10) == opened().commerce.sales.ingest(sale=sale(1, 1_000)).earned
    assert isinstance(DemoKeys().digest("key ring", "omnicommerce"), str)
