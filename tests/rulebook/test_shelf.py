"""The shelf: a head that says which rulebook is in force, and parts that never change."""

from __future__ import annotations

import pytest

from omnicommerce.kernel.errors import BadValue
from omnicommerce.rulebook import HEAD, PARTS, RulebookHead, RulebookInstalled, apply_to_head


def test_the_head_is_moved_to_the_rulebook_that_was_installed_last() -> None:
    first = apply_to_head(None, RulebookInstalled("d1", "k", "CNY", ("p1", "d1")))
    second = apply_to_head(first, RulebookInstalled("d2", "k", "CNY", ("d2",)))

    assert RulebookHead("d1", "k", "CNY") == first
    assert RulebookHead("d2", "k", "CNY") == second


def test_going_back_stores_nothing_anew() -> None:
    first = apply_to_head(None, RulebookInstalled("d1", "k", "CNY", ("p1", "d1")))
    there_and_back = (RulebookInstalled("d2", "k", "CNY", ("d2",)), RulebookInstalled("d1", "k", "CNY", ()))
    head = first
    for event in there_and_back:
        head = apply_to_head(head, event)

    assert first == head


@pytest.mark.parametrize(("digest", "keys"), [("", "k"), ("d", "")])
def test_a_head_names_a_rulebook_and_a_key_ring(digest: str, keys: str) -> None:
    with pytest.raises(BadValue):
        RulebookHead(digest, keys, "CNY")


def test_audit_folds_the_head_and_a_part_proves_itself() -> None:
    assert HEAD.is_journaled
    assert not PARTS.is_journaled
