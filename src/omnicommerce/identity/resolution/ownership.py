"""Whose a device was at an instant: the shop's tablet is many customers', one after the other.

Nobody becomes one with anybody by using the same device, and what was done on it last year stays with whoever
had it then, whoever logs in today.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from omnicommerce.identity.resolution.evidence import Evidence, EvidenceId, Ownership, Retraction
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.instant import utc


def owner_at(evidence: Evidence, device: MemberId, at: datetime, now: datetime) -> MemberId | None:
    """Whose *device* was at the instant *at*, by what had been told until *now*; None if nobody's.

    Of several who had it at once, the one who took it last has it: the others did not log out. If two took it
    at the very same instant, it is nobody's, as there is no telling.

    Raises:
        BadValue: *at* or *now* is no instant.
    """
    at, now = utc(at, "at"), utc(now, "now")
    retracted = _retracted(evidence, now)
    found = [
        piece
        for piece in evidence.pieces
        if type(piece) is Ownership
        and piece.device == device
        and piece.since <= now
        and piece.id not in retracted
        and piece.covers(at)
    ]
    return _last(found)


def _last(owned: Iterable[Ownership]) -> MemberId | None:
    owned = tuple(owned)
    since = max((each.since for each in owned), default=None)
    owners = {each.owner for each in owned if each.since == since}
    return owners.pop() if len(owners) == 1 else None


def _retracted(evidence: Evidence, now: datetime) -> frozenset[EvidenceId]:
    return frozenset(
        piece.of for piece in evidence.pieces if type(piece) is Retraction and piece.seen_at <= now
    )
