"""Nobody is refused, and no error escapes, on a look that was torn by somebody's commit."""

from __future__ import annotations

import pytest

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.errors import Conflict, Refused
from omnicommerce.kernel.flow import Flow, Get, Outcome, ask
from omnicommerce.kernel.verdict import failed
from omnicommerce.testing import CountingStorage
from tests.backstage import command, runner
from tests.lending import THINGS, grow, keep
from tests.rivals import Rivalled


def sum_must_be_ten() -> Flow[int]:
    """Two reads; a rival moves between them from 10 + 0 to 0 + 10."""
    left = yield from ask(Get(THINGS, "left"))
    right = yield from ask(Get(THINGS, "right"))
    total = left.must().size + right.must().size
    if total != 10:
        raise Refused(failed("does_not_add_up", actual=total, required=10))
    return Outcome(total)


def index_by_size() -> Flow[int]:
    """A flow that stumbles, with an error of Python's own, over what a torn look shows it."""
    left = yield from ask(Get(THINGS, "left"))
    right = yield from ask(Get(THINGS, "right"))
    return Outcome({10: 1}[left.must().size + right.must().size])


def moved(shop_storage: MemoryStorage) -> None:
    shop = runner(shop_storage)
    shop.run(command(keep, id="left", size=0))
    shop.run(command(keep, id="right", size=10))


def halves() -> MemoryStorage:
    storage = MemoryStorage()
    shop = runner(storage)
    shop.run(command(keep, id="left", size=10))
    shop.run(command(keep, id="right", size=0))
    return storage


def test_nobody_is_refused_on_a_torn_look() -> None:
    inner = halves()
    storage = Rivalled(inner, lambda: moved(inner), before_read=2)

    assert 10 == runner(storage).run(command(sum_must_be_ten))


def test_no_key_error_escapes_from_a_torn_look() -> None:
    inner = halves()
    storage = Rivalled(inner, lambda: moved(inner), before_read=2)

    assert 1 == runner(storage).run(command(index_by_size))


def test_a_true_refusal_over_two_reads_is_looked_at_once_more_and_stands() -> None:
    inner = halves()
    runner(inner).run(command(grow, id="right"))
    storage = CountingStorage(inner)

    with pytest.raises(Refused, match="does_not_add_up"):
        runner(storage).run(command(sum_must_be_ten))

    assert (3, 0) == (storage.counts["read"], storage.counts["commit"])


def test_a_refusal_after_one_read_needs_no_second_look() -> None:
    storage = CountingStorage(MemoryStorage())

    def refused() -> Flow[int]:
        yield from ask(Get(THINGS, "a"))
        raise Refused(failed("no"))

    with pytest.raises(Refused):
        runner(storage).run(command(refused))

    assert 1 == storage.counts["read"]


def test_a_true_error_of_a_flow_comes_out_as_it_is() -> None:
    inner = halves()
    runner(inner).run(command(grow, id="right"))

    with pytest.raises(KeyError, match="11"):
        runner(inner).run(command(index_by_size))


def test_a_look_that_is_torn_again_and_again_ends_in_a_conflict() -> None:
    inner = halves()
    shop = runner(inner)
    storage = Rivalled(inner, lambda: shop.run(command(grow, id="left")), before_read=1, every=True)

    with pytest.raises(Conflict):
        runner(storage).run(command(sum_must_be_ten))
