"""One PostgreSQL for all tests of this folder, and a schema of its own for each shop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from tests.adapters.sql import shops
from tests.adapters.sql.server import Server, of_the_wheel

LONG: Final = ("TestOnPostgresUnderAsyncio", "TestOnSqlite")
"""Their statements are those of TestOnPostgres, which keeps every law in every test run."""

SLOW: Final = ("test_litmus", "test_processes", "test_no_entry_is_late_between", "test_a_killed_process")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Orders of calls are a slow proof; and once more, for the others, they and races of processes soak."""
    for item in items:
        if item.name.startswith(SLOW) and any(f"::{name}::" in item.nodeid for name in LONG):
            item.add_marker(pytest.mark.soak)
        elif item.name.startswith("test_litmus") and "::TestOnPostgres::" in item.nodeid:
            item.add_marker(pytest.mark.prove)


@pytest.fixture(autouse=True)
def shops_are_used_again() -> Iterator[None]:
    """What a test has opened is closed when it is over."""
    yield
    shops.test_is_over()


@pytest.fixture(scope="session", autouse=True)
def server() -> Iterator[Server]:
    """A running server; `shops` hands it to those who cannot ask for a fixture."""
    running = Server(of_the_wheel()).start()
    shops.SERVERS["18"] = running
    try:
        yield running
    finally:
        shops.close()
        running.stop()
