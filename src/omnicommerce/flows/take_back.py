"""Goods come back: their units, their money and their points go back to where the sale took them from.

A return may be told before its sale. Then it waits, and is taken up in the sale's own commit.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import attrs

from omnicommerce.coupons import USAGE, Campaigns, is_given_back, release, usage_id
from omnicommerce.coupons import apply as apply_to_usage
from omnicommerce.flows.judge_person import judge, months_to_judge
from omnicommerce.flows.member_known import books_of, person_of
from omnicommerce.flows.open_book import open_book, page_keys
from omnicommerce.flows.post_points import Occasion, post
from omnicommerce.identity import NODES, PERSONS
from omnicommerce.kernel.changes import Event, replacing
from omnicommerce.kernel.collection import Versioned
from omnicommerce.kernel.errors import NotTheSame, Refused
from omnicommerce.kernel.flow import (
    Asking,
    Flow,
    Get,
    GetMany,
    LookMany,
    Now,
    Outcome,
    Rules,
    ask,
    ask_all,
    stage,
)
from omnicommerce.kernel.ids import MemberId, StoreId
from omnicommerce.kernel.instant import local_day
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.todo import EXCEPTIONS, Parked, todo_id
from omnicommerce.kernel.verdict import Verdict, every
from omnicommerce.loyalty import (
    HEADS,
    LOTS,
    Draw,
    GiveBack,
    Restoral,
    Reversal,
    book_of,
    give_back,
    lots_id,
    page_of,
    pages_for_give_back,
    pages_for_restoral,
    pages_for_reversal,
    part_of,
    restore,
    reverse,
)
from omnicommerce.orders import (
    RETURNS,
    SALES,
    SPEND,
    WAITING,
    GoodsReturned,
    RecordedReturn,
    RecordedSale,
    Return,
    ReturnState,
    Waiting,
    apply_to_return,
    apply_to_sale,
    apply_to_spend,
    apply_to_waiting,
    park,
    refuse,
    restored_before,
    return_verdict,
    spend_id,
    wanted,
)
from omnicommerce.orders import take_back as decide
from omnicommerce.rulebook import Rulebook
from omnicommerce.stores import Stores, known

LATE_RETURNS: Final = "returns"
"""Under this name a return that its sale did not cover is on the list of exceptions."""


@attrs.frozen
class TakenBack:
    """What a return did, or that it waits for its sale; `refund` is what was paid for the units.

    `reversed` are points that the units had earned, `restored` such as had been spent on them.
    """

    id: str
    sale: str
    member: MemberId | None
    state: ReturnState
    refund: Money | None
    reversed: Points
    restored: Points
    verdict: Verdict | None


def take_back(*, goods: Return) -> Flow[TakenBack]:
    """Take goods back, wherever they were sold and whoever brings them.

    A return whose sale has not been told yet waits for it. Told again, it answers what has become of it.

    Raises:
        Refused: ``unknown_store``, ``in_the_future``, ``too_long_ago``; ``more_than_sold`` or
            ``no_such_line`` for lines of a sale that is known; ``too_many_waiting``.
        NotTheSame: the receipt was told before, with other content.
    """
    held, sale, waiting, rules, stores, now = yield from ask_all(
        Get(RETURNS, goods.key.id),
        Get(SALES, goods.of.id),
        Get(WAITING, goods.of.id),
        Rules(Rulebook),
        Rules(Stores),
        Now(),
    )
    member = sale.value.member if sale.value is not None else None
    if held.value is not None:
        before = (held.value.at, held.value.channel, held.value.of, held.value.asked)
        if before != (goods.at, goods.channel, goods.of.id, goods.lines):
            raise NotTheSame(goods.key.id)
        return Outcome(_answer(goods.key.id, held.value, member))

    judged = (known(stores, goods.store), return_verdict(goods, rules.sales, now))
    verdict = every("impossible_return", judged)
    if not verdict.holds:
        raise Refused(verdict)

    if sale.value is None:
        parked = park(goods, waiting.value)
        told = Event(parked, at=goods.at, channel=goods.channel, store=goods.store)
        changes = replacing(held, apply_to_return(None, parked))
        changes += replacing(waiting, apply_to_waiting(waiting.value, parked), told)
        return Outcome(_answer(goods.key.id, parked.record, None), changes)

    taken = yield from _taken(goods.key.id, wanted(goods))
    return Outcome(_answer(goods.key.id, taken.record, member))


def take_waiting(waiting: Waiting) -> Asking[None]:
    """Take up the returns that waited for a sale that has just been told.

    One that the sale does not cover is refused, kept, and put on the list of exceptions for somebody to look.
    """
    for id in waiting.returns:
        held = yield from ask(Get(RETURNS, id))
        record = held.must()
        try:
            yield from _taken(id, record)
        except Refused as refused:
            yield from _refused(held, refused.verdict)


def _refused(held: Versioned[RecordedReturn], verdict: Verdict) -> Asking[None]:
    now, exception = yield from ask_all(Now(), Get(EXCEPTIONS, todo_id(LATE_RETURNS, held.id)))
    fact = refuse(held.id, held.must(), verdict)
    parked = Parked(LATE_RETURNS, held.id, now, verdict.first_failure.code)
    yield from stage(
        replacing(exception, parked)
        + replacing(held, apply_to_return(held.value, fact), _event(fact, held.id, held.must(), None))
    )


def _event(fact: Any, id: str, record: RecordedReturn, member: MemberId | None) -> Event:
    """*fact*, as something that happened where the goods were brought."""
    members = () if member is None else (member,)
    store = StoreId(id.partition("/")[0])
    return Event(fact, at=record.at, members=members, channel=record.channel, store=store)


# --- what a return changes -----------------------------------------------------------------------


def _taken(id: str, record: RecordedReturn) -> Asking[GoodsReturned]:
    """Take back what the sale sold; nothing is staged if it refuses."""
    sale = yield from ask(Get(SALES, record.of))
    fact = decide(id, record, sale.must())
    if fact.member is not None:
        yield from _read_along(fact.member, sale.must())
    yield from _kept(fact, sale)
    if fact.member is not None:
        yield from _undone(fact, fact.member, sale.must())
    return fact


def _read_along(member: MemberId, sale: RecordedSale) -> Asking[None]:
    """One look at what the rest will ask for, but for the person and the pages, which only this tells."""
    rules, now = yield from ask_all(Rules(Rulebook), Now())
    today = local_day(now, rules.sales.zone)
    months = (*months_to_judge((member,), today, rules), spend_id(member, sale.day))
    yield from ask_all(Get(NODES, member), Get(HEADS, member), LookMany(SPEND, months))


def _kept(fact: GoodsReturned, sale: Versioned[RecordedSale]) -> Asking[None]:
    held = yield from ask(Get(RETURNS, fact.id))
    changes = replacing(sale, apply_to_sale(sale.value, fact))
    if fact.member is not None:
        month = yield from ask(Get(SPEND, spend_id(fact.member, fact.day)))
        changes += replacing(month, apply_to_spend(month.value, fact))
    told = _event(fact, fact.id, fact.record, fact.member)
    yield from stage(changes + replacing(held, apply_to_return(held.value, fact), told))


def _undone(fact: GoodsReturned, member: MemberId, sale: RecordedSale) -> Asking[None]:
    """Give back what was burned, take back what was earned, free the coupons of a sale that is all back."""
    node, head, rules, now = yield from ask_all(
        Get(NODES, member), Get(HEADS, member), Rules(Rulebook), Now()
    )
    points, zone = rules.points, rules.sales.zone
    restoral, lent = _restoral(fact, member, sale)
    reversal = _reversal(fact, member, sale)
    book = book_of(head.value, {})
    pages = (*pages_for_restoral(book, restoral, points, now, zone), *pages_for_reversal(book, reversal, now))
    # One look at all of it: what others lent lies on pages that the sale names.
    members, today = books_of(node.value), local_day(now, zone)
    person, _, _, _, _ = yield from ask_all(
        Get(PERSONS, person_of(node.value)),
        page_keys(member, tuple(dict.fromkeys(pages))),
        GetMany(HEADS, tuple(dict.fromkeys((*members, *(each.lender for each in lent))))),
        LookMany(SPEND, months_to_judge(members, today, rules)),
        GetMany(LOTS, tuple(dict.fromkeys(id for each in lent for id in _pages_lent(each)))),
    )
    record = fact.record
    occasion = Occasion(at=record.at, channel=record.channel, store=StoreId(fact.id.partition("/")[0]))

    owed = yield from _given_back(lent, rules, now, occasion)
    restoral = attrs.evolve(restoral, draws=(*restoral.draws, *owed))
    book = yield from open_book(member, lambda book: pages_for_restoral(book, restoral, points, now, zone))
    restored = restore(book, restoral, points, now, zone)
    if restored is not None:
        yield from post(restored, occasion)
    book = yield from open_book(member, lambda book: pages_for_reversal(book, reversal, now))
    reversed_ = reverse(book, reversal, now)
    if reversed_ is not None:
        yield from post(reversed_, occasion)

    if fact.is_whole:
        yield from _released(fact, member, sale)
    yield from judge(person, member, fact.day)


def _restoral(
    fact: GoodsReturned, member: MemberId, sale: RecordedSale
) -> tuple[Restoral, tuple[GiveBack, ...]]:
    """What is given back to the member's own lots, and what to those that others lent."""
    source = f"return/{fact.id}"
    drawn = tuple(Draw(each.lot, each.points, each.lender) for each in sale.drawn)
    parts = part_of(drawn, restored_before(sale), fact.record.burned)
    own = tuple(part for part in parts if part.lender is None)
    lenders = dict.fromkeys(part.lender for part in parts if part.lender is not None)
    lent = tuple(
        GiveBack(
            lender,
            member,
            f"{source}/restoral/{lender}",
            tuple(part for part in parts if part.lender == lender),
            source,
        )
        for lender in lenders
    )
    return Restoral(member, f"{source}/restoral", own, source), lent


