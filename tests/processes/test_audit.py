"""Whatever is changed behind the shop's back is found and named; whatever the shop does itself is not."""

from __future__ import annotations

import asyncio
import itertools
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import reduce
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from omnicommerce import (
    AsyncCommerce,
    AsyncMemoryStorage,
    Commerce,
    DemoKeys,
    MemoryStorage,
    NotTheSame,
    Refused,
    SqliteStorage,
    wire,
)
from omnicommerce.coupons import CouponRedeemed, CouponReleased, Usage
from omnicommerce.kernel.actor import System
from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.collection import Collection, Keep, NotPersonal, Version
from omnicommerce.kernel.errors import CommerceError
from omnicommerce.kernel.ids import CampaignId, LotId, MemberId, ProductId, StoreId
from omnicommerce.kernel.instant import parse_instant
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.process import Expected, Likeness, Told
from omnicommerce.kernel.quantity import Quantity
from omnicommerce.kernel.shard import WHOLE as WHOLE_SHOP
from omnicommerce.kernel.shard import Shard
from omnicommerce.loyalty import Account, Kind, LotMove, Month, PointsHead, PointsMoved, Posting
from omnicommerce.orders import RecordedSale, Return, Sale, SaleRecorded, SoldLine
from omnicommerce.ports.storage import Batch as Stored
from omnicommerce.ports.storage import Committed, Entry, Found, Key, Page, Position, Query, Record, Storage
from omnicommerce.processes.audit import audit
from omnicommerce.processes.audited import FINDINGS_MAX, Audited
from omnicommerce.processes.folds import FOLDS
from omnicommerce.processes.laws import Laws
from omnicommerce.runner.drivers import blocking
from omnicommerce.runner.journal import compared, entry_id
from tests.backstage import journal
from tests.flows.test_laws import TICKS, histories, told_in_time
from tests.lending import EVENTS
from tests.processes.stories import Damaged, copied, everything_happened, pack, shop_of, unpack
from tests.shopfront import DAY, RULES, SHOP_OPENS, SPRING, Shop, returned, sale, tell


class Remembering(MemoryStorage):
    """Also knows every state that a record was ever in."""

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[Key, list[Record]] = {}

    def commit(self, batch: Stored) -> Committed:
        committed = super().commit(batch)
        for put in batch.puts:
            self.history.setdefault(put.key, []).append(self._records[put.key])
        return committed


class Meddled:
    """A storage in which somebody is at work before every call."""

    def __init__(self, storage: MemoryStorage, meddle: Callable[[], object]) -> None:
        self._storage = storage
        self._meddle = meddle

    def read(self, keys: Sequence[Key]) -> list[Found]:
        self._meddle()
        return self._storage.read(keys)

    def scan(self, query: Query) -> Page:
        return self._storage.scan(query)

    def commit(self, batch: Stored) -> Committed:
        return self._storage.commit(batch)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        self._meddle()
        return self._storage.journal(after, limit)

    def everything(self, after: Key, limit: int) -> list[tuple[Key, Record]]:
        self._meddle()
        return self._storage.everything(after, limit)


WHOLE: Final = Remembering()
everything_happened(WHOLE)

UNFOLDED: Final = ("rulebook_part", "receipt")
"""What no entry tells of: only its bytes are held to its checksum."""

RECORDS: Final = tuple(sorted(WHOLE._records))
FOLDED: Final = tuple(key for key in RECORDS if key.collection not in UNFOLDED)
KNOWN: Final = tuple(key for key in FOLDED if key.collection in FOLDS)
"""Without those of the host, of which nobody else knows what should be in them."""
PLACES: Final = range(len(WHOLE._entries))


RUNNER: Final = shop_of(WHOLE).commerce._runner


SHARDS: Final = tuple(Shard(3, number) for number in range(3))


