"""Bugs that users of other shops have reported: each happens to a naive till, and not through our door.

A number of points in a column is how they are mostly kept; `Naive` is that column, with a log beside it.
"""

from __future__ import annotations

from typing import Final

import attrs
import pytest

from omnicommerce import Commerce, DemoKeys, MemoryStorage, Refused
from omnicommerce.flows.ingest_sale import Ingested
from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId, ProductId
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.quantity import Quantity
from omnicommerce.loyalty import Balance, ShortBurn
from omnicommerce.orders import Line, Sale
from tests.backstage import journal
from tests.rivals import Rivalled
from tests.shopfront import DAY, RULES, SHOP_OPENS, Shop, opened, returned, sale, spendable, tell

AWAKE: Final = SHOP_OPENS + 20 * DAY
"""What was earned when the shop opened may be spent by now."""

OWING: Final = attrs.evolve(RULES, points=attrs.evolve(RULES.points, on_short_burn=ShortBurn.OWE))


@attrs.define
class Naive:
    """A number in a column, and a log beside it."""

    points: int = 0
    log: list[int] = attrs.field(factory=list)

    def move(self, points: int) -> None:
        self.points += points
        self.log.append(points)


def has(shop: Shop, member: MemberId) -> tuple[int, int, int]:
    """Points to spend, pending and owed."""
    balance = shop.commerce.points.balance(member=member)
    return balance.points.count, balance.pending.count, balance.debt.count


def said(shop: Shop, member: MemberId) -> list[int]:
    """The statement, line by line."""
    lines = shop.commerce.points.statement(member=member, limit=500).lines
    return [line.points.count for line in lines]


def posted(shop: Shop, member: MemberId) -> int:
    """What the journal says the member has, less what they owe."""
    return sum(
        posting["points"]
        for entry in journal(shop.storage)
        if entry["tag"] == "points.moved" and entry["fact"]["member"] == member
        for posting in entry["fact"]["postings"]
        if posting["account"] in ("member", "debt")
    )


def with_points(paid: int = 10_000, rules: object = RULES) -> tuple[Shop, MemberId]:
    """A shop at a time at which its member may spend what they have earned: a point for each yuan."""
    shop = opened(rules=rules)  # type: ignore[arg-type]
    member = shop.member()
    tell(shop, sale("first", paid))
    return shop.at(AWAKE), member


# --- odoo/odoo, pull request 257854: earn points, refund the goods, keep the points; again and again ---


def naive_refund(book: Naive, earned: int) -> None:
    """The lines of a refund have negative quantities, and negative lines earn nothing."""
    book.move(max(0, -earned))


def test_odoo_257854_whoever_returns_the_goods_returns_the_points() -> None:
    naive = Naive()
    shop = opened()
    member = shop.member()
    for number in range(3):
        naive.move(100)
        naive_refund(naive, 100)
        tell(shop, sale(number, 10_000))
        shop.clock.advance(minutes=1)
        tell(shop, returned(sale(number), number))
        shop.clock.advance(minutes=1)

    assert 300 == naive.points
    assert (0, 0, 0) == has(shop, member)
    assert (0, 0, 0) == has(shop.at(AWAKE), member)
    assert [100, -100] * 3 == said(shop, member)


# --- odoo/odoo, pull requests 212922 and 221928: a refund charges the points a second time -------------


def naive_refund_by_the_rules(book: Naive, cost: int) -> None:
    """Run the rules once more, on the order with its reward."""
    book.move(-cost)


@pytest.mark.parametrize("parts", [(((1, 1), (2, 1)),), (((1, 1),), ((2, 1),))])
def test_odoo_212922_a_refund_gives_the_spent_points_back_and_charges_none(
    parts: tuple[tuple[tuple[int, int], ...], ...],
) -> None:
    naive = Naive(100)
    naive.move(-50)
    naive_refund_by_the_rules(naive, 50)
    shop, member = with_points()
    bought = sale("reward", [("milk", 1, 3_000), ("mug", 1, 0)], at=AWAKE, burn=Points(50))

    tell(shop, bought)
    while_bought = has(shop, member)
    for number, units in enumerate(parts):
        tell(shop, returned(bought, number, units, at=AWAKE))

    assert 0 == naive.points
    assert (50, 30, 0) == while_bought
    assert (100, 0, 0) == has(shop, member)


