"""Which of several facts about one field counts: a policy for each, and a tie-break that always decides.

Every policy ends in the same last word, the id of the fact. So there is one winner, whoever asks, in whatever
order the facts came, and it can be said at which step each of the others lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias, assert_never

import attrs

from omnicommerce.identity.profiles.facts import Fact, Kind, check_field, kind_of, kind_of_field
from omnicommerce.identity.word import check_word
from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.errors import BadValue

SOURCES_MAX: Final = 32
"""A shop that orders more sources by trust does not know which it trusts."""

VALID_DAYS_MAX: Final = 36_600
"""A hundred years: longer than anybody is a customer."""

_TICK: Final = timedelta(microseconds=1)
_START: Final = datetime(1, 1, 1, tzinfo=UTC)


@attrs.frozen
class MostRecent:
    """The fact that was seen last."""


@attrs.frozen
class MostTrusted:
    """The fact of the first of these *sources* that told one; every other source comes after them.

    Raises:
        BadValue: there are no sources, too many, or one of them twice.
    """

    sources: tuple[str, ...]

    def __attrs_post_init__(self) -> None:
        if type(self.sources) is not tuple or not 0 < len(self.sources) <= SOURCES_MAX:
            raise BadValue("sources", f"expected a tuple of 1 to {SOURCES_MAX} sources")
        for place, source in enumerate(self.sources):
            check_word(source, f"sources[{place}]")
        if len(set(self.sources)) != len(self.sources):
            raise BadValue("sources", "expected each source once")


@attrs.frozen
class Longest:
    """The longest text, counted in characters; for fields of texts only."""


@attrs.frozen
class ByChannel:
    """The fact of the first of these *channels* on which one was told; every other channel comes after them.

    Raises:
        BadValue: there are no channels, one of them twice, or one is none.
    """

    channels: tuple[Channel, ...]

    def __attrs_post_init__(self) -> None:
        if type(self.channels) is not tuple or not self.channels:
            raise BadValue("channels", "expected a tuple of channels")
        for place, channel in enumerate(self.channels):
            if type(channel) is not Channel:
                raise BadValue(f"channels[{place}]", f"expected Channel, got {type(channel).__name__}")
        if len(set(self.channels)) != len(self.channels):
            raise BadValue("channels", "expected each channel once")


Policy: TypeAlias = MostRecent | MostTrusted | Longest | ByChannel


class Tie(StrEnum):
    """Which of two facts counts that the policy holds equal; of two seen at one instant, the higher id."""

    NEWEST = "newest"
    OLDEST = "oldest"


class Step(StrEnum):
    """Where it was decided between two facts."""

    POLICY = "policy"
    """The field's policy prefers one of them."""
    TIE = "tie"
    """The policy holds them equal, and they were seen at different instants."""
    CONTENT = "content"
    """They are equal in all that, and one has the higher id: by lot, but always the same one."""


@attrs.frozen
class FieldRules:
    """How one *field* is made of what was told of it.

    A field of the library has its kind; of a host's own the *kind* is declared, and facts of another kind
    never count. A fact counts for *valid_days* times 24 hours from when it was seen (None: for ever).

    Raises:
        BadValue: there is no such field, its kind is another, the policy cannot judge that kind, or the days
            are out of their bounds.
    """

    field: str
    policy: Policy = attrs.field(factory=MostRecent)
    tie: Tie = Tie.NEWEST
    kind: Kind = attrs.field(
        default=attrs.Factory(lambda self: kind_of_field(str(self.field)) or Kind.TEXT, takes_self=True)
    )
    valid_days: int | None = None

    def __attrs_post_init__(self) -> None:
        check_field(self.field, "field")
        if type(self.policy) not in (MostRecent, MostTrusted, Longest, ByChannel):
            raise BadValue("policy", f"expected a policy, got {type(self.policy).__name__}")
        for path, choice, sort in (("tie", self.tie, Tie), ("kind", self.kind, Kind)):
            if type(choice) is not sort:
                raise BadValue(path, f"expected {sort.__name__}, got {type(choice).__name__}")
        own = kind_of_field(self.field)
        if own is not None and own is not self.kind:
            raise BadValue("kind", f"expected {own.value}, which this field of the library holds")
        if type(self.policy) is Longest and self.kind is not Kind.TEXT:
            raise BadValue("policy", f"expected a policy for a {self.kind.value}: only a text has a length")
        if self.valid_days is not None:
            checked_amount(self.valid_days, "valid_days", 1, VALID_DAYS_MAX)


# --- the decision --------------------------------------------------------------------------------


def ranked(facts: Iterable[Fact], rules: FieldRules, now: datetime) -> tuple[Fact, ...]:
    """Those of *facts* that are about the field and count at *now*, each once, the winner first."""
    fit = {each.id: each for each in facts if _counts(each, rules, now)}
    return tuple(sorted(fit.values(), key=_rank(rules), reverse=True))


def decided_at(winner: Fact, loser: Fact, rules: FieldRules) -> Step:
    """At which step *winner* beat *loser*."""
    rank = _rank(rules)
    steps = zip(Step, rank(winner), rank(loser), strict=True)
    return next(step for step, better, worse in steps if better != worse)


def _counts(fact: Fact, rules: FieldRules, now: datetime) -> bool:
    if fact.field != rules.field or kind_of(fact.value) is not rules.kind:
        return False
    return rules.valid_days is None or now - fact.seen_at < timedelta(days=rules.valid_days)


def _rank(rules: FieldRules) -> Callable[[Fact], tuple[int, int, str]]:
    """What facts are ordered by, the best the highest: one number or text for each `Step`."""
    sign = 1 if rules.tie is Tie.NEWEST else -1

    def rank(fact: Fact) -> tuple[int, int, str]:
        return _preferred(fact, rules.policy), sign * _ticks(fact), fact.id

    return rank


def _preferred(fact: Fact, policy: Policy) -> int:
    match policy:
        case MostRecent():
            return _ticks(fact)
        case MostTrusted(sources):
            return -(sources.index(fact.source) if fact.source in sources else len(sources))
        case Longest():
            return len(str(fact.value))
        case ByChannel(channels):
            return -(channels.index(fact.channel) if fact.channel in channels else len(channels))
        case _:
            assert_never(policy)


def _ticks(fact: Fact) -> int:
    return (fact.seen_at - _START) // _TICK
