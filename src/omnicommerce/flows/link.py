"""Somebody says that two identifiers are one customer's, or that they are not; and what follows from it.

All that is said is kept. Whether it makes one person of two is for the shop's rules to say, and the answer
says why not. What is told twice, or late, or in another order, ends the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from omnicommerce.flows.ends import Ends, both_ends, checked_linkable, known_node
from omnicommerce.flows.regroup import Regrouping, read_circle, regroup
from omnicommerce.identity import (
    DOUBTFUL,
    NODES,
    NOT_ONE,
    PERSONS,
    PROPOSALS,
    TIES,
    AnyIdentifier,
    Distinct,
    End,
    EvidenceTold,
    Explained,
    Linked,
    LinkProposed,
    Piece,
    Retraction,
    Same,
    Strength,
    Who,
    apply_to_proposal,
    apply_to_ties,
    distinct_between,
    explained,
    is_full,
    links_between,
    pair_id,
    parted_at,
    resolved,
    why_not,
)
from omnicommerce.kernel.actor import Actor, Customer, System, name_of
from omnicommerce.kernel.changes import NOTHING, Changes, Event, removing, replacing
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.flow import (
    Acting,
    Asking,
    Flow,
    Get,
    GetMany,
    Now,
    Outcome,
    Rules,
    ask,
    ask_all,
    call,
    stage,
)
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.instant import utc
from omnicommerce.kernel.todo import EXCEPTIONS, Parked, todo_id
from omnicommerce.kernel.verdict import every, failed
from omnicommerce.rulebook import Rulebook

LINKS: Final = "links"
"""Under this name a link that is doubtful, or waits for a second clerk, is on the list of exceptions."""

SECOND_PERSON: Final = "needs_second_person"

HERE: Final = "shop"
"""The source of what is told without one: the shop itself."""


def link(
    *,
    a: AnyIdentifier,
    b: AnyIdentifier,
    strength: Strength,
    proved: tuple[AnyIdentifier, ...] = (),
    seen_at: datetime | None = None,
    source: str = HERE,
    valid_until: datetime | None = None,
    score: int | None = None,
) -> Flow[Linked]:
    """Say that *a* and *b* are one customer's; all that follows by the shop's rules is in the same commit.

    Both become members if they were not (an order or a device gets its node). *proved* are those of the two
    that the customer has proved to be theirs in this: a code sent to the phone, a login, a card in the hand.
    With the strength VERIFIED both are. Nobody is joined by an identifier that was not proved: that somebody
    else proved it before does not count. *seen_at* is when it was seen, by default now; *source* names the
    program or desk that tells it. A link of strength SCORED has a *score* per mille, and no other has one.

    Where the rules want two of the staff to declare that two are one, the first one's word waits on the list
    of exceptions, and so does a link that the rules do not follow although it speaks for one person.

    Raises:
        Refused: ``not_your_identifier``, if a customer links what is not theirs; ``not_for_customers``, if
            one declares or tells; ``too_entangled``.
        BadValue: *a* and *b* are one, one of *proved* is neither, or a part of the link is not what it
            should be.
    """
    checked_linkable(a, b, proved)
    ends = yield from both_ends(a, b)
    rules, actor, now = yield from ask_all(Rules(Rulebook), Acting(), Now())
    _check_actor(actor, strength, ends)
    piece = Same(
        a=End(ends.a, a.kind, is_verified=strength is Strength.VERIFIED or a in proved),
        b=End(ends.b, b.kind, is_verified=strength is Strength.VERIFIED or b in proved),
        strength=strength,
        seen_at=now if seen_at is None else utc(seen_at, "seen_at"),
        source=source,
        actor=name_of(actor),
        valid_until=valid_until,
        score=score,
    )
    ties = yield from ask(Get(TIES, ends.a))
    parted = parted_at(ties.value, ends.a, ends.b)
    if parted is not None and piece.seen_at <= parted:
        # It was seen before they were parted, and told after it.
        return Outcome((yield from _answer(ends, None, None, ("taken_back",))))
    if _blocked(rules, a) or _blocked(rules, b):
        return Outcome((yield from _answer(ends, None, None, ("quarantined",))))
    if (yield from _is_full(piece, ends)):
        yield from _parked(pair_id(ends.a, ends.b), "too_much_told", now)
        return Outcome((yield from _answer(ends, None, None, ("too_much_told",))))
    if strength is Strength.DECLARED and rules.identity.declared_by > 1 and not isinstance(actor, System):
        waits = yield from _proposed(ends, name_of(actor), now)
        if waits:
            return Outcome((yield from _answer(ends, None, None, (SECOND_PERSON,))))
    after = yield from _told(piece, ends)
    answer = yield from _answer(ends, piece, after, ())
    yield from _queued(ends, answer, now)
    return Outcome(answer)


def unlink(*, a: AnyIdentifier, b: AnyIdentifier, source: str = HERE) -> Flow[Linked]:
    """Take back every link between *a* and *b* that was seen until now; other links may still make them one.

    Each side is again who it was, with its own points, tier and stage; what the one has spent of the other's
    points is there again, and the one owes it.

    Raises:
        Refused: ``no_such_link``, or ``not_for_customers``.
        BadValue: *a* and *b* are one.
    """
    checked_linkable(a, b, ())
    ends, actor, now = yield from _staffed(a, b)
    ties = yield from ask(Get(TIES, ends.a))
    links = links_between(ties.value, ends.a, ends.b)
    if not links:
        raise Refused(failed("no_such_link"))
    for each in links:
        yield from _keep(Retraction(of=each.id, seen_at=now, source=source, actor=name_of(actor)), ends)
    after = yield from regroup((ends.a, ends.b), links[0].id)
    return Outcome((yield from _answer(ends, None, after, ("taken_back",))))


def distinct(*, a: AnyIdentifier, b: AnyIdentifier, source: str = HERE) -> Flow[Linked]:
    """Say that *a* and *b* are two people's: from now on no link, however strong, makes them one.

    Raises:
        Refused: ``not_for_customers``, ``too_much_told``, or ``too_entangled``.
        BadValue: *a* and *b* are one.
    """
    checked_linkable(a, b, ())
    ends, actor, now = yield from _staffed(a, b)
    piece = Distinct(a=ends.a, b=ends.b, seen_at=now, source=source, actor=name_of(actor))
    if (yield from _is_full(piece, ends)):
        raise Refused(failed("too_much_told"))
    after = yield from _told(piece, ends)
    return Outcome((yield from _answer(ends, None, after, ("kept_apart",))))


def reconsider(*, a: AnyIdentifier, b: AnyIdentifier, source: str = HERE) -> Flow[Linked]:
    """Take back that *a* and *b* are two people's; links between them join them again, as the rules say.

    Raises:
        Refused: ``no_such_distinction``, ``not_for_customers``, or ``too_entangled``.
        BadValue: *a* and *b* are one.
    """
    checked_linkable(a, b, ())
    ends, actor, now = yield from _staffed(a, b)
    ties = yield from ask(Get(TIES, ends.a))
    said = distinct_between(ties.value, ends.a, ends.b)
    if not said:
        raise Refused(failed("no_such_distinction"))
    for each in said:
        yield from _keep(Retraction(of=each.id, seen_at=now, source=source, actor=name_of(actor)), ends)
    after = yield from regroup((ends.a, ends.b), said[0].id)
    return Outcome((yield from _answer(ends, None, after, ())))


class _Undone(Exception):
    """Carries out what would have been, past `call`, which takes back what was staged."""

    def __init__(self, linked: Linked) -> None:
        super().__init__()
        self.linked = linked


def what_if(
    *,
    a: AnyIdentifier,
    b: AnyIdentifier,
    strength: Strength = Strength.VERIFIED,
    proved: tuple[AnyIdentifier, ...] = (),
) -> Flow[Linked]:
    """What `link` would answer, and change: nothing is kept of it.

    Raises:
        Refused: as `link` does.
        BadValue: as `link` does.
    """
    try:
        yield from call(_tried(a, b, strength, proved))
    except _Undone as undone:
        return Outcome(undone.linked)
    raise AssertionError("what is tried out is undone")


def _tried(
    a: AnyIdentifier, b: AnyIdentifier, strength: Strength, proved: tuple[AnyIdentifier, ...]
) -> Flow[Linked]:
    raise _Undone((yield from call(link(a=a, b=b, strength=strength, proved=proved))))


def explain(*, a: Who, b: Who) -> Flow[Explained]:
    """Why *a* and *b* are one person's, by which links, or why not, with what keeps each link from it.

    Raises:
        Refused: ``no_such_member``, if one of them was never told of; ``too_entangled``.
        BadValue: an identifier is not in its normal form.
    """
    rules, now = yield from ask_all(Rules(Rulebook), Now())
    ends: list[MemberId] = []
    for who in (a, b):
        found = yield from known_node(who)
        if found is None:
            raise Refused(failed("no_such_member"))
        ends.append(found)
    circle = yield from read_circle((ends[0], ends[1]), rules, now)
    return Outcome(explained(resolved(circle, rules.identity, now), ends[0], ends[1]))


# --- who says so ---------------------------------------------------------------------------------


def _check_actor(actor: Actor, strength: Strength, ends: Ends) -> None:
    if not isinstance(actor, Customer):
        return
    if strength not in (Strength.VERIFIED, Strength.SHOWN):
        raise Refused(failed("not_for_customers"))
    if actor.member not in (*ends.members_a, *ends.members_b):
        raise Refused(failed("not_your_identifier"))


def _staffed(a: AnyIdentifier, b: AnyIdentifier) -> Asking[tuple[Ends, Actor, datetime]]:
    actor, now = yield from ask_all(Acting(), Now())
    if isinstance(actor, Customer):
        raise Refused(failed("not_for_customers"))
    return (yield from both_ends(a, b)), actor, now


def _blocked(rules: Rulebook, identifier: AnyIdentifier) -> bool:
    """Whether the shop, or anybody, can see that it is nobody's: its own telephone, ``00000000``."""
    known = rules.identity.of(identifier.kind)
    blocked = frozenset[str]() if known is None else known.blocked
    return why_not(identifier.namespace, identifier.text, blocked) is not None


