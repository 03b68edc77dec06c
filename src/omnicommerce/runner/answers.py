"""How each question is answered from what is already known; what is not known is read first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

import attrs

from omnicommerce.kernel.changes import Changes
from omnicommerce.kernel.collection import Collection, Version
from omnicommerce.kernel.flow import (
    Acting,
    All,
    Count,
    Find,
    FreshCode,
    FreshId,
    Get,
    GetMany,
    Look,
    LookMany,
    Mark,
    NodeId,
    Now,
    Rules,
    Scan,
    Seal,
    Stage,
    Undo,
    Unseal,
    View,
)
from omnicommerce.kernel.ids import checked_id
from omnicommerce.ports.storage import COUNTERS, Key
from omnicommerce.runner.overlay import Layer, Overlay
from omnicommerce.runner.shelf import HEAD_KEY
from omnicommerce.runner.world import World

Pins: TypeAlias = dict[tuple[type[Any], str, int], str]
"""Ids and codes drawn for a job, by kind, role and number, so that a re-run draws the same."""


@attrs.define(eq=False)
class Desk:
    """Where one flow's questions are answered: its batch, its layer, its pins and the world."""

    overlay: Overlay
    layer: Layer
    pins: Pins
    world: World
    views: dict[tuple[str, Version], Any] = attrs.field(factory=dict)
    whole: set[tuple[str, Version]] = attrs.field(factory=set)


def lacking(question: Any, desk: Desk) -> dict[Key, None]:
    """The keys that must be read before *question* can be answered."""
    questions: tuple[Any, ...] = question.questions if question.__class__ is All else (question,)
    known, staged = desk.overlay.known, desk.overlay.staged
    keys: dict[Key, None] = {}
    for each in questions:
        kind = each.__class__
        ids: tuple[str, ...] = ()
        if kind is Get or kind is Look:
            ids = (each.id,)
        elif kind is GetMany or kind is LookMany:
            ids = each.ids
        elif kind is Rules:
            if desk.overlay.rules is None:
                keys[HEAD_KEY] = None
        elif kind in _LACKING:
            keys.update(dict.fromkeys(_LACKING[kind](each, desk)))
        for id in ids:
            name = (each.collection.name, id)
            if name not in known and name not in staged:
                keys[_key_of(each.collection, id)] = None
    return keys


def answer(question: Any, desk: Desk) -> Any:
    """Answer *question*; everything that `lacking` named has been read."""
    by = _ANSWERS.get(question.__class__)
    assert by is not None, f"a flow may only ask questions, not {question!r}"
    return by(question, desk)


def _key_of(collection: Collection[Any], id: str) -> Key:
    return Key(collection.name, checked_id(id, collection.name))


def _get(question: Get[Any], desk: Desk) -> Any:
    collection, id = question.collection, question.id
    desk.layer.guarded.append((collection.name, id))
    return desk.overlay.record(collection, id)


def _get_many(question: GetMany[Any], desk: Desk) -> Any:
    collection = question.collection
    desk.layer.guarded.extend([(collection.name, id) for id in question.ids])
    return tuple([desk.overlay.record(collection, id) for id in question.ids])


def _look(question: Look[Any], desk: Desk) -> Any:
    return desk.overlay.record(question.collection, question.id)


def _look_many(question: LookMany[Any], desk: Desk) -> Any:
    return tuple([desk.overlay.record(question.collection, id) for id in question.ids])


def _all(question: All, desk: Desk) -> Any:
    return tuple([answer(each, desk) for each in question.questions])


def _rules(question: Rules[Any], desk: Desk) -> Any:
    in_force = desk.overlay.rules
    assert in_force is not None, "the rulebook's head is read before anybody asks for a rule"
    rules = in_force.by_kind.get(question.kind)
    assert rules is not None, f"the rulebook has no part of the kind {question.kind.__name__}"
    return rules


