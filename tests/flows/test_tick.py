"""Time alone changes things, and a tick writes it down: each thing once, at the cost of what is due."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from omnicommerce import AsyncCommerce, AsyncMemoryStorage, Commerce, DemoKeys, MemoryStorage, SqliteStorage
from omnicommerce.commerce import TICK_AHEAD_MAX
from omnicommerce.kernel.collection import Version
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId, StoreId
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.shard import Shard
from omnicommerce.lifecycle import StageRules
from omnicommerce.loyalty import PointsRules, TierRules, WrittenOff
from omnicommerce.orders import Sale
from omnicommerce.ports.storage import Batch, Committed, Key, Put, Query, Record, Storage
from omnicommerce.processes.tick import Failure, Ticked
from omnicommerce.rulebook import Rulebook
from omnicommerce.stores import Store
from omnicommerce.testing import CountingStorage, FrozenClock
from tests.backstage import journal
from tests.rivals import Rivalled
from tests.shopfront import DAY, RULES, SHOP_OPENS, Shop, opened, returned, sale, spendable, tell

LONG_AFTER: Final = SHOP_OPENS + 240 * DAY
"""Points have run out, silver is lost, and whoever bought is lost, too."""

RUN_OUT: Final = datetime.fromisoformat("2026-04-15T00:00:00+08:00")
ONCE_EACH: Final = ("points.moved", "tier.changed", "stage.changed", "person.judged")
"""What a tick long after writes of each member who had bought for silver, once."""


def with_members(count: int, storage: Storage | None = None) -> Shop:
    """A shop in which so many members have bought, on its first day, for silver each."""
    shop = opened(storage)
    facts = [sale(number, 35_050, card=f"M-{number}") for number in range(1, count + 1)]
    shop.commerce.sales.ingest_many(facts=facts)
    return shop


def done(shop: Shop) -> Counter[str]:
    """How often each thing was done after the sales."""
    entries = journal(shop.storage)
    told = {entry["batch"] for entry in entries if entry["tag"] == "sale.recorded"}
    return Counter(
        entry["tag"] for entry in entries if entry["batch"] not in told and entry["tag"] in ONCE_EACH
    )


def once_each(count: int) -> Counter[str]:
    return Counter(dict.fromkeys(ONCE_EACH, count))


# --- what it does --------------------------------------------------------------------------------


def test_a_tick_sweeps_what_ran_out_and_judges_tier_and_stage_anew() -> None:
    shop = with_members(1)
    member = shop.member()

    ticked = shop.at(LONG_AFTER).commerce.tick()

    assert Ticked(settled=1) == ticked
    assert once_each(1) == done(shop)
    assert [350, -350] == [line.points.count for line in shop.commerce.points.statement(member=member).lines]
    assert {"tier": ("silver", "member"), "stage": ("new", "lost")} == {
        entry["tag"].removesuffix(".changed"): (entry["fact"]["before"], entry["fact"]["after"])
        for entry in journal(shop.storage)[-2:]
    }


def test_what_a_tick_does_is_dated_at_the_instant_it_was_given() -> None:
    shop = with_members(1)
    member = shop.member()

    shop.at(LONG_AFTER).commerce.tick(RUN_OUT)

    line = shop.commerce.points.statement(member=member).lines[-1]
    assert (RUN_OUT, RUN_OUT, Points(-350)) == (line.booked_at, line.at, line.points)


def test_points_run_out_at_their_instant_and_not_before() -> None:
    shop = with_members(1).at(RUN_OUT - timedelta(microseconds=1))
    shop.commerce.tick()
    before = done(shop)["points.moved"]
    shop.commerce.tick(RUN_OUT)

    assert (0, 1) == (before, done(shop)["points.moved"])


def test_nobody_is_settled_more_than_a_day_ahead_of_the_clock() -> None:
    shop = with_members(1)
    entries = journal(shop.storage)

    with pytest.raises(BadValue, match=r"now: expected no more than a day ahead"):
        shop.commerce.tick(shop.clock() + TICK_AHEAD_MAX + timedelta(microseconds=1))
    shop.commerce.tick(shop.clock() + TICK_AHEAD_MAX)

    assert entries == journal(shop.storage)


def test_a_tick_of_an_earlier_day_does_nothing() -> None:
    shop = with_members(1)
    shop.at(LONG_AFTER).commerce.tick()
    entries = journal(shop.storage)

    assert Ticked() == shop.commerce.tick(SHOP_OPENS)
    assert entries == journal(shop.storage)


def test_whoever_has_only_been_given_points_has_them_swept_as_well() -> None:
    shop = opened()
    member = shop.member()
    shop.commerce.points.adjust(member=member, points=Points(10), reason="goodwill")

    ticked = shop.at(SHOP_OPENS + 90 * DAY).commerce.tick()

    assert 1 == ticked.settled
    assert [10, -10] == [line.points.count for line in shop.commerce.points.statement(member=member).lines]


def test_a_whole_page_of_persons_is_not_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omnicommerce.flows.settle_person.PERSONS_AT_ONCE", 4)
    shop = with_members(11)

    ticked = shop.at(LONG_AFTER).commerce.tick()

    assert Ticked(settled=11) == ticked
    assert once_each(11) == done(shop)


# --- what it costs -------------------------------------------------------------------------------

DUE: Final = 3


def cost(members: int) -> Counter[str]:
    """The calls of a tick, and the records it looks up, in a shop of so many members; three are due."""
    counting = CountingStorage(MemoryStorage())
    shop = opened(counting)
    facts = [sale(number, card=f"M-{number}") for number in range(members)]
    shop.commerce.sales.ingest_many(facts=facts[:DUE])
    shop.at(SHOP_OPENS + 20 * DAY).commerce.sales.ingest_many(
        facts=[attrs.evolve(each, at=shop.clock()) for each in facts[DUE:]]
    )
    counting.forget()

    ticked = shop.at(SHOP_OPENS + 31 * DAY).commerce.tick()

    assert DUE == ticked.settled
    keys = sum(len(call.asked) for call in counting.calls if call.method == "read")
    return Counter(counting.counts | {"keys": keys})


def test_a_tick_costs_what_is_due_and_not_what_is_there() -> None:
    few, many = cost(DUE), cost(300)

    assert few == many
    assert 1 == many["commit"]


def test_a_tick_with_nothing_due_costs_two_looks_and_no_commit() -> None:
    counting = CountingStorage(MemoryStorage())
    shop = with_members(30, counting)
    counting.forget()

    assert Ticked() == shop.commerce.tick()
    assert (2, 0) == (counting.counts["scan"], counting.counts["commit"])
    assert 2 >= counting.counts["read"]


# --- two at once ---------------------------------------------------------------------------------


@attrs.define
class Unguarded:
    """A storage that lets everybody write over everybody: no version stands in anybody's way."""

    storage: Storage

    def __getattr__(self, name: str) -> Any:
        return getattr(self.storage, name)

    def commit(self, batch: Batch) -> Committed:
        found = self.storage.read([put.key for put in batch.puts]) if batch.puts else []
        puts = tuple(
            attrs.evolve(put, version=record.version if isinstance(record, Record) else Version(""))
            for put, record in zip(batch.puts, found, strict=True)
        )
        return self.storage.commit(Batch(batch.id, puts=puts, adds=batch.adds, entries=batch.entries))


