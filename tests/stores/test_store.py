"""Stores: each has a clock on its wall, and nobody sells in one that is not there."""

from __future__ import annotations

from typing import Any

import pytest

from omnicommerce.kernel.errors import BadValue, Refused
from omnicommerce.kernel.ids import StoreId
from omnicommerce.kernel.verdict import failed, held
from omnicommerce.stores import Store, Stores, known, zone_of
from omnicommerce.stores.store import STORES_MAX

NANJING = StoreId("nanjing-road")
WEB = StoreId("web")
SHOP = Stores({NANJING: Store("Asia/Shanghai"), WEB: Store("Etc/UTC")})


def test_a_store_counts_its_days_by_its_own_clock() -> None:
    assert "Asia/Shanghai" == zone_of(SHOP, NANJING)
    assert "Etc/UTC" == zone_of(SHOP, WEB)


def test_a_store_is_known_or_it_is_not() -> None:
    assert held("unknown_store", actual="web") == known(SHOP, WEB)
    assert failed("unknown_store", actual="wbe") == known(SHOP, StoreId("wbe"))


def test_the_zone_of_a_store_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        zone_of(SHOP, StoreId("wbe"))

    assert "unknown_store" == caught.value.code


@pytest.mark.parametrize(
    "zone", ["", "Shanghai", "Asia/Nowhere", "asia/shanghai", "+08:00", "localtime", None, 8]
)
def test_a_store_lies_in_a_time_zone(zone: Any) -> None:
    with pytest.raises(BadValue) as caught:
        Store(zone)

    assert "zone" == caught.value.path


@pytest.mark.parametrize(
    "by_id",
    [
        None,
        [(NANJING, Store("Asia/Shanghai"))],
        {StoreId(""): Store("Asia/Shanghai")},
        {StoreId("a/b"): Store("Asia/Shanghai")},
        {StoreId("a" * 65): Store("Asia/Shanghai")},
        {7: Store("Asia/Shanghai")},
        {NANJING: "Asia/Shanghai"},
        {StoreId(str(number)): Store("Etc/UTC") for number in range(STORES_MAX + 1)},
    ],
)
def test_stores_have_names_and_are_not_without_number(by_id: Any) -> None:
    with pytest.raises(BadValue) as caught:
        Stores(by_id)

    assert caught.value.path.startswith("by_id")


def test_a_shop_may_have_no_stores_yet() -> None:
    assert not known(Stores(), NANJING).holds


def test_nobody_opens_a_store_by_writing_into_what_the_rules_were_made_of() -> None:
    source = {NANJING: Store("Asia/Shanghai")}
    shop = Stores(source)
    source[WEB] = Store("Etc/UTC")

    assert not known(shop, WEB).holds
