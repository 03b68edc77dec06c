"""What becomes of an identifier: it is handed on to somebody else, or turns out to be nobody's."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from omnicommerce.flows.ends import known_node
from omnicommerce.flows.epochs import nodes_of
from omnicommerce.flows.member_known import books_of
from omnicommerce.flows.regroup import regroup
from omnicommerce.identity import (
    CHANGES,
    CHANGES_BY_MEMBER,
    NODES,
    PERSONS,
    TIES,
    AnyIdentifier,
    IdentifierHandedOn,
    IdentifierQuarantined,
    IdentifierReleased,
    IdentityChanged,
    TiesEvent,
    apply_to_node,
    apply_to_ties,
    changed_at,
)
from omnicommerce.kernel.actor import Customer
from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.changes import Event, replacing
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.flow import Acting, Asking, Flow, Get, Now, Outcome, Place, Scan, ask, ask_all, stage
from omnicommerce.kernel.ids import MemberId, PersonId
from omnicommerce.kernel.verdict import failed

CHANGES_AT_ONCE: Final = 500
"""The most changes that are read at once."""

REDIRECTS_MAX: Final = 10
"""A person's record leads to the one they are now in one step, or in two while others are being read."""


@attrs.frozen
class PersonFound:
    """Who somebody is now, whatever they were called once: `members` are their books, the eldest first."""

    person: PersonId
    members: tuple[MemberId, ...]


@attrs.frozen
class ChangeList:
    """Changes, the oldest first. `after` is where they end: handed back, it asks for what follows."""

    changes: tuple[IdentityChanged, ...]
    after: Place | None


def hand_on(*, identifier: AnyIdentifier) -> Flow[MemberId]:
    """Somebody else has *identifier* now: a number that was given up and sold again, a desk's mailbox.

    Whoever had it keeps their books, their history and all that was linked through it. From now on it names
    somebody new, with no history: whoever shows it next. What is told late of the time before is still theirs
    who had it then. The answer is the node that they keep.

    Raises:
        Refused: ``no_such_member``, or ``not_for_customers``.
        BadValue: the identifier is not in its normal form.
    """
    actor, now = yield from ask_all(Acting(), Now())
    if isinstance(actor, Customer):
        raise Refused(failed("not_for_customers"))
    node = (yield from nodes_of(identifier))[-1]
    if node.value is None:
        raise Refused(failed("no_such_member"))
    fact = IdentifierHandedOn(MemberId(node.id), now)
    told = Event(fact, at=now, members=node.value.members)
    return Outcome(fact.member, replacing(node, apply_to_node(node.value, fact), told))


def quarantine(*, identifier: AnyIdentifier) -> Flow[MemberId]:
    """Say that *identifier* is no one person's: the shop's own telephone, a robot's mailbox. It joins nobody.

    Whoever was one only through it is two again.

    Raises:
        Refused: ``no_such_member``, or ``not_for_customers``.
        BadValue: the identifier is not in its normal form.
    """
    return Outcome((yield from _set_aside(identifier, is_released=False)))


def release(*, identifier: AnyIdentifier) -> Flow[MemberId]:
    """Let *identifier* join people again, as far as the rules let it.

    Raises:
        Refused: ``no_such_member``, or ``not_for_customers``.
        BadValue: the identifier is not in its normal form.
    """
    return Outcome((yield from _set_aside(identifier, is_released=True)))


def person(*, id: PersonId) -> Flow[PersonFound]:
    """Who the person of this *id* is now: it leads on, also after they became one with others or parted.

    Raises:
        Refused: ``no_such_person``.
    """
    for _ in range(REDIRECTS_MAX):
        held = (yield from ask(Get(PERSONS, id))).value
        if held is None:
            raise Refused(failed("no_such_person"))
        if held.into is None:
            return Outcome(PersonFound(id, held.members))
        id = held.into
    raise AssertionError("a person leads to a person")


def changes(*, member: MemberId, after: Place | None = None, limit: int = 100) -> Flow[ChangeList]:
    """What has changed about who *member* is, at most *limit* changes at once, the oldest first.

    Raises:
        Refused: ``no_such_member``.
        BadValue: *limit* is not 1 to 500.
    """
    checked_amount(limit, "limit", 1, CHANGES_AT_ONCE)
    books_of((yield from ask(Get(NODES, member))).value)
    # "!" comes right behind the blank that ends a member's name. One more says whether anything follows.
    found = yield from ask(
        Scan(CHANGES, CHANGES_BY_MEMBER, f"{member} ", f"{member}!", limit=limit + 1, after=after)
    )
    shown = found[:limit]
    end = (changed_at(member, shown[-1].must().at), shown[-1].id) if len(found) > limit else None
    return Outcome(ChangeList(tuple(each.must() for each in shown), end))


def _set_aside(identifier: AnyIdentifier, *, is_released: bool) -> Asking[MemberId]:
    actor, now = yield from ask_all(Acting(), Now())
    if isinstance(actor, Customer):
        raise Refused(failed("not_for_customers"))
    node = yield from known_node(identifier)
    if node is None:
        raise Refused(failed("no_such_member"))
    yield from _told(node, IdentifierReleased(node) if is_released else IdentifierQuarantined(node), now)
    yield from regroup((node,), None)
    return node


def _told(node: MemberId, fact: TiesEvent, now: datetime) -> Asking[None]:
    ties = yield from ask(Get(TIES, node))
    after = apply_to_ties(ties.value, fact)
    if after != ties.value:
        yield from stage(replacing(ties, after, Event(fact, at=now)))