def overtaken(before_read: int = 0, before_commit: int = 0, around: Any = None) -> tuple[int, Rivalled, Shop]:
    """Before this call of one tick, another does all of its own; how many persons both say they settled."""
    kept: Any = MemoryStorage() if around is None else around(MemoryStorage())
    shop = with_members(3, kept).at(LONG_AFTER)
    others: list[int] = []
    rival = opened(kept, now=LONG_AFTER)
    rivalled = Rivalled(
        kept,
        lambda: others.append(rival.commerce.tick().settled),
        before_read=before_read,
        before_commit=before_commit,
    )
    mine = opened(rivalled, now=LONG_AFTER).commerce.tick()
    assert () == mine.failures
    return mine.settled + sum(others), rivalled, shop


ALONE: Final = overtaken()[1]
"""How often a tick that nobody overtakes reads and commits."""


@pytest.mark.parametrize("read", range(1, ALONE.reads + 1))
def test_a_tick_that_is_overtaken_at_any_look_leaves_each_thing_done_once(read: int) -> None:
    settled, _, shop = overtaken(before_read=read)

    assert 3 == settled
    assert once_each(3) == done(shop)


@pytest.mark.parametrize("commit", range(1, ALONE.commits + 1))
def test_a_tick_that_is_overtaken_at_any_commit_leaves_each_thing_done_once(commit: int) -> None:
    settled, _, shop = overtaken(before_commit=commit)

    assert 3 == settled
    assert once_each(3) == done(shop)
    assert () == shop.commerce.audit().findings