def _pages_lent(lent: GiveBack) -> list[str]:
    return [lots_id(lent.lender, page_of(draw.lot)) for draw in lent.draws if draw.lot is not None]


def _given_back(
    lent: tuple[GiveBack, ...], rules: Rulebook, now: datetime, occasion: Occasion
) -> Asking[tuple[Draw, ...]]:
    """Give back what others lent, and say what of it the buyer has come to owe, and so is to have."""
    points, zone = rules.points, rules.sales.zone
    owed: list[Draw] = []
    for each in lent:
        book = yield from open_book(
            each.lender,
            lambda book, each=each: pages_for_give_back(book, each, points, now, zone),  # type: ignore[misc]
        )
        moved, rest = give_back(book, each, points, now, zone)
        if moved is not None:
            yield from post(moved, occasion)
        if not rest.is_zero:
            owed.append(Draw(None, rest))
    return tuple(owed)


def _reversal(fact: GoodsReturned, member: MemberId, sale: RecordedSale) -> Reversal:
    id = f"return/{fact.id}/reversal"
    return Reversal(member, id, fact.record.earned, sale.lot, f"return/{fact.id}")


def _released(fact: GoodsReturned, member: MemberId, sale: RecordedSale) -> Asking[None]:
    if sale.node != member:
        # It was a guest's, and whoever it belongs to now: a guest's uses are counted nowhere.
        return
    campaigns = yield from ask(Rules(Campaigns))
    for use in sale.coupons:
        if not use.verdict.holds or not is_given_back(use.campaign, campaigns):
            continue
        usage = yield from ask(Get(USAGE, usage_id(use.campaign, member)))
        freed = release(usage.must(), member, use.campaign, fact.sale)
        told = _event(freed, fact.id, fact.record, member)
        yield from stage(replacing(usage, apply_to_usage(usage.value, freed), told))


def _answer(id: str, record: RecordedReturn, member: MemberId | None) -> TakenBack:
    return TakenBack(
        id,
        record.of,
        member,
        record.state,
        record.refund,
        record.earned,
        record.burned,
        record.verdict,
    )
