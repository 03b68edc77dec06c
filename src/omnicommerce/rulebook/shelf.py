"""Where the shop keeps its rulebook: the parts under their digests, and a head that says which are in force.

A part never changes and is never deleted, so a fact of long ago can still be judged by the rules of its day.
"""

from __future__ import annotations

from typing import Any, Final

import attrs

from omnicommerce.kernel.collection import Collection, Keep, NotPersonal
from omnicommerce.kernel.ids import checked_id

HEAD_ID: Final = "head"
"""There is one head: a storage belongs to one shop."""


@attrs.frozen
class RulebookHead:
    """Which rulebook is in force, by the digest of its manifest.

    `keys` is the fingerprint of the key ring the shop was opened with: under another nobody would be found.
    `currency` is that of every sale.

    Raises:
        BadValue: one of them cannot name anything.
    """

    digest: str
    keys: str
    currency: str

    def __attrs_post_init__(self) -> None:
        checked_id(self.digest, "digest")
        checked_id(self.keys, "keys")
        checked_id(self.currency, "currency")


@attrs.frozen
class Part:
    """One part of a rulebook, or its manifest, as plain data. Lists of members hold ids and no names."""

    document: Any


@attrs.frozen
class RulebookInstalled:
    """A rulebook was put in force; `parts` are the digests of what the shelf did not hold before."""

    digest: str
    keys: str
    currency: str
    parts: tuple[str, ...]


HEAD: Final = Collection("rulebook", RulebookHead, personal=NotPersonal(), keep=Keep.AS_BOOKS)

PARTS: Final = Collection(
    "rulebook_part",
    Part,
    personal=NotPersonal(),
    keep=Keep.AS_BOOKS,
    # Their names are digests of what they hold, so there is nothing to fold: reading one proves it.
    is_journaled=False,
)


def apply_to_head(_head: RulebookHead | None, event: RulebookInstalled) -> RulebookHead:
    """The head after a rulebook was put in force; what was in force before does not matter."""
    return RulebookHead(event.digest, event.keys, event.currency)