def test_without_versions_points_run_out_twice() -> None:
    """The negative control of the two above."""
    settled, _, shop = overtaken(before_commit=1, around=Unguarded)

    assert 6 == settled
    assert once_each(3) != done(shop)
    assert 6 == done(shop)["points.moved"]


def test_ticks_of_many_threads_do_each_thing_once() -> None:
    assert_ticked_once_by_threads(MemoryStorage())


def test_so_do_ticks_of_many_threads_over_a_file(tmp_path: Path) -> None:
    with SqliteStorage(tmp_path / "shop.db") as storage:
        assert_ticked_once_by_threads(storage)


def assert_ticked_once_by_threads(storage: Storage) -> None:
    shop = with_members(6, storage)
    shops = [opened(storage, now=LONG_AFTER) for _ in range(4)]
    ticked = at_once([each.commerce.tick for each in shops])

    assert 6 == sum(each.settled for each in ticked)
    assert [()] * 4 == [each.failures for each in ticked]
    assert once_each(6) == done(shop)


def at_once(deeds: Sequence[Callable[[], Ticked]]) -> list[Ticked]:
    start = threading.Barrier(len(deeds))
    told: list[Ticked] = []

    def run(deed: Callable[[], Ticked]) -> None:
        start.wait()
        told.append(deed())

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def test_a_sale_that_comes_between_a_ticks_look_and_its_commit_is_not_forgotten() -> None:
    storage = MemoryStorage()
    shop = with_members(1, storage).at(LONG_AFTER)
    between = Rivalled(storage, lambda: tell(shop, sale("between", 35_000, at=LONG_AFTER)), before_commit=1)

    opened(between, now=LONG_AFTER).commerce.tick()

    member = shop.member()
    balance = shop.commerce.points.balance(member=member)
    assert (Points(0), Points(350)) == (balance.points, balance.pending)
    assert ("silver", "lost") != standing_of(storage, member)
    assert (shop.commerce.tiers.of(member=member).level, shop.commerce.stages.of(member=member).stage) == (
        standing_of(storage, member)
    )


def standing_of(storage: Storage, member: MemberId) -> tuple[str, str]:
    """Tier and stage as they were last judged."""
    standing = json.loads(person_record(storage, member).body)["value"]["standing"]
    return standing["tier"], standing["stage"]


def person_record(storage: Storage, member: MemberId) -> Record:
    (node,) = storage.read((Key("node", member),))
    assert isinstance(node, Record)
    (person,) = storage.read((Key("person", json.loads(node.body)["value"]["person"]),))
    assert isinstance(person, Record)
    return person


# --- damage --------------------------------------------------------------------------------------