def test_odoo_221928_goods_that_come_back_without_their_reward_charge_none_either() -> None:
    shop, member = with_points()
    bought = sale("reward", [("milk", 1, 3_000), ("mug", 1, 0)], at=AWAKE, burn=Points(50))

    tell(shop, bought)
    back = shop.commerce.sales.take_back(goods=returned(bought, "milk only", ((1, 1),), at=AWAKE))

    # Nothing was paid for the mug, so whatever the points paid for is the milk.
    assert (Points(30), Points(50)) == (back.reversed, back.restored)
    assert (100, 0, 0) == has(shop, member)


# --- odoo/odoo, pull request 177312: refund lines in the basket suppress what the new goods earn ------


def naive_basket(paid: list[int]) -> int:
    """One basket for what is bought and what comes back."""
    return max(0, sum(paid)) // 100


def test_odoo_177312_what_is_bought_earns_whatever_comes_back_with_it() -> None:
    shop, member = with_points(20_000)

    told = shop.commerce.sales.ingest(sale=sale("exchange", 10_000, at=AWAKE))
    tell(shop, returned(sale("first"), "exchange", at=AWAKE))

    assert 0 == naive_basket([10_000, -20_000])
    assert Points(100) == told.earned
    assert (0, 100, 0) == has(shop, member)
    with pytest.raises(BadValue):
        Line(ProductId("milk"), Quantity(1), Money(-20_000, "CNY"))


# --- frappe/erpnext, issue 32951: a sales return makes no negative points ------------------------------