def audited(storage: Storage, page: int = 200, shard: Shard = WHOLE_SHOP) -> Audited:
    """An audit that reads so many entries at once, of one shard."""
    runner = attrs.evolve(RUNNER, storage=storage)
    return runner.follow(lambda: audit(shard=shard, page=page), "audit")


def both_ways(storage: Storage, page: int = 200) -> Audited:
    """An audit of a shop at rest; three that share the work must find the very same."""
    whole = audited(storage, page)
    shared = reduce(Audited.joined_with, [audited(storage, page, shard) for shard in SHARDS])
    assert alike(whole) == alike(shared)
    return whole


def alike(audited: Audited) -> Audited:
    """The findings in an order of their own: audits that share the work find them one after another."""
    return attrs.evolve(audited, findings=tuple(sorted(audited.findings, key=str)))


def places(audited: Audited) -> list[str]:
    """Where something was found, in order."""
    return sorted(finding.where for finding in audited.findings)


def at(entry: Entry) -> str:
    return f"entry {entry.id} at {entry.position}"


def of(key: Key) -> str:
    return f"record {key.collection}/{key.id}"


def told_by(entry: Entry, *, is_first: bool = False) -> list[str]:
    """The records and counters that an entry tells of; those that it found as another batch had left them."""
    said = json.loads(entry.body)
    told = [of(Key(*write[:2])) for write in said.get("writes", ()) if not is_first or write[2] != write[3]]
    return told + [f"counter {add[0]}" for add in said.get("adds", ())]


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
    found = both_ways(copied(WHOLE))

    assert () == found.findings
    assert found.is_balanced
    assert (len(WHOLE._entries), 1, 0) == (found.entries, found.counters, found.more)
    assert WHOLE._entries[-1].position == found.position


def test_a_text_that_looks_like_the_seams_of_an_entry_is_a_text() -> None:
    """Entries are taken apart where their fact begins and ends; a receipt, or an actor, may say anything."""
    shop = shop_of(copied(WHOLE))
    seams = '","fact":{},"members":["x"],"n":7,"recorded_at":"]}'
    acting = attrs.evolve(shop, commerce=shop.commerce.acting(System(seams)))
    tell(acting, sale(seams, [(seams, 1, 500)], at=shop.clock()))

    assert seams in journal(shop.storage)[-1]["actor"]["name"]
    assert () == both_ways(shop.storage).findings


def test_an_empty_shop_balances() -> None:
    assert Audited(0, 0, 0, (), 0, "") == both_ways(MemoryStorage())


@settings(max_examples=20)
@for_all(facts=histories(), ticks=TICKS)
def test_whatever_happens_in_a_shop_its_books_balance(facts: Any, ticks: set[int]) -> None:
    assert () == told_in_time(facts, ticks).commerce.audit().findings


def test_both_doors_audit_alike() -> None:
    storage = copied(WHOLE)
    alter(storage, FOLDED[0], body="{}")
    shop = AsyncCommerce(AsyncMemoryStorage(storage), RULES, keys=DemoKeys(), events=EVENTS)

    assert both_ways(storage) == asyncio.run(shop.audit())


# --- one byte ------------------------------------------------------------------------------------


STRIDE: Final = 19
"""Prime to the eight bits of a byte, so that each bit has its turn."""


def test_every_byte_of_every_record_is_compared_or_summed() -> None:
    for key, record in WHOLE._records.items():
        asked = Expected(_collection(key), key.id, record.version, *_value(key, record.body))
        for place in range(len(record.body.encode())):
            storage = MemoryStorage()
            storage._records[key] = attrs.evolve(record, body=flipped(record.body, place, place % 8))
            (found,) = blocking(compared((asked,), RUNNER.world), storage)
            assert Likeness.DIFFERENT is found.likeness, f"{key} at {place}"


def test_the_id_of_an_entry_follows_from_every_byte() -> None:
    for entry in WHOLE._entries:
        for place in range(len(entry.body.encode())):
            assert entry.id != entry_id(flipped(entry.body, place, place % 8))