def damage(storage: MemoryStorage, key: Key) -> Record:
    """Something wrote nonsense over a record; its place in the indexes is as it was."""
    (record,) = storage.read((key,))
    assert isinstance(record, Record)
    rows = storage.scan(Query(key.collection, "due")).rows
    indexes = tuple(("due", row.at) for row in rows if row.id == key.id)
    put = Put(key, '{"nonsense":', indexes, record.version)
    storage.commit(Batch(Version(f"vandal of {key.id}"), puts=(put,)))
    return record


def repair(storage: MemoryStorage, key: Key, was: Record) -> None:
    (record,) = storage.read((key,))
    assert isinstance(record, Record)
    due = json.loads(was.body)["value"].get("standing", {}).get("due")
    indexes = () if due is None else (("due", due),)
    storage.commit(Batch(Version("repair"), puts=(Put(key, was.body, indexes, record.version),)))


def key_of(storage: MemoryStorage, collection: str, member: MemberId) -> tuple[Key, str]:
    """The record of this kind that belongs to *member*, and the person they are."""
    (node,) = storage.read((Key("node", member),))
    assert isinstance(node, Record)
    person = json.loads(node.body)["value"]["person"]
    if collection == "person":
        return Key("person", person), person
    found = [key for key, _ in storage.everything(Key(collection, ""), 1_000) if key.id.startswith(member)]
    return found[0], person


@pytest.mark.parametrize("collection", ["person", "points", "lots", "spend"])
def test_a_person_whose_record_is_damaged_blocks_nobody_and_is_named(collection: str) -> None:
    storage = MemoryStorage()
    shop = with_members(3, storage).at(LONG_AFTER)
    broken, person = key_of(storage, collection, shop.member("M-2"))
    was = damage(storage, broken)

    ticked = shop.commerce.tick()
    again = shop.commerce.tick()

    assert (2, 0) == (ticked.settled, again.settled)
    assert once_each(2) == done(shop)
    assert [("settle", person)] == [(each.process, each.subject) for each in ticked.failures]
    assert ticked.failures == again.failures
    repair(storage, broken, was)
    assert Ticked(settled=1) == shop.commerce.tick()
    assert once_each(3) == done(shop)


def test_many_damaged_persons_block_nobody_and_the_first_hundred_are_named() -> None:
    storage = MemoryStorage()
    shop = with_members(103, storage).at(LONG_AFTER)
    persons = [row.id for row in storage.scan(Query("person", "due", limit=103)).rows]
    for person in persons[:-1]:
        damage(storage, Key("person", person))

    ticked = shop.commerce.tick()

    assert (1, 100) == (ticked.settled, len(ticked.failures))
    assert [Failure("settle", person, "PortFault") for person in persons[:100]] == list(ticked.failures)


# --- a long pause --------------------------------------------------------------------------------

Deed = tuple[int, str, int]
DEEDS: Final = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from(["buy", "return", "give"]), st.integers(1, 60_000)),
    min_size=1,
    max_size=8,
)


def lived(deeds: Sequence[Deed], ticks: Sequence[int], rules: Rulebook = RULES) -> Shop:
    """A shop in which these deeds were done on their days, which ticks on those days."""
    shop = opened(rules=rules)
    member = shop.member()
    bought: list[Sale] = []
    work = sorted([(day, 1, n) for n, (day, _, _) in enumerate(deeds)] + [(day, 0, 0) for day in ticks])
    for day, is_deed, number in work:
        shop.at(SHOP_OPENS + day * DAY)
        if not is_deed:
            assert () == shop.commerce.tick().failures
            continue
        _, deed, amount = deeds[number]
        if deed == "give":
            shop.commerce.points.adjust(member=member, points=Points(amount), reason="goodwill")
        elif deed == "return" and bought:
            tell(shop, returned(bought.pop(), number, at=shop.clock()))
        else:
            bought.append(sale(number, amount, at=shop.clock()))
            tell(shop, bought[-1])
    return shop


