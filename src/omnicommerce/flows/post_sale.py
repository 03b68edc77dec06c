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
from omnicommerce.flows.member_known import books_of, person_of
from omnicommerce.flows.open_book import Books, books_of_heads, page_keys, read_all_on, with_pages
from omnicommerce.flows.post_points import Occasion, post
from omnicommerce.identity import NODES, PERSONS, AnyIdentifier, apply_to_node, note_guest
from omnicommerce.kernel.changes import Event, adding, happened, removing, replacing
from omnicommerce.kernel.collection import Versioned
from omnicommerce.kernel.flow import Asking, Get, GetMany, LookMany, Now, Rules, ask, ask_all, stage
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.instant import local_day
from omnicommerce.kernel.points import Points
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
    burn_together,
    draws_of,
    lot_of,
    pages_for_accrual,
    pages_for_burn,
    pages_for_burn_together,
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
    SpendMonth,
    apply_to_spend,
    sold_lines,
    spend_id,
)
from omnicommerce.rulebook import Rulebook


@attrs.frozen(kw_only=True)
class Draft:
    """A sale on its way into the books: for whom, for which day, by which rules, and what it earns."""

    id: str
    sale: Sale
    node: str
    member: MemberId | None
    day: date
    rules: Rulebook
    earned: Points

    def event(self, fact: Any) -> Event:
        """*fact*, as something that happened with this sale."""
        sale = self.sale
        members = () if self.member is None else (self.member,)
        return Event(fact, at=sale.at, members=members, channel=sale.channel, store=sale.store)


@attrs.frozen
class Wanted:
    """What a sale wants of its member's points: to burn some, and to add what it earned."""

    burn: Burn | None
    accrual: Accrual


@attrs.frozen
class Moves:
    """What a sale does to its member's points."""

    burned: tuple[PointsMoved, ...] = ()
    accrued: PointsMoved | None = None


def post_guests_sale(draft: Draft, identifier: AnyIdentifier, is_waited_for: bool) -> Asking[RecordedSale]:
    """Keep a guest's sale under its own order, until it is known whose it was."""
    facts = _redemptions(draft, (), {}, (yield from ask(Rules(Campaigns))))
    record = _record(draft, Moves(), facts)
    node, now = yield from ask_all(Get(NODES, draft.node), Now())
    if node.value is None:
        noted = note_guest(identifier, MemberId(draft.node), now)
        yield from stage(replacing(node, apply_to_node(node.value, noted), draft.event(noted)))
    yield from _kept(draft, record, None, is_waited_for)
    yield from stage(happened(*map(draft.event, facts)))
    return record


def post_members_sale(draft: Draft, member: MemberId, is_waited_for: bool) -> Asking[RecordedSale]:
    """Keep a member's sale, and do all that follows from it."""
    sale, rules = draft.sale, draft.rules
    node, head, campaigns, now = yield from ask_all(
        Get(NODES, member), Get(HEADS, member), Rules(Campaigns), Now()
    )
    person_id, members = person_of(node.value), books_of(node.value)
    wanted = _wanted(draft, member)
    today = local_day(now, rules.sales.zone)
    # A campaign that nobody knows has no uses to count, and perhaps a name that no record could have.
    presented = (each for each in dict.fromkeys(sale.coupons) if each in campaigns.by_id)
    book = book_of(head.value, {})
    names = _pages(draft, wanted, book, now)
    # One look at all that the rest will ask for.
    person, usages, pages, month, heads, _ = yield from ask_all(
        Get(PERSONS, person_id),
        GetMany(USAGE, tuple(usage_id(each, other) for each in presented for other in members)),
        page_keys(member, names),
        Get(SPEND, spend_id(member, draft.day)),
        GetMany(HEADS, tuple(each for each in members if each != member)),
        LookMany(SPEND, months_to_judge(members, today, rules)),
    )
    facts = _redemptions(draft, members, _uses(usages), campaigns)
    begun = books_of_heads(heads) | {member: with_pages(book, names, pages)}
    books = yield from read_all_on(begun, lambda books: _pages_of_all(draft, wanted, books, now))
    moves = _moves(draft, wanted, books, now)
    record = _record(draft, moves, facts)
    yield from _kept(draft, record, month, is_waited_for)
    for fact in facts:
        yield from _use(draft, member, fact)
    for moved in (*moves.burned, *(() if moves.accrued is None else (moves.accrued,))):
        yield from post(moved, Occasion(at=sale.at, channel=sale.channel, store=sale.store))
    yield from judge(person, member, draft.day)
    return record


def _kept(
    draft: Draft, record: RecordedSale, month: Versioned[SpendMonth] | None, is_waited_for: bool
) -> Asking[None]:
    """Keep the sale, and count it for its day; the returns that wait for it are taken up after that."""
    fact = SaleRecorded(draft.id, record)
    changes = adding(SALES, draft.id, record)
    if month is not None:
        changes += replacing(month, apply_to_spend(month.value, fact))
    if is_waited_for:
        waiting = yield from ask(Get(WAITING, draft.id))
        changes += removing(waiting)
    yield from stage(changes + happened(draft.event(fact)))


def _record(draft: Draft, moves: Moves, facts: tuple[CouponEvent, ...]) -> RecordedSale:
    sale = draft.sale
    return RecordedSale(
        at=sale.at,
        day=draft.day,
        store=sale.store,
        channel=sale.channel,
        currency=sale.total.currency,
        node=draft.node,
        member=draft.member,
        lines=sold_lines(sale.lines, draft.earned, sale.burn),
        lot=lot_of(moves.accrued) if moves.accrued is not None else None,
        drawn=_drawn(draft, moves.burned),
        coupons=tuple(map(_coupon_use, facts)),
    )