def _proposed(ends: Ends, by: str, now: datetime) -> Asking[bool]:
    """Whether a second one of the staff still has to say so."""
    id = pair_id(ends.a, ends.b)
    held, waits = yield from ask_all(Get(PROPOSALS, id), Get(EXCEPTIONS, todo_id(LINKS, id)))
    if held.value is not None and held.value.by != by:
        # The two words are used up by this: after an un-link it takes two again.
        done = removing(held)
        if waits.value is not None and waits.value.reason == SECOND_PERSON:
            done += removing(waits)
        yield from stage(done)
        return False
    fact = LinkProposed(ends.a, ends.b, by, now)
    if held.value is None:
        yield from stage(replacing(held, apply_to_proposal(None, fact), Event(fact, at=now)))
        yield from _parked(id, SECOND_PERSON, now)
    return True


# --- what is kept --------------------------------------------------------------------------------


def _told(piece: Piece, ends: Ends) -> Asking[Regrouping]:
    yield from _keep(piece, ends)
    return (yield from regroup((ends.a, ends.b), piece.id))


def _is_full(piece: Piece, ends: Ends) -> Asking[bool]:
    both = yield from ask(GetMany(TIES, (ends.a, ends.b)))
    return any(is_full(ties.value, piece) for ties in both)


def _keep(piece: Piece, ends: Ends) -> Asking[None]:
    now = yield from ask(Now())
    fact = EvidenceTold(piece, (ends.a, ends.b))
    changes: Changes = NOTHING
    for id in fact.nodes:
        ties = yield from ask(Get(TIES, id))
        after = apply_to_ties(ties.value, fact)
        if after != ties.value:
            changes += replacing(ties, after)
    if changes != NOTHING:
        yield from stage(changes + Changes((Event(fact, at=now),)))