def known(shop: Shop) -> dict[str, Any]:
    """All that is known of the one member of a shop, but for what was written on the way there."""
    assert isinstance(shop.storage, MemoryStorage)
    member = shop.member()
    return {
        "standing": standing_of(shop.storage, member),
        "due": [row.at for row in shop.storage.scan(Query("person", "due")).rows],
        "lots": [
            json.loads(record.body)["value"]
            for key, record in shop.storage.everything(Key("lots", ""), 1_000)
            if key.collection == "lots"
        ],
        "balance": shop.commerce.points.balance(member=member),
        "tier": shop.commerce.tiers.of(member=member),
        "stage": (stage := shop.commerce.stages.of(member=member)).stage,
        "another on": stage.changes_on,
    }


THE_END: Final = 330


@settings(max_examples=8)
@for_all(deeds=DEEDS)
def test_a_tick_after_a_long_pause_comes_to_what_daily_ticks_come_to(deeds: list[Deed]) -> None:
    daily = lived(deeds, range(THE_END + 1))
    paused = lived(deeds, [THE_END])

    assert known(daily) == known(paused)


def test_a_tick_makes_nobody_silent_for_longer_than_they_are() -> None:
    deeds = [(0, "buy", 35_000), (100, "buy", 35_000)]
    shops = (lived(deeds, []), lived(deeds, [THE_END]), lived(deeds, range(THE_END + 1)))

    assert [THE_END - 100] * 3 == [days_silent(shop) for shop in shops]


def days_silent(shop: Shop) -> object:
    """For how long the shop says that nothing was bought."""
    why = shop.at(SHOP_OPENS + THE_END * DAY).commerce.stages.of(member=shop.member()).why
    (lost,) = (part for part in why.parts if part.actual == "lost")
    return lost.parts[0].actual if lost.parts else lost.actual


@settings(max_examples=40)
@for_all(deeds=DEEDS, ticks=st.sets(st.integers(0, THE_END), min_size=1, max_size=5))
def test_a_tick_leaves_nothing_due(deeds: list[Deed], ticks: set[int]) -> None:
    shop = lived(deeds, sorted(ticks))
    shop.commerce.tick()
    entries = journal(shop.storage)

    assert Ticked() == shop.commerce.tick()
    assert entries == journal(shop.storage)


# --- written off by the month --------------------------------------------------------------------

BY_THE_MONTH: Final = attrs.evolve(RULES, points=attrs.evolve(RULES.points, written_off=WrittenOff.MONTHLY))
"""In which points of 1 January, which run out on 15 April, leave the books as May begins."""


def test_what_ran_out_counts_for_nothing_at_once_and_is_written_off_when_the_month_ends() -> None:
    shop = opened(rules=BY_THE_MONTH)
    tell(shop, sale(1, 35_000))
    member = shop.member()
    lines = []
    for text in ("2026-04-16", "2026-04-30", "2026-05-01"):
        shop.at(datetime.fromisoformat(f"{text}T00:00:00+08:00")).commerce.tick()
        assert Points(0) == shop.commerce.points.balance(member=member).points
        lines.append([line.points.count for line in shop.commerce.points.statement(member=member).lines])

    assert [[350], [350], [350, -350]] == lines


def test_a_tick_that_comes_for_another_reason_leaves_what_ran_out_to_the_end_of_the_month() -> None:
    """At risk on 20 April: the tier and stage are judged anew, and the book is not opened."""
    shop = opened(rules=BY_THE_MONTH)
    for day in (0, 49):
        tell(shop.at(SHOP_OPENS + day * DAY), sale(day, at=shop.clock()))

    settled = [shop.at(SHOP_OPENS + day * DAY).commerce.tick().settled for day in (104, 109, 120)]

    assert [0, 1, 1] == [min(each, 1) for each in settled]
    assert 1 == done(shop)["points.moved"]