# --- points --------------------------------------------------------------------------------------


def _drawn(draft: Draft, burned: tuple[PointsMoved, ...]) -> tuple[Drawn, ...]:
    """Whose lots the sale drew on. The last is given back first: what is owed, then what was lent."""
    own = [draw for event in burned if event.member == draft.member for draw in draws_of(event)]
    return (
        *(Drawn(draw.lot, draw.points) for draw in own if draw.lot is not None),
        *(
            Drawn(draw.lot, draw.points, event.member)
            for event in burned
            if event.member != draft.member
            for draw in draws_of(event)
        ),
        *(Drawn(None, draw.points) for draw in own if draw.lot is None),
    )


def _wanted(draft: Draft, member: MemberId) -> Wanted:
    sale, source = draft.sale, f"sale/{draft.id}"
    burned = None if sale.burn.is_zero else Burn(member, f"{source}/burn", sale.burn, source)
    return Wanted(burned, Accrual(member, f"{source}/accrual", draft.earned, sale.at, source))


def _pages(draft: Draft, wanted: Wanted, book: PointsBook, now: datetime) -> tuple[str, ...]:
    """The pages of the member's own book that the sale most likely has to see."""
    needed = _pages_for_accrual(draft, wanted, book)
    if wanted.burn is None:
        return needed
    return tuple(dict.fromkeys((*pages_for_burn(book, wanted.burn, now), *needed)))


def _pages_of_all(
    draft: Draft, wanted: Wanted, books: Books, now: datetime
) -> Mapping[MemberId, tuple[str, ...]]:
    """The pages of the books of one person that the sale still has to see."""
    member = wanted.accrual.member
    if wanted.burn is not None:
        needed = pages_for_burn_together(books, wanted.burn, now)
        if needed:
            own = (*needed.get(member, ()), *_pages_for_accrual(draft, wanted, books[member]))
            return {**needed, **({member: tuple(dict.fromkeys(own))} if own else {})}
        moved = burn_together(books, wanted.burn, draft.rules.points.on_short_burn, now)
        # A burn may empty a month, and what is earned next then looks for its page from the first one on.
        own_book = _after(books[member], member, moved)
    else:
        own_book = books[member]
    own = _pages_for_accrual(draft, wanted, own_book)
    return {member: own} if own else {}


def _pages_for_accrual(draft: Draft, wanted: Wanted, book: PointsBook) -> tuple[str, ...]:
    """The pages that what is earned still has to see."""
    return pages_for_accrual(book, wanted.accrual, draft.rules.points, draft.rules.sales.zone)


def _after(book: PointsBook, member: MemberId, moved: tuple[PointsMoved, ...]) -> PointsBook:
    for event in moved:
        if event.member == member:
            book = apply(book, event)
    return book


def _moves(draft: Draft, wanted: Wanted, books: Books, now: datetime) -> Moves:
    """Decide what the sale burns, and only then what it earns: it never burns its own points."""
    rules, zone = draft.rules.points, draft.rules.sales.zone
    member = wanted.accrual.member
    burned: tuple[PointsMoved, ...] = ()
    if wanted.burn is not None:
        burned = burn_together(books, wanted.burn, rules.on_short_burn, now)
    return Moves(burned, accrue(_after(books[member], member, burned), wanted.accrual, rules, zone))


# --- coupons -------------------------------------------------------------------------------------


def _uses(usages: tuple[Versioned[Usage], ...]) -> dict[str, Usage]:
    """How often one person has used each campaign, whichever of their cards they showed."""
    uses: dict[str, Usage] = {}
    for usage in usages:
        campaign = usage.id.rpartition("/")[0]
        before = uses.get(campaign, Usage(0))
        uses[campaign] = Usage(before.uses + (0 if usage.value is None else usage.value.uses))
    return uses


def _redemptions(
    draft: Draft, members: tuple[MemberId, ...], uses: Mapping[str, Usage], campaigns: Campaigns
) -> tuple[CouponEvent, ...]:
    """Judge each coupon in turn; two of one campaign are two uses."""
    products = tuple(line.product for line in draft.sale.lines)
    counted = dict(uses)
    facts: list[CouponEvent] = []
    for campaign in draft.sale.coupons:
        presented = Presented(campaign, draft.member, products, draft.sale.at, members)
        fact = redeem(counted.get(campaign), presented, draft.id, campaigns)
        if draft.member is not None and isinstance(fact, CouponRedeemed):
            counted[campaign] = apply_to_usage(counted.get(campaign), fact)
        facts.append(fact)
    return tuple(facts)


def _coupon_use(fact: CouponEvent) -> CouponUse:
    verdict = fact.verdict if isinstance(fact, CouponRefused) else held("coupon_refused")
    return CouponUse(fact.campaign, verdict)


def _use(draft: Draft, member: MemberId, fact: CouponEvent) -> Asking[None]:
    """Count a use; one that was refused is only told."""
    told = draft.event(fact)
    if not isinstance(fact, CouponRedeemed):
        yield from stage(happened(told))
        return
    usage = yield from ask(Get(USAGE, usage_id(fact.campaign, member)))
    yield from stage(replacing(usage, apply_to_usage(usage.value, fact), told))
