"""What is known of a customer: told field by field, and shown to each role as far as the rules let it."""

from __future__ import annotations

from datetime import datetime

from omnicommerce.flows.member_known import books_of
from omnicommerce.identity import (
    FACTS,
    NODES,
    OWNER,
    Fact,
    FactId,
    FactRetraction,
    Profile,
    ProfileTold,
    Value,
    with_told,
)
from omnicommerce.identity import (
    profile as lens,
)
from omnicommerce.kernel.actor import Actor, Customer, Staff, Till
from omnicommerce.kernel.changes import Event, replacing
from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.flow import Acting, Flow, Get, GetMany, Now, Outcome, Rules, ask, ask_all
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.verdict import failed
from omnicommerce.rulebook import Rulebook


def tell(
    *,
    member: MemberId,
    field: str,
    value: Value,
    source: str,
    channel: Channel,
    purpose: str,
    seen_at: datetime | None = None,
) -> Flow[None]:
    """Tell that the *field* of *member* has this *value*, and what it may be used for.

    *source* is the program or desk that tells it, and *seen_at* when that learnt it, by default now. Which of
    several values counts is for the rules to say whenever somebody looks.

    Raises:
        Refused: ``no_such_member``, ``not_your_identifier``, or ``too_many_facts``.
        BadValue: there is no such field, or the value is none of its kind; the reason never repeats it.
    """
    node, held, actor, now = yield from ask_all(Get(NODES, member), Get(FACTS, member), Acting(), Now())
    members = books_of(node.value)
    if isinstance(actor, Customer) and actor.member not in members:
        raise Refused(failed("not_your_identifier"))
    fact = Fact(member, field, value, source, channel, purpose, now if seen_at is None else seen_at)
    told = Event(ProfileTold(member, field, source, purpose), at=now, members=(member,), channel=channel)
    return Outcome(None, replacing(held, with_told(held.value, fact), told))


def retract(*, member: MemberId, fact: FactId, source: str) -> Flow[None]:
    """Take back a *fact* about *member*: it was wrong, or the customer does not want it known.

    Raises:
        Refused: ``no_such_member``, ``no_such_fact``, or ``not_your_identifier``.
        BadValue: *fact* is no id of one.
    """
    node, actor, now = yield from ask_all(Get(NODES, member), Acting(), Now())
    members = books_of(node.value)
    if isinstance(actor, Customer) and actor.member not in members:
        raise Refused(failed("not_your_identifier"))
    for held in (yield from ask(GetMany(FACTS, members))):
        wrong = (
            [each for each in held.value.told if isinstance(each, Fact) and each.id == fact]
            if held.value
            else []
        )
        if wrong:
            whose = MemberId(held.id)
            told = Event(
                ProfileTold(whose, wrong[0].field, source, wrong[0].purpose), at=now, members=(whose,)
            )
            after = with_told(held.value, FactRetraction(whose, fact, source, now))
            return Outcome(None, replacing(held, after, told))
    raise Refused(failed("no_such_fact"))


def profile(*, member: MemberId, role: str = OWNER) -> Flow[Profile]:
    """What *role* sees of the person *member* is: each value with its source, its time and what it beat.

    Raises:
        Refused: ``no_such_member``, or ``not_your_role``: customers see themselves, as owners; staff have the
            role among their capabilities; a till is nobody's owner.
        BadValue: the rulebook has no view for *role*.
    """
    node, rules, actor, now = yield from ask_all(Get(NODES, member), Rules(Rulebook), Acting(), Now())
    members = books_of(node.value)
    if not _may_look(actor, role, members):
        raise Refused(failed("not_your_role"))
    held = yield from ask(GetMany(FACTS, members))
    told = [each for record in held if record.value is not None for each in record.value.told]
    return Outcome(lens(told, rules.profiles, role, now))


def _may_look(actor: Actor, role: str, members: tuple[MemberId, ...]) -> bool:
    match actor:
        case Customer(member=member):
            return role == OWNER and member in members
        case Staff(capabilities=capabilities):
            return role in capabilities
        case Till():
            return role != OWNER
        case _:
            return True