@settings(max_examples=15)
@for_all(deeds=DEEDS)
def test_written_off_by_the_month_everything_is_what_it_is_written_off_at_once(deeds: list[Deed]) -> None:
    at_once, by_the_month = lived(deeds, range(THE_END + 1)), lived(deeds, range(THE_END + 1), BY_THE_MONTH)
    answers = [
        (
            shop.commerce.points.balance(member=shop.member()),
            shop.commerce.tiers.of(member=shop.member()),
            shop.commerce.stages.of(member=shop.member()).stage,
        )
        for shop in (at_once, by_the_month)
    ]

    assert answers[0] == answers[1]
    assert () == by_the_month.commerce.audit().findings


# --- the work is shared --------------------------------------------------------------------------


def test_ticks_of_all_shards_do_what_one_tick_does_and_each_does_its_own() -> None:
    members = 30
    alone, shared = with_members(members).at(LONG_AFTER), with_members(members).at(LONG_AFTER)
    shards = [Shard(3, number) for number in range(3)]

    whole = alone.commerce.tick()
    parts = [shared.commerce.tick(shard=shard) for shard in shards]

    assert members == whole.settled == sum(part.settled for part in parts)
    assert all(part.settled for part in parts), "thirty members must not all be of one shard"
    assert once_each(members) == done(shared)
    assert Ticked() == shared.commerce.tick()


def test_a_shard_is_left_to_its_own_tick_though_its_persons_are_due_first() -> None:
    """More of another shard's persons than one look finds keep nobody from the tick of this one."""
    shop = with_members(210).at(LONG_AFTER)

    assert 210 == sum(shop.commerce.tick(shard=Shard(40, number)).settled for number in range(40))


def test_a_shard_that_is_none_is_refused() -> None:
    anything: Any = (2, 0)

    with pytest.raises(BadValue, match="shard: expected Shard"):
        opened().commerce.tick(shard=anything)


# --- what stands there is good enough ------------------------------------------------------------


def times_judged(shop: Shop) -> int:
    return sum(entry["tag"] == "person.judged" for entry in journal(shop.storage))


def bought_on(days: Sequence[int]) -> Shop:
    """A shop in which the member bought for a little on each of these days, and which never ticked."""
    return lived([(day, "buy", 5_000) for day in days], [])


def test_a_sale_that_only_puts_off_what_would_change_leaves_the_person_unwritten() -> None:
    assert (1, 1) == (times_judged(bought_on([0])), times_judged(bought_on([0, 3, 9, 20])))


def test_a_sale_that_changes_tier_or_stage_writes_the_person() -> None:
    """Silver on day 9, and active instead of new on day 31."""
    richer = lived([(0, "buy", 5_000), (9, "buy", 30_000), (31, "buy", 5_000)], [])

    assert 3 == times_judged(richer)
    assert ("silver", "active") == standing_of(richer.storage, richer.member())


def test_what_was_judged_four_weeks_ago_is_written_anew() -> None:
    """Day 31 makes the member active; from there, 28 days may pass, and a 29th may not."""
    assert (2, 2, 3) == tuple(times_judged(bought_on([0, 31, day])) for day in (32, 59, 60))


def test_the_tick_that_looks_once_too_often_puts_the_next_look_off() -> None:
    """Judged on day 31, the member would be at risk on day 91; bought again on day 50, it is day 110."""
    shop = bought_on([0, 31, 50])
    early = shop.at(SHOP_OPENS + 91 * DAY).commerce.tick()
    looked = standing_of(shop.storage, shop.member())
    again = shop.commerce.tick()
    shop.at(SHOP_OPENS + 110 * DAY).commerce.tick()

    assert (1, 0) == (early.settled, again.settled)
    assert ["active", "at risk"] == [looked[1], standing_of(shop.storage, shop.member())[1]]


