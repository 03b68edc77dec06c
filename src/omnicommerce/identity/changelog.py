"""What has changed about who somebody is, for a support desk to read from the first day to the last."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from omnicommerce.identity.resolution.evidence import EvidenceId
from omnicommerce.kernel.collection import Collection, IndexRow, Keep, NotPersonal
from omnicommerce.kernel.ids import MemberId, PersonId
from omnicommerce.kernel.instant import as_text

CHANGES_BY_MEMBER: Final = "member"
"""The index in which changes lie by each member they concern, and by their instant."""


@attrs.frozen
class IdentityChanged:
    """The books of `person` are `after` and were `before` (none: that person is new, or is there again).

    It was at `at`, by the actor `by`, because of the piece of evidence `because` (None: time alone did it, or
    an identifier was quarantined).
    """

    at: datetime
    by: str
    person: PersonId
    before: tuple[MemberId, ...]
    after: tuple[MemberId, ...]
    because: EvidenceId | None = None


def _rows(change: IdentityChanged) -> tuple[IndexRow, ...]:
    members = sorted({*change.before, *change.after})
    return tuple((CHANGES_BY_MEMBER, changed_at(member, change.at)) for member in members)


CHANGES: Final = Collection(
    "identity_change", IdentityChanged, personal=NotPersonal(), keep=Keep.AS_BOOKS, indexes=_rows
)


def changed_at(member: MemberId, at: datetime) -> str:
    """Where in the index the changes of a member at that instant lie."""
    return f"{member} {as_text(at)}"
