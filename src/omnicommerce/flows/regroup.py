"""Who is one person has changed: records follow, books are parted, and everybody is judged anew.

All of it is in the commit of the evidence that made it so. A person is the guard of their books: its record
is written whenever its books become others, so a command that read it before is run again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import attrs

from omnicommerce.flows.attach_order import attach_order
from omnicommerce.flows.judge_person import judge, judge_formed
from omnicommerce.flows.open_book import open_book
from omnicommerce.flows.post_points import Occasion, post
from omnicommerce.identity import (
    CHANGES,
    CIRCLE_MAX,
    MEMBERS_MAX,
    NODES,
    PERSONS,
    TIES,
    Circle,
    EvidenceId,
    IdentityChanged,
    Namespace,
    NodeEvent,
    NodesParted,
    PersonFormed,
    PersonMerged,
    Regrouped,
    Resolution,
    Standing,
    apply_to_node,
    apply_to_person,
    regrouped,
    resolved,
    unread_nodes,
    unread_persons,
)
from omnicommerce.kernel.actor import name_of
from omnicommerce.kernel.changes import NOTHING, Changes, Event, adding, happened, replacing
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.flow import Acting, Asking, FreshId, Get, GetMany, Now, Rules, ask, ask_all, stage
from omnicommerce.kernel.ids import MemberId, PersonId
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.verdict import at_most
from omnicommerce.loyalty import NO_POINTS, owes, pages_for_repaid, repaid
from omnicommerce.rulebook import Rulebook


@attrs.frozen
class Regrouping:
    """What was found, and which persons became others or came about by it."""

    found: Resolution
    merged: tuple[PersonId, ...]
    formed: tuple[PersonId, ...]


def regroup(start: tuple[MemberId, ...], because: EvidenceId | None) -> Asking[Regrouping]:
    """Decide anew who is one person with any of the nodes *start*, and stage all that follows from it.

    *because* is the piece of evidence that was told.

    Raises:
        Refused: ``too_entangled``, if links connect more than CIRCLE_MAX identifiers in one piece.
    """
    rules, now = yield from ask_all(Rules(Rulebook), Now())
    circle = yield from read_circle(start, rules, now)
    found = resolved(circle, rules.identity, now)
    after = regrouped(circle, found)
    for event in after.formed:
        # The rulebook's limits see to it, unless they were others when a kind of identifier began.
        verdict = at_most("too_many_books", actual=len(event.members), required=MEMBERS_MAX)
        if not verdict.holds:
            raise Refused(verdict)
    yield from _part_books(after.formed, circle, now)
    for event in after.formed:
        yield from _form(event, circle, now)
    for merged in after.merged:
        yield from _merge(merged, now)
    if after.parted is not None:
        yield from _part(after.parted, now)
    days = yield from _attach(start, circle, after, found)
    changed = [event for event in after.formed if _has_other_books(event, circle)]
    yield from _log(changed, circle, because, now)
    for event in changed:
        yield from _judge(event, circle, days.pop(event.person, None))
    for id, day in days.items():
        person = yield from ask(Get(PERSONS, id))
        yield from judge(person, person.must().members[0], day)
    return Regrouping(
        found,
        tuple(event.person for event in after.merged),
        tuple(event.person for event in changed),
    )


def read_circle(start: tuple[MemberId, ...], rules: Rulebook, now: datetime) -> Asking[Circle]:
    """All that bears on who is one person with any of the nodes *start*, read from link to link."""
    circle = Circle({}, {}, {})
    ids: tuple[MemberId, ...] = tuple(dict.fromkeys(start))
    persons: tuple[PersonId, ...] = ()
    while ids or persons:
        count = at_most("too_entangled", actual=len(circle.nodes) + len(ids), required=CIRCLE_MAX)
        if not count.holds:
            raise Refused(count)
        nodes, ties, records = yield from ask_all(
            GetMany(NODES, ids), GetMany(TIES, ids), GetMany(PERSONS, persons)
        )
        circle = Circle(
            {**circle.nodes, **{MemberId(each.id): each.value for each in nodes}},
            {**circle.ties, **{MemberId(each.id): each.value for each in ties}},
            {**circle.persons, **{PersonId(each.id): each.value for each in records}},
        )
        ids, persons = unread_nodes(circle, rules.identity, now), unread_persons(circle)
    return circle


# --- records -------------------------------------------------------------------------------------


def _has_other_books(event: PersonFormed, circle: Circle) -> bool:
    held = circle.persons.get(event.person)
    return held is None or set(held.members) != set(event.members)


def _form(event: PersonFormed, circle: Circle, now: datetime) -> Asking[None]:
    held = yield from ask(Get(PERSONS, event.person))
    told = Event(event, at=now, members=event.members)
    changes = replacing(held, apply_to_person(held.value, event))
    for id in (*event.members, *event.others):
        node = circle.nodes[id]
        if node is not None and (node.person, node.members) != (event.person, event.members):
            changes += yield from _moved_node(id, event)
    yield from stage(changes + happened(told))


def _merge(event: PersonMerged, now: datetime) -> Asking[None]:
    held = yield from ask(Get(PERSONS, event.person))
    yield from stage(replacing(held, apply_to_person(held.value, event), Event(event, at=now)))


def _part(event: NodesParted, now: datetime) -> Asking[None]:
    changes = NOTHING
    for id in event.nodes:
        changes += yield from _moved_node(id, event)
    yield from stage(changes + happened(Event(event, at=now)))


def _moved_node(id: MemberId, event: NodeEvent) -> Asking[Changes]:
    held = yield from ask(Get(NODES, id))
    return replacing(held, apply_to_node(held.value, event))


def _log(
    changed: list[PersonFormed], circle: Circle, because: EvidenceId | None, now: datetime
) -> Asking[None]:
    actor = yield from ask(Acting())
    for event in changed:
        id = yield from ask(FreshId("change"))
        held = circle.persons.get(event.person)
        before = () if held is None else held.members
        fact = IdentityChanged(now, name_of(actor), event.person, before, event.members, because)
        yield from stage(adding(CHANGES, id, fact, Event(fact, at=now, members=event.members)))


# --- books ---------------------------------------------------------------------------------------


def _part_books(formed: tuple[PersonFormed, ...], circle: Circle, now: datetime) -> Asking[None]:
    """Those who are no longer one person have their own points again, and owe what they spent of others'."""
    person_of = {id: node.person for id, node in circle.nodes.items() if node is not None}
    person_of |= {id: event.person for event in formed for id in event.members}
    owed: dict[MemberId, Points] = {}
    for old in circle.persons.values():
        members = () if old is None else old.members
        for lender in members:
            parted = frozenset(each for each in members if person_of[each] != person_of[lender])
            if parted:
                for borrower, points in (yield from _repaid(lender, parted, now)).items():
                    owed[borrower] = owed.get(borrower, NO_POINTS) + points
    for borrower, points in owed.items():
        id = yield from ask(FreshId("movement"))
        book = yield from open_book(borrower, lambda _: ())
        yield from post(owes(book, borrower, points, id), Occasion(at=now))