def _collection(key: Key) -> Collection[Any]:
    if key.collection in FOLDS:
        return FOLDS[key.collection].collection
    return Collection(key.collection, object, personal=NotPersonal(), keep=Keep.AS_BOOKS)


def _value(key: Key, body: str) -> tuple[Any, Any]:
    """What is in the record, and since when; of a kind that is not folded nothing is known."""
    if key.collection not in FOLDS:
        return None, SHOP_OPENS
    stored: wire.Stored[Any] = wire.stored(body, key.collection, _collection(key).holds)
    return stored.value, parse_instant(stored.at)


def test_a_byte_of_any_record_matters_wherever_it_is() -> None:
    """Some bytes, and of each record one at a time."""
    lengths = {key: len(record.body.encode()) for key, record in WHOLE._records.items()}
    for place in range(0, max(lengths.values()), STRIDE):
        storage = copied(WHOLE)
        damaged = [key for key, length in lengths.items() if place < length]
        for key in damaged:
            alter(storage, key, body=flipped(storage._records[key].body, place, place % 8))

        assert sorted(map(of, damaged)) == places(both_ways(storage))


def test_a_byte_of_any_entry_matters_wherever_it_is() -> None:
    lengths = [len(entry.body.encode()) for entry in WHOLE._entries]
    for place in range(0, max(lengths), STRIDE):
        storage = copied(WHOLE)
        damaged = [number for number, length in enumerate(lengths) if place < length]
        for number in damaged:
            rewrite(storage, number, body=flipped(storage._entries[number].body, place, place % 8))

        assert {at(storage._entries[number]) for number in damaged} <= set(places(both_ways(storage)))


THE_END: Final = SHOP_OPENS + 250 * DAY
ONE_FLIP: Final = st.tuples(st.sampled_from(PLACES), st.integers(0, 1_800), st.integers(0, 7))


@settings(max_examples=80)
@for_all(flip=ONE_FLIP)
def test_a_damaged_entry_is_named_and_hardly_anything_else(flip: tuple[int, int, int]) -> None:
    number, place, bit = flip
    storage = copied(WHOLE)
    body = storage._entries[number].body
    length = len(body.encode())
    rewrite(storage, number, body=flipped(body, place % length, bit))
    where = at(storage._entries[number])

    named = places(both_ways(storage))

    assert where in named
    begins = body.find('"adds":') if '"adds":' in body else body.find('"writes":')
    is_told = begins < 0 or len(body[:begins].encode()) > place % length
    assert len(named) - 1 <= (0 if is_told else len(told_by(WHOLE._entries[number])))


@pytest.mark.parametrize("number", PLACES)
def test_the_id_of_an_entry_matters(number: int) -> None:
    storage = copied(WHOLE)
    rewrite(storage, number, id=flipped(storage._entries[number].id, number % 32, 0))

    assert [at(storage._entries[number])] == places(both_ways(storage))


# --- versions, rows and entries ------------------------------------------------------------------


def test_a_record_at_another_version_is_named() -> None:
    for key in FOLDED:
        storage = copied(WHOLE)
        alter(storage, key, version=Version("f" * 32))

        assert [of(key)] == places(both_ways(storage))


PARTS: Final = tuple(key for key in RECORDS if key.collection == "rulebook_part")


def test_a_record_that_is_gone_is_named() -> None:
    for key in (*FOLDED, *PARTS):
        storage = copied(WHOLE)
        del storage._records[key]

        assert [of(key)] == places(both_ways(storage))


def test_a_record_that_no_entry_tells_of_is_named() -> None:
    for key in FOLDED:
        storage = copied(WHOLE)
        stranger = key._replace(id=f"{key.id}0")
        storage._records[stranger] = storage._records[key]

        assert [of(stranger)] == places(both_ways(storage))


