"""The invariants are those of audit: one piece of code, for a shop and for a bare storage."""

from __future__ import annotations

import json

import pytest

from omnicommerce import Commerce, DemoKeys, MemoryStorage, Rulebook
from omnicommerce.ports.storage import Record
from omnicommerce.testing import invariants
from omnicommerce.testing.simulation import depot
from tests.shopfront import Shop, opened, sale, tell


@pytest.fixture
def shop() -> Shop:
    shop = opened(MemoryStorage())
    tell(shop, sale())
    return shop


def more_points(shop: Shop) -> None:
    """Somebody writes themselves more points than the journal knows of."""
    assert isinstance(shop.storage, MemoryStorage)
    records = shop.storage._records
    key = next(key for key in records if key.collection == "points")
    body = json.loads(records[key].body)
    body["value"]["months"][0]["remaining"] += 1
    records[key] = Record(records[key].version, json.dumps(body, separators=(",", ":")))


def test_sound_books_break_none(shop: Shop) -> None:
    assert () == invariants.findings(shop.commerce)
    assert () == invariants.findings(shop.storage)


def test_what_audit_finds_is_what_is_broken(shop: Shop) -> None:
    more_points(shop)

    assert shop.commerce.audit().findings == invariants.findings(shop.commerce)
    assert invariants.findings(shop.commerce) == invariants.findings(shop.storage) != ()


def test_holding_them_says_how_much_was_looked_at(shop: Shop) -> None:
    assert shop.commerce.audit() == invariants.hold(shop.storage)


def test_what_is_broken_is_an_assertion_that_names_it(shop: Shop) -> None:
    more_points(shop)
    (finding,) = invariants.findings(shop.storage)

    with pytest.raises(AssertionError, match="1 invariants do not hold") as raised:
        invariants.hold(shop.commerce)
    assert str(finding) in str(raised.value)


def test_the_books_of_a_host_with_events_of_its_own_are_read_as_well() -> None:
    storage = MemoryStorage()
    shop = Commerce(storage, Rulebook(), keys=DemoKeys(), events=depot.EVENTS)
    shop.run(depot.stock, quantity=3)

    assert 2 == invariants.hold(storage).entries
    storage._totals[depot.CRATES.name] += 1
    assert "counter depot/crates" == invariants.findings(storage)[0].where