def _pinned(question: FreshId | FreshCode, desk: Desk, draw: Callable[[], str]) -> str:
    drawn = desk.layer.drawn
    # A code and an id of one role are two draws, as are codes of two lengths: none may stand in for another.
    of = (question.__class__, f"{question.role} {getattr(question, 'length', '')}")
    nth = drawn[of] = drawn.get(of, 0) + 1
    pin = desk.pins.get((*of, nth))
    if pin is None:
        pin = desk.pins[*of, nth] = draw()
    return pin


def _fresh_id(question: FreshId, desk: Desk) -> str:
    return _pinned(question, desk, desk.world.ids.fresh)


def _fresh_code(question: FreshCode, desk: Desk) -> str:
    return _pinned(question, desk, lambda: desk.world.ids.code(question.length))


def _node_id(question: NodeId, desk: Desk) -> str:
    named = f"{question.namespace}|{question.epoch}|{question.normal_form}"
    return desk.world.keys.digest("node", named)


def _stage(question: Stage, desk: Desk) -> None:
    changes: Changes = question.changes
    desk.overlay.stage(changes, desk.layer)


def _lacking_count(question: Count, desk: Desk) -> Iterator[Key]:
    if question.counter.name not in desk.overlay.totals:
        yield Key(COUNTERS, question.counter.name)


def _lacking_view(question: View[Any], desk: Desk) -> Iterator[Key]:
    projection, overlay = question.of, desk.overlay
    if overlay.lacks(projection.head.name, projection.head_id):
        yield _key_of(projection.head, projection.head_id)
        return
    head = overlay.record(projection.head, projection.head_id)
    kept = desk.world.views.get(projection.name)
    if kept is not None and kept[0] == head.version:
        # Another run may replace what is remembered at any moment, so hold on to what was found.
        desk.views[projection.name, head.version] = kept[1]
        return
    ids = projection.members(head.value)
    lacking = [id for id in ids if overlay.lacks(projection.parts.name, id)]
    if len(lacking) == len(ids):
        # All of them are read now, behind the head. One read earlier might be older than the head, and one
        # that is staged may never be committed: such a view is good for this flow, and for no other.
        desk.whole.add((projection.name, head.version))
    for id in lacking:
        yield _key_of(projection.parts, id)


def _view(question: View[Any], desk: Desk) -> Any:
    projection = question.of
    head = desk.overlay.record(projection.head, projection.head_id)
    if (projection.name, head.version) in desk.views:
        return desk.views[projection.name, head.version]
    parts = [desk.overlay.record(projection.parts, id) for id in projection.members(head.value)]
    built = projection.build(tuple(parts))
    if head.version != desk.overlay.batch and (projection.name, head.version) in desk.whole:
        desk.world.views[projection.name] = (head.version, built)
    return built


def _scan_alone(_question: Any, _desk: Desk) -> Any:
    raise AssertionError("a Scan is asked alone: it is no point read, so it cannot share one")


_LACKING: Final[dict[type[Any], Callable[[Any, Desk], Iterator[Key]]]] = {
    Count: _lacking_count,
    View: _lacking_view,
}
"""What is asked all the time is told in `lacking` itself; questions that are not here need nothing read."""

_ANSWERS: Final[dict[type[Any], Callable[[Any, Desk], Any]]] = {
    Get: _get,
    All: _all,
    GetMany: _get_many,
    Look: _look,
    LookMany: _look_many,
    Count: lambda question, desk: desk.overlay.count(question.counter),
    Now: lambda _, desk: desk.overlay.now,
    Acting: lambda _, desk: desk.world.actor,
    Rules: _rules,
    FreshId: _fresh_id,
    FreshCode: _fresh_code,
    NodeId: _node_id,
    Seal: lambda question, desk: desk.world.keys.seal(question.purpose, question.text),
    Unseal: lambda question, desk: desk.world.keys.unseal(question.purpose, question.token),
    View: _view,
    Stage: _stage,
    Mark: lambda _, desk: len(desk.layer.done),
    Undo: lambda question, desk: desk.overlay.undo(desk.layer, question.mark),
    Scan: _scan_alone,
    Find: _scan_alone,
}
