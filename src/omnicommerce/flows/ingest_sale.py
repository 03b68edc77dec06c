"""A sale is told: in one commit it is kept, and moves points, tier, stage and coupons of the right member.

A receipt is its own idempotency key: told again, it is found, and answers as it did the first time.
"""

from __future__ import annotations

from typing import Final

import attrs

from omnicommerce.flows.epochs import later_nodes, node_at
from omnicommerce.flows.post_sale import Draft, post_guests_sale, post_members_sale
from omnicommerce.flows.register import register
from omnicommerce.flows.regroup import regroup
from omnicommerce.flows.take_back import take_waiting
from omnicommerce.identity import NODES, Identifier, Node, order, shown
from omnicommerce.kernel.errors import BadValue, NotTheSame, Refused
from omnicommerce.kernel.flow import Flow, Get, NodeId, Now, Outcome, Rules, ask, ask_all, call
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.instant import local_day
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.verdict import Verdict, every
from omnicommerce.loyalty import HEADS, earned
from omnicommerce.orders import SALES, WAITING, CouponUse, RecordedSale, Sale, sale_verdict
from omnicommerce.rulebook import Rulebook
from omnicommerce.stores import Stores, known

NO_POINTS: Final = Points(0)


@attrs.frozen
class Ingested:
    """What a sale did: to whom it was posted (None: a guest), what it earned and burned, and its coupons."""

    sale: str
    member: MemberId | None
    earned: Points
    burned: Points
    coupons: tuple[CouponUse, ...]


def ingest(*, sale: Sale) -> Flow[Ingested]:
    """Take in a sale of a till or a web shop, however late, with all that follows from it.

    A card that was never seen before makes its holder a member; a sale at which nothing was shown is a
    guest's. A coupon that may not be used is answered with its verdict, and the sale stands.

    Raises:
        Refused: ``unknown_store``, ``not_the_shops_currency``, ``in_the_future``, ``too_long_ago``,
            ``empty_line``, ``no_such_member``, ``guest_burns``, or ``too_few_points`` for its burn.
        NotTheSame: the receipt was told before, with other content.
        BadValue: what was shown is no identifier; the path begins with ``sale.shown``.
    """
    id = sale.key.id
    identifier = _identifier(sale, id)
    node_id = sale.member or (yield from ask(NodeId(identifier.namespace, identifier.text)))
    # The head of the book is wanted next, so it is read along.
    told, waiting, first, _, rules, stores, now = yield from ask_all(
        Get(SALES, id),
        Get(WAITING, id),
        Get(NODES, node_id),
        Get(HEADS, node_id),
        Rules(Rulebook),
        Rules(Stores),
        Now(),
    )
    nodes = (first,) if sale.member is not None else (yield from later_nodes(identifier, first))
    node = node_at(nodes, sale.at)
    if told.value is not None:
        _check_same(id, sale, {each.id for each in nodes}, told.value)
        return Outcome(_answer(id, told.value))

    judged = (known(stores, sale.store), sale_verdict(sale, rules.sales, now), *_customer(sale, node.value))
    verdict = every("impossible_sale", judged)
    if not verdict.holds:
        raise Refused(verdict)

    is_a_guests = is_guests(sale)
    draft = Draft(
        id=id,
        sale=sale,
        node=node.id,
        member=None if is_a_guests else MemberId(node.id),
        day=local_day(sale.at, rules.sales.zone),
        rules=rules,
        earned=NO_POINTS if is_a_guests else earned(sale.total, rules.points),
    )
    if is_a_guests:
        record = yield from post_guests_sale(draft, identifier, waiting.value is not None)
        if node.value is not None and node.value.person is not None:
            # Somebody was linked to the order before the till has told of it.
            yield from regroup((MemberId(node.id),), None)
            record = (yield from ask(Get(SALES, id))).must()
    else:
        if node.value is None:
            yield from call(register(identifier=identifier))
        record = yield from post_members_sale(draft, MemberId(node.id), waiting.value is not None)
    if waiting.value is not None:
        yield from take_waiting(waiting.value)
    return Outcome(_answer(id, record))


def is_guests(sale: Sale) -> bool:
    """Whether nobody said who bought it."""
    return sale.member is None and sale.shown is None


def _identifier(sale: Sale, id: str) -> Identifier:
    """What was shown; where nothing was, the order itself. A member who is named needs neither."""
    if sale.shown is None:
        return order(id)
    try:
        return shown(sale.shown.namespace, sale.shown.text, sale.shown.region)
    except BadValue as bad:
        raise BadValue(f"sale.shown.{bad.path}", bad.reason) from None


def _customer(sale: Sale, node: Node | None) -> tuple[Verdict, ...]:
    """Whether whoever bought it can have: a member who is named is one, and a guest has no points."""
    is_known = sale.member is None or (node is not None and node.home is not None)
    has_points = sale.burn == NO_POINTS or not is_guests(sale)
    return Verdict("no_such_member", is_known), Verdict("guest_burns", has_points)


def _check_same(id: str, sale: Sale, nodes: set[str], told: RecordedSale) -> None:
    """The same receipt again must say the same; since then the identifier may have been handed on."""
    lines = tuple((line.product, line.quantity, line.paid.minor) for line in sale.lines)
    first = tuple((line.product, line.quantity, line.paid_minor) for line in told.lines)
    node = told.node if told.node in nodes else ""
    again = (node, sale.at, sale.channel, sale.total.currency, sale.burn, sale.coupons, lines)
    coupons = tuple(use.campaign for use in told.coupons)
    before = (told.node, told.at, told.channel, told.currency, told.burned, coupons, first)
    if again != before:
        raise NotTheSame(id)


def _answer(id: str, record: RecordedSale) -> Ingested:
    return Ingested(id, record.member, record.earned, record.burned, record.coupons)
