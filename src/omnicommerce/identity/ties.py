"""What was told of each identifier: the evidence that touches it, kept where it is read with it.

The journal has every piece for ever. Here is what still counts: of sightings that are alike only the first
and the last are kept, so somebody who logs in every day does not fill a page with it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, TypeAlias

import attrs

from omnicommerce.identity.resolution.evidence import Distinct, EvidenceId, Piece, Retraction, Same
from omnicommerce.kernel.collection import Collection, Keep, Personal
from omnicommerce.kernel.ids import MemberId

TIES_MAX: Final = 256
"""Pieces of evidence about one identifier. Of a shop's own telephone more is told, and none of it counts."""


@attrs.frozen
class Ties:
    """The *pieces* of evidence that touch one identifier, in the order of their ids.

    One that `is_quarantined` joins nobody, whatever else is told of it: somebody of the house said so.
    """

    pieces: tuple[Piece, ...] = ()
    is_quarantined: bool = False


@attrs.frozen
class EvidenceTold:
    """Something was told of these *nodes*: what speaks for their being one person's, or against it."""

    piece: Piece
    nodes: tuple[MemberId, ...]


@attrs.frozen
class IdentifierQuarantined:
    """Somebody of the house says that *node* is no one person's."""

    node: MemberId


@attrs.frozen
class IdentifierReleased:
    """Somebody of the house says that *node* is one person's after all."""

    node: MemberId


TiesEvent: TypeAlias = EvidenceTold | IdentifierQuarantined | IdentifierReleased
"""What changes the ties of an identifier."""

TIES: Final = Collection("ties", Ties, personal=Personal(subject="id"), keep=Keep.WHILE_KNOWN)


def apply_to_ties(ties: Ties | None, event: TiesEvent) -> Ties:
    """The ties after *event*; None are those of an identifier of which nothing was told."""
    before = ties or Ties()
    match event:
        case IdentifierQuarantined():
            return attrs.evolve(before, is_quarantined=True)
        case IdentifierReleased():
            return attrs.evolve(before, is_quarantined=False)
        case EvidenceTold(piece=piece):
            return attrs.evolve(before, pieces=_with(before.pieces, piece))


def is_full(ties: Ties | None, piece: Piece) -> bool:
    """Whether too much is known of the identifier to keep this *piece*, too; taking back is always kept."""
    if ties is None or type(piece) is Retraction:
        return False
    return len(_with(ties.pieces, piece)) > TIES_MAX


def links_between(ties: Ties | None, a: MemberId, b: MemberId) -> tuple[Same, ...]:
    """The links between *a* and *b* that have not been taken back."""
    taken_back = retracted(ties)
    return tuple(each for each in _links(ties) if _ends(each) == {a, b} and each.id not in taken_back)


def distinct_between(ties: Ties | None, a: MemberId, b: MemberId) -> tuple[Distinct, ...]:
    """What says that *a* and *b* are two people's, and has not been taken back."""
    taken_back = retracted(ties)
    pieces = () if ties is None else ties.pieces
    return tuple(
        each
        for each in pieces
        if type(each) is Distinct and {each.a, each.b} == {a, b} and each.id not in taken_back
    )


def parted_at(ties: Ties | None, a: MemberId, b: MemberId) -> datetime | None:
    """When a link between *a* and *b* was last taken back: whatever was seen until then is void."""
    if ties is None:
        return None
    between = {each.id for each in _links(ties) if _ends(each) == {a, b}}
    told = [each.seen_at for each in ties.pieces if type(each) is Retraction and each.of in between]
    return max(told, default=None)


def retracted(ties: Ties | None) -> frozenset[EvidenceId]:
    """The pieces that were taken back."""
    pieces = () if ties is None else ties.pieces
    return frozenset(each.of for each in pieces if type(each) is Retraction)


# --- details -------------------------------------------------------------------------------------


def _links(ties: Ties | None) -> tuple[Same, ...]:
    return () if ties is None else tuple(each for each in ties.pieces if type(each) is Same)


def _ends(link: Same) -> set[MemberId]:
    return {link.a.node, link.b.node}


def _with(pieces: tuple[Piece, ...], piece: Piece) -> tuple[Piece, ...]:
    if any(each.id == piece.id for each in pieces):
        return pieces
    after = [*pieces, piece]
    if type(piece) is Same:
        taken_back = {each.of for each in pieces if type(each) is Retraction}
        alike = [
            each
            for each in after
            if type(each) is Same and each.id not in taken_back and _likeness(each) == _likeness(piece)
        ]
        alike.sort(key=lambda link: (link.seen_at, link.id))
        between = {each.id for each in alike[1:-1]}
        after = [each for each in after if each.id not in between]
    return tuple(sorted(after, key=lambda each: each.id))


def _likeness(link: Same) -> tuple[object, ...]:
    """What two sightings have in common of which the first and the last say as much as all."""
    ends = frozenset((link.a, link.b))
    return (ends, link.strength, link.valid_until, link.score)
