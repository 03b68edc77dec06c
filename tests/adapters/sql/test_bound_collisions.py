"""What collides in the host's transaction goes to the host; nothing is tried again behind its back."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from omnicommerce import Conflict, Refused
from omnicommerce.kernel.errors import Again
from omnicommerce.kernel.flow import Flow, Outcome, call
from tests.adapters.sql.hosts import HOSTS, Host, after, opened
from tests.adapters.sql.server import Server
from tests.adapters.sql.words import together
from tests.lending import grow, keep, lend, stock

BETWEEN = ("postgresql", "sqlite, deferred")
"""Where somebody else can write between a look of the host's transaction and its change."""

TIMES = 10
HOSTS_AT_ONCE = 4
PAUSE_S = 0.002
AGAIN_MAX = 2_000
"""A reader on SQLite who is told at once turns round fast, and often."""

RacingHost = Callable[[Host, str, Counter[str]], None]


@pytest.fixture(params=list(HOSTS))
def host(request: pytest.FixtureRequest, server: Server) -> Iterator[Host]:
    yield from opened(request.param, server)


@pytest.fixture(params=BETWEEN)
def crowded(request: pytest.FixtureRequest, server: Server) -> Iterator[Host]:
    yield from opened(request.param, server)


@pytest.fixture
def postgres(server: Server) -> Iterator[Host]:
    yield from opened("postgresql", server)


# --- a rival comes between -----------------------------------------------------------------------


def test_a_collision_goes_to_the_host_who_runs_all_of_it_again(crowded: Host) -> None:
    runs: list[str] = []
    flow = after(runs, lambda: crowded.shop().run(grow, id="a", by=10))

    def hand_over() -> None:
        with crowded.engine.begin() as connection:
            shop = crowded.within(connection)
            shop.run(flow)
            crowded.send(connection, "p1")

    with pytest.raises(Conflict, match="roll your transaction back"):
        hand_over()
    after_one = (len(runs), crowded.parcels, crowded.size())
    hand_over()

    assert (1, [], 11) == after_one
    assert (2, ["p1"], 12) == (len(runs), crowded.parcels, crowded.size())


def test_the_control_over_its_own_storage_the_shop_runs_it_again_by_itself(crowded: Host) -> None:
    runs: list[str] = []

    assert 12 == crowded.shop().run(after(runs, lambda: crowded.shop().run(grow, id="a", by=10)))
    assert 2 == len(runs)


def test_what_others_have_used_up_is_a_collision_too(crowded: Host) -> None:
    crowded.shop().run(stock, counter="van", quantity=1)
    runs: list[str] = []

    def lend_under_a_rival() -> Flow[str]:
        lease = yield from call(lend(counter="van", quantity=1))
        runs.append(lease)
        crowded.shop().run(lend, counter="van", quantity=1)
        return Outcome(lease)

    def hand_over() -> None:
        with crowded.engine.begin() as connection:
            shop = crowded.within(connection)
            shop.run(lend_under_a_rival)
            crowded.send(connection, "never")

    with pytest.raises(Conflict, match="roll your"):
        hand_over()
    with pytest.raises(Refused, match="too_few_left"):
        hand_over()

    assert (1, []) == (len(runs), crowded.parcels)


def test_a_host_may_go_back_to_its_own_savepoint_and_decide_anew(postgres: Host) -> None:
    """READ COMMITTED: there the next look sees what the rival has stored."""
    flow = after([], lambda: postgres.shop().run(grow, id="a", by=10))
    with postgres.engine.begin() as connection:
        shop = postgres.within(connection)
        postgres.send(connection, "p1")

        def try_it(parcel: str) -> None:
            with connection.begin_nested():
                postgres.send(connection, parcel)
                shop.run(flow)

        with pytest.raises(Conflict):
            try_it("never")
        try_it("p2")

    assert (12, ["p1", "p2"]) == (postgres.size(), postgres.parcels)


def test_on_sqlite_a_reader_that_was_overtaken_can_only_roll_back(server: Server) -> None:
    for host in opened("sqlite, deferred", server):
        flow = after([], lambda host=host: host.shop().run(grow, id="a", by=10))  # type: ignore[misc]
        with host.engine.connect() as connection, connection.begin() as transaction:
            shop = host.within(connection)
            for _ in range(2):
                with pytest.raises(Conflict, match="began to look"):
                    shop.run(flow)
            transaction.rollback()
        with host.engine.begin() as connection:
            assert 12 == host.within(connection).run(flow)


# --- many hosts at once --------------------------------------------------------------------------


def hand_over(host: Host, parcel: str) -> None:
    """The host's transaction: look, then write a row of its own and grow a thing of the shop's."""
    with host.engine.begin() as connection:
        shop = host.within(connection)
        shop.run(grow, id="a")
        host.send(connection, parcel)


def patient(host: Host, parcel: str, met: Counter[str]) -> None:
    """Runs everything again until it is stored."""
    for _ in range(AGAIN_MAX):
        try:
            return hand_over(host, parcel)
        except Again:
            # On SQLite a reader is also told at once that somebody else is writing.
            met["collision"] += 1
            time.sleep(PAUSE_S)
    raise AssertionError("it never came to an end")


def careless(host: Host, parcel: str, met: Counter[str]) -> None:
    """Thinks that a Conflict is none of its business."""
    with host.engine.begin() as connection:
        host.send(connection, parcel)
        try:
            host.within(connection).run(grow, id="a")
        except Conflict:
            met["collision"] += 1


def raced(host: Host, racing: RacingHost) -> int:
    """How often hosts collided, each with TIMES parcels to hand over."""
    met: Counter[str] = Counter()
    start = threading.Barrier(HOSTS_AT_ONCE)

    def run(who: int) -> None:
        start.wait()
        for n in range(TIMES):
            racing(host, f"p{who}-{n}", met)

    together(*(lambda who=who: run(who) for who in range(HOSTS_AT_ONCE)))
    return met["collision"]


def test_hosts_that_run_again_lose_nothing_and_do_nothing_twice(host: Host) -> None:
    collisions = raced(host, patient)

    assert TIMES * HOSTS_AT_ONCE == len(host.parcels) == host.size() - 1
    assert host.is_one_at_a_time == (collisions == 0)
    assert [] == host.faults


def test_the_control_a_host_that_goes_on_has_parcels_that_the_shop_knows_nothing_of(postgres: Host) -> None:
    collisions = raced(postgres, careless)

    assert TIMES * HOSTS_AT_ONCE == len(postgres.parcels)
    assert 0 < collisions == len(postgres.parcels) - (postgres.size() - 1)


def test_hosts_that_wait_for_each_other_are_told_and_run_again(postgres: Host) -> None:
    """Two commands in one transaction: no order of locks within a batch can help here."""
    postgres.shop().run(keep, id="b", size=1)
    both_have_written = threading.Barrier(2)
    told: list[str] = []

    def host(first: str, second: str) -> None:
        for attempt in range(5):
            try:
                with postgres.engine.begin() as connection:
                    shop = postgres.within(connection)
                    postgres.send(connection, f"{first}-{second}")
                    shop.run(grow, id=first)
                    if not attempt:
                        both_have_written.wait(20)
                    shop.run(grow, id=second)
            except Conflict as conflict:
                told.append(str(conflict))
            else:
                return

    together(lambda: host("a", "b"), lambda: host("b", "a"))

    assert any("deadlock" in each for each in told)
    assert (3, 3, ["a-b", "b-a"]) == (postgres.size("a"), postgres.size("b"), postgres.parcels)