def naive_return_invoice(book: Naive, paid: int) -> None:
    """A return is an invoice of negative amounts, and only those above zero are looked at."""
    if paid > 0:
        book.move(paid // 100)


def test_erpnext_32951_a_return_takes_points_even_if_they_are_spent() -> None:
    naive = Naive()
    naive_return_invoice(naive, 10_000)
    naive_return_invoice(naive, -10_000)
    shop, member = with_points()

    shop.commerce.points.spend(member=member, points=Points(100), source="reward/mug")
    shop.clock.advance(minutes=1)
    tell(shop, returned(sale("first"), at=AWAKE))

    assert 100 == naive.points
    assert (0, 0, 100) == has(shop, member)
    assert [100, -100, -100] == said(shop, member)


# --- frappe/erpnext, issue 59050: earned at the till, redeemed on the web, nothing deducted ------------


@attrs.define
class NaiveChannels:
    """The discount is granted by what the member has, and deducted where the order was made."""

    till: Naive = attrs.field(factory=Naive)
    web: Naive = attrs.field(factory=Naive)

    def redeem_on_the_web(self, points: int) -> bool:
        if self.till.points + self.web.points < points:
            return False
        self.web.move(-min(points, self.web.points))
        return True


def web_order(number: int, burn: int) -> Sale:
    return sale(number, 2_000, at=AWAKE, store="web", channel=Channel.ONLINE, burn=Points(burn))


def test_erpnext_59050_points_of_the_till_are_spent_on_the_web_once() -> None:
    naive = NaiveChannels()
    naive.till.move(100)
    granted = [naive.redeem_on_the_web(100) for _ in range(3)]
    shop, member = with_points()

    told = shop.commerce.sales.ingest(sale=web_order(1, 100))
    entries = journal(shop.storage)
    with pytest.raises(Refused) as refused:
        shop.commerce.sales.ingest(sale=web_order(2, 100))

    assert [True] * 3 == granted
    assert Points(100) == told.burned
    assert (0, 20, 0) == has(shop, member)
    assert "too_few_points" == refused.value.code
    assert entries == journal(shop.storage)


def test_erpnext_59050_where_the_merchant_lets_members_owe_the_second_discount_is_owed() -> None:
    shop, member = with_points(rules=OWING)

    tell(shop, web_order(1, 100))
    told = shop.commerce.sales.ingest(sale=web_order(2, 100))

    assert (Points(20), Points(100)) == (told.earned, told.burned)
    # The 20 pending points of the first order went first; then what the second earned settled 20 of 80.
    assert (0, 0, 60) == has(shop, member)
    assert -60 == sum(said(shop, member)) == posted(shop, member)


# --- OCA/pos, issue 185: a till that was offline tells its orders again, and points double -------------


def naive_sync(book: Naive, orders: list[int]) -> None:
    """Every order of the queue earns as it arrives."""
    for paid in orders:
        book.move(paid // 100)


def test_oca_pos_185_a_till_that_tells_its_orders_again_doubles_nothing() -> None:
    naive = Naive()
    for _ in range(2):
        naive_sync(naive, [10_000, 5_000])
    shop = opened()
    member = shop.member()
    told = (sale(1, 10_000), sale(2, 5_000))

    first = [tell(shop, each) for each in told]
    again = [tell(shop, each) for each in told]

    assert 300 == naive.points
    assert first == again
    assert (0, 150, 0) == has(shop, member)


def test_oca_pos_185_nor_does_a_receipt_that_is_in_two_groups_or_twice_in_one() -> None:
    shop = opened()
    member = shop.member()

    first = shop.commerce.sales.ingest_many(facts=[sale(1, 10_000), sale(2, 5_000), sale(1, 10_000)])
    second = shop.commerce.sales.ingest_many(facts=[sale(2, 5_000), sale(3, 1_000)])

    assert first[0] == first[2]
    assert first[1] == second[0]
    assert (0, 160, 0) == has(shop, member)


def test_oca_pos_185_nor_does_one_that_two_processes_of_the_shop_are_told() -> None:
    storage = MemoryStorage()
    one, other = opened(storage), opened(storage)

    answers = [one.commerce.sales.ingest(sale=sale(1)), other.commerce.sales.ingest(sale=sale(1))]

    assert answers[0] == answers[1]
    assert (0, 100, 0) == has(other, one.member())


@pytest.mark.parametrize(("read", "commit"), [(2, 0), (3, 0), (0, 1)])
def test_oca_pos_185_nor_does_one_that_two_processes_are_told_in_the_same_moment(
    read: int, commit: int
) -> None:
    storage = MemoryStorage()
    one = opened(storage)
    member = one.member()
    answers: list[Ingested] = []
    between = Rivalled(
        storage,
        lambda: answers.append(one.commerce.sales.ingest(sale=sale(1))),
        before_read=read,
        before_commit=commit,
    )

    answers.append(opened(between).commerce.sales.ingest(sale=sale(1)))

    assert 2 == len(answers)
    assert answers[0] == answers[1]
    assert (0, 100, 0) == has(one, member)


# --- yudao, MemberPointRecordServiceImpl.createPointRecord: too few points, log and return -------------


def naive_clawback_that_returns(book: Naive, points: int) -> None:
    if book.points < points:
        return
    book.move(-points)


def test_yudao_points_to_be_taken_back_do_not_vanish_because_they_are_spent() -> None:
    naive = Naive()
    naive.move(100)
    naive.move(-70)
    naive_clawback_that_returns(naive, 100)
    shop, member = with_points()

    shop.commerce.points.spend(member=member, points=Points(70), source="reward/mug")
    tell(shop, returned(sale("first"), at=AWAKE))
    owing = has(shop, member)
    tell(shop, sale("next", 10_000, at=AWAKE))

    assert 30 == naive.points
    assert (0, 0, 70) == owing
    assert (0, 30, 0) == has(shop, member)


# --- CRMEB: the balance is clamped at nothing, the log says the full amount ----------------------------


def naive_clawback_that_clamps(book: Naive, points: int) -> None:
    book.points = max(0, book.points - points)
    book.log.append(-points)


def test_crmeb_the_statement_says_what_happened_to_the_balance() -> None:
    naive = Naive()
    naive.move(100)
    naive.move(-70)
    naive_clawback_that_clamps(naive, 100)
    shop, member = with_points()

    shop.commerce.points.spend(member=member, points=Points(70), source="reward/mug")
    shop.clock.advance(minutes=1)
    tell(shop, returned(sale("first"), at=AWAKE))
    points, pending, debt = has(shop, member)

    assert (0, -70) == (naive.points, sum(naive.log))
    assert [100, -70, -100] == said(shop, member)
    assert -70 == points + pending - debt == sum(said(shop, member)) == posted(shop, member)


# --- nopCommerce, issue 5595: wrong balance after an order that burned and earned is cancelled ---------


def naive_cancel(book: Naive, burned: int, earned: int) -> None:
    """What was earned is taken off the balance of the day, never below zero; then the burn is given back."""
    book.points = max(0, book.points - earned)
    book.points += burned


def test_nopcommerce_5595_an_order_that_is_cancelled_leaves_the_balance_of_before() -> None:
    naive = Naive(100)
    naive.move(-80)
    naive.move(120)
    naive.move(-140)
    naive_cancel(naive, 80, 120)
    shop, member = with_points()
    order = sale("order", 12_000, at=AWAKE, store="web", channel=Channel.ONLINE, burn=Points(80))
    much_later = AWAKE + 20 * DAY

    before = has(shop, member)
    tell(shop, order)
    shop.at(much_later).commerce.points.spend(member=member, points=Points(140), source="reward/mug")
    tell(shop, returned(order, at=much_later))

    # A hundred there were and 140 were spent: 40 are missing, whatever order came and went.
    assert 80 == naive.points
    assert (100, 0, 0) == before
    assert (0, 0, 40) == has(shop, member)


def test_nopcommerce_5595_placing_and_cancelling_is_doing_nothing() -> None:
    shop, member = with_points()
    order = sale("order", [("milk", 3, 10_001), ("bread", 7, 999)], at=AWAKE, burn=Points(77))
    before = whole_balance(shop, member)

    tell(shop, order)
    for number, units in enumerate((((1, 1), (2, 3)), ((2, 4),), ((1, 2),))):
        tell(shop, returned(order, number, units, at=AWAKE))

    assert before == whole_balance(shop, member)


def whole_balance(shop: Shop, member: MemberId) -> Balance:
    return shop.commerce.points.balance(member=member)


# --- odoo/odoo, issue 64361: confirm, cancel, confirm again, and what was taken back is there again ----


def naive_confirm(book: Naive, orders: dict[str, str], order: str) -> None:
    if orders.get(order) != "confirmed":
        orders[order] = "confirmed"
        book.move(100)


def naive_cancel_order(book: Naive, orders: dict[str, str], order: str) -> None:
    """The order forgets that it was ever confirmed."""
    if orders.pop(order, None) == "confirmed":
        book.move(-100)


def test_odoo_64361_an_order_that_came_back_is_not_bought_by_telling_it_again() -> None:
    naive, orders = Naive(), dict[str, str]()
    naive_confirm(naive, orders, "one")
    naive_cancel_order(naive, orders, "one")
    naive_confirm(naive, orders, "one")  # the till tells its queue again
    shop = opened()
    member = shop.member()

    first = tell(shop, sale(1))
    tell(shop, returned(sale(1)))
    again = tell(shop, sale(1))

    assert 100 == naive.points
    assert first == again
    assert (0, 0, 0) == has(shop, member)


# --- odoo/odoo, issues 114004 and 150833: are points earned on the discounted or on the full amount? ---


def naive_earned(lines: list[tuple[int, int]]) -> int:
    """By list price and by units: what was taken off, and what came for nothing, earns as well."""
    return sum(price * units for units, price in lines) // 100


def test_odoo_114004_points_are_earned_on_what_was_paid() -> None:
    shop = opened()

    told = shop.commerce.sales.ingest(sale=sale(1, [("milk", 1, 8_000)]))

    assert 100 == naive_earned([(1, 10_000)])
    assert Points(80) == told.earned


def test_odoo_150833_a_reward_is_no_bought_unit() -> None:
    """It earns nothing, it takes nothing back, and what was bought has earned it all."""
    shop = opened()
    bought = sale(1, [("milk", 2, 8_000), ("mug", 1, 0)])

    told = shop.commerce.sales.ingest(sale=bought)
    mug = shop.commerce.sales.take_back(goods=returned(bought, "mug", ((2, 1),)))
    milk = shop.commerce.sales.take_back(goods=returned(bought, "milk", ((1, 2),)))

    assert 90 == naive_earned([(2, 4_000), (1, 1_000)])
    assert (Points(80), Points(0), Points(80)) == (told.earned, mug.reversed, milk.reversed)
    assert Money(0, "CNY") == mug.refund


# --- odoo/odoo, confirm_coupon_programs: what the till says that it earned is believed -----------------


def naive_till_says(book: Naive, earned: int) -> None:
    book.move(earned)


def test_odoo_confirm_coupon_programs_a_till_cannot_say_what_a_sale_earns() -> None:
    naive = Naive()
    naive_till_says(naive, 1_000_000)

    with pytest.raises(TypeError, match="earned"):
        sale(1, 10_000, earned=Points(1_000_000))

    assert 1_000_000 == naive.points


# --- shopware, pull request 7489, and medusa, 13189 and 13306: placed orders are judged by new rules ---


def naive_refund_by_todays_rules(book: Naive, paid: int, per: int) -> None:
    book.move(-(paid // per))


def test_shopware_7489_what_comes_back_is_worth_what_it_was_worth_when_it_was_bought() -> None:
    naive = Naive()
    naive.move(100)
    naive_refund_by_todays_rules(naive, 10_000, 200)
    dearer = attrs.evolve(RULES, points=attrs.evolve(RULES.points, earn_per=Money(200, "CNY")))
    storage = MemoryStorage()
    shop = opened(storage)
    member = shop.member()
    tell(shop, sale(1))
    today = Shop(Commerce(storage, dearer, keys=DemoKeys(), clock=shop.clock), storage, shop.clock)

    tell(today, returned(sale(1)))

    assert 50 == naive.points
    assert (0, 0, 0) == has(today, member)
    assert Points(0) == spendable(today.at(AWAKE), member)
