"""Rules for namespaces are data: bounded, checked with a path, and sensible as they come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from omnicommerce.identity.identifier import Namespace
from omnicommerce.identity.resolution.namespaces import (
    BLOCKED_MAX,
    NAMESPACES_MAX,
    RETAIL,
    IdentityRules,
    NamespaceKind,
    NamespaceRules,
)
from omnicommerce.kernel.errors import BadValue

DAY = timedelta(days=1)


def rules(**changes: Any) -> NamespaceRules:
    known: dict[str, Any] = {"name": "shop.badge", "kind": NamespaceKind.PERSON, "priority": 3}
    return NamespaceRules(**(known | changes))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"name": "Badge"}, "name"),
        ({"name": "a" * 65}, "name"),
        ({"kind": "person"}, "kind"),
        ({"priority": -1}, "priority"),
        ({"priority": True}, "priority"),
        ({"limit": 0}, "limit"),
        ({"limit": 10_001}, "limit"),
        ({"limit": 1.0}, "limit"),
        ({"window": DAY}, "window"),
        ({"limit": 1, "window": 5}, "window"),
        ({"limit": 1, "window": timedelta(0)}, "window"),
        ({"limit": 1, "window": timedelta(days=40_000)}, "window"),
        ({"valid_for": -DAY}, "valid_for"),
        ({"hub_limit": -1}, "hub_limit"),
        ({"hub_ignores": {"order"}}, "hub_ignores"),
        ({"hub_ignores": frozenset({"An Order"})}, "hub_ignores"),
        ({"blocked": ["+86"]}, "blocked"),
        ({"blocked": frozenset({""})}, "blocked"),
        ({"blocked": frozenset(map(str, range(BLOCKED_MAX + 1)))}, "blocked"),
        ({"supports": 1}, "supports"),
    ],
)
def test_rules_that_cannot_be_are_refused_with_their_path(change: dict[str, Any], path: str) -> None:
    with pytest.raises(BadValue) as bad:
        rules(**change)

    assert path == bad.value.path


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"namespaces": [rules()]}, "namespaces"),
        ({"namespaces": (rules(), "shop.badge")}, "namespaces[1]"),
        ({"namespaces": (rules(), rules(priority=1))}, "namespaces[1].name"),
        (
            {"namespaces": tuple(rules(name=f"shop.n{nth}") for nth in range(NAMESPACES_MAX + 1))},
            "namespaces",
        ),
        ({"size_max": 0}, "size_max"),
        ({"score_min": 0}, "score_min"),
        ({"score_min": 1_001}, "score_min"),
    ],
)
def test_a_whole_that_cannot_be_is_refused_with_its_path(change: dict[str, Any], path: str) -> None:
    with pytest.raises(BadValue) as bad:
        IdentityRules(**change)

    assert path == bad.value.path


def test_every_namespace_of_the_library_has_rules_as_it_comes_and_no_score_is_accepted() -> None:
    known = IdentityRules()

    assert set(map(str, Namespace)) == {each.name for each in RETAIL}
    assert len({each.priority for each in RETAIL}) == len(RETAIL)
    limits = {name: getattr(known.of(name), "limit", 0) for name in map(str, Namespace)}
    assert {
        "unionid": 1,
        "till_member": 16,
        "phone": 3,
        "email": 5,
        "openid": 10,
        "external_userid": 5,
        "device": None,
        "order": None,
    } == limits
    assert all(each.hub_limit is not None for each in RETAIL)
    assert known.score_min is None
    assert known.of("shop.badge") is None


def test_rules_are_told_apart_by_what_they_say() -> None:
    assert IdentityRules() == IdentityRules()
    assert IdentityRules((rules(),)) != IdentityRules((rules(limit=1),))
    assert hash(IdentityRules()) == hash(IdentityRules())


def test_blocked_values_are_never_shown() -> None:
    assert "13800138000" not in repr(rules(blocked=frozenset({"+8613800138000"})))
