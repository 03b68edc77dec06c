"""What the shop may know about a person, as one who works there sees it: each value with where it came from.

A profile is not kept. It is made of the facts whenever somebody looks, so a merge makes it of the facts of
both and a split gives each side its own back. A look is limited by the role of who looks: a field that no
view of that role names is not in it, and neither is a fact that was told for another purpose.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import attrs

from omnicommerce.identity.profiles.facts import (
    Fact,
    FactId,
    FactRetraction,
    Field,
    Told,
    Value,
    check_field,
    kind_of,
    kind_of_field,
    standing,
)
from omnicommerce.identity.profiles.survivorship import FieldRules, Step, decided_at, ranked
from omnicommerce.identity.word import check_word
from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.instant import utc

TOLD_MAX: Final = 5_000
"""Facts and retractions about one person: 16 members who are each told of three hundred times."""

FIELDS_MAX: Final = 200
VIEWS_MAX: Final = 50
PURPOSES_MAX: Final = 50

BEATEN_SHOWN_MAX: Final = 20
"""As many as somebody reads; how many there were is counted."""

OWNER: Final = "owner"
"""The role of the person whom it is about, who sees all that stands. No rulebook can take it away."""


@attrs.frozen
class View:
    """What somebody in a *role* (``store_assistant``) sees: these *fields*, told for these *purposes*.

    Raises:
        BadValue: the role is no word or is the owner's, or a field or a purpose is none, or is there twice.
    """

    role: str
    fields: tuple[str, ...]
    purposes: tuple[str, ...]

    def __attrs_post_init__(self) -> None:
        check_word(self.role, "role")
        if self.role == OWNER:
            raise BadValue("role", "expected a role other than the owner's: the owner sees everything")
        _check_words(self.fields, "fields", FIELDS_MAX)
        _check_words(self.purposes, "purposes", PURPOSES_MAX)
        for place, field in enumerate(self.fields):
            check_field(field, f"fields[{place}]")


@attrs.frozen
class ProfileRules:
    """How each field is made of what was told, and who sees which.

    A field without rules of its own goes by the most recent fact; a host's own field has to have rules to be
    in a view, because they say of which kind it is.

    Raises:
        BadValue: a field or a role comes twice, there are too many, or a view names a host's field that has
            no rules. The path says which, such as ``views[1].fields[0]``.
    """

    fields: tuple[FieldRules, ...] = ()
    views: tuple[View, ...] = ()

    def __attrs_post_init__(self) -> None:
        _check_tuple(self.fields, "fields", FIELDS_MAX, FieldRules)
        _check_tuple(self.views, "views", VIEWS_MAX, View)
        _check_once([each.field for each in self.fields], "fields", "field")
        _check_once([each.role for each in self.views], "views", "role")
        declared = {each.field for each in self.fields} | set(Field)
        for place, view in enumerate(self.views):
            for nth, field in enumerate(view.fields):
                if field not in declared:
                    raise BadValue(
                        f"views[{place}].fields[{nth}]", "expected rules that say of which kind it is"
                    )


@attrs.frozen
class Beaten:
    """A fact that did not count, and at which step it lost; `agrees` if it says the same as the winner."""

    fact: FactId
    source: str
    seen_at: datetime
    at: Step
    agrees: bool


@attrs.frozen
class KnownValue:
    """The value of a field, where it came from and what it beat.

    `won_by` is the step that decided against the best of the others, or None if there was no other.
    `beaten` are the BEATEN_SHOWN_MAX best of them, and `beaten_count` is how many there were.
    """

    field: str
    value: Value = attrs.field(repr=False)
    fact: FactId
    node: MemberId
    source: str
    channel: Channel
    purpose: str
    seen_at: datetime
    won_by: Step | None
    beaten: tuple[Beaten, ...]
    beaten_count: int


@attrs.frozen
class Profile:
    """What one *role* sees of a person: at most one value for each field and kind, in the order of names."""

    role: str
    values: tuple[KnownValue, ...]

    def get(self, field: str) -> KnownValue | None:
        """The value of *field*, or None if there is none or the role does not see it."""
        return next((each for each in self.values if each.field == field), None)


def profile(told: Iterable[Told], rules: ProfileRules, role: str, now: datetime) -> Profile:
    """What *role* sees at *now* of the person of whom all that was *told*.

    It is a function of the set: neither order nor repetition changes it. What the role must not see is left
    out before anything is decided, so it changes nothing either, not even the reason why a value won.

    Raises:
        BadValue: more was told than TOLD_MAX, there is no view for *role*, or *now* is no instant.
    """
    now = utc(now, "now")
    facts = standing(_counted(told), now)
    if role == OWNER:
        judged = _rules_of_owner(facts, rules)
    else:
        view = _view(rules, role)
        facts = tuple(each for each in facts if each.purpose in view.purposes)
        judged = tuple(_rules_of(rules, field) for field in sorted(view.fields))
    by_field: dict[str, list[Fact]] = {}
    for fact in facts:
        by_field.setdefault(fact.field, []).append(fact)
    known = (_known(ranked(by_field.get(each.field, ()), each, now), each) for each in judged)
    return Profile(role, tuple(each for each in known if each is not None))


def exported(told: Iterable[Told]) -> tuple[Told, ...]:
    """Everything that was told of a person, each once, in an order of its own: what its owner may take away.

    It has no limit, and no rule can leave anything out: retracted facts are in it, and their retractions.
    """
    return tuple(sorted(set(told), key=_content))


# --- details -------------------------------------------------------------------------------------


def _counted(told: Iterable[Told]) -> frozenset[Told]:
    all_told = tuple(told)
    for each in all_told:
        if type(each) not in (Fact, FactRetraction):
            raise BadValue("told", f"expected Fact or FactRetraction, got {type(each).__name__}")
    each_once = frozenset(all_told)
    if len(each_once) > TOLD_MAX:
        raise BadValue("told", f"expected at most {TOLD_MAX} facts and retractions, got {len(each_once)}")
    return each_once


def _view(rules: ProfileRules, role: str) -> View:
    for view in rules.views:
        if view.role == role:
            return view
    raise BadValue("role", "expected a role for which the rulebook has a view")


def _rules_of(rules: ProfileRules, field: str) -> FieldRules:
    return next((each for each in rules.fields if each.field == field), None) or FieldRules(field)


def _rules_of_owner(facts: tuple[Fact, ...], rules: ProfileRules) -> tuple[FieldRules, ...]:
    """Rules for every field and kind of which anything stands, also where no rule declares that kind."""
    declared = {(each.field, each.kind): each for each in rules.fields}
    present = sorted({(each.field, kind_of(each.value)) for each in facts})
    return tuple(
        declared.get((field, kind)) or FieldRules(field, kind=kind_of_field(field) or kind)
        for field, kind in present
    )


def _known(facts: tuple[Fact, ...], rules: FieldRules) -> KnownValue | None:
    if not facts:
        return None
    winner, *others = facts
    beaten = tuple(_beaten(each, winner, rules) for each in others[:BEATEN_SHOWN_MAX])
    return KnownValue(
        field=winner.field,
        value=winner.value,
        fact=winner.id,
        node=winner.node,
        source=winner.source,
        channel=winner.channel,
        purpose=winner.purpose,
        seen_at=winner.seen_at,
        won_by=beaten[0].at if beaten else None,
        beaten=beaten,
        beaten_count=len(others),
    )


def _beaten(loser: Fact, winner: Fact, rules: FieldRules) -> Beaten:
    step = decided_at(winner, loser, rules)
    return Beaten(loser.id, loser.source, loser.seen_at, step, loser.value == winner.value)


def _content(told: Told) -> tuple[str, ...]:
    if isinstance(told, Fact):
        return ("fact", told.node, told.field, told.id)
    return ("retraction", told.node, told.fact, told.source, told.at.isoformat())


def _check_words(words: object, path: str, most: int) -> None:
    if type(words) is not tuple or not 0 < len(words) <= most:
        raise BadValue(path, f"expected a tuple of 1 to {most} words")
    for place, word in enumerate(words):
        check_word(word, f"{path}[{place}]")
    _check_once(list(words), path, "")


def _check_tuple(values: object, path: str, most: int, sort: type) -> None:
    if type(values) is not tuple or len(values) > most:
        raise BadValue(path, f"expected a tuple of at most {most} {sort.__name__}")
    for place, value in enumerate(values):
        if type(value) is not sort:
            raise BadValue(f"{path}[{place}]", f"expected {sort.__name__}, got {type(value).__name__}")


def _check_once(names: list[str], path: str, part: str) -> None:
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name in seen:
            raise BadValue(f"{path}[{place}]{f'.{part}' if part else ''}", "expected each of them once")
        seen.add(name)
