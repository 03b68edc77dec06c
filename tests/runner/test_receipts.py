"""Twice is once: an idempotency key gives the first answer back, and never serves two requests."""

from __future__ import annotations

import pytest

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.errors import BadValue, NotTheSame, Refused
from omnicommerce.kernel.flow import Flow, Get, Now, Outcome, Refusal, ask, ask_all
from omnicommerce.kernel.verdict import at_least, failed
from omnicommerce.ports.storage import START
from omnicommerce.testing import CountingStorage
from tests.backstage import command, journal, runner
from tests.lending import THINGS, grow, keep, kept, size_of
from tests.rivals import Rivalled


def test_the_same_key_gives_the_first_answer_and_changes_nothing_more() -> None:
    storage = MemoryStorage()
    shop = runner(storage)

    first = shop.run(command(grow, id="a"), "k1")
    shop.run(command(grow, id="a"))
    again = shop.run(command(grow, id="a"), "k1")

    assert (1, 1) == (first, again)
    assert 2 == shop.run(command(size_of, id="a"))


def test_without_a_key_twice_is_twice() -> None:
    """The naive version: a client that retries after a lost response grows the thing twice."""
    shop = runner()

    assert [1, 2] == [shop.run(command(grow, id="a")), shop.run(command(grow, id="a"))]


def test_the_same_key_for_another_request_is_an_error_and_changes_nothing() -> None:
    storage = MemoryStorage()
    shop = runner(storage)
    shop.run(command(grow, id="a"), "k1")

    for other in (command(grow, id="a", by=2), command(grow, id="b"), command(keep, id="a", size=1)):
        with pytest.raises(NotTheSame, match="'k1' was used before"):
            shop.run(other, "k1")

    assert 1 == len(journal(storage))


def test_an_argument_at_its_default_is_the_same_request_as_one_left_out() -> None:
    shop = runner()

    assert 1 == shop.run(command(grow, id="a"), "k1")
    assert 1 == shop.run(command(grow, id="a", by=1), "k1")


def test_the_order_of_arguments_does_not_matter() -> None:
    shop = runner()

    assert 3 == shop.run(command(keep, id="a", size=3, colour="red"), "k1")
    assert 3 == shop.run(command(keep, colour="red", size=3, id="a"), "k1")


def test_the_receipt_rides_in_the_first_read() -> None:
    storage = CountingStorage(MemoryStorage())
    shop = runner(storage)

    shop.run(command(grow, id="a"), "k1")
    assert 1 == storage.counts["read"]

    shop.run(command(grow, id="a"), "k1")
    assert (2, 1) == (storage.counts["read"], storage.counts["commit"])


def test_a_flow_that_reads_nothing_still_finds_its_receipt() -> None:
    storage = MemoryStorage()
    shop = runner(storage)

    def silent() -> Flow[int]:
        return Outcome(len(storage.journal(START, 10)))
        yield

    assert 0 == shop.run(command(silent), "k1")
    shop.run(command(grow, id="a"))
    assert 0 == shop.run(command(silent), "k1")


def test_two_clients_with_one_key_at_the_same_moment_do_it_once() -> None:
    inner = MemoryStorage()
    rival = runner(inner)
    answers: list[int] = []
    storage = Rivalled(inner, lambda: answers.append(rival.run(command(grow, id="a"), "k1")), before_commit=1)

    mine = runner(storage).run(command(grow, id="a"), "k1")

    assert [1] == answers
    assert 1 == mine
    assert 1 == rival.run(command(size_of, id="a"))


def test_a_replay_finds_its_receipt_even_if_it_would_now_be_refused() -> None:
    def shrink(*, id: str) -> Flow[int]:
        held, now = yield from ask_all(Get(THINGS, id), Now())
        size = held.value.size if held.value else 0
        verdict = at_least("too_small", actual=size, required=1)
        if not verdict.holds:
            raise Refused(verdict)
        return Outcome(size - 1, kept(held, size - 1, now))

    shop = runner()
    shop.run(command(keep, id="a", size=1))

    assert 0 == shop.run(command(shrink, id="a"), "k1")
    assert 0 == shop.run(command(shrink, id="a"), "k1")
    with pytest.raises(Refused):
        shop.run(command(shrink, id="a"), "k2")


def test_a_duplicate_that_commits_between_two_reads_answers_for_both() -> None:
    """The loser sees the winner's effect and would refuse; it must look for the receipt first."""
    inner = MemoryStorage()
    rival = runner(inner)
    rival.run(command(keep, id="last", size=1))

    def take_last() -> Flow[str]:
        yield from ask(Get(THINGS, "door"))
        held, now = yield from ask_all(Get(THINGS, "last"), Now())
        if held.must().size == 0:
            raise Refused(failed("sold_out"))
        return Outcome("yours", kept(held, 0, now))

    storage = Rivalled(inner, lambda: rival.run(command(take_last), "k1"), before_read=2)

    assert "yours" == runner(storage).run(command(take_last), "k1")
    assert 0 == rival.run(command(size_of, id="last"))


def test_a_plain_refusal_leaves_no_receipt() -> None:
    def refused() -> Flow[int]:
        held = yield from ask(Get(THINGS, "a"))
        if held.value is None:
            raise Refused(failed("not_yet"))
        return Outcome(held.value.size)

    shop = runner()
    with pytest.raises(Refused):
        shop.run(command(refused), "k1")
    shop.run(command(keep, id="a", size=2))

    assert 2 == shop.run(command(refused), "k1")


def test_a_recorded_refusal_is_committed_and_answered_again() -> None:
    storage = MemoryStorage()

    def one_try() -> Flow[int]:
        held, now = yield from ask_all(Get(THINGS, "tries"), Now())
        tries = (held.value.size if held.value else 0) + 1
        return Outcome(Refusal(at_least("wrong_code", actual=0, required=1)), kept(held, tries, now))

    shop = runner(storage)
    for _ in range(2):
        with pytest.raises(Refused) as caught:
            shop.run(command(one_try), "k1")
        assert ("wrong_code", 1) == (caught.value.code, caught.value.verdict.missing)

    assert 1 == shop.run(command(size_of, id="tries"))


def test_a_receipt_tells_nobody_what_the_key_or_the_arguments_were() -> None:
    spied = CountingStorage(MemoryStorage())

    runner(spied).run(command(keep, id="a", size=31337, colour="red"), "order of +8613912345678")

    assert "13912345678" not in repr(spied.calls)
    assert "31337" in repr(spied.calls)


@pytest.mark.parametrize("key", ["", "x" * 257, "a\nb", "\ud800"])
def test_a_key_that_cannot_be_one_is_refused(key: str) -> None:
    with pytest.raises(BadValue) as caught:
        runner().run(command(grow, id="a"), key)

    assert "key" == caught.value.path
