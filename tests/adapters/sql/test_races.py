"""What only PostgreSQL can get wrong: a lock on what is not there, and connections in a process that forks.

The races of two, eight and thirty-two processes over every storage are in `tests.races`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from typing import Final

import pytest
from sqlalchemy import create_engine, text

from omnicommerce.ports.storage import Storage
from tests.adapters.sql import shops
from tests.adapters.sql.crew import Worker
from tests.adapters.sql.server import Server
from tests.adapters.sql.words import told
from tests.races import absence
from tests.races.contest import Try
from tests.races.crew import Crew
from tests.races.doors import on_postgres

PAUSE_SECONDS: Final = 0.002
"""Between the look and the leap: long enough to be overtaken."""


@pytest.fixture
def crew() -> Iterator[Crew]:
    made = Crew()
    yield made
    made.close()


def tries_by_hand(url: str, schema: str, _storage: Storage, number: int, _processes: int) -> list[Try]:
    """The tries of `absence`, as one would write them: SELECT ... FOR UPDATE, and then INSERT."""
    engine = create_engine(url, pool_size=1)

    def made(pair: int) -> bool:
        mine, other = absence.one_of(pair, number % 2).id, absence.one_of(pair, 1 - number % 2).id
        with engine.begin() as connection:
            seen = f"SELECT 1 FROM {schema}.record WHERE collection = 'things' AND id = :id FOR UPDATE"  # noqa: S608
            if connection.execute(text(seen), {"id": other}).first() is not None:
                return False
            time.sleep(PAUSE_SECONDS)
            row = (
                f"INSERT INTO {schema}.record VALUES ('things', :id, :id, '{{}}', '') ON CONFLICT DO NOTHING"  # noqa: S608
            )
            connection.execute(text(row), {"id": mine})
        return True

    return [partial(made, pair) for pair in range(absence.PAIRS)]


def test_a_lock_on_what_is_not_there_holds_nobody_off(server: Server, crew: Crew) -> None:
    """PostgreSQL cannot lock a row that is not there; see step 2 of `batch`, which does without."""
    shop = shops.on_postgres()
    url = server.url().render_as_string()
    door = partial(on_postgres, url, str(shop.schema))

    by_hand = crew.raced(door, partial(tries_by_hand, url, str(shop.schema)), 2)
    assert absence.over(shop, by_hand) > 0

    again = shops.on_postgres()
    made = crew.raced(partial(on_postgres, url, str(again.schema)), absence.tries, 2)
    assert 0 == absence.over(again, made)
    assert () == absence.wrong(again, made)


def test_a_process_that_forks_leaves_the_connections_to_its_parent(server: Server) -> None:
    shop = shops.on_postgres()
    worker = Worker()
    try:
        worker.say(f"fork {server.url().render_as_string()} {shop.schema}")

        assert "done" == worker.hear()
    finally:
        worker.close()
    assert ["before", "child", "after 0"] == told(shop)
