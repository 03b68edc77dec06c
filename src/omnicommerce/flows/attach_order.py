"""A guest's order turns out to be a member's: its points and its day become theirs, by the shop's policy.

If it turns out later that it was not, both go back to where they came from.
"""

from __future__ import annotations

from datetime import date

from omnicommerce.flows.member_known import person_of
from omnicommerce.flows.open_book import open_book
from omnicommerce.flows.post_points import Occasion, post
from omnicommerce.identity import (
    NODES,
    GuestOrders,
    Node,
    Resolution,
)
from omnicommerce.kernel.changes import Event, replacing
from omnicommerce.kernel.flow import Asking, FreshId, Get, Now, Rules, Scan, ask, ask_all, stage
from omnicommerce.kernel.ids import LotId, MemberId, PersonId
from omnicommerce.loyalty import (
    NO_POINTS,
    Accrual,
    Reversal,
    accrue,
    earned,
    lot_of,
    pages_for_accrual,
    pages_for_reversal,
    reverse,
)
from omnicommerce.orders import (
    NODE,
    SALES,
    SPEND,
    RecordedSale,
    SaleAttached,
    SaleDetached,
    apply_to_sale,
    apply_to_spend,
    attach,
    detach,
    earned_by_line,
    kept_points,
    spend_id,
    with_points,
)
from omnicommerce.rulebook import Rulebook


def attach_order(order: MemberId, found: Resolution) -> Asking[dict[PersonId, date]]:
    """Let the sale under the node *order* count for whoever it belongs to now, and for nobody else.

    Which persons have another history by it, and of which day.
    """
    node = (yield from ask(Get(NODES, order))).must()
    sales = yield from ask(Scan(SALES, NODE, f"{order} ", f"{order}!", limit=1))
    if not sales:
        # It was linked before the till has told of it.
        return {}
    sale, id = sales[0].must(), sales[0].id
    days: dict[PersonId, date] = {}
    if sale.member is not None and sale.member not in node.members:
        yield from _detach(id, sale.member)
        before = yield from ask(Get(NODES, sale.member))
        days[person_of(before.value)] = sale.day
        sale = (yield from ask(Get(SALES, id))).must()
    if sale.member is None and node.members:
        member = _whose(order, node, found)
        if (yield from _attach(id, member)) and node.person is not None:
            days[node.person] = sale.day
    return days


def _whose(order: MemberId, node: Node, found: Resolution) -> MemberId:
    """Which of the person's books it goes to: whose link to it is the strongest, or else the eldest."""
    for link in found.accepted:
        if order in (link.a.node, link.b.node):
            other = link.b.node if link.a.node == order else link.a.node
            if other in node.members:
                return other
    return node.members[0]


def _attach(id: str, member: MemberId) -> Asking[bool]:
    rules, movement = yield from ask_all(Rules(Rulebook), FreshId("movement"))
    policy = rules.identity.guest_orders
    if policy is GuestOrders.NOTHING:
        return False
    sale = (yield from ask(Get(SALES, id))).must()
    worth = earned(sale.total, rules.points) if policy is GuestOrders.ALL else NO_POINTS
    shares = earned_by_line(sale, worth)
    wanted = Accrual(member, movement, kept_points(with_points(sale, shares)), sale.at, f"sale/{id}")
    book = yield from open_book(
        member, lambda book: pages_for_accrual(book, wanted, rules.points, rules.sales.zone)
    )
    moved = accrue(book, wanted, rules.points, rules.sales.zone)
    lot: LotId | None = None
    if moved is not None:
        lot = lot_of(moved)
        yield from post(moved, _occasion(sale))
    yield from _told(id, attach(id, sale, member, shares, lot))
    return True


def _detach(id: str, member: MemberId) -> Asking[None]:
    now, movement = yield from ask_all(Now(), FreshId("movement"))
    sale = (yield from ask(Get(SALES, id))).must()
    wanted = Reversal(member, movement, kept_points(sale.lines), sale.lot, f"sale/{id}")
    book = yield from open_book(member, lambda book: pages_for_reversal(book, wanted, now))
    moved = reverse(book, wanted, now)
    if moved is not None:
        yield from post(moved, _occasion(sale))
    yield from _told(id, detach(id, sale))


def _told(id: str, fact: SaleAttached | SaleDetached) -> Asking[None]:
    held, month, now = yield from ask_all(Get(SALES, id), Get(SPEND, spend_id(fact.member, fact.day)), Now())
    told = Event(fact, at=now, members=(fact.member,), channel=held.must().channel, store=held.must().store)
    yield from stage(
        replacing(month, apply_to_spend(month.value, fact))
        + replacing(held, apply_to_sale(held.value, fact), told)
    )


def _occasion(sale: RecordedSale) -> Occasion:
    return Occasion(at=sale.at, channel=sale.channel, store=sale.store)
