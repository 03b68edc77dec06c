"""How each kind of record follows from its events: what audit folds again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import attrs

from omnicommerce.coupons import USAGE
from omnicommerce.coupons import apply as apply_to_usage
from omnicommerce.identity import (
    CHANGES,
    NODES,
    PERSONS,
    PROPOSALS,
    TIES,
    apply_to_node,
    apply_to_person,
    apply_to_proposal,
    apply_to_ties,
)
from omnicommerce.kernel.collection import Collection
from omnicommerce.kernel.process import Told
from omnicommerce.loyalty import HEADS, LOTS, MOVEMENTS, apply_to_head, apply_to_page, movement_of
from omnicommerce.orders import (
    RETURNS,
    SALES,
    SPEND,
    WAITING,
    apply_to_return,
    apply_to_sale,
    apply_to_spend,
    apply_to_waiting,
)
from omnicommerce.rulebook import HEAD
from omnicommerce.rulebook import apply_to_head as apply_to_rulebook

Apply: TypeAlias = Callable[[Any, str, Told], Any]
"""The record after an entry: from the record before (None: there was none), its id, and the entry."""


@attrs.frozen(eq=False)
class Fold:
    """A kind of record, and how one follows from its events."""

    collection: Collection[Any]
    apply: Apply


def _by_fact(collection: Collection[Any], apply: Callable[[Any, Any], Any]) -> Fold:
    return Fold(collection, lambda before, _, told: apply(before, told.fact))


FOLDS: Final[Mapping[str, Fold]] = {
    fold.collection.name: fold
    for fold in (
        _by_fact(HEAD, apply_to_rulebook),
        _by_fact(NODES, apply_to_node),
        _by_fact(PERSONS, apply_to_person),
        _by_fact(TIES, apply_to_ties),
        _by_fact(CHANGES, lambda _, change: change),
        _by_fact(PROPOSALS, apply_to_proposal),
        _by_fact(SALES, apply_to_sale),
        _by_fact(RETURNS, apply_to_return),
        _by_fact(WAITING, apply_to_waiting),
        _by_fact(SPEND, apply_to_spend),
        _by_fact(USAGE, apply_to_usage),
        _by_fact(HEADS, apply_to_head),
        Fold(LOTS, lambda before, name, told: apply_to_page(before, name, told.fact)),
        Fold(MOVEMENTS, lambda _, __, told: movement_of(told.fact, told.recorded_at, told.at)),
    )
}
"""Every journaled collection of the library; a record that is deleted needs no fold."""
