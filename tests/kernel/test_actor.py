"""Whoever is at work has a name that the journal can keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from omnicommerce import Commerce, DemoKeys, MemoryStorage, Rulebook
from omnicommerce.kernel.actor import Customer, Staff, System, Till
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import StoreId


@pytest.mark.parametrize("name", ["", "a\nb", "\ud800", "x" * 257, 7, None])
@pytest.mark.parametrize(
    ("path", "make"),
    [
        ("member", Customer),
        ("id", Staff),
        ("name", System),
        ("store", lambda name: Till(name, "t1")),
        ("till", lambda name: Till(StoreId("s1"), name)),
        ("capabilities", lambda name: Staff("s", frozenset({name}))),
    ],
)
def test_a_name_that_nobody_can_read_is_refused(path: str, make: Callable[[Any], object], name: Any) -> None:
    with pytest.raises(BadValue) as caught:
        make(name)

    assert path == caught.value.path


@pytest.mark.parametrize("capabilities", [{"give"}, ["give"], "give", None])
def test_capabilities_are_a_set_that_nobody_can_change(capabilities: Any) -> None:
    with pytest.raises(BadValue, match="expected frozenset"):
        Staff("s-7", capabilities)


@pytest.mark.parametrize("actor", ["ada", None, 7, Staff])
def test_whoever_is_no_actor_may_not_act(actor: Any) -> None:
    shop = Commerce(MemoryStorage(), Rulebook(), keys=DemoKeys())

    with pytest.raises(BadValue) as caught:
        shop.acting(actor)

    assert "actor" == caught.value.path
