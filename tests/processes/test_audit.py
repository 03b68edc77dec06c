"""Whatever is changed behind the shop's back is found and named; whatever the shop does itself is not."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import attrs
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from omnicommerce import AsyncCommerce, AsyncMemoryStorage, DemoKeys, MemoryStorage
from omnicommerce.kernel.collection import Version
from omnicommerce.kernel.points import Points
from omnicommerce.orders import Sale
from omnicommerce.ports.storage import Entry, Found, Key, Page, Position, Query, Record
from omnicommerce.ports.storage import Batch as Stored
from omnicommerce.ports.storage import Committed, Storage
from omnicommerce.processes.audit import FINDINGS_MAX, Audited, audit
from omnicommerce.rulebook import Rulebook
from omnicommerce.runner.journal import entry_id
from tests.flows.test_laws import TICKS, histories, told_in_time
from tests.lending import EVENTS
from tests.processes.stories import copied, everything_happened, pack, shop_of, unpack
from tests.shopfront import DAY, RULES, SHOP_OPENS, Shop, returned, sale, tell

WHOLE: Final = MemoryStorage()
everything_happened(WHOLE)

UNFOLDED: Final = ("rulebook_part", "receipt")
"""What no entry tells of: only its bytes are held to its checksum."""

RECORDS: Final = tuple(sorted(WHOLE._records))
FOLDED: Final = tuple(key for key in RECORDS if key.collection not in UNFOLDED)
PLACES: Final = range(len(WHOLE._entries))


def audited(storage: Storage) -> Audited:
    return shop_of(storage).commerce.audit()


def places(audited: Audited) -> list[str]:
    """Where something was found, in order."""
    return sorted(finding.where for finding in audited.findings)


def at(entry: Entry) -> str:
    return f"entry {entry.id} at {entry.position}"


def of(key: Key) -> str:
    return f"record {key.collection}/{key.id}"


def writes(entry: Entry) -> int:
    """How many records and counters an entry tells of."""
    said = json.loads(entry.body)
    return len(said.get("writes", ())) + len(said.get("adds", ()))


def flipped(text: str, place: int, bit: int) -> str:
    """The text with one bit of one byte changed; what is no UTF-8 then is read as it lies."""
    content = bytearray(text.encode())
    content[place] ^= 1 << bit
    return content.decode("utf-8", "surrogateescape")


def alter(storage: MemoryStorage, key: Key, **changes: Any) -> None:
    storage._records[key] = attrs.evolve(storage._records[key], **changes)


def rewrite(storage: MemoryStorage, place: int, **changes: Any) -> None:
    storage._entries[place] = attrs.evolve(storage._entries[place], **changes)


# --- a sound shop --------------------------------------------------------------------------------


def test_the_books_of_a_sound_shop_balance() -> None:
    found = audited(copied(WHOLE))

    assert () == found.findings
    assert found.is_balanced
    assert (len(WHOLE._entries), 1, 0) == (found.entries, found.counters, found.more)
    assert WHOLE._entries[-1].position == found.position


def test_an_empty_shop_balances() -> None:
    assert Audited(0, 0, 0, (), 0, "") == audited(MemoryStorage())


@settings(max_examples=40)
@for_all(facts=histories(), ticks=TICKS)
def test_whatever_happens_in_a_shop_its_books_balance(facts: Any, ticks: set[int]) -> None:
    assert () == told_in_time(facts, ticks).commerce.audit().findings


def test_both_doors_audit_alike() -> None:
    storage = copied(WHOLE)
    alter(storage, FOLDED[0], body="{}")
    shop = AsyncCommerce(AsyncMemoryStorage(storage), RULES, keys=DemoKeys(), events=EVENTS)

    assert audited(storage) == asyncio.run(shop.audit())


# --- one byte ------------------------------------------------------------------------------------


def test_every_byte_of_every_record_matters() -> None:
    """Byte by byte, one of each record at a time."""
    lengths = {key: len(record.body.encode()) for key, record in WHOLE._records.items()}
    for place in range(max(lengths.values())):
        storage = copied(WHOLE)
        damaged = [key for key, length in lengths.items() if place < length]
        for key in damaged:
            alter(storage, key, body=flipped(storage._records[key].body, place, place % 8))

        assert sorted(map(of, damaged)) == places(audited(storage))


def test_every_byte_of_every_entry_matters() -> None:
    lengths = [len(entry.body.encode()) for entry in WHOLE._entries]
    for place in range(max(lengths)):
        storage = copied(WHOLE)
        damaged = [number for number, length in enumerate(lengths) if place < length]
        for number in damaged:
            rewrite(storage, number, body=flipped(storage._entries[number].body, place, place % 8))

        named = places(audited(storage))
        assert {at(storage._entries[number]) for number in damaged} <= set(named)


ONE_FLIP: Final = st.tuples(st.sampled_from(PLACES), st.integers(0, 1_800), st.integers(0, 7))


@settings(max_examples=150)
@for_all(flip=ONE_FLIP)
def test_a_damaged_entry_is_named_and_hardly_anything_else(flip: tuple[int, int, int]) -> None:
    number, place, bit = flip
    storage = copied(WHOLE)
    body = storage._entries[number].body
    length = len(body.encode())
    rewrite(storage, number, body=flipped(body, place % length, bit))
    where = at(storage._entries[number])

    named = places(audited(storage))

    assert where in named
    begins = body.find('"adds":') if '"adds":' in body else body.find('"writes":')
    is_told = begins < 0 or len(body[:begins].encode()) > place % length
    assert len(named) - 1 <= (0 if is_told else writes(WHOLE._entries[number]))


@pytest.mark.parametrize("number", PLACES)
def test_the_id_of_an_entry_matters(number: int) -> None:
    storage = copied(WHOLE)
    rewrite(storage, number, id=flipped(storage._entries[number].id, number % 32, 0))

    assert [at(storage._entries[number])] == places(audited(storage))