def earlier() -> Iterator[tuple[Key, Record]]:
    for key, records in WHOLE.history.items():
        yield from ((key, record) for record in records if record != WHOLE._records.get(key))


@pytest.mark.parametrize("page", [1, 3, 200])
def test_an_earlier_state_of_a_record_is_named(page: int) -> None:
    """As if one row had been restored from yesterday's backup: body and version fit each other."""
    for key, record in earlier():
        storage = copied(WHOLE)
        storage._records[key] = record

        assert [of(key)] == places(both_ways(storage, page))


@pytest.mark.parametrize("page", [1, 7, 200])
def test_an_entry_that_is_gone_is_missed_by_whatever_it_wrote(page: int) -> None:
    """Unless the same batch went on to write the same once more; its next entry may miss it, too."""
    for number in PLACES:
        storage = copied(WHOLE)
        gone = storage._entries.pop(number)

        named = places(both_ways(storage, page))

        others = {name for name in named if not name.startswith("entry ")}
        assert set(told_by(gone, is_first=True)) <= others <= set(told_by(gone))
        assert len(set(named)) == len(named)


def test_an_entry_that_is_told_twice_is_named() -> None:
    for number in PLACES:
        storage = copied(WHOLE)
        twice = storage._entries[number]
        storage._entries.append(attrs.evolve(twice, position=Position("9" * 18)))

        assert set(told_by(twice)) <= set(places(both_ways(storage)))


@pytest.mark.parametrize("number", PLACES[:-1])
def test_entries_that_change_places_are_named(number: int) -> None:
    """Of neighbours, if both wrote the same record."""
    storage = copied(WHOLE)
    first, second = storage._entries[number : number + 2]
    rewrite(storage, number, id=second.id, body=second.body)
    rewrite(storage, number + 1, id=first.id, body=first.body)
    both = {where for where in told_by(first) if where in told_by(second) and where.startswith("record")}

    assert both <= set(places(both_ways(storage)))


@settings(max_examples=25)
@for_all(pair=st.lists(st.sampled_from(KNOWN), min_size=2, max_size=2, unique=True))
def test_bodies_that_change_places_are_named(pair: list[Key]) -> None:
    one, other = pair
    storage = copied(WHOLE)
    alter(storage, one, body=WHOLE._records[other].body)
    alter(storage, other, body=WHOLE._records[one].body)
    same = WHOLE._records[one].body == WHOLE._records[other].body

    assert ([] if same else sorted(map(of, pair))) == places(both_ways(storage))


@settings(max_examples=25)
@for_all(key=st.sampled_from(RECORDS), data=st.data())
def test_a_record_that_was_cut_short_is_named(key: Key, data: Any) -> None:
    storage = copied(WHOLE)
    body = WHOLE._records[key].body
    alter(storage, key, body=body[: data.draw(st.integers(0, len(body) - 1))])

    assert [of(key)] == places(both_ways(storage))


@settings(max_examples=25)
@for_all(number=st.sampled_from(PLACES), data=st.data())
def test_an_entry_that_was_cut_short_is_named_and_at_most_what_it_wrote(number: int, data: Any) -> None:
    storage = copied(WHOLE)
    entry = WHOLE._entries[number]
    rewrite(storage, number, body=entry.body[: data.draw(st.integers(0, len(entry.body) - 1))])

    named = set(places(both_ways(storage)))
    assert at(entry) in named
    assert named <= {at(entry), *told_by(entry)}


@pytest.mark.parametrize("delta", [-1, 1, 1_000])
def test_a_counter_that_was_moved_is_named(delta: int) -> None:
    storage = copied(WHOLE)
    storage._totals["lending/shelf"] += delta

    assert ["counter lending/shelf"] == places(both_ways(storage))


def test_a_counter_that_is_gone_is_named() -> None:
    storage = copied(WHOLE)
    del storage._totals["lending/shelf"]

    assert ["counter lending/shelf"] == places(both_ways(storage))