def test_so_does_one_that_comes_soon_after_the_person_was_judged() -> None:
    """Of silver for day 0, five days of grace would end on day 15; bought again on day 3, on day 18."""
    tiers = attrs.evolve(RULES.tiers, window_days=10, grace_days=5)
    shop = opened(rules=attrs.evolve(RULES, tiers=tiers))
    for day in (0, 3):
        tell(shop.at(SHOP_OPENS + day * DAY), sale(day, 30_000, at=shop.clock()))

    settled = [shop.at(SHOP_OPENS + day * DAY).commerce.tick().settled for day in (15, 16, 18)]

    assert [1, 0, 1] == settled
    assert "member" == standing_of(shop.storage, shop.member())[0]


def test_a_return_that_brings_a_change_nearer_is_not_overlooked_behind_what_is_due_before() -> None:
    """Silent since day 0 instead of day 31: at risk on day 60 and not 91, though points run out on day 55."""
    points = attrs.evolve(RULES.points, activation_days=14, expiry_days=41)
    shop = opened(rules=attrs.evolve(RULES, points=points, tiers=TierRules()))
    for day in (0, 31):
        tell(shop.at(SHOP_OPENS + day * DAY), sale(day, at=shop.clock()))
    tell(shop, returned(sale(31, at=shop.clock()), at=shop.clock()))

    stages = []
    for day in (55, 60):
        shop.at(SHOP_OPENS + day * DAY).commerce.tick()
        stages.append(standing_of(shop.storage, shop.member())[1])

    assert ["active", "at risk"] == stages


def test_points_that_come_back_are_swept_when_they_run_out_though_all_else_is_due_later() -> None:
    """Those of day 0 are burned on day 103, would have run out on day 104, and come back for five days."""
    points = attrs.evolve(RULES.points, restored_days=5)
    shop = opened(rules=attrs.evolve(RULES, points=points, tiers=TierRules(), stages=StageRules()))
    tell(shop, sale(1, 35_000))
    second = sale(2, 1_000, at=SHOP_OPENS + 103 * DAY, burn=Points(350))
    tell(shop.at(second.at), second)
    shop.at(SHOP_OPENS + 104 * DAY).commerce.tick()
    back = SHOP_OPENS + 110 * DAY
    tell(shop.at(back), returned(second, at=back))
    before = done(shop)["points.moved"]

    settled = [shop.at(back + day * DAY).commerce.tick().settled for day in (4, 5)]

    assert [0, 1] == settled
    assert 1 == done(shop)["points.moved"] - before


def test_a_late_sale_that_changes_nothing_today_still_changes_what_today_is_judged_from() -> None:
    """At risk until day 70, it seemed; told of day 40, the member was active, and to stay so is easier."""
    shop = opened(rules=attrs.evolve(RULES, points=PointsRules()))
    today = SHOP_OPENS + 70 * DAY
    tell(shop, sale(1))
    bought_today = sale(2, at=today)
    tell(shop.at(today), bought_today)
    tell(shop, sale(3, 1_000, at=SHOP_OPENS + 40 * DAY))
    tell(shop, returned(bought_today, at=today))

    assert "active" == standing_of(shop.storage, shop.member())[1]


@settings(max_examples=60)
@for_all(deeds=DEEDS, ticks=st.sets(st.integers(0, THE_END), max_size=3), at=st.integers(0, THE_END))
def test_what_stands_there_is_what_is_so_until_something_is_due(
    deeds: list[Deed], ticks: set[int], at: int
) -> None:
    """Tier and stage as they were judged last are those of any later day before the person is due."""
    last = max([at, *ticks, *(day for day, _, _ in deeds)])
    shop = lived(deeds, sorted(ticks)).at(SHOP_OPENS + last * DAY)
    assert isinstance(shop.storage, MemoryStorage)
    member = shop.member()
    dues = [datetime.fromisoformat(row.at) for row in shop.storage.scan(Query("person", "due")).rows]
    if not json.loads(person_record(shop.storage, member).body)["value"]["standing"]:
        return
    day = min([*dues, SHOP_OPENS + (last + 300) * DAY]) - timedelta(microseconds=1)
    if day >= shop.clock():
        shop.at(day)
        tier = shop.commerce.tiers.of(member=member).level
        stage = shop.commerce.stages.of(member=member).stage
        assert (tier, stage) == standing_of(shop.storage, member)


