"""What is answered about links: whether two identifiers are one person's, by what, and what is against it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

import attrs

from omnicommerce.identity.identifier import AnyIdentifier
from omnicommerce.identity.resolution.evidence import EvidenceId, Same
from omnicommerce.identity.resolution.explaining import Joined, explain
from omnicommerce.identity.resolution.reasons import (
    Blocked,
    Expired,
    Hub,
    KeptApart,
    NotYet,
    OverLimit,
    Reason,
    Retracted,
    ScoreAlone,
    ScoreTooLow,
    TooLarge,
    Undeclared,
    Unverified,
)
from omnicommerce.identity.resolution.resolving import Resolution
from omnicommerce.kernel.ids import MemberId, PersonId
from omnicommerce.kernel.verdict import Verdict, at_most, every, failed, held

NOT_ONE = "not_one_person"
"""The code of a verdict about two identifiers; its parts say what keeps them apart."""

Who: TypeAlias = AnyIdentifier | str
"""An identifier, or the id of its node, as the list of doubtful links names it."""


@attrs.frozen
class LinkSeen:
    """A link between two identifiers, of these namespaces: how strong, seen when, told by whom."""

    link: EvidenceId
    a: MemberId
    b: MemberId
    namespaces: tuple[str, str]
    strength: str
    seen_at: datetime
    source: str
    actor: str


@attrs.frozen
class LinkRefused:
    """A link that joins nobody, and why; `beside` are identifiers on its two sides that are in conflict."""

    link: LinkSeen
    why: Verdict
    beside: tuple[MemberId, ...] = ()


@attrs.frozen
class Explained:
    """Why two identifiers are one person's, or why not.

    If they are, `path` leads from the one to the other. If they are not, `refused` are the links between them
    that join nobody; where there is none either, nobody has told of any. `distinct` are the pieces that say
    outright that they are two people.
    """

    verdict: Verdict
    path: tuple[LinkSeen, ...] = ()
    refused: tuple[LinkRefused, ...] = ()
    distinct: tuple[EvidenceId, ...] = ()

    @property
    def is_one(self) -> bool:
        """Whether they are one person's."""
        return self.verdict.holds


@attrs.frozen
class Linked:
    """What a link did, or an end of one: whether the two identifiers are one person's now, and why not.

    `person` and `members` are those of the first identifier, with their tier and stage. `merged` are the
    persons who have become others in this, and `formed` those whose members are others than before.
    """

    verdict: Verdict
    link: EvidenceId | None
    person: PersonId | None
    members: tuple[MemberId, ...]
    tier: str = ""
    stage: str = ""
    merged: tuple[PersonId, ...] = ()
    formed: tuple[PersonId, ...] = ()

    @property
    def is_one(self) -> bool:
        """Whether they are one person's."""
        return self.verdict.holds


def explained(found: Resolution, a: MemberId, b: MemberId) -> Explained:
    """Why *a* and *b* are one person's by what was *found*, or why not."""
    because = explain(found, a, b)
    if isinstance(because, Joined):
        return Explained(held(NOT_ONE), tuple(map(seen, because.path)))
    refused = tuple(
        LinkRefused(
            seen(each.refusal.link),
            verdict_of(each.refusal.reason),
            tuple(reach.node for reach in (*each.beside_a, *each.beside_b)),
        )
        for each in because.witnesses
    )
    whys = [each.why for each in refused]
    if because.distinct and not any(each.code == "kept_apart" for each in whys):
        whys.append(failed("kept_apart"))
    verdict = every(NOT_ONE, whys or [failed("never_linked")])
    return Explained(verdict, (), refused, tuple(each.id for each in because.distinct))


def seen(link: Same) -> LinkSeen:
    """The *link* as it is told to a reader."""
    return LinkSeen(
        link.id,
        link.a.node,
        link.b.node,
        (link.a.namespace, link.b.namespace),
        link.strength.name.lower(),
        link.seen_at,
        link.source,
        link.actor,
    )


def verdict_of(reason: Reason) -> Verdict:
    """Why a link joins nobody, with what was found and what is required."""
    match reason:
        case NotYet(seen_at=at) | Expired(at=at):
            return failed(_CODES[type(reason)], required=at)
        case Undeclared(namespace=namespace):
            return failed(_CODES[type(reason)], actual=namespace)
        case ScoreTooLow(score=score, required=required):
            code = "scores_join_nobody" if required is None else "score_too_low"
            return failed(code, actual=score, required=required)
        case Hub(neighbours=count, limit=limit):
            return at_most(_CODES[type(reason)], actual=count, required=limit)
        case OverLimit(limit=most) | TooLarge(size_max=most):
            return failed(_CODES[type(reason)], required=most)
        case _:
            return failed(_CODES[type(reason)])


_CODES: Final[Mapping[type[Any], str]] = {
    Retracted: "taken_back",
    NotYet: "not_yet",
    Expired: "link_expired",
    Undeclared: "no_rules_for_namespace",
    Blocked: "quarantined",
    Unverified: "unverified",
    ScoreAlone: "score_alone",
    Hub: "too_many_share_it",
    KeptApart: "kept_apart",
    OverLimit: "too_many_of_a_kind",
    TooLarge: "too_many_identifiers",
}

DOUBTFUL = frozenset(
    {
        "too_many_share_it",
        "kept_apart",
        "too_many_of_a_kind",
        "too_many_identifiers",
        "score_too_low",
        "score_alone",
    }
)
"""What somebody of the house should look at: the link speaks for one person, and the rules against it."""
