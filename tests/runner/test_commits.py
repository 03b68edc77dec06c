"""The one commit: what it carries, and what happens when its answer is lost."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Literal

import pytest

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.actor import Staff
from omnicommerce.kernel.changes import Event, adding, removing
from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.errors import CommitUnknown, Conflict, Unavailable
from omnicommerce.kernel.flow import Flow, FreshCode, FreshId, Get, Now, Outcome, Rules, ask, ask_all
from omnicommerce.kernel.ids import MemberId, StoreId
from omnicommerce.loyalty import PointsRules
from omnicommerce.ports.storage import START, Batch, Committed, Key, Record
from omnicommerce.testing import FrozenClock, LossyStorage, RefusingStorage
from tests.backstage import NOON, command, journal, runner, world
from tests.lending import THINGS, Thing, ThingKept, discard, grow, keep, kept, size_of, stock
from tests.rivals import Rivalled


@pytest.mark.parametrize("lost", ["answer", "request"])
def test_a_lost_answer_is_settled_by_reading_what_the_batch_put(lost: Literal["answer", "request"]) -> None:
    inner = MemoryStorage()
    runner(inner).run(command(keep, id="a", size=1))

    assert 2 == runner(LossyStorage(inner, 1, lost)).run(command(grow, id="a"))
    assert 2 == runner(inner).run(command(size_of, id="a"))
    assert 2 == len(journal(inner))


def test_an_absent_record_proves_nothing_since_it_may_have_been_stored_and_deleted() -> None:
    """The naive runner takes "still absent" for "not stored", and grows the thing a second time."""
    inner = MemoryStorage()
    runner(inner).run(command(keep, id="a", size=1))

    def grow_and_note() -> Flow[int]:
        held, note, now = yield from ask_all(Get(THINGS, "a"), Get(THINGS, "note"), Now())
        size = held.must().size + 1
        return Outcome(size, kept(held, size, now) + kept(note, 1, now))

    def overtake() -> None:
        runner(inner).run(command(discard, id="note"))
        runner(inner).run(command(grow, id="a"))

    storage = Rivalled(LossyStorage(inner, 1, "answer"), overtake, before_read=2)

    with pytest.raises(CommitUnknown):
        runner(storage).run(command(grow_and_note))
    assert 3 == runner(inner).run(command(size_of, id="a"))


def test_a_receipt_that_is_absent_proves_that_nothing_was_stored() -> None:
    inner = MemoryStorage()

    assert 1 == runner(LossyStorage(inner, 1, "request")).run(command(grow, id="a"), "k1")
    assert 1 == len(journal(inner))


def test_a_disk_that_stays_full_is_unavailable_and_no_conflict() -> None:
    inner = MemoryStorage()
    runner(inner).run(command(keep, id="a", size=1))

    def full() -> None:
        raise CommitUnknown("the disk is full")

    with pytest.raises(Unavailable, match="grow was not stored"):
        runner(Rivalled(inner, full, before_commit=1, every=True)).run(command(grow, id="a"))


def test_the_same_thing_twice_in_one_commit_is_two_entries_with_two_ids() -> None:
    """Consumers remember entries by their id: one id for two gifts is one reward too few."""
    storage = MemoryStorage()
    runner(storage).run_group([(command(grow, id="a", by=0), None)] * 4)

    assert 4 == len({entry.id for entry in storage.journal(START, 10)})
    assert [0, 1, 2, 3] == [entry["n"] for entry in journal(storage)]


def test_adds_behind_the_last_event_stand_in_its_entry() -> None:
    storage = MemoryStorage()
    runner(storage).run(command(stock, counter="free/s1", quantity=3))

    assert [["free/s1", 3]] == journal(storage)[0]["adds"]


def test_a_code_of_another_length_is_another_draw() -> None:
    lengths = iter([6, 12])

    def draw() -> Flow[str]:
        code, held, now = yield from ask_all(FreshCode("claim", next(lengths)), Get(THINGS, "a"), Now())
        return Outcome(code, kept(held, 1, now))

    inner = MemoryStorage()
    rival = runner(inner)
    storage = Rivalled(inner, lambda: rival.run(command(grow, id="a")), before_commit=1)

    assert 12 == len(runner(storage).run(command(draw)))


def overtaken(inner: MemoryStorage) -> Rivalled:
    """The answer of the first commit is lost, and a rival writes over it before anybody can look."""
    lossy = LossyStorage(inner, 1, "answer")
    return Rivalled(lossy, lambda: runner(inner).run(command(grow, id="a")), before_read=2)


def test_a_lost_answer_that_nobody_can_settle_is_said_to_be_unknown() -> None:
    with pytest.raises(CommitUnknown):
        runner(overtaken(MemoryStorage())).run(command(grow, id="a"))


def test_with_a_key_even_that_is_settled_by_the_receipt() -> None:
    inner = MemoryStorage()

    assert 1 == runner(overtaken(inner)).run(command(grow, id="a"), "k1")
    assert 2 == runner(inner).run(command(size_of, id="a"))


def test_a_lost_answer_while_the_storage_stays_silent_is_unknown() -> None:
    def silent() -> None:
        raise Unavailable("no answer")

    storage = Rivalled(LossyStorage(MemoryStorage(), 1, "answer"), silent, before_read=2)

    with pytest.raises(CommitUnknown):
        runner(storage).run(command(grow, id="a"))


def test_an_unavailable_storage_is_said_to_be_so_and_nothing_is_tried_again() -> None:
    storage = RefusingStorage(MemoryStorage(), 1, Unavailable("no answer"))

    with pytest.raises(Unavailable):
        runner(storage).run(command(grow, id="a"))

    assert 1 == storage.commits


def test_an_entry_says_what_happened_when_who_did_it_and_which_records_it_wrote() -> None:
    storage, clock = MemoryStorage(), FrozenClock(NOON)
    around = world(clock).acting(Staff("s-7", frozenset({"points.adjust"})))

    def late() -> Flow[int]:
        held, now = yield from ask_all(Get(THINGS, "a"), Now())
        fact = Event(
            ThingKept("a", 1),
            at=now - timedelta(hours=2),
            members=(MemberId("m1"),),
            channel=Channel.STORE,
            store=StoreId("s1"),
            cause="e0",
            depth=1,
        )
        return Outcome(1, adding(THINGS, held.id, Thing(1), fact))

    runner(storage, around).run(command(late))
    stored = storage.read([Key("thing", "a")])[0]
    assert isinstance(stored, Record)
    entry = storage.journal(START, 10)[0]

    assert {
        "tag": "thing.kept",
        "v": 1,
        "fact": {"id": "a", "size": 1},
        "at": "2026-06-01T10:00:00.000000Z",
        "recorded_at": "2026-06-01T12:00:00.000000Z",
        "batch": stored.version,
        "n": 0,
        "of": 1,
        "actor": {"is": "staff", "id": "s-7", "capabilities": ["points.adjust"]},
        "rulebook": around.rules.digest,
        "writes": [["thing", "a", "", stored.version]],
        "members": ["m1"],
        "channel": "store",
        "store": "s1",
        "cause": "e0",
        "depth": 1,
    } == json.loads(entry.body)
    assert hashlib.sha256(entry.body.encode()).hexdigest()[:32] == entry.id


def test_the_entries_of_a_record_chain_from_version_to_version() -> None:
    storage = MemoryStorage()
    shop = runner(storage)
    for flow in (grow, grow, discard, grow):
        shop.run(command(flow, id="a"))

    links = [entry["writes"][0][2:] for entry in journal(storage)]

    assert "" == links[0][0]
    assert [after for _, after in links[:-1]] == [before for before, _ in links[1:]]
    assert "" == links[2][1]


def test_a_clock_that_falls_back_never_writes_a_record_before_its_own_past() -> None:
    storage, clock = MemoryStorage(), FrozenClock(NOON)
    shop = runner(storage, world(clock))
    shop.run(command(grow, id="a"))
    clock.advance(seconds=-3_600)

    shop.run(command(grow, id="a"))
    shop.run(command(grow, id="b"))

    assert ["12:00", "12:00", "11:00"] == [entry["recorded_at"][11:16] for entry in journal(storage)]


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="clock"):
        runner(around=world(lambda: datetime(2026, 6, 1))).run(command(grow, id="a"))  # noqa: DTZ001


def test_ids_and_codes_stay_the_same_when_a_flow_runs_again() -> None:
    inner = MemoryStorage()
    rival = runner(inner)
    drawn: list[tuple[str, str]] = []

    def draw() -> Flow[str]:
        lease, code, held, now = yield from ask_all(
            FreshId("lease"), FreshCode("claim"), Get(THINGS, "a"), Now()
        )
        drawn.append((lease, code))
        size = held.value.size if held.value else 0
        second = (yield from ask(FreshId("extra"))) if size else ""
        assert second != lease
        return Outcome(lease, adding(THINGS, lease, Thing(1), Event(ThingKept(lease, 1), at=now)))

    storage = Rivalled(inner, lambda: rival.run(command(grow, id="a")), before_commit=1)
    answer = runner(storage).run(command(draw))

    assert 2 == len(drawn)
    assert drawn[0] == drawn[1]
    assert answer == drawn[0][0]


def test_a_batch_id_is_never_used_twice_also_when_a_flow_runs_again() -> None:
    inner = MemoryStorage()
    rival = runner(inner)
    seen: list[str] = []

    class Noting(Rivalled):
        def commit(self, batch: Batch) -> Committed:
            seen.append(batch.id)
            return super().commit(batch)

    runner(Noting(inner, lambda: rival.run(command(grow, id="a")), before_commit=1)).run(
        command(grow, id="a")
    )

    assert 2 == len(set(seen))


def test_a_write_on_an_outdated_look_is_a_conflict_before_anything_is_sent() -> None:
    storage = MemoryStorage()
    shop = runner(storage)
    shop.run(command(keep, id="a", size=1))

    def careless() -> Flow[bool]:
        yield from ask(Get(THINGS, "a"))
        return Outcome(True, adding(THINGS, "a", Thing(9), Event(ThingKept("a", 9), at=NOON)))

    with pytest.raises(Exception, match="no longer what it was decided on"):
        shop.run(command(careless))


def test_rules_come_from_the_rulebook_in_force() -> None:
    def limit() -> Flow[int]:
        rules = yield from ask(Rules(PointsRules))
        return Outcome(rules.adjustment_max.count)

    def unknown() -> Flow[int]:
        yield from ask(Rules(Thing))
        return Outcome(0)

    assert PointsRules().adjustment_max.count == runner().run(command(limit))
    with pytest.raises(AssertionError, match="no part of the kind Thing"):
        runner().run(command(unknown))


def test_a_deleted_record_frees_its_id_but_never_its_version() -> None:
    storage = MemoryStorage()
    shop = runner(storage)
    shop.run(command(keep, id="a", size=1))
    old = storage.read([Key("thing", "a")])[0]

    def swap() -> Flow[int]:
        held, now = yield from ask_all(Get(THINGS, "a"), Now())
        shop.run(command(discard, id="a"))
        shop.run(command(keep, id="a", size=1))
        return Outcome(0, removing(held, Event(ThingKept("a", 0), at=now)))

    with pytest.raises(Exception, match="met others"):
        shop.run(command(swap))
    assert old != storage.read([Key("thing", "a")])[0]


def test_a_record_from_a_future_that_keeps_moving_away_ends_in_a_conflict() -> None:
    inner, ahead = MemoryStorage(), FrozenClock(NOON)
    rival = runner(inner, world(ahead))

    def race_ahead() -> None:
        ahead.advance(hours=1)
        rival.run(command(grow, id="a"))

    storage = Rivalled(inner, race_ahead, before_read=1, every=True)

    with pytest.raises(Conflict, match="a record from the future 9 times"):
        runner(storage).run(command(grow, id="a"))
