"""An audit misses entries that wrote nothing, counters that pass by chance, and nothing at an async door.

And it says nothing of a record that was written before a field was added that has a default.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final
from zlib import crc32

import attrs
import pytest

from omnicommerce import AsyncCommerce, AsyncMemoryStorage, DemoKeys, MemoryStorage, ThreadedStorage
from omnicommerce.kernel.process import Told
from omnicommerce.ports.storage import AsyncStorage, Entry, Found, Key, Position, Record
from omnicommerce.processes.audit import audit
from omnicommerce.processes.audited import Audited
from omnicommerce.processes.numbering import BATCHES_KEPT, Numbering
from omnicommerce.testing import BlockingStorage
from tests.lending import EVENTS
from tests.processes.stories import SHELF, Damaged, copied, everything_happened, pack, shop_of
from tests.shopfront import RULES

WHOLE: Final = MemoryStorage()
everything_happened(WHOLE)

SUM_LENGTH: Final = len(',"sum":"00000000"}')


def audited(storage: MemoryStorage) -> Audited:
    return attrs.evolve(shop_of(storage).commerce._runner, storage=storage).follow(audit, "audit")


def summed(opening: str) -> str:
    return f'{opening},"sum":"{crc32(opening.encode()):08x}"}}'


# --- entries -----------------------------------------------------------------------------------------


def entry(batch: str, number: int, fault: str = "", of: int = 0) -> Told:
    return Told(position="1", id="x", fault=fault, batch=batch, number=number, of=of)


def faults(*told: Told) -> list[bool]:
    numbering = Numbering()
    return [bool(numbering.fault_of(each)) for each in told]


def test_the_entries_of_a_batch_come_one_after_another() -> None:
    assert [False] * 4 == faults(entry("a", 0), entry("a", 1), entry("b", 0), entry("a", 2))
    assert [True, False] == faults(entry("a", 1), entry("a", 2))
    assert [False, True, False] == faults(entry("a", 0), entry("a", 2), entry("a", 3))
    assert [False, True] == faults(entry("a", 0), entry("a", 0))


def broken_off(*told: Told) -> list[str]:
    numbering = Numbering()
    for each in told:
        numbering.fault_of(each)
    return [each.batch for each in numbering.broken_off()]


def test_a_batch_that_does_not_come_to_its_end_lacks_an_entry() -> None:
    assert [] == broken_off(entry("a", 0, of=2), entry("b", 0, of=1), entry("a", 1, of=2))
    assert ["a"] == broken_off(entry("a", 0, of=2), entry("b", 0, of=1))
    assert ["b"] == broken_off(entry("a", 0, of=1), entry("b", 0, of=3), entry("b", 1, of=3))
    # What was told twice has been found already.
    assert [] == broken_off(entry("a", 0, of=2), entry("a", 1, of=2), entry("a", 0, of=2))
    # It may be the damaged one, of which that is said.
    assert [] == broken_off(entry("a", 0, of=2), entry("", 0, "damaged"), entry("b", 0, of=1))


def test_a_damaged_entry_may_have_been_the_one_that_seems_to_be_missing() -> None:
    damaged = entry("", 0, "damaged")

    assert [False] * 3 == faults(damaged, entry("a", 1), entry("a", 2))
    assert [False, False, False, True] == faults(damaged, entry("a", 1), entry("b", 0), entry("c", 1))


def test_only_the_last_batches_are_remembered() -> None:
    numbering = Numbering()
    for number in range(BATCHES_KEPT + 1):
        numbering.fault_of(entry(f"{number}", 0))

    assert not numbering.fault_of(entry("0", 0))
    assert numbering.fault_of(entry(f"{BATCHES_KEPT}", 0))


def test_an_entry_that_is_gone_is_missed_though_it_wrote_nothing() -> None:
    for place in range(len(WHOLE._entries)):
        storage = copied(WHOLE)
        del storage._entries[place]

        assert not audited(storage).is_balanced


def test_an_entry_that_is_told_twice_is_found_though_it_wrote_nothing() -> None:
    for twice in WHOLE._entries:
        storage = copied(WHOLE)
        storage._entries.append(attrs.evolve(twice, position=Position("9" * 19)))

        found = [each.where for each in audited(storage).findings]
        assert f"entry {twice.id} at {'9' * 19}" in found


# --- records of an older program ---------------------------------------------------------------------


def test_a_record_without_a_field_that_has_a_default_is_as_good_as_any() -> None:
    key, record = next((key, each) for key, each in WHOLE._records.items() if '"drawn":[],' in each.body)
    older = record.body[:-SUM_LENGTH].replace('"drawn":[],', "")
    storage = copied(WHOLE)

    storage._records[key] = Record(record.version, summed(older))
    assert audited(storage).is_balanced

    for wrong in (older.replace('"v":1', '"v": 1'), older.replace('{"at":"2', '{"at":"1')):
        storage._records[key] = Record(record.version, summed(wrong))
        assert [f"record {key.collection}/{key.id}"] == [each.where for each in audited(storage).findings]


# --- counters ----------------------------------------------------------------------------------------


class Beside(Damaged):
    """Before one call of the audit somebody keeps one thing more."""

    calls = 0
    at = 0

    def _go_on(self) -> None:
        self.calls += 1
        if self.calls == self.at:
            shop_of(self).commerce.run(pack, id="more", size=1)

    def read(self, keys: Sequence[Key]) -> list[Found]:
        self._go_on()
        return super().read(keys)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        self._go_on()
        return super().journal(after, limit)


@pytest.mark.parametrize("at", range(1, 20))
def test_a_counter_that_is_one_ahead_is_found_though_it_moves_on_by_one(at: int) -> None:
    storage = Beside()
    everything_happened(storage)
    storage._totals[SHELF.name] += 1
    storage.calls, storage.at = 0, at

    assert [f"counter {SHELF.name}"] == [each.where for each in audited(storage).findings]


# --- doors that wait ---------------------------------------------------------------------------------


@pytest.mark.parametrize("door", [AsyncMemoryStorage, ThreadedStorage])
def test_an_async_shop_finds_what_no_entry_tells_of(door: type) -> None:
    storage = copied(WHOLE)
    receipt = next(key for key in storage._records if key.collection == "receipt")
    storage._records[receipt] = attrs.evolve(storage._records[receipt], body="{}")
    sale = next(key for key in storage._records if key.collection == "sale")
    storage._records[Key("sale", "none")] = storage._records[sale]
    shop = AsyncCommerce(door(storage), RULES, keys=DemoKeys(), events=EVENTS)

    found = [each.where for each in asyncio.run(shop.audit()).findings]
    assert {f"record receipt/{receipt.id}", "record sale/none"} == set(found)


def test_a_storage_that_lists_nothing_is_no_less_a_storage() -> None:
    storage: AsyncStorage = ThreadedStorage(BlockingStorage(AsyncMemoryStorage(copied(WHOLE))))
    shop = AsyncCommerce(storage, RULES, keys=DemoKeys(), events=EVENTS)

    assert asyncio.run(shop.audit()).is_balanced