# --- the async door ------------------------------------------------------------------------------


def test_the_async_door_ticks_alike() -> None:
    blocking, kept = with_members(3), MemoryStorage()
    other = with_members(3, kept)
    clock = FrozenClock(LONG_AFTER)
    door = AsyncCommerce(AsyncMemoryStorage(kept), RULES, keys=DemoKeys(), clock=clock)

    told = asyncio.run(_ticked_twice(door))

    assert [blocking.at(LONG_AFTER).commerce.tick(), blocking.commerce.tick()] == told
    assert done(blocking) == done(other) == once_each(3)
    assert Points(0) == spendable(other.at(LONG_AFTER), other.member())


async def _ticked_twice(door: AsyncCommerce) -> list[Ticked]:
    return [await door.tick(), await door.tick()]


def test_async_ticks_at_once_do_each_thing_once() -> None:
    kept = MemoryStorage()
    shop = with_members(3, kept)
    doors = [
        AsyncCommerce(AsyncMemoryStorage(kept), RULES, keys=DemoKeys(), clock=FrozenClock(LONG_AFTER))
        for _ in range(4)
    ]

    told = asyncio.run(_ticked_at_once(doors))

    assert 3 == sum(each.settled for each in told)
    assert once_each(3) == done(shop)


async def _ticked_at_once(doors: Sequence[AsyncCommerce]) -> list[Ticked]:
    return await asyncio.gather(*(door.tick() for door in doors))


def test_two_shops_of_one_storage_know_of_each_others_ticks() -> None:
    storage = MemoryStorage()
    shop = with_members(2, storage).at(LONG_AFTER)
    other = Commerce(storage, RULES, keys=DemoKeys(), clock=shop.clock)

    assert [Ticked(settled=2), Ticked()] == [shop.commerce.tick(), other.tick()]


def test_a_sale_of_tomorrow_by_a_till_that_runs_ahead_is_not_overlooked_at_the_end_of_a_month() -> None:
    """Told at 23:57 on 31 January for 1 February, and then judged again by a sale of today."""
    eve = datetime(2026, 1, 31, 15, 57, tzinfo=UTC)
    shop = opened(now=eve)
    shop.commerce.sales.ingest(sale=sale(1, 40_000, at=eve + timedelta(minutes=5)))
    shop.commerce.sales.ingest(sale=sale(2, 100, at=eve))

    assert 1 == shop.commerce.tick(shop.at(eve + timedelta(days=2)).clock()).settled
    assert "silver" in [
        each["fact"]["after"] for each in journal(shop.storage) if each["tag"] == "tier.changed"
    ]


def test_a_sale_of_the_day_after_tomorrow_is_not_overlooked_either() -> None:
    """A till is a day ahead over the short day of spring that ends a month: from 30 March to 1 April."""
    berlin = "Europe/Berlin"
    rules = attrs.evolve(
        RULES,
        sales=attrs.evolve(RULES.sales, zone=berlin, ahead_minutes_max=1_440),
        stores={StoreId("s1"): Store(berlin)},
    )
    eve = datetime(2024, 3, 30, 23, 30, tzinfo=ZoneInfo(berlin)).astimezone(UTC)
    storage = MemoryStorage()
    shop = Commerce(storage, rules, keys=DemoKeys(), clock=FrozenClock(eve))
    shop.sales.ingest(sale=sale(1, 40_000, at=eve + timedelta(hours=24)))

    Commerce(storage, rules, keys=DemoKeys(), clock=FrozenClock(eve + timedelta(days=2))).tick()

    assert "silver" in [each["fact"]["after"] for each in journal(storage) if each["tag"] == "tier.changed"]
