"""What events are called in the journal, and how what an older program stored is read today."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import attrs

from omnicommerce.kernel.errors import BadValue, BadWire, Fault
from omnicommerce.kernel.ids import checked_word

Upgrade: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]
"""Turns the plain data of one version into that of the next."""


def _fixed_events(events: Mapping[str, type[Any]]) -> Mapping[str, type[Any]]:
    return MappingProxyType(dict(events))


def _fixed_upgrades(upgrades: Mapping[str, tuple[Upgrade, ...]]) -> Mapping[str, tuple[Upgrade, ...]]:
    return MappingProxyType({name: tuple(steps) for name, steps in upgrades.items()})


@attrs.frozen(eq=False, kw_only=True)
class Vocabulary:
    """Event classes by their tags, and the upgrades of events and records.

    `upgrades` lists, under an event's tag or a collection's name, the steps that were ever needed:
    the nth turns version n into n + 1. So the current version is one more than there are steps.

    Raises:
        BadValue: a tag is no name, a class has two tags, or is no attrs class.
    """

    events: Mapping[str, type[Any]] = attrs.field(factory=dict, converter=_fixed_events)
    upgrades: Mapping[str, tuple[Upgrade, ...]] = attrs.field(factory=dict, converter=_fixed_upgrades)
    _tags: dict[type[Any], str] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        tags: dict[type[Any], str] = {}
        for tag, kind in self.events.items():
            checked_word(tag, "events")
            if not attrs.has(kind):
                raise BadValue(f"events.{tag}", "expected an attrs class")
            if kind in tags:
                raise BadValue(f"events.{tag}", f"{kind.__qualname__} has the tag {tags[kind]!r} already")
            tags[kind] = tag
        # The one way to set a field of a frozen value while it is made.
        object.__setattr__(self, "_tags", tags)

    def tag_of(self, kind: type[Any]) -> str:
        """The tag of an event class.

        Raises:
            BadValue: the class has none.
        """
        tag = self._tags.get(kind)
        if tag is None:
            raise BadValue("event", f"{kind.__qualname__} has no tag: write one down in the vocabulary")
        return tag

    def version_of(self, name: str) -> int:
        """The version in which a collection's records, or the events of a tag, are written today."""
        return len(self.upgrades.get(name, ())) + 1

    def joined_with(self, other: Vocabulary) -> Vocabulary:
        """Both vocabularies as one; what they have in common must be the same in both.

        Raises:
            BadValue: a tag names two classes, a class has two tags, or upgrades differ.
        """
        for tag in self.events.keys() & other.events.keys():
            if self.events[tag] is not other.events[tag]:
                raise BadValue(f"events.{tag}", "the tag is taken by another class")
        for name in self.upgrades.keys() & other.upgrades.keys():
            if self.upgrades[name] != other.upgrades[name]:
                raise BadValue(f"upgrades.{name}", "the steps are not the same in both vocabularies")
        return Vocabulary(
            events={**self.events, **other.events}, upgrades={**self.upgrades, **other.upgrades}
        )

    def __add__(self, other: Vocabulary) -> Vocabulary:
        return self.joined_with(other)


def upgraded(data: Any, name: str, version: object, vocabulary: Vocabulary) -> Any:
    """The plain *data* of a record or an event, written in *version*, as it is written today.

    Raises:
        BadWire: there is no such version, it is newer than this program, or a step cannot use the data.
    """
    current = vocabulary.version_of(name)
    if version == current and type(version) is int:
        return data
    if type(version) is not int:
        raise _fault(f"expected a version, got {type(version).__name__}")
    if version > current:
        raise _fault(f"version {version} is newer than {current}, the newest this program knows: update it")
    if version < 1:
        raise _fault("expected a version from 1")
    try:
        # A step may build on what it is given, and the caller may still need the original.
        data = copy.deepcopy(data)
    except RecursionError:
        raise _fault("nested too deeply") from None
    for number, step in enumerate(vocabulary.upgrades[name][version - 1 :], start=version):
        if type(data) is not dict:
            raise _fault(f"version {number} expected dict, got {type(data).__name__}")
        try:
            data = step(data)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            told = f"the step from version {number} to {number + 1} failed: {type(error).__name__}"
            raise _fault(told) from error
    return data


def _fault(reason: str) -> BadWire:
    return BadWire((Fault("$", reason),))
