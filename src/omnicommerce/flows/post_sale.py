"""What a sale changes: itself, the day it counts for, coupons, points, and where its member stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import attrs

from omnicommerce.coupons import (
    USAGE,
    Campaigns,
    CouponEvent,
    CouponRedeemed,
    CouponRefused,
    Presented,
    Usage,
    redeem,
    usage_id,
)
from omnicommerce.coupons import apply as apply_to_usage
from omnicommerce.flows.judge_person import judge, months_to_judge
from omnicommerce.flows.open_book import open_book, page_keys
from omnicommerce.flows.post_points import Occasion, post
from omnicommerce.identity import NODES, PERSONS, Identifier, apply_to_node, note_guest
from omnicommerce.kernel.changes import Event, happened, removing, replacing
from omnicommerce.kernel.flow import Asking, Get, GetMany, LookMany, Now, Rules, ask, ask_all, stage
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.instant import local_day
from omnicommerce.kernel.verdict import held
from omnicommerce.loyalty import (
    HEADS,
    Accrual,
    Burn,
    PointsBook,
    PointsMoved,
    accrue,
    apply,
    book_of,
    burn,
    draws_of,
    earned,
    lot_of,
    pages_for_accrual,
    pages_for_burn,
)
from omnicommerce.orders import (
    SALES,
    SPEND,
    WAITING,
    CouponUse,
    Drawn,
    RecordedSale,
    Sale,
    SaleRecorded,
    apply_to_spend,
    sold_lines,
    spend_id,
)
from omnicommerce.rulebook import Rulebook


@attrs.frozen
class Draft:
    """A sale on its way into the books: under which node, for which day, by which rules."""

    sale: Sale
    node: str
    day: date
    rules: Rulebook

    @property
    def id(self) -> str:
        """The sale's own id."""
        return self.sale.key.id

    def event(self, fact: Any, member: MemberId | None) -> Event:
        """*fact*, as something that happened with this sale."""
        members = () if member is None else (member,)
        return Event(fact, at=self.sale.at, members=members, channel=self.sale.channel, store=self.sale.store)


@attrs.frozen
class Moves:
    """What a sale does to its member's points: what it burns, and what it earns."""

    burned: PointsMoved | None = None
    accrued: PointsMoved | None = None


def post_guests_sale(draft: Draft, identifier: Identifier, is_waited_for: bool) -> Asking[RecordedSale]:
    """Keep a guest's sale under its own order, until it is known whose it was."""
    facts = _redemptions(draft, None, {}, (yield from ask(Rules(Campaigns))))
    record = _record(draft, None, Moves(), facts)
    node = yield from ask(Get(NODES, draft.node))
    noted = note_guest(identifier, MemberId(draft.node))
    yield from stage(replacing(node, apply_to_node(node.value, noted), draft.event(noted, None)))
    yield from _kept(draft, None, record, is_waited_for)
    yield from stage(happened(*(draft.event(fact, None) for fact in facts)))
    return record


def post_members_sale(draft: Draft, member: MemberId, is_waited_for: bool) -> Asking[RecordedSale]:
    """Keep a member's sale, and do all that follows from it."""
    sale, rules = draft.sale, draft.rules
    node, head, campaigns, now = yield from ask_all(
        Get(NODES, member), Get(HEADS, member), Rules(Campaigns), Now()
    )
    person_id = node.must().person
    assert person_id is not None, "a member is a person"
    today = local_day(now, rules.sales.zone)
    # A campaign that nobody knows has no uses to count, and perhaps a name that no record could have.
    presented = (each for each in dict.fromkeys(sale.coupons) if each in campaigns.by_id)
    counters = tuple(usage_id(each, member) for each in presented)
    # One look at all that the rest will ask for.
    person, usages, _, _ = yield from ask_all(
        Get(PERSONS, person_id),
        GetMany(USAGE, counters),
        page_keys(member, _pages(draft, member, book_of(head.value, {}), now)),
        LookMany(SPEND, (*months_to_judge(member, today, rules), spend_id(member, draft.day))),
    )
    uses = {usage.id: usage.value for usage in usages}
    facts = _redemptions(draft, member, uses, campaigns)
    moves = yield from _moves(draft, member, now)
    record = _record(draft, member, moves, facts)
    yield from _kept(draft, member, record, is_waited_for)
    for fact in facts:
        yield from _use(draft, member, fact)
    for moved in (moves.burned, moves.accrued):
        if moved is not None:
            yield from post(moved, Occasion(at=sale.at, channel=sale.channel, store=sale.store))
    yield from judge(person, member, draft.day)
    return record