# --- whoever knows how to make an id ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "was", "is_now"),
    [
        ("points.moved", '"points":', '"points":1'),
        ("sale.recorded", '"quantity":', '"quantity":1'),
        ("person.judged", '"stage":"', '"stage":"x'),
        ("coupon.redeemed", '"campaign":"', '"campaign":"x'),
    ],
)
def test_a_forged_entry_does_not_fit_what_is_stored(tag: str, was: str, is_now: str) -> None:
    storage = copied(WHOLE)
    fits = [f'"tag":"{tag}"' in entry.body and was in entry.body for entry in WHOLE._entries]
    number = len(fits) - 1 - fits[::-1].index(True)
    body = WHOLE._entries[number].body.replace(was, is_now)
    rewrite(storage, number, body=body, id=entry_id(body))

    named = set(places(both_ways(storage)))
    assert named & {at(storage._entries[number]), *told_by(WHOLE._entries[number])}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "5",
        "{}",
        "[" * 100_000,
        '{"tag":[]}',
        '{"adds":[["a",1e999]]}',
        '{"writes":5}',
        '{"tag":"\ud800"}',
    ],
)
def test_an_entry_that_says_nothing_is_named(body: str) -> None:
    storage = copied(WHOLE)
    entry = Entry(Position("9" * 18), entry_id(body), body)
    storage._entries.append(entry)

    assert [at(entry)] == places(both_ways(storage))


def test_findings_are_counted_beyond_those_that_are_listed() -> None:
    storage = Damaged()
    number = FINDINGS_MAX + 50
    storage._entries = [Entry(Position(f"{n:019}"), "x", "y") for n in range(1, number + 1)]

    found = both_ways(storage)

    assert (FINDINGS_MAX, 50) == (len(found.findings), found.more)
    assert not found.is_balanced


def test_a_finding_is_one_line_whatever_was_damaged() -> None:
    storage = copied(WHOLE)
    storage._records[Key("sale", "a\nb\udcff")] = WHOLE._records[FOLDED[0]]

    (found,) = both_ways(storage).findings

    assert "record sale/a\\nb\\udcff: no entry tells how it came to stand as it does" == str(found)


# --- the laws of the books -----------------------------------------------------------------------

MEMBER: Final = MemberId("m")
LINE: Final = SoldLine(ProductId("milk"), Quantity(1), 100, Points(1), Points(0))
SOLD: Final = RecordedSale(
    at=SHOP_OPENS,
    day=SHOP_OPENS.date(),
    store=StoreId("s1"),
    channel=Channel.STORE,
    currency="CNY",
    node=MEMBER,
    member=MEMBER,
    lines=(LINE,),
)


def told(fact: Any) -> Told:
    return Told(position="1", id="e", read=lambda: fact)


def moved(member: int, issuer: int, lots: int, debt: int = 0) -> PointsMoved:
    """Points that were posted to a member and to the house, and that came into the member's lots."""
    postings = (
        Posting(Account.MEMBER, Points(member)),
        Posting(Account.ISSUER, Points(issuer)),
        Posting(Account.DEBT, Points(debt)),
    )
    moves = (LotMove(LotId("l"), Points(lots)),)
    return PointsMoved(MEMBER, "id", Kind.ACCRUAL, "source", postings, moves)


def sold(**changes: Any) -> SaleRecorded:
    """A sale of one line that is not as it should be."""
    return SaleRecorded("s", attrs.evolve(SOLD, lines=(attrs.evolve(LINE, **changes),)))


