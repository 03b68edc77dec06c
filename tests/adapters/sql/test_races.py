"""Two and eight processes, one PostgreSQL: nothing is oversold, and no absence is relied on twice.

Each race is run once more without its guard, and must then go wrong: a race that cannot fail proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from omnicommerce.adapters.storage.sql import SqlStorage
from omnicommerce.ports.storage import COUNTERS, START, Add, Key
from tests.adapters.sql import shops
from tests.adapters.sql.crew import Worker
from tests.adapters.sql.server import Server
from tests.adapters.sql.words import batch, key, told

LEFT = 100

ROUNDS_MAX = 30
"""Two that jump without a guard are lucky once, and not this often."""


@pytest.fixture(scope="module")
def crew() -> Iterator[list[Worker]]:
    """Eight processes, started once."""
    workers = [Worker() for _ in range(8)]
    yield workers
    for worker in workers:
        worker.close()


def raced(server: Server, shop: SqlStorage, role: str, workers: list[Worker], tries: int) -> list[int]:
    """Wait until each is ready, let them go together; what each has got."""
    url = server.url().render_as_string()
    for n, worker in enumerate(workers):
        worker.say(f"race {role} {url} {shop.schema} {tries} worker-{n}")
    for worker in workers:
        assert "ready" == worker.hear()
    for worker in workers:
        worker.say("go")
    return [int(worker.hear()) for worker in workers]


@pytest.fixture
def shop() -> SqlStorage:
    """A shop with a hundred left."""
    made = shops.on_postgres()
    made.commit(batch(Add("left", LEFT)))
    return made


def left(shop: SqlStorage) -> object:
    return shop.read((Key(COUNTERS, "left"),))[0]


@pytest.mark.parametrize("processes", [2, 8])
def test_a_bounded_counter_is_never_overrun(
    shop: SqlStorage, server: Server, crew: list[Worker], processes: int
) -> None:
    got = raced(server, shop, "take_guarded", crew[:processes], 240 // processes)

    assert (LEFT, 0) == (sum(got), left(shop))
    assert LEFT == len(shop.journal(START, 1_000))


@pytest.mark.parametrize("processes", [2, 8])
def test_without_its_bound_the_counter_is_overrun(server: Server, crew: list[Worker], processes: int) -> None:
    """The negative control of the race above: it looks first and takes a moment later."""
    for _ in range(ROUNDS_MAX):
        shop = shops.on_postgres()
        shop.commit(batch(Add("left", 5)))
        got = sum(raced(server, shop, "take_unguarded", crew[:processes], 10))
        assert 5 - got == left(shop)
        if got > 5:
            return
    raise AssertionError("a race that cannot fail proves nothing")


@pytest.mark.parametrize("processes", [2, 8])
def test_no_two_rely_on_the_same_absence(
    shop: SqlStorage, server: Server, crew: list[Worker], processes: int
) -> None:
    """PostgreSQL cannot lock a row that is not there; see step 2 of `batch`."""
    got = raced(server, shop, "stand_alone", crew[:processes], 60)

    assert 60 == sum(got)
    assert 60 == len(there(shop))


def test_with_a_lock_on_what_is_not_there_both_do(
    shop: SqlStorage, server: Server, crew: list[Worker]
) -> None:
    """The negative control of the race above: SELECT ... FOR UPDATE, and then INSERT."""
    raced(server, shop, "naive_stand_alone", crew[:2], 60)

    assert len(there(shop)) > 60


def there(shop: SqlStorage) -> list[str]:
    return [each.id for each, _ in shop.everything(key(""), 1_000)]


def test_a_process_that_forks_leaves_the_connections_to_its_parent(
    shop: SqlStorage, server: Server, crew: list[Worker]
) -> None:
    crew[0].say(f"fork {server.url().render_as_string()} {shop.schema}")

    assert "done" == crew[0].hear()
    assert ["before", "child", "after 0"] == told(shop)