def _queued(ends: Ends, answer: Linked, now: datetime) -> Asking[None]:
    """Put a link on the list of exceptions that the rules did not follow, though it speaks for one person."""
    doubts = [each.code for each in answer.verdict.failures() if each.code in DOUBTFUL]
    if doubts:
        yield from _parked(pair_id(ends.a, ends.b), doubts[0], now)


def _parked(subject: str, reason: str, now: datetime) -> Asking[None]:
    held = yield from ask(Get(EXCEPTIONS, todo_id(LINKS, subject)))
    if held.value is None:
        yield from stage(replacing(held, Parked(LINKS, subject, now, reason)))


# --- what is answered ----------------------------------------------------------------------------


def _answer(
    ends: Ends, piece: Same | None, after: Regrouping | None, codes: tuple[str, ...]
) -> Asking[Linked]:
    """Where *ends* are now; *codes* say why they are not one, where the evidence alone does not."""
    rules, now = yield from ask_all(Rules(Rulebook), Now())
    if after is None:
        found = resolved((yield from read_circle((ends.a, ends.b), rules, now)), rules.identity, now)
    else:
        found = after.found
    why = explained(found, ends.a, ends.b)
    verdict = why.verdict
    if not verdict.holds and codes:
        verdict = every(NOT_ONE, [failed(code) for code in codes])
    node = (yield from ask(Get(NODES, ends.a))).must()
    linked = Linked(
        verdict,
        None if piece is None else piece.id,
        node.person,
        node.members,
        merged=() if after is None else after.merged,
        formed=() if after is None else after.formed,
    )
    if node.person is None:
        return linked
    standing = (yield from ask(Get(PERSONS, node.person))).must().standing
    if standing is None:
        return linked
    return attrs.evolve(linked, tier=standing.tier, stage=standing.stage)
