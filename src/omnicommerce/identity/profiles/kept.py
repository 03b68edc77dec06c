"""The facts that were told of one identifier, as they are kept: they stay with it through merge and split."""

from __future__ import annotations

from typing import Final

import attrs

from omnicommerce.identity.profiles.facts import Fact, FactRetraction, Told
from omnicommerce.kernel.collection import Collection, Keep, Personal
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.verdict import at_most

KEPT_MAX: Final = 300
"""Facts and retractions of one identifier; whoever is told more of somebody keeps a file on them."""


@attrs.frozen
class MemberFacts:
    """What was told of one identifier."""

    told: tuple[Told, ...] = ()


@attrs.frozen
class ProfileTold:
    """Something was told of a member, or taken back: of which field, by whom, what for. Not what it says."""

    member: MemberId
    field: str
    source: str
    purpose: str


# What people are called is not for the journal: it is here alone, and goes when they are erased.
FACTS: Final = Collection(
    "facts", MemberFacts, personal=Personal(subject="id"), keep=Keep.WHILE_KNOWN, is_journaled=False
)


def with_told(held: MemberFacts | None, told: Told) -> MemberFacts:
    """What is kept once this was *told*, too; told again it changes nothing.

    Of facts that differ in their time alone only the first and the last are kept: whichever of them counts,
    it is one of the two.

    Raises:
        Refused: ``too_many_facts``.
    """
    kept = list(held.told if held is not None else ())
    if told in kept:
        return MemberFacts(tuple(kept))
    kept.append(told)
    if isinstance(told, Fact):
        retracted = {each.fact for each in kept if isinstance(each, FactRetraction)}
        alike = sorted(
            (
                each
                for each in kept
                if isinstance(each, Fact) and _is_like(each, told) and each.id not in retracted
            ),
            key=lambda fact: fact.seen_at,
        )
        between = {fact.id for fact in alike[1:-1]}
        kept = [each for each in kept if not (isinstance(each, Fact) and each.id in between)]
    verdict = at_most("too_many_facts", actual=len(kept), required=KEPT_MAX)
    if not verdict.holds:
        raise Refused(verdict)
    return MemberFacts(tuple(kept))


def _is_like(one: Fact, other: Fact) -> bool:
    return one == attrs.evolve(other, seen_at=one.seen_at)
