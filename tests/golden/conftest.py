"""One PostgreSQL for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.adapters.sql.server import Server, of_the_wheel


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    """A fresh server, which knows no shop yet."""
    running = Server(of_the_wheel()).start()
    try:
        yield running
    finally:
        running.stop()
