"""How flows read: one look for several questions, guards on what was Got, none on what was Looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from omnicommerce import wire
from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.collection import Collection, Counter, Keep, NotPersonal, Version
from omnicommerce.kernel.errors import BadValue, Conflict, PortFault, Refused
from omnicommerce.kernel.flow import (
    Count,
    Find,
    Flow,
    FreshCode,
    FreshId,
    Get,
    GetMany,
    Look,
    LookMany,
    NodeId,
    Now,
    Outcome,
    Scan,
    Seal,
    Unseal,
    ask,
    ask_all,
    stage,
)
from omnicommerce.kernel.verdict import failed
from omnicommerce.ports.storage import (
    KEYS_MAX,
    Batch,
    Committed,
    Entry,
    Found,
    Key,
    Page,
    Position,
    Put,
    Query,
    Record,
    Storage,
)
from omnicommerce.testing import CountingStorage
from tests.backstage import NOON, command, runner, world
from tests.lending import THINGS, Thing, grow, keep, kept, size_of
from tests.rivals import Rivalled


def look_and_keep(*, looked: str, kept_as: str) -> Flow[int]:
    """Decide on what was only looked at."""
    seen, held, now = yield from ask_all(Look(THINGS, looked), Get(THINGS, kept_as), Now())
    size = seen.value.size if seen.value else 0
    return Outcome(size, kept(held, size, now))


def get_and_keep(*, got: str, kept_as: str) -> Flow[int]:
    """Decide on what was got."""
    seen, held, now = yield from ask_all(Get(THINGS, got), Get(THINGS, kept_as), Now())
    size = seen.value.size if seen.value else 0
    return Outcome(size, kept(held, size, now))


def test_several_questions_are_one_read() -> None:
    storage = CountingStorage(MemoryStorage())

    def several() -> Flow[tuple[int, int]]:
        answers = yield from ask_all(
            Get(THINGS, "a"),
            GetMany(THINGS, ("b", "c")),
            LookMany(THINGS, ("d",)),
            Count(Counter("n")),
            Now(),
        )
        return Outcome((len(answers[1]), len(answers[2])))

    assert (2, 1) == runner(storage).run(command(several))
    assert 1 == storage.counts["read"]


def test_what_was_read_is_not_read_again() -> None:
    storage = CountingStorage(MemoryStorage())

    def twice() -> Flow[bool]:
        first = yield from ask(Get(THINGS, "a"))
        second = yield from ask(Look(THINGS, "a"))
        return Outcome(first == second)

    assert runner(storage).run(command(twice))
    assert 1 == storage.counts["read"]


def test_a_flow_that_asks_for_no_record_reads_nothing() -> None:
    storage = CountingStorage(MemoryStorage())

    def sealed() -> Flow[bool]:
        token, node = yield from ask_all(Seal("claim", "42"), NodeId("till_member", "M-1"))
        opened, other = yield from ask_all(Unseal("claim", token), Unseal("pickup", token))
        return Outcome(opened == "42" and other is None and "M-1" not in node)

    assert runner(storage).run(command(sealed))
    assert 0 == storage.counts["read"]


def test_a_record_that_was_got_is_checked_at_commit() -> None:
    inner = MemoryStorage()
    shop = runner(inner)
    shop.run(command(keep, id="shared", size=1))
    storage = Rivalled(inner, lambda: shop.run(command(grow, id="shared")), before_commit=1)

    assert 2 == runner(storage).run(command(get_and_keep, got="shared", kept_as="mine"))
    assert 2 == storage.commits


def test_a_record_that_is_absent_is_checked_as_well() -> None:
    inner = MemoryStorage()
    shop = runner(inner)
    storage = Rivalled(inner, lambda: shop.run(command(keep, id="shared", size=7)), before_commit=1)

    assert 7 == runner(storage).run(command(get_and_keep, got="shared", kept_as="mine"))


def test_a_record_that_was_looked_at_is_not_checked() -> None:
    inner = MemoryStorage()
    shop = runner(inner)
    shop.run(command(keep, id="shared", size=1))
    storage = Rivalled(inner, lambda: shop.run(command(grow, id="shared")), before_commit=1)

    assert 1 == runner(storage).run(command(look_and_keep, looked="shared", kept_as="mine"))
    assert 1 == storage.commits


def test_an_answer_is_never_a_mixture_of_two_moments() -> None:
    """Two reads that straddle a commit: the naive runner answers 0 + 5, which never was."""
    inner = MemoryStorage()
    shop = runner(inner)

    def move() -> None:
        shop.run(command(keep, id="left", size=5))
        shop.run(command(keep, id="right", size=5))

    def both() -> Flow[tuple[int, int]]:
        left = yield from ask(Get(THINGS, "left"))
        right = yield from ask(Get(THINGS, "right"))
        return Outcome((left.value.size if left.value else 0, right.value.size if right.value else 0))

    assert (5, 5) == runner(Rivalled(inner, move, before_read=2)).run(command(both))


def test_now_is_one_instant_for_a_whole_attempt() -> None:
    ticking = iter(range(10))

    def twice() -> Flow[bool]:
        first = yield from ask(Now())
        yield from ask(Get(THINGS, "a"))
        second = yield from ask(Now())
        return Outcome(first == second)

    def clock() -> datetime:
        return NOON + timedelta(seconds=next(ticking))

    assert runner(around=world(clock)).run(command(twice))


@pytest.mark.parametrize("id", ["", "a\n", "\ud800", "x" * 257, "\x7f"])
def test_an_id_that_cannot_name_a_record_is_refused(id: str) -> None:
    with pytest.raises(BadValue) as caught:
        runner().run(command(size_of, id=id))

    assert caught.value.path in ("thing", "id")


def test_fresh_ids_and_codes_differ_by_role_and_number() -> None:
    def several() -> Flow[tuple[str, str, str, str]]:
        one, two, other, code = yield from ask_all(
            FreshId("lease"), FreshId("lease"), FreshId("order"), FreshCode("lease", 8)
        )
        return Outcome((one, two, other, code))

    drawn = runner().run(command(several))

    assert 4 == len(set(drawn))
    assert 8 == len(drawn[3])


def test_a_scan_is_asked_alone() -> None:
    def mixed() -> Flow[int]:
        yield from ask_all(Scan(THINGS, "colour"), Now())
        return Outcome(0)

    with pytest.raises(AssertionError, match="asked alone"):
        runner().run(command(mixed))


def test_a_flow_may_only_ask_questions() -> None:
    def rogue() -> Flow[int]:
        yield "what?"  # type: ignore[misc]
        return Outcome(0)

    with pytest.raises(AssertionError, match="may only ask questions"):
        runner().run(command(rogue))


@attrs.define
class Lying:
    """Answers every read with this, but for the head of the rulebook, which is not there."""

    storage: Storage
    answer: list[Any]

    def read(self, keys: Sequence[Key]) -> list[Found]:
        head, *rest = keys
        assert ("rulebook", "head") == head
        assert rest
        return [None, *self.answer]

    def scan(self, query: Query) -> Page:
        return self.storage.scan(query)

    def commit(self, batch: Batch) -> Committed:
        return self.storage.commit(batch)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        return self.storage.journal(after, limit)


@attrs.frozen
class ThingOfText:
    """Written as it should be, and nothing that a Thing can be read from."""

    size: str
    colour: str


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (wire.record_text(ThingOfText("1", "grey"), "thing", ThingOfText, NOON), "expected int, got str"),
        (wire.record_text(Thing(1), "thing", Thing, NOON).replace('"size":1', '"size":2'), "the checksum"),
        ("no JSON", "expected JSON"),
    ],
)
def test_a_record_nobody_can_read_is_the_storages_fault_and_says_which(body: str, told: str) -> None:
    found = Record(Version("1"), body)

    with pytest.raises(PortFault, match=f"thing/a cannot be read: .*{told}"):
        runner(Lying(MemoryStorage(), [found])).run(command(size_of, id="a"))


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ([], "asked for 2 keys and answered with 1"),
        ([None, None], "asked for 2 keys and answered with 3"),
        ([7], "thing/a answered int"),
        (["text"], "thing/a answered str"),
    ],
)
def test_a_storage_that_answers_nonsense_is_told_so(answer: list[Any], told: str) -> None:
    with pytest.raises(PortFault, match=told):
        runner(Lying(MemoryStorage(), answer)).run(command(size_of, id="a"))


def test_a_counter_that_reads_as_a_record_is_the_storages_fault() -> None:
    def counted() -> Flow[int]:
        return Outcome((yield from ask(Count(Counter("n")))))

    with pytest.raises(PortFault, match="counter 'n' answered NoneType, not int"):
        runner(Lying(MemoryStorage(), [None])).run(command(counted))


def test_a_foreign_error_of_a_storage_becomes_a_port_fault() -> None:
    def on_fire() -> None:
        raise OSError("disk on fire")

    storage = Rivalled(MemoryStorage(), on_fire, before_commit=1)
    with pytest.raises(PortFault, match="disk on fire"):
        runner(storage).run(command(keep, id="a", size=1))


def test_a_flow_that_always_loses_gives_up_and_says_so() -> None:
    inner = MemoryStorage()
    shop = runner(inner)
    storage = Rivalled(inner, lambda: shop.run(command(grow, id="hot")), before_commit=1, every=True)

    with pytest.raises(Conflict, match="grow met others 9 times"):
        runner(storage).run(command(grow, id="hot"))


def test_two_collections_keep_apart_what_has_the_same_id() -> None:
    others: Collection[Thing] = Collection("other", Thing, personal=NotPersonal(), keep=Keep.AS_BOOKS)
    shop = runner()
    shop.run(command(keep, id="a", size=3))

    def other() -> Flow[bool]:
        mine, theirs = yield from ask_all(Get(THINGS, "a"), Get(others, "a"))
        return Outcome(mine.value is not None and theirs.value is None)

    assert shop.run(command(other))


def test_a_flow_must_end_in_an_outcome() -> None:
    def forgetful() -> Flow[int]:
        yield from ask(Now())
        return 7  # type: ignore[return-value]

    with pytest.raises(AssertionError, match="forgetful must end in an Outcome, not 7"):
        runner().run(command(forgetful))


def mine_then_shared() -> Flow[int]:
    held, seen, now = yield from ask_all(Get(THINGS, "mine"), Get(THINGS, "shared"), Now())
    size = seen.value.size if seen.value else 0
    return Outcome(size, kept(held, size, now))


def test_everything_that_was_got_is_guarded_and_not_only_the_first() -> None:
    inner = MemoryStorage()
    shop = runner(inner)
    storage = Rivalled(inner, lambda: shop.run(command(keep, id="shared", size=7)), before_commit=1)

    assert 7 == runner(storage).run(command(mine_then_shared))


def test_what_a_scan_returned_is_guarded() -> None:
    inner = MemoryStorage()
    shop = runner(inner)
    shop.run(command(keep, id="shared", size=1, colour="red"))

    def scan_and_keep() -> Flow[int]:
        (seen,) = yield from ask(Scan(THINGS, "colour", "red", "red~"))
        held, now = yield from ask_all(Get(THINGS, "mine"), Now())
        return Outcome(seen.must().size, kept(held, seen.must().size, now))

    grown = command(keep, id="shared", size=7, colour="red")
    storage = Rivalled(inner, lambda: shop.run(grown), before_commit=1)

    assert 7 == runner(storage).run(command(scan_and_keep))


def test_what_find_returns_is_not_guarded_and_need_not_be_readable() -> None:
    storage = MemoryStorage()
    shop = runner(storage)
    for id in "ab":
        shop.run(command(keep, id=id, size=1, colour="red"))
    (record,) = storage.read([Key("thing", "a")])
    assert isinstance(record, Record)
    put = Put(Key("thing", "a"), "no JSON", (("colour", "red"),), record.version)
    storage.commit(Batch(Version("broken"), puts=(put,)))

    def places() -> Flow[tuple[tuple[str, str], ...]]:
        yield from stage(kept((yield from ask(Get(THINGS, "c"))), 1, NOON, "red"))
        first = yield from ask(Find(THINGS, "colour", "red", "red~", limit=2))
        rest = yield from ask(Find(THINGS, "colour", "red", "red~", after=first[-1]))
        return Outcome(first + rest)

    assert (("red", "a"), ("red", "b"), ("red", "c")) == shop.run(command(places))


@pytest.mark.parametrize("key", [None, "k1"])
def test_more_records_than_fit_into_one_look_are_read_in_turns(key: str | None) -> None:
    storage = CountingStorage(MemoryStorage())
    ids = tuple(f"t{n}" for n in range(KEYS_MAX + 500))

    def many() -> Flow[int]:
        things = yield from ask(GetMany(THINGS, ids))
        return Outcome(len(things))

    assert KEYS_MAX + 500 == runner(storage).run(command(many), key)
    assert max(len(call.asked) for call in storage.calls if call.method == "read") <= KEYS_MAX


def test_a_refusal_over_more_records_than_one_look_holds_is_looked_at_to_the_last() -> None:
    inner = MemoryStorage()
    shop = runner(inner)
    ids = tuple(f"t{n}" for n in range(KEYS_MAX + 500))

    def all_absent_but_late() -> Flow[bool]:
        things = yield from ask(GetMany(THINGS, ids))
        if not any(thing.value for thing in things):
            raise Refused(failed("nothing_there"))
        return Outcome(True)

    # The rival comes before the first look again, which begins with the third read.
    rivalled = Rivalled(inner, lambda: shop.run(command(keep, id=ids[-1], size=1)), before_read=3)

    assert runner(rivalled).run(command(all_absent_but_late))
