"""Drawing on a bounded counter: what has run out is out, swept or not, and nothing is lent twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.collection import Counter
from omnicommerce.kernel.errors import BadValue, Refused
from omnicommerce.kernel.holders import HOLDERS_MAX
from omnicommerce.ports.storage import Key
from omnicommerce.testing import CountingStorage, FrozenClock
from tests.backstage import NOON, command, journal, runner, world
from tests.lending import lend, stock
from tests.rivals import Rivalled

SHELF = "free/s1"


def test_a_draw_within_what_is_free_is_one_read_and_no_scan() -> None:
    storage = CountingStorage(MemoryStorage())
    shop = runner(storage)
    shop.run(command(stock, counter=SHELF, quantity=5))
    before = (storage.counts["read"], storage.counts["scan"])

    shop.run(command(lend, counter=SHELF, quantity=5))

    assert (before[0] + 1, before[1]) == (storage.counts["read"], storage.counts["scan"])


def test_a_holder_that_has_run_out_is_ended_by_whoever_needs_its_share() -> None:
    storage, clock = MemoryStorage(), FrozenClock(NOON)
    shop = runner(storage, world(clock))
    shop.run(command(stock, counter=SHELF, quantity=2))
    shop.run(command(lend, counter=SHELF, quantity=2, minutes=10))

    clock.advance(seconds=599)
    with pytest.raises(Refused) as caught:
        shop.run(command(lend, counter=SHELF, quantity=1))
    assert ("too_few_left", 0, 1) == (
        caught.value.code,
        caught.value.verdict.actual,
        caught.value.verdict.missing,
    )

    clock.advance(seconds=1)
    shop.run(command(lend, counter=SHELF, quantity=1))

    assert [1] == storage.read([Key("#", SHELF)])
    assert ["thing.kept", "lease.lent", "lease.ended", "lease.lent"] == [e["tag"] for e in journal(storage)]


def test_a_refusal_after_ending_holders_ends_none() -> None:
    storage, clock = MemoryStorage(), FrozenClock(NOON)
    shop = runner(storage, world(clock))
    shop.run(command(stock, counter=SHELF, quantity=2))
    shop.run(command(lend, counter=SHELF, quantity=2))
    clock.advance(seconds=3_600)

    with pytest.raises(Refused):
        shop.run(command(lend, counter=SHELF, quantity=3))

    assert [0] == storage.read([Key("#", SHELF)])
    assert 2 == len(journal(storage))


def test_a_neglected_sweep_costs_one_page_and_not_all_of_it() -> None:
    storage, clock = CountingStorage(MemoryStorage()), FrozenClock(NOON)
    shop = runner(storage, world(clock))
    shop.run(command(stock, counter=SHELF, quantity=HOLDERS_MAX + 50))
    for _ in range(HOLDERS_MAX + 50):
        shop.run(command(lend, counter=SHELF, quantity=1))
    clock.advance(seconds=3_600)

    shop.run(command(lend, counter=SHELF, quantity=1))

    assert [HOLDERS_MAX - 1] == storage.read([Key("#", SHELF)])


def test_two_who_draw_the_last_one_at_the_same_moment_get_it_once() -> None:
    inner = MemoryStorage()
    rival = runner(inner)
    rival.run(command(stock, counter=SHELF, quantity=1))
    storage = Rivalled(inner, lambda: rival.run(command(lend, counter=SHELF, quantity=1)), before_commit=1)

    with pytest.raises(Refused, match="too_few_left"):
        runner(storage).run(command(lend, counter=SHELF, quantity=1))

    assert [0] == inner.read([Key("#", SHELF)])


@pytest.mark.parametrize("read", range(1, 6))
def test_nobody_is_refused_because_a_rival_ended_the_holders_between_two_looks(read: int) -> None:
    storage, clock = MemoryStorage(), FrozenClock(NOON)
    rival = runner(storage, world(clock))
    rival.run(command(stock, counter=SHELF, quantity=5))
    for _ in range(5):
        rival.run(command(lend, counter=SHELF, quantity=1, minutes=10))
    clock.advance(seconds=3_600)
    one = command(lend, counter=SHELF, quantity=1)
    watched = Rivalled(storage, lambda: rival.run(one), before_read=read)

    runner(watched, world(clock)).run(one)

    assert [3 if watched.reads >= read else 4] == storage.read([Key("#", SHELF)])


def test_a_counters_name_has_no_blanks_so_that_holders_of_two_counters_never_mix() -> None:
    with pytest.raises(BadValue) as caught:
        Counter("free/a 1")

    assert "counter" == caught.value.path


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 30), st.integers(0, 20)), max_size=15))
def test_what_is_lent_and_not_run_out_never_passes_what_is_there(told: list[tuple[int, int, int]]) -> None:
    storage, clock = MemoryStorage(), FrozenClock(NOON)
    shop = runner(storage, world(clock))
    shop.run(command(stock, counter=SHELF, quantity=5))
    model: list[tuple[int, int]] = []
    minute = 0
    for quantity, minutes, wait in told:
        clock.advance(seconds=60 * wait)
        minute += wait
        live = sum(held for held, until in model if until > minute)
        try:
            shop.run(command(lend, counter=SHELF, quantity=quantity, minutes=minutes))
        except Refused:
            assert live + quantity > 5
        else:
            assert live + quantity <= 5
            model.append((quantity, minute + minutes))