@pytest.mark.parametrize(
    ("fact", "broken"),
    [
        (moved(5, -5, 5), []),
        (moved(5, -4, 5), ["the postings do not sum to zero"]),
        (moved(5, -5, 4), ["what the lots gained is not what was posted to the member"]),
        (SaleRecorded("s", SOLD), []),
        (sold(earned=Points(-1)), ["a line of the sale is below zero"]),
        (sold(burned=Points(-1)), ["a line of the sale is below zero"]),
        (sold(paid_minor=-1), ["a line of the sale is below zero"]),
        (sold(returned=Quantity(2)), ["more came back of a line than was sold"]),
    ],
)
def test_an_entry_keeps_the_laws(fact: Any, broken: list[str]) -> None:
    assert broken == Laws().broken_by(told(fact))


def test_a_book_holds_what_was_posted_and_never_less_than_nothing() -> None:
    laws = Laws()
    laws.broken_by(told(moved(5, -5, 5)))
    month = Month("never", 1, Points(5), SHOP_OPENS, None)

    assert [] == laws.broken_in("points", MEMBER, PointsHead(months=(month,)))
    wrong = ["the book does not hold what its entries add up to"]
    assert wrong == laws.broken_in("points", MEMBER, PointsHead())
    assert wrong == laws.broken_in("points", MEMBER, PointsHead(Points(1), (month,)))
    laws.broken_by(told(moved(-6, 6, -6)))
    assert ["the member has less than nothing, or owes less than nothing"] == laws.broken_in(
        "points", MEMBER, None
    )


def test_uses_are_those_that_were_counted() -> None:
    """Whatever the campaign is called."""
    laws = Laws()
    campaign = CampaignId("spring/2026")
    laws.broken_by(told(CouponRedeemed(campaign, MEMBER, "s", (1,))))
    laws.broken_by(told(CouponRedeemed(campaign, None, "s", (1,))))

    assert [] == laws.broken_in("usage", "spring/2026/m", Usage(1))
    assert ["the uses are not those that its entries count"] == laws.broken_in(
        "usage", "spring/2026/m", Usage(2)
    )
    for _ in range(2):
        laws.broken_by(told(CouponReleased(campaign, MEMBER, "s")))
    assert ["a coupon was given back more often than it was used"] == laws.broken_in(
        "usage", "spring/2026/m", None
    )


# --- in a file -----------------------------------------------------------------------------------

PLACED: Final = "UPDATE record SET {} = CAST(? AS TEXT) WHERE collection = ? AND id = ?"


CHANGED: Final = "UPDATE entry SET {} = CAST(? AS TEXT) WHERE position = ?"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop's file in which everything has happened."""
    path = tmp_path_factory.mktemp("shop") / "shop.db"
    with SqliteStorage(path) as storage:
        everything_happened(storage)
    return path


@contextmanager
def damaged(file: Path, statement: str, values: Sequence[object]) -> Iterator[None]:
    """Change the file, and put it back as it was afterwards."""
    db = sqlite3.connect(file)
    before = file.read_bytes()
    try:
        with db:
            assert 1 == db.execute(statement, values).rowcount
        yield
    finally:
        db.close()
        file.write_bytes(before)


def stored_in(file: Path, statement: str) -> list[Any]:
    db = sqlite3.connect(file)
    try:
        return db.execute(statement).fetchall()
    finally:
        db.close()


BYTES: Final = st.tuples(st.integers(0, 2_000), st.integers(0, 7), st.integers(0, 10_000))


def _changed(content: bytes, place: int, bit: int) -> bytes:
    return bytes(byte ^ (1 << bit) if n == place % len(content) else byte for n, byte in enumerate(content))


@settings(max_examples=20)
@for_all(flip=BYTES)
def test_a_byte_of_a_record_in_a_file_matters(file: Path, flip: tuple[int, int, int]) -> None:
    rows = stored_in(file, "SELECT collection, id, CAST(body AS BLOB) FROM record")
    collection, id, body = rows[flip[2] % len(rows)]

    with (
        damaged(file, PLACED.format("body"), (_changed(body, *flip[:2]), collection, id)),
        SqliteStorage(file) as storage,
    ):
        assert [f"record {collection}/{id}"] == places(both_ways(storage))