def _kept(draft: Draft, member: MemberId | None, record: RecordedSale, is_waited_for: bool) -> Asking[None]:
    """Keep the sale, and count it for its day; the returns that wait for it are taken up after that."""
    fact = SaleRecorded(draft.id, record)
    held, waiting = yield from ask_all(Get(SALES, draft.id), Get(WAITING, draft.id))
    changes = replacing(held, record)
    if member is not None:
        month = yield from ask(Get(SPEND, spend_id(member, draft.day)))
        changes += replacing(month, apply_to_spend(month.value, fact))
    if is_waited_for:
        changes += removing(waiting)
    yield from stage(changes + happened(draft.event(fact, member)))


def _record(
    draft: Draft, member: MemberId | None, moves: Moves, facts: tuple[CouponEvent, ...]
) -> RecordedSale:
    sale = draft.sale
    drawn = draws_of(moves.burned) if moves.burned is not None else ()
    points = earned(sale.total, draft.rules.points) if member is not None else sale.burn
    return RecordedSale(
        at=sale.at,
        day=draft.day,
        store=sale.store,
        channel=sale.channel,
        currency=sale.total.currency,
        node=draft.node,
        member=member,
        lines=sold_lines(sale.lines, points, sale.burn),
        lot=lot_of(moves.accrued) if moves.accrued is not None else None,
        drawn=tuple(Drawn(draw.lot, draw.points) for draw in drawn),
        coupons=tuple(_coupon_use(fact) for fact in facts),
    )


# --- points --------------------------------------------------------------------------------------


def _burn(draft: Draft, member: MemberId) -> Burn:
    return Burn(member, f"sale/{draft.id}/burn", draft.sale.burn, f"sale/{draft.id}")


def _accrual(draft: Draft, member: MemberId) -> Accrual:
    points = earned(draft.sale.total, draft.rules.points)
    return Accrual(member, f"sale/{draft.id}/accrual", points, draft.sale.at, f"sale/{draft.id}")


def _burned(draft: Draft, member: MemberId, book: PointsBook, now: datetime) -> PointsMoved | None:
    if draft.sale.burn.is_zero:
        return None
    return burn(book, _burn(draft, member), draft.rules.points, now)


def _pages(draft: Draft, member: MemberId, book: PointsBook, now: datetime) -> tuple[str, ...]:
    """The pages of the member's book that the sale still has to see."""
    rules, zone = draft.rules.points, draft.rules.sales.zone
    accrual = _accrual(draft, member)
    needed = pages_for_accrual(book, accrual, rules, zone)
    if draft.sale.burn.is_zero:
        return needed
    needed = tuple(dict.fromkeys((*pages_for_burn(book, _burn(draft, member), now), *needed)))
    if needed:
        return needed
    # A burn may empty a month, and what is earned next then looks for its page from the first one on.
    burned = _burned(draft, member, book, now)
    assert burned is not None, "the sale burns points"
    return pages_for_accrual(apply(book, burned), accrual, rules, zone)


def _moves(draft: Draft, member: MemberId, now: datetime) -> Asking[Moves]:
    """Decide what the sale burns, and only then what it earns: it never burns its own points."""
    book = yield from open_book(member, lambda book: _pages(draft, member, book, now))
    burned = _burned(draft, member, book, now)
    if burned is not None:
        book = apply(book, burned)
    rules, zone = draft.rules.points, draft.rules.sales.zone
    return Moves(burned, accrue(book, _accrual(draft, member), rules, zone))


# --- coupons -------------------------------------------------------------------------------------


def _redemptions(
    draft: Draft, member: MemberId | None, counters: Mapping[str, Usage | None], campaigns: Campaigns
) -> tuple[CouponEvent, ...]:
    """Judge each coupon in turn; two of one campaign are two uses."""
    products = tuple(line.product for line in draft.sale.lines)
    counted = dict(counters)
    facts: list[CouponEvent] = []
    for campaign in draft.sale.coupons:
        id = usage_id(campaign, member) if member is not None else ""
        presented = Presented(campaign, member, products, draft.sale.at)
        fact = redeem(counted.get(id), presented, draft.id, campaigns)
        if member is not None and isinstance(fact, CouponRedeemed):
            counted[id] = apply_to_usage(counted.get(id), fact)
        facts.append(fact)
    return tuple(facts)


def _coupon_use(fact: CouponEvent) -> CouponUse:
    verdict = fact.verdict if isinstance(fact, CouponRefused) else held("coupon_refused")
    return CouponUse(fact.campaign, verdict)


def _use(draft: Draft, member: MemberId, fact: CouponEvent) -> Asking[None]:
    """Count a use; one that was refused is only told."""
    told = draft.event(fact, member)
    if not isinstance(fact, CouponRedeemed):
        yield from stage(happened(told))
        return
    usage = yield from ask(Get(USAGE, usage_id(fact.campaign, member)))
    yield from stage(replacing(usage, apply_to_usage(usage.value, fact), told))
