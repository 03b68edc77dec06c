"""Why a link joins nobody. Each reason names what a reader needs to check it, and nothing personal.

The order of this file is the order in which they are looked for, so of several the same one is always told.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

import attrs

from omnicommerce.identity.resolution.evidence import EvidenceId
from omnicommerce.kernel.ids import MemberId


@attrs.frozen
class Retracted:
    """It was taken back, by the piece of evidence *by*."""

    by: EvidenceId


@attrs.frozen
class NotYet:
    """It is told to be seen in the future: somebody's clock is fast. It counts from then on."""

    seen_at: datetime


@attrs.frozen
class Expired:
    """It held until before *at*."""

    at: datetime


@attrs.frozen
class Undeclared:
    """There are no rules for identifiers of this namespace."""

    namespace: str


@attrs.frozen
class Blocked:
    """The shop knows that the identifier *node* is nobody's."""

    node: MemberId


@attrs.frozen
class Unverified:
    """Nobody had proved, when this was seen, that the identifier *node* is theirs."""

    node: MemberId


@attrs.frozen
class ScoreTooLow:
    """The score is below what the policy asks for, or (None) the policy accepts no scores."""

    score: int
    required: int | None


@attrs.frozen
class ScoreAlone:
    """No other evidence supports the score: the two share no verified identifier that could."""


@attrs.frozen
class Hub:
    """Too many share the identifier *node*: it has *neighbours* distinct ones, and its limit is *limit*."""

    node: MemberId
    neighbours: int
    limit: int


@attrs.frozen
class KeptApart:
    """The piece of evidence *by* says that one identifier on each side are two people's."""

    by: EvidenceId


@attrs.frozen
class OverLimit:
    """Together they would have more than *limit* identifiers of one namespace."""

    namespace: str
    limit: int


@attrs.frozen
class TooLarge:
    """Together they would have more than *size_max* identifiers in all."""

    size_max: int


SetAside: TypeAlias = (
    Retracted | NotYet | Expired | Undeclared | Blocked | Unverified | ScoreTooLow | ScoreAlone | Hub
)
"""The link never came to be judged."""

Barred: TypeAlias = KeptApart | OverLimit | TooLarge
"""It was judged after the stronger ones, and came into conflict with what they had joined."""

Reason: TypeAlias = SetAside | Barred
