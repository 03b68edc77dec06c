"""The litmus engine itself: it plays every order, waits for nobody in vain, believes what is explained."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Sequence
from typing import Any

import attrs
import pytest

from omnicommerce.adapters.storage.memory import AsyncMemoryStorage, MemoryStorage
from omnicommerce.kernel.errors import CommitUnknown, Conflict, Unavailable
from omnicommerce.ports.storage import Batch, Committed, Entry, Found, Key, Position, Storage
from omnicommerce.testing import StorageConformance
from omnicommerce.testing.litmus import absences, amounts, entries, looks, records, shops
from omnicommerce.testing.litmus.held import Handed
from omnicommerce.testing.litmus.law import law
from omnicommerce.testing.litmus.orders import all_turns, held_turns
from omnicommerce.testing.litmus.party import Naming, Party
from omnicommerce.testing.litmus.program import Absent, Program, Write, look, store, tx
from omnicommerce.testing.litmus.serial import is_serial, serial_outcomes
from omnicommerce.testing.litmus.stage import Call, Hold, Stuck, opened

PROGRAMS = (
    *records.RECORDS,
    *absences.ABSENCES,
    *amounts.AMOUNTS,
    *looks.LOOKS,
    *entries.ENTRIES,
    *shops.SHOPS_OF_ONE_HOUSE,
)
NAMES = [program.name for program in PROGRAMS]

TWO_SINGLE_WRITES = Program(
    "two single writes",
    "nothing stands against either",
    (tx(store(Write("a", "1", over="nothing"))), tx(store(Write("b", "2", over="nothing")))),
)


class Bench(StorageConformance):
    """The kit over one kind of storage in memory."""

    is_durable = False
    stuck_seconds = 0.3

    def __init__(self, kind: type[Any] = MemoryStorage) -> None:
        self.kind = kind

    def make(self) -> Any:
        return self.kind()

    def told(self) -> dict[str, int]:
        return dict(self.__dict__.get("_counts", {}))


# --- programs and orders -------------------------------------------------------------------------


def test_programs_are_many_and_their_names_are_all_different() -> None:
    assert len(set(NAMES)) == len(PROGRAMS) >= 28
    assert {2, 3} == {len(program.transactions) for program in PROGRAMS}


def test_every_program_has_the_promise_it_is_about() -> None:
    assert [] == [program.name for program in PROGRAMS if len(program.promise.split()) < 6]


@pytest.mark.parametrize(
    ("program", "orders"), [(records.LOST_UPDATE, 6), (records.THREE_IN_A_ROW, 90), (looks.ONE_MOMENT, 10)]
)
def test_all_orders_of_calls_are_played(program: Program, orders: int) -> None:
    turns = list(all_turns(program))

    assert orders == len(turns) == len(set(turns))
    for order in turns:
        steps = [order.count(number) for number in range(len(program.transactions))]
        assert [len(transaction.steps) for transaction in program.transactions] == steps


def test_a_law_tells_how_many_orders_it_has_judged() -> None:
    bench = Bench()
    law(records.LOST_UPDATE)(bench)

    assert {"orders of calls": 6, "with a call held up": 24} == bench.told()


def test_orders_with_a_call_held_up_are_the_same_each_time() -> None:
    takings = {(0, 0): 4, (0, 1): 6, (1, 1): 6}
    drawn = held_turns(records.LOST_UPDATE, takings, 10)

    assert drawn == held_turns(records.LOST_UPDATE, takings, 10)
    assert 10 == len(drawn)
    everything = held_turns(records.LOST_UPDATE, takings, 10_000)
    assert set(drawn) <= set(everything)
    # Where the rivals had finished before, there is nobody to hold a call up for.
    assert [] == [turns for turns, hold in everything if turns[-1] == hold.party and hold.nth == 1]


def test_serial_outcomes_are_those_of_every_order_of_every_choice() -> None:
    bodies = {outcome.state[0] for outcome in serial_outcomes(records.LOST_UPDATE)}

    assert {
        (("start", "10"),),
        (("T1.2", "11"),),
        (("T2.2", "11"),),
        (("T1.2", "12"),),
        (("T2.2", "12"),),
    } == bodies
    assert is_serial(records.WRITE_SKEW)
    assert not is_serial(looks.ONE_MOMENT)


def test_a_batch_that_can_be_held_up_is_an_ordinary_tuple_to_everybody_else() -> None:
    takings: list[int] = []
    handed = Handed((1, 2, 3))
    handed.taken = lambda: takings.append(1)

    assert (1, 2, 3) == handed
    assert [1, 2, 3] == [*handed]
    assert 4 == len(takings)
    assert tuple is type(pickle.loads(pickle.dumps(handed)))  # noqa: S301  # our own
    assert (1, 2, 3) == pickle.loads(pickle.dumps(handed))  # noqa: S301  # likewise


# --- the stage -----------------------------------------------------------------------------------


def played(storages: Sequence[Storage], turns: tuple[int, ...], hold: Hold | None = None) -> list[Call]:
    with opened(len(storages), 0.3) as stage:
        stage.usual_seconds = 1.0  # so that a machine with much else to do is waited for as long as may be
        parties = [
            Party(number, transaction, Naming("x"), Position(""))
            for number, transaction in enumerate(TWO_SINGLE_WRITES.transactions)
        ]
        return stage.played(parties, list(storages), turns, hold)


def test_a_call_that_does_not_return_is_left_behind_and_the_others_go_on() -> None:
    is_free = threading.Event()

    class Waits(MemoryStorage):
        def commit(self, batch: Batch) -> Committed:
            if batch.puts[0].body == "1":
                assert is_free.wait(10)
            else:
                is_free.set()
            return super().commit(batch)

    storage = Waits()
    first, second = sorted(played([storage, storage], (0, 1)), key=lambda call: call.party)

    assert not first.is_before(second)
    assert not second.is_before(first)
    assert isinstance(first.answer, Committed)
    assert isinstance(second.answer, Committed)


def test_calls_that_do_not_overlap_are_one_before_the_other() -> None:
    # A call that takes longer than anybody waits does overlap, and on a busy machine one may.
    runs = [played([MemoryStorage(), MemoryStorage()], (1, 0)) for _ in range(5)]

    assert any((1, 0) == (first.party, second.party) and first.is_before(second) for first, second in runs)


def test_a_call_is_held_up_while_the_others_go_on() -> None:
    storages = [MemoryStorage(), MemoryStorage()]
    calls = played(storages, (0, 1), Hold(0, 0, 1))

    assert [1, 0] == [call.party for call in calls]
    assert calls[1].began < calls[0].began < calls[0].ended < calls[1].ended


def test_when_nobody_moves_any_more_it_is_told() -> None:
    class NeverComesBack(MemoryStorage):
        def commit(self, batch: Batch) -> Committed:
            threading.Event().wait(2)
            return super().commit(batch)

    with pytest.raises(Stuck) as caught:
        played([NeverComesBack(), MemoryStorage()], (0, 1))
    assert (0,) == caught.value.waiting


def test_a_law_over_somebody_who_never_comes_back_ends() -> None:
    class NeverComesBack(MemoryStorage):
        def commit(self, batch: Batch) -> Committed:
            if "start" not in batch.id:
                threading.Event().wait(2)
            return super().commit(batch)

    with pytest.raises(AssertionError, match=r"T1 and T2 never came back: after 0\.3 s nobody had moved"):
        law(TWO_SINGLE_WRITES)(Bench(NeverComesBack))


# --- the judgement -------------------------------------------------------------------------------


def test_an_answer_that_was_lost_may_be_stored_or_not() -> None:
    class Loses(MemoryStorage):
        number = 0

        def commit(self, batch: Batch) -> Committed:
            type(self).number += 1
            if "start" in batch.id:
                return super().commit(batch)
            if self.number % 2:
                super().commit(batch)
            raise CommitUnknown(batch.id)

    law(records.LOST_UPDATE)(Bench(Loses))
    law(records.THREE_IN_A_ROW)(Bench(Loses))
    law(entries.NEVER_LATE)(Bench(Loses))


def test_what_is_stored_was_not_refused() -> None:
    class StoresAndRefuses(MemoryStorage):
        def commit(self, batch: Batch) -> Committed:
            answer = super().commit(batch)
            if "T2" in batch.id:
                raise Conflict(batch.id)
            return answer

    with pytest.raises(AssertionError, match="no order of the calls explains") as caught:
        law(TWO_SINGLE_WRITES)(Bench(StoresAndRefuses))
    told = str(caught.value)
    for words in (
        "promised: nothing stands",
        "program: two single writes",
        "interleaving: T1 T2",
        "-> Conflict",
    ):
        assert words in told


def test_not_everybody_is_turned_away() -> None:
    class TurnsAway(MemoryStorage):
        def commit(self, batch: Batch) -> Committed:
            if "start" not in batch.id:
                raise Unavailable(batch.id)
            return super().commit(batch)

    with pytest.raises(AssertionError, match="all were refused, though nothing stood against T1"):
        law(records.LOST_UPDATE)(Bench(TurnsAway))


def turning_away_the_second(error: type[Exception]) -> type[MemoryStorage]:
    class TurnsAwayTheSecond(MemoryStorage):
        def commit(self, batch: Batch) -> Committed:
            if "T2" in batch.id:
                raise error(batch.id)
            return super().commit(batch)

    return TurnsAwayTheSecond


def test_whoever_finds_no_time_need_not_say_why_if_somebody_gets_through() -> None:
    law(records.LOST_UPDATE)(Bench(turning_away_the_second(Unavailable)))


def test_a_conflict_with_nobody_is_a_lie() -> None:
    with pytest.raises(AssertionError, match="no order of the calls explains") as caught:
        law(TWO_SINGLE_WRITES)(Bench(turning_away_the_second(Conflict)))
    assert "-> Conflict" in str(caught.value)


def test_a_conflict_while_a_rival_is_about_is_believed() -> None:
    class MistakesTheRival(MemoryStorage):
        """Whoever comes while another is being held up in its commit is turned away."""

        is_busy = False

        def commit(self, batch: Batch) -> Committed:
            if self.is_busy:
                raise Conflict(batch.id)
            self.is_busy = True
            try:
                return super().commit(attrs.evolve(batch, puts=tuple(iter(batch.puts))))
            finally:
                self.is_busy = False

    law(TWO_SINGLE_WRITES)(Bench(MistakesTheRival))


def test_a_storage_that_has_no_time_for_a_look_now_and_then_is_asked_again() -> None:
    class Busy(MemoryStorage):
        """Not broken: a call in three finds no time."""

        number = 0

        def _find_time(self) -> None:
            self.number += 1
            if self.number % 3 == 0:
                raise Unavailable("busy")

        def read(self, keys: Sequence[Key]) -> list[Found]:
            self._find_time()
            return super().read(keys)

        def journal(self, after: Position, limit: int) -> list[Entry]:
            self._find_time()
            return super().journal(after, limit)

    law(records.LOST_UPDATE)(Bench(Busy))
    law(entries.NEVER_LATE)(Bench(Busy))
    Bench(Busy).test_histories_with_everything()
    Bench(Busy).test_a_read_is_one_look()


def test_an_error_that_the_port_does_not_know_is_told() -> None:
    class Breaks(MemoryStorage):
        def read(self, keys: Sequence[Key]) -> list[Found]:
            raise KeyError(f"column {7 * len(keys)}")

    with pytest.raises(AssertionError, match=r"KeyError: 'column 7'; the port has no such failure"):
        law(records.LOST_UPDATE)(Bench(Breaks))


def test_a_start_that_is_refused_is_told() -> None:
    class Refuses(MemoryStorage):
        def commit(self, batch: Batch) -> Committed:
            raise Conflict(batch.id)

    with pytest.raises(AssertionError, match="since it is all new"):
        law(records.LOST_UPDATE)(Bench(Refuses))


def test_an_async_storage_is_judged_as_any_other() -> None:
    law(records.THREE_IN_A_ROW)(Bench(AsyncMemoryStorage))
    law(shops.TENANT_SWAP)(Bench(AsyncMemoryStorage))


def test_a_transaction_that_wants_nothing_ends_there() -> None:
    nobody = tx(look("a"), store(Write("a"), when=Absent(("a",))))
    program = Program(
        "nobody wants it", "who wants nothing stores nothing", (nobody, nobody), (Write("a", "1"),)
    )

    law(program)(Bench())
