"""A store, and the stores that a shop has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import attrs

from omnicommerce.kernel.errors import BadValue, Refused
from omnicommerce.kernel.ids import StoreId, checked_id
from omnicommerce.kernel.instant import local_day
from omnicommerce.kernel.verdict import Verdict, failed, held

STORES_MAX: Final = 100_000
"""The largest chains of the world have some fifty thousand."""

STORE_ID_LENGTH_MAX: Final = 64
"""It is the first part of a receipt's name, which must fit a record's id."""

_ANY_INSTANT: Final = datetime(2000, 1, 1, tzinfo=UTC)


@attrs.frozen
class Store:
    """A place where the shop sells. Its days begin and end by the clock of `zone`, such as ``Asia/Shanghai``.

    Raises:
        BadValue: there is no such time zone.
    """

    zone: str

    def __attrs_post_init__(self) -> None:
        # Whoever can tell the day there knows the zone.
        local_day(_ANY_INSTANT, self.zone)


def _copied(by_id: Mapping[StoreId, Store]) -> Mapping[StoreId, Store]:
    if not isinstance(by_id, Mapping):
        raise BadValue("by_id", f"expected Mapping, got {type(by_id).__name__}")
    return dict(by_id)


@attrs.frozen
class Stores:
    """Every store that the shop has, also the one that is only a web page.

    Raises:
        BadValue: there are more than STORES_MAX, or a store's id cannot name one.
    """

    by_id: Mapping[StoreId, Store] = attrs.field(factory=dict, converter=_copied)

    def __attrs_post_init__(self) -> None:
        if len(self.by_id) > STORES_MAX:
            raise BadValue("by_id", f"expected at most {STORES_MAX} stores, got {len(self.by_id)}")
        for id, store in self.by_id.items():
            if len(checked_id(id, "by_id")) > STORE_ID_LENGTH_MAX or "/" in id:
                raise BadValue(
                    "by_id", f"expected ids of at most {STORE_ID_LENGTH_MAX} characters without a slash"
                )
            if type(store) is not Store:
                raise BadValue(f"by_id.{id}", f"expected Store, got {type(store).__name__}")


def known(stores: Stores, store: StoreId) -> Verdict:
    """Whether the shop has that store; if not, the verdict is ``unknown_store``."""
    if store in stores.by_id:
        return held("unknown_store", actual=store)
    return failed("unknown_store", actual=store)


def zone_of(stores: Stores, store: StoreId) -> str:
    """The time zone by which that store counts its days.

    Raises:
        Refused: ``unknown_store``.
    """
    verdict = known(stores, store)
    if not verdict.holds:
        raise Refused(verdict)
    return stores.by_id[store].zone
