"""What speaks for two identifiers being one customer's, what speaks against it, and what was taken back.

Nothing here is ever changed or removed. Each piece is known by the digest of what it says, so evidence is a
set: told twice, or in another order, or by two tills at once, it is the same evidence. An identifier appears
as its node, a keyed digest: the telephone number itself is nowhere in here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from enum import IntEnum
from typing import Final, NewType, TypeAlias

import attrs

from omnicommerce.identity.resolution.namespaces import SCORE_MAX
from omnicommerce.identity.word import check_word
from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId, checked_id
from omnicommerce.kernel.instant import as_text, utc

EvidenceId = NewType("EvidenceId", str)
"""The digest of what a piece of evidence says, the same on every machine."""

_ID_LENGTH: Final = 64
_HEX: Final = frozenset("0123456789abcdef")


class Strength(IntEnum):
    """How a link was learnt, the best first: of two links that cannot both hold, the stronger one does."""

    VERIFIED = 0
    """Its owner proved both: a code sent to the phone while logged in with the card."""
    SHOWN = 1
    """Both were shown together at a till."""
    DECLARED = 2
    """Somebody of the staff says so."""
    TOLD = 3
    """Another system says so: an import, a partner."""
    SCORED = 4
    """A program holds it likely. It never joins anybody alone."""


@attrs.frozen
class End:
    """One identifier at an end of a link, and whether it was verified when the link was seen.

    Raises:
        BadValue: the node is no id, the namespace no word, or the mark no bool.
    """

    node: MemberId
    namespace: str
    is_verified: bool = False

    def __attrs_post_init__(self) -> None:
        checked_id(self.node, "node")
        check_word(self.namespace, "namespace")
        if type(self.is_verified) is not bool:
            raise BadValue("is_verified", f"expected bool, got {type(self.is_verified).__name__}")


def _seen_at(at: datetime) -> datetime:
    return utc(at, "seen_at")


def _since(at: datetime) -> datetime:
    return utc(at, "since")


def _valid_until(at: datetime | None) -> datetime | None:
    return None if at is None else utc(at, "valid_until")


def _until(at: datetime | None) -> datetime | None:
    return None if at is None else utc(at, "until")


@attrs.frozen(kw_only=True)
class Same:
    """The identifiers at both ends were one customer's, when this was seen.

    `source` is the program or desk that told it, `actor` the id of who acted (a member, a till, a clerk).
    From the instant `valid_until` on it holds no more (None: its namespaces' rules say how long). A scored
    link has a `score` per mille, and no other has one. Which end is which makes no difference.

    Raises:
        BadValue: one of them is not what it should be, or both ends are one node.
    """

    a: End = attrs.field(eq=False)
    b: End = attrs.field(eq=False)
    strength: Strength = attrs.field(eq=False)
    seen_at: datetime = attrs.field(converter=_seen_at, eq=False)
    source: str = attrs.field(eq=False)
    actor: str = attrs.field(eq=False)
    valid_until: datetime | None = attrs.field(default=None, converter=_valid_until, eq=False)
    score: int | None = attrs.field(default=None, eq=False)
    id: EvidenceId = attrs.field(
        init=False, default=attrs.Factory(lambda self: _digest(*_said_same(self)), takes_self=True)
    )


@attrs.frozen(kw_only=True)
class Distinct:
    """The two identifiers belong to two people, whatever else is told: no link may make them one.

    Raises:
        BadValue: one of the parts is not what it should be, or both ends are one node.
    """

    a: MemberId = attrs.field(eq=False)
    b: MemberId = attrs.field(eq=False)
    seen_at: datetime = attrs.field(converter=_seen_at, eq=False)
    source: str = attrs.field(eq=False)
    actor: str = attrs.field(eq=False)
    id: EvidenceId = attrs.field(
        init=False, default=attrs.Factory(lambda self: _digest(*_said_distinct(self)), takes_self=True)
    )


@attrs.frozen(kw_only=True)
class Ownership:
    """The *device* was in the hands of *owner* from *since* until before *until* (None: it still is).

    It joins nobody: what happened on the device at an instant is its owner's of that instant.

    Raises:
        BadValue: one of the parts is not what it should be, both are one node, or it ends before it begins.
    """

    device: MemberId = attrs.field(eq=False)
    owner: MemberId = attrs.field(eq=False)
    since: datetime = attrs.field(converter=_since, eq=False)
    until: datetime | None = attrs.field(default=None, converter=_until, eq=False)
    source: str = attrs.field(eq=False)
    actor: str = attrs.field(eq=False)
    id: EvidenceId = attrs.field(
        init=False, default=attrs.Factory(lambda self: _digest(*_said_ownership(self)), takes_self=True)
    )

    def covers(self, at: datetime) -> bool:
        """Whether the device was the owner's at the instant *at*; the last instant is no longer in it."""
        return self.since <= at and (self.until is None or at < self.until)


@attrs.frozen(kw_only=True)
class Retraction:
    """The piece of evidence with this id was wrong, or is taken back, from *seen_at* on.

    It stays so. What is true after all is seen anew, and told as another piece.

    Raises:
        BadValue: one of the parts is not what it should be.
    """

    of: EvidenceId = attrs.field(eq=False)
    seen_at: datetime = attrs.field(converter=_seen_at, eq=False)
    source: str = attrs.field(eq=False)
    actor: str = attrs.field(eq=False)
    id: EvidenceId = attrs.field(
        init=False, default=attrs.Factory(lambda self: _digest(*_said_retraction(self)), takes_self=True)
    )


Piece: TypeAlias = Same | Distinct | Ownership | Retraction

_PIECES: Final = (Same, Distinct, Ownership, Retraction)


@attrs.frozen
class Evidence:
    """All that was ever told about some identifiers: a set that only grows.

    Raises:
        BadValue: something in it is no evidence.
    """

    pieces: frozenset[Piece] = frozenset()

    def __attrs_post_init__(self) -> None:
        if type(self.pieces) is not frozenset:
            raise BadValue("pieces", f"expected frozenset, got {type(self.pieces).__name__}")
        for each in self.pieces:
            if type(each) not in _PIECES:
                raise BadValue("pieces", f"expected pieces of evidence, got {type(each).__name__}")

    def __or__(self, other: Evidence) -> Evidence:
        return Evidence(self.pieces | other.pieces)

    def __len__(self) -> int:
        return len(self.pieces)


def evidence(pieces: Iterable[Piece]) -> Evidence:
    """The evidence that these *pieces* are, however often each of them comes.

    Raises:
        BadValue: one of them is no evidence.
    """
    return Evidence(frozenset(pieces))


# --- what a piece says, as its digest ------------------------------------------------------------


def _said_same(link: Same) -> tuple[str, ...]:
    for path, end in (("a", link.a), ("b", link.b)):
        if type(end) is not End:
            raise BadValue(path, f"expected End, got {type(end).__name__}")
    if type(link.strength) is not Strength:
        raise BadValue("strength", f"expected Strength, got {type(link.strength).__name__}")
    _check_origin(link.a.node, link.b.node, link.source, link.actor)
    if link.valid_until is not None and link.valid_until <= link.seen_at:
        raise BadValue("valid_until", "expected an instant later than when it was seen")
    if (link.score is not None) is not (link.strength is Strength.SCORED):
        raise BadValue("score", "expected a score with a scored link, and with no other")
    if link.score is not None:
        checked_amount(link.score, "score", 0, SCORE_MAX)
    ends = sorted((end.node, end.namespace, str(end.is_verified)) for end in (link.a, link.b))
    until = "" if link.valid_until is None else as_text(link.valid_until)
    told = (link.strength.name, as_text(link.seen_at), until, str(link.score), link.source, link.actor)
    return ("same", *ends[0], *ends[1], *told)


def _said_distinct(apart: Distinct) -> tuple[str, ...]:
    checked_id(apart.a, "a")
    checked_id(apart.b, "b")
    _check_origin(apart.a, apart.b, apart.source, apart.actor)
    ends = sorted((apart.a, apart.b))
    return ("distinct", *ends, as_text(apart.seen_at), apart.source, apart.actor)


def _said_ownership(owned: Ownership) -> tuple[str, ...]:
    checked_id(owned.device, "device")
    checked_id(owned.owner, "owner")
    _check_origin(owned.device, owned.owner, owned.source, owned.actor)
    if owned.until is not None and owned.until <= owned.since:
        raise BadValue("until", "expected an instant later than the first")
    until = "" if owned.until is None else as_text(owned.until)
    return ("ownership", owned.device, owned.owner, as_text(owned.since), until, owned.source, owned.actor)


def _said_retraction(retraction: Retraction) -> tuple[str, ...]:
    of = retraction.of
    if type(of) is not str or len(of) != _ID_LENGTH or not _HEX.issuperset(of):
        raise BadValue("of", f"expected the id of a piece of evidence, {_ID_LENGTH} hexadecimal digits")
    check_word(retraction.source, "source")
    checked_id(retraction.actor, "actor")
    return ("retraction", of, as_text(retraction.seen_at), retraction.source, retraction.actor)


def _check_origin(one: str, other: str, source: str, actor: str) -> None:
    if one == other:
        raise BadValue("b", "expected two identifiers, got one at both ends")
    check_word(source, "source")
    checked_id(actor, "actor")


def _digest(*parts: str) -> EvidenceId:
    # The length before each part: no two pieces are written alike.
    whole = "".join(f"{len(part)}:{part}" for part in parts)
    return EvidenceId(hashlib.sha256(whole.encode()).hexdigest())