def _repaid(
    lender: MemberId, parted: frozenset[MemberId], now: datetime
) -> Asking[Mapping[MemberId, Points]]:
    id = yield from ask(FreshId("movement"))
    book = yield from open_book(lender, pages_for_repaid)
    moved, owed = repaid(book, lender, parted, id, now)
    if moved is not None:
        yield from post(moved, Occasion(at=now))
    return owed


def _attach(
    start: tuple[MemberId, ...], circle: Circle, after: Regrouped, found: Resolution
) -> Asking[dict[PersonId, date]]:
    """Give orders to those whose they are now, and say which persons have another history, and since when."""
    parted = () if after.parted is None else after.parted.nodes
    touched = [id for event in after.formed for id in event.others]
    orders = dict.fromkeys(
        id
        for id in (*touched, *parted, *start)
        if (node := circle.nodes.get(id)) is not None and node.namespace == Namespace.ORDER
    )
    days: dict[PersonId, date] = {}
    for order in orders:
        for person, day in (yield from attach_order(order, found)).items():
            days[person] = min(day, days.get(person, day))
    return days


# --- where that leaves them ----------------------------------------------------------------------


def _judge(event: PersonFormed, circle: Circle, day: date | None) -> Asking[None]:
    """Judge somebody anew whose books have become others; orders of *day* and later came or went."""
    before: dict[MemberId, Standing | None] = {}
    first_days = [] if day is None else [day]
    seen: set[PersonId] = set()
    for member in event.members:
        node = circle.nodes[member]
        old = None if node is None else node.person
        if old is None or old in seen:
            continue
        seen.add(old)
        held = circle.persons[old]
        was = None if held is None else held.standing
        before[member] = was
        if was is not None and was.first_day is not None:
            first_days.append(was.first_day)
    person = yield from ask(Get(PERSONS, event.person))
    yield from judge_formed(person, before, min(first_days, default=None))