@settings(max_examples=20)
@for_all(flip=BYTES)
def test_a_byte_of_an_entry_in_a_file_matters(file: Path, flip: tuple[int, int, int]) -> None:
    rows = stored_in(file, "SELECT position, id, CAST(body AS BLOB) FROM entry")
    position, id, body = rows[flip[2] % len(rows)]
    changed = _changed(body, *flip[:2])
    with (
        damaged(file, CHANGED.format("body"), (changed, position)),
        SqliteStorage(file) as storage,
    ):
        assert f"entry {id} at {position:019}" in places(both_ways(storage))


NO_TEXT: Final = b"\xff\xfe"


@pytest.mark.parametrize("column", ["id", "version", "body"])
def test_a_record_that_is_no_text_any_more_is_named(file: Path, column: str) -> None:
    """Every kind of record, also the last that is listed."""
    rows = stored_in(file, "SELECT collection, id FROM record ORDER BY collection, id")
    for collection, id in dict(rows).items():
        values = (NO_TEXT, collection, id)
        with damaged(file, PLACED.format(column), values), SqliteStorage(file) as storage:
            named = places(both_ways(storage))

        where = {f"record {collection}/{id}"}
        if column == "id":
            where.add(f"record {collection}/\\udcff\\udcfe")
        if column == "body" or collection not in UNFOLDED:
            assert where == set(named)


@pytest.mark.parametrize("column", ["id", "body"])
def test_an_entry_that_is_no_text_any_more_is_named(file: Path, column: str) -> None:
    statement = CHANGED.format(column)
    ((id, body),) = stored_in(file, "SELECT id, body FROM entry WHERE position = 9")
    with damaged(file, statement, (NO_TEXT, 9)), SqliteStorage(file) as storage:
        named = places(both_ways(storage))

    shown = "\\udcff\\udcfe" if column == "id" else id
    where = f"entry {shown} at {9:019}"
    assert where in named
    assert set(named) <= {where, *told_by(Entry(Position("9"), id, body))}


def test_a_counter_in_a_file_that_was_moved_is_named(file: Path) -> None:
    with damaged(file, "UPDATE counter SET total = total + ?", (1,)), SqliteStorage(file) as storage:
        assert ["counter lending/shelf"] == places(both_ways(storage))


# --- beside writers ------------------------------------------------------------------------------


@attrs.define
class Writer:
    """Somebody at work in the shop; `turns` is how many more things they will do."""

    shop: Shop
    data: Any
    turns: int
    number: int = 100

    def work(self) -> None:
        for _ in range(self.data.draw(st.integers(0, 2)) if self.turns else 0):
            self.turns -= 1
            self.data.draw(st.sampled_from(ACTS))(self)

    def sell(self) -> None:
        self.number += 1
        self._tell(sale(self.number, at=self.shop.clock(), coupons=self.data.draw(COUPONS)))

    def take_back(self) -> None:
        self.number += 1
        of = sale(self.data.draw(st.sampled_from((1, 3, 4, 5, 101, 102, 103))))
        self._tell(returned(of, self.number, at=self.shop.clock()))

    def sell_what_was_waited_for(self) -> None:
        self._tell(sale(99, at=self.shop.clock()))

    def sell_many(self) -> None:
        self.number += 3
        facts = [sale(self.number - n, at=self.shop.clock()) for n in range(3)]
        self.shop.commerce.sales.ingest_many(facts=[*facts, returned(facts[0], self.number)])

    def move_time(self) -> None:
        self.shop.clock.advance(days=self.data.draw(st.sampled_from((1, 40, 100))))
        self.shop.commerce.tick()

    def pack(self) -> None:
        self.shop.commerce.run(pack, id=self.data.draw(BOX), size=self.data.draw(st.integers(1, 9)))

    def unpack(self) -> None:
        with suppress(AssertionError):
            self.shop.commerce.run(unpack, id=self.data.draw(BOX))

    def change_the_rules(self) -> None:
        rules = attrs.evolve(RULES, points=attrs.evolve(RULES.points, expiry_days=self.number + 1))
        clock = self.shop.clock
        shop = Commerce(self.shop.storage, rules, keys=DemoKeys(), clock=clock, events=EVENTS)
        self.shop = attrs.evolve(self.shop, commerce=shop)
        self.sell()

    def _tell(self, fact: Sale | Return) -> None:
        with suppress(Refused, NotTheSame):
            tell(self.shop, fact)


