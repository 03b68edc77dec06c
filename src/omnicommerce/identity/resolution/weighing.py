"""Each link by itself: whether it counts at an instant, until when, and its place among all others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from omnicommerce.identity.resolution.evidence import End, EvidenceId, Same
from omnicommerce.identity.resolution.namespaces import SCORE_MAX, IdentityRules
from omnicommerce.identity.resolution.reasons import (
    Blocked,
    Expired,
    NotYet,
    Reason,
    Retracted,
    ScoreTooLow,
    Undeclared,
    Unverified,
)
from omnicommerce.kernel.ids import MemberId

_TICK: Final = timedelta(microseconds=1)
_START: Final = datetime(1, 1, 1, tzinfo=UTC)

_TICKS_MAX: Final = 10**18
"""More microseconds than the calendar has, so what is left of them has 18 digits."""


def set_aside(
    link: Same,
    rules: IdentityRules,
    now: datetime,
    retracted_by: EvidenceId | None,
    blocked: frozenset[MemberId],
) -> Reason | None:
    """Why *link* is not judged at all, as far as it can be said without looking at other links."""
    if retracted_by is not None:
        return Retracted(retracted_by)
    if link.seen_at > now:
        return NotYet(link.seen_at)
    ends = (link.a, link.b) if link.a.node < link.b.node else (link.b, link.a)
    for end in ends:
        if rules.of(end.namespace) is None:
            return Undeclared(end.namespace)
    until = expires_at(link, rules)
    if until is not None and until <= now:
        return Expired(until)
    return _set_aside_by_content(link, ends, rules, blocked)


def _set_aside_by_content(
    link: Same, ends: tuple[End, End], rules: IdentityRules, blocked: frozenset[MemberId]
) -> Reason | None:
    for end in ends:
        if end.node in blocked:
            return Blocked(end.node)
    for end in ends:
        if not end.is_verified:
            return Unverified(end.node)
    if link.score is not None and (rules.score_min is None or link.score < rules.score_min):
        return ScoreTooLow(link.score, rules.score_min)
    return None


def expires_at(link: Same, rules: IdentityRules) -> datetime | None:
    """From when on *link* no longer holds: its own end, or that of a namespace, whichever comes first."""
    ends = [] if link.valid_until is None else [link.valid_until]
    for end in (link.a, link.b):
        known = rules.of(end.namespace)
        if known is not None and known.valid_for is not None:
            try:
                ends.append(link.seen_at + known.valid_for)
            except OverflowError:
                # It outlives the calendar.
                continue
    return min(ends, default=None)


def order(link: Same, rules: IdentityRules) -> str:
    """The place of a usable *link* among all others, by its content alone: texts in their own order.

    They say the strength, the priority, the score, how new it is, and the id, which always decides. One text
    is compared several times as fast as five numbers.
    """
    one, other = rules.of(link.a.namespace), rules.of(link.b.namespace)
    assert one is not None
    assert other is not None
    priority = max(other.priority, one.priority)
    score = SCORE_MAX - (link.score or 0)
    return f"{link.strength:d}{priority:04}{score:04}{_TICKS_MAX - ticks(link.seen_at):018}{link.id}"


def ticks(at: datetime) -> int:
    """Microseconds since the calendar began."""
    return (at - _START) // _TICK


def counts(namespace: str, last_seen: datetime, rules: IdentityRules, now: datetime) -> bool:
    """Whether an identifier that was last seen then takes up room under the limit of its *namespace*."""
    known = rules.of(namespace)
    if known is None or known.limit is None:
        return False
    return known.window is None or now - last_seen < known.window
