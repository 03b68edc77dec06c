"""One PostgreSQL for the tests of this folder; each history gets a schema of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from omnicommerce.runner import running
from tests.adapters.sql import shops
from tests.adapters.sql.server import Server, of_the_wheel


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server that no other folder's tests stop or kill."""
    running = Server(of_the_wheel()).start()
    try:
        yield running
    finally:
        for engine in shops.engines(running):
            engine.dispose()
        running.stop()


@pytest.fixture(autouse=True)
def nobody_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """There are no rivals to wait for, and a pause changes no answer."""
    monkeypatch.setattr(running, "PAUSE_FIRST_S", 0.0)
