"""Time alone changes things: points run out, a tier is lost, somebody has been silent for too long."""

from __future__ import annotations

from datetime import datetime

from omnicommerce.flows.judge_person import expect, judge
from omnicommerce.flows.open_book import open_book
from omnicommerce.flows.post_points import Occasion, post
from omnicommerce.flows.regroup import regroup
from omnicommerce.identity import DUE, PERSONS
from omnicommerce.kernel.flow import (
    Asking,
    Find,
    Flow,
    FreshId,
    Get,
    Now,
    Outcome,
    Place,
    Rules,
    ask,
    ask_all,
)
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.instant import as_text, local_day
from omnicommerce.loyalty import HEADS, expire, next_due, pages_for_expiry
from omnicommerce.rulebook import Rulebook

PERSONS_AT_ONCE = 100


def due_persons(*, until: datetime, after: Place | None = None) -> Flow[tuple[Place, ...]]:
    """Where the first persons stand whom time may have changed by *until*, the longest due first."""
    # "~" sorts behind every text that begins with this very instant.
    found = yield from ask(Find(PERSONS, DUE, until=as_text(until) + "~", limit=PERSONS_AT_ONCE, after=after))
    return Outcome(found)


def settle_person(*, id: str, until: datetime) -> Flow[bool]:
    """Do what time has decided about a person: sweep points that ran out, judge tier and stage anew.

    Whether there was anything to do; a person who is no longer due by *until* was settled before.
    """
    person = yield from ask(Get(PERSONS, id))
    standing = person.value.standing if person.value is not None else None
    due = person.value.due if person.value is not None else None
    if person.value is None or due is None or due > until:
        return Outcome(False)
    rules, now = yield from ask_all(Rules(Rulebook), Now())
    review = person.value.review
    if review is not None and review <= now:
        # A link has run out, or begins to hold: who this is comes first, and what they have after it.
        yield from regroup((*person.value.members, *person.value.others), None)
        person = yield from ask(Get(PERSONS, id))
        standing = person.must().standing
    members = person.must().members
    for member in members:
        yield from _swept(member, rules, now)
    if standing is None:
        return Outcome(True)
    if standing.turns_on is not None and standing.turns_on <= local_day(now, rules.sales.zone):
        yield from judge(person, members[0], None)
    else:
        yield from expect(person, members[0])
    return Outcome(True)


def _swept(member: MemberId, rules: Rulebook, now: datetime) -> Asking[None]:
    head, id = yield from ask_all(Get(HEADS, member), FreshId("movement"))
    due = next_due(head.value, rules.points, rules.sales.zone) if head.value is not None else None
    if due is None or due > now:
        return
    book = yield from open_book(member, lambda book: pages_for_expiry(book, now))
    swept = expire(book, member, id, now)
    if swept is not None:
        yield from post(swept, Occasion(at=now))