BOX: Final = st.sampled_from(("box 1", "box 2"))
COUPONS: Final = st.sampled_from(((), (SPRING,)))
ACTS: Final = (
    Writer.sell,
    Writer.sell_many,
    Writer.take_back,
    Writer.sell_what_was_waited_for,
    Writer.move_time,
    Writer.pack,
    Writer.unpack,
    Writer.change_the_rules,
)


@settings(max_examples=25)
@for_all(
    data=st.data(),
    page=st.integers(1, 60),
    turns=st.integers(1, 12),
    shard=st.sampled_from([WHOLE_SHOP, *SHARDS]),
)
def test_writers_at_work_are_never_found_wrong(data: Any, page: int, turns: int, shard: Shard) -> None:
    storage = copied(WHOLE)
    shop = shop_of(storage)
    shop.clock.set(THE_END)
    writer = Writer(shop, data, turns)
    since = len(storage._entries)

    found = audited(Meddled(storage, writer.work), page, shard)

    assert () == found.findings
    assert since <= found.entries <= len(storage._entries)
    assert () == both_ways(storage).findings


class HalfRead(Meddled):
    """Has nothing more to tell once its journal has been read to the end."""

    is_read = False

    def journal(self, after: Position, limit: int) -> list[Entry]:
        page = [] if self.is_read else super().journal(after, limit)
        self.is_read = len(page) < limit
        return page


def busy(storage: MemoryStorage) -> Callable[[], None]:
    """Somebody who never rests."""
    shop = shop_of(storage)
    shop.clock.set(THE_END)
    turns = itertools.count(1)

    def work() -> None:
        turn = next(turns)
        tell(shop, sale(1_000 + turn, at=THE_END))
        shop.commerce.run(pack, id="box 3", size=turn)

    return work


def test_an_audit_comes_to_an_end_though_the_shop_never_rests() -> None:
    for shard in (WHOLE_SHOP, *SHARDS):
        storage = copied(WHOLE)

        assert () == audited(Meddled(storage, busy(storage)), shard=shard).findings


def test_an_audit_that_does_not_read_on_finds_innocents() -> None:
    """The negative control: without what was written meanwhile, a record, a book and a counter seem wrong."""
    storage = copied(WHOLE)

    named = places(audited(HalfRead(storage, busy(storage))))
    kinds = {where.partition("/")[0] for where in named}

    assert {"record points", "record sale", "record spend", "counter lending"} <= kinds
    assert () == both_ways(storage).findings


@settings(max_examples=12)
@for_all(data=st.data(), page=st.integers(1, 60), key=st.sampled_from(KNOWN))
def test_damage_is_found_beside_writers_unless_they_write_over_it(data: Any, page: int, key: Key) -> None:
    storage = copied(WHOLE)
    shop = shop_of(storage)
    shop.clock.set(THE_END)
    body = WHOLE._records[key].body
    bad = flipped(body, data.draw(st.integers(0, len(body.encode()) - 1)), 0)
    alter(storage, key, body=bad)
    writer = Writer(shop, data, 10)

    def work() -> None:
        with suppress(CommerceError):
            writer.work()

    named = places(audited(Meddled(storage, work), page))

    is_there = key in storage._records and storage._records[key].body == bad
    assert [of(key)] == named or not is_there
