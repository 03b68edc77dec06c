"""One sale, one commit, every book right."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from omnicommerce import NotTheSame, Refused
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import CampaignId, MemberId
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.orders import Return, ReturnState, Sale, Shown
from omnicommerce.testing import CountingStorage
from tests.backstage import journal
from tests.shopfront import DAY, RULES, SHOP_OPENS, SPRING, Shop, opened, returned, sale, spendable, tell

NOON = SHOP_OPENS


def test_a_sale_moves_points_tier_stage_and_coupon_of_its_member_in_one_commit() -> None:
    shop = opened()
    member = shop.member()
    before = len(journal(shop.storage))

    told = shop.commerce.sales.ingest(sale=sale(1, 35_050, coupons=(SPRING,)))

    entries = journal(shop.storage)[before:]
    assert (member, Points(350), Points(0)) == (told.member, told.earned, told.burned)
    assert [True] == [use.verdict.holds for use in told.coupons]
    assert Points(350) == shop.commerce.points.balance(member=member).pending
    assert "silver" == shop.commerce.tiers.of(member=member).level
    assert "new" == shop.commerce.stages.of(member=member).stage
    assert 1 == len({entry["batch"] for entry in entries})
    assert {
        "sale.recorded",
        "coupon.redeemed",
        "points.moved",
        "person.judged",
        "tier.changed",
        "stage.changed",
    } == {entry["tag"] for entry in entries}


def test_points_wake_and_run_out_by_time_alone() -> None:
    shop = opened()
    member = shop.member()
    shop.commerce.sales.ingest(sale=sale(1, 10_000))

    seen = [spendable(shop.at(NOON + days * DAY), member).count for days in (0, 13, 14, 103, 104)]

    assert [0, 0, 100, 100, 0] == seen


def test_a_card_never_seen_before_makes_its_holder_a_member() -> None:
    shop = opened()

    told = shop.commerce.sales.ingest(sale=sale(1, card="M-77"))

    assert told.member == shop.member("M-77")


def test_a_guests_sale_lies_under_its_own_order() -> None:
    shop = opened()

    told = shop.commerce.sales.ingest(sale=sale(1, card=None))
    back = shop.commerce.sales.take_back(goods=returned(sale(1)))

    assert (None, Points(0)) == (told.member, told.earned)
    assert (ReturnState.TAKEN, Money(10_000, "CNY")) == (back.state, back.refund)
    assert ["guest.noted", "sale.recorded", "return.taken"] == [
        entry["tag"] for entry in journal(shop.storage)
    ]


def test_told_twice_is_told_once() -> None:
    shop = opened()
    first = shop.commerce.sales.ingest(sale=sale(1, coupons=(SPRING,)))
    entries = journal(shop.storage)

    again = shop.commerce.sales.ingest(sale=sale(1, coupons=(SPRING,)))

    assert (first, entries) == (again, journal(shop.storage))


@pytest.mark.parametrize(
    "other",
    [
        sale(1, 10_001),
        sale(1, card="M-2"),
        sale(1, card=None),
        sale(1, at=NOON - timedelta(seconds=1)),
        sale(1, coupons=(SPRING,)),
        sale(1, [("bread", 1, 10_000)]),
    ],
)
def test_one_receipt_does_not_say_two_things(other: Sale) -> None:
    shop = opened()
    shop.commerce.sales.ingest(sale=sale(1))
    entries = journal(shop.storage)

    with pytest.raises(NotTheSame, match="s1/t1/1"):
        shop.commerce.sales.ingest(sale=other)

    assert entries == journal(shop.storage)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (sale(1, store="s9"), "unknown_store"),
        (sale(1, at=NOON + timedelta(minutes=6)), "in_the_future"),
        (sale(1, at=NOON - 3_651 * DAY), "too_long_ago"),
        (sale(1, [("milk", 0, 100)]), "empty_line"),
        (sale(1, burn=Points(1)), "too_few_points"),
        (sale(1, card=None, burn=Points(1)), "guest_burns"),
        (attrs.evolve(sale(1, card=None), member=MemberId("nobody")), "no_such_member"),
    ],
)
def test_what_cannot_have_happened_is_refused_and_nothing_changes(told: Sale, code: str) -> None:
    shop = opened()
    shop.member()
    entries = journal(shop.storage)

    with pytest.raises(Refused) as refused:
        shop.commerce.sales.ingest(sale=told)

    assert code == refused.value.code
    assert entries == journal(shop.storage)


def test_what_was_shown_must_be_an_identifier() -> None:
    shop = opened()

    with pytest.raises(BadValue) as bad:
        shop.commerce.sales.ingest(sale=sale(1, card=None, shown=Shown("phone", "12")))

    assert "sale.shown.text" == bad.value.path


def test_another_currency_than_the_shops_is_refused() -> None:
    shop = opened()
    dollars = sale(1)
    lines = tuple(attrs.evolve(line, paid=Money(line.paid.minor, "USD")) for line in dollars.lines)

    with pytest.raises(Refused) as refused:
        shop.commerce.sales.ingest(sale=attrs.evolve(dollars, lines=lines, total=Money(10_000, "USD")))

    assert "not_the_shops_currency" == refused.value.code


def test_a_rulebook_may_accept_lines_of_no_units_and_they_earn_by_value() -> None:
    rules = attrs.evolve(RULES, sales=attrs.evolve(RULES.sales, accepts_empty_lines=True))
    shop = opened(rules=rules)

    told = shop.commerce.sales.ingest(sale=sale(1, [("milk", 0, 10_000)]))

    assert Points(100) == told.earned


def test_a_coupon_that_may_not_be_used_is_answered_with_each_reason_and_the_sale_stands() -> None:
    shop = opened()
    shop.commerce.sales.ingest(sale=sale(1, coupons=(SPRING,)))
    late = NOON + 40 * DAY

    told = shop.at(late).commerce.sales.ingest(
        sale=sale(2, [("bread", 1, 500)], at=late, coupons=(SPRING, CampaignId("no-such")))
    )

    assert Points(5) == told.earned
    assert [["campaign_over", "no_eligible_line", "uses_exhausted"], ["no_such_campaign"]] == [
        [each.code for each in use.verdict.failures()] for use in told.coupons
    ]


def test_a_sale_costs_three_reads_at_most_whatever_its_lines_and_its_history() -> None:
    """And a return four: which member and which person it concerns are told by the sale and by the member."""
    storage = CountingStorage(opened().storage)
    shop = opened(storage)
    shop.member()
    sales, returns = [], []
    for number in range(1, 40):
        at = NOON + number * 7 * DAY
        shop.at(at)
        burn = Points(50) if number % 5 == 0 else Points(0)
        lines = [("milk", 2, 1_000 + number)] * (1 + number * 5)
        sales.append(reads(storage, shop, sale(number, lines, at=at, burn=burn, coupons=(SPRING,))))
        sales.append(reads(storage, shop, sale(f"late {number}", at=at - 3 * DAY)))
        returns.append(reads(storage, shop, returned(sale(number), number, at=at)))

    assert 3 >= max(sales)
    assert 4 >= max(returns)


def reads(storage: CountingStorage, shop: Shop, fact: Sale | Return) -> int:
    storage.forget()
    tell(shop, fact)
    return storage.counts["read"]


def test_a_return_that_comes_first_waits_for_its_sale() -> None:
    shop = opened()
    member = shop.member()

    waiting = shop.commerce.sales.take_back(goods=returned(sale(1)))
    told = shop.commerce.sales.ingest(sale=sale(1))
    then = shop.commerce.sales.take_back(goods=returned(sale(1)))

    assert (ReturnState.WAITING, None) == (waiting.state, waiting.refund)
    assert Points(100) == told.earned
    assert (ReturnState.TAKEN, Money(10_000, "CNY"), Points(100)) == (then.state, then.refund, then.reversed)
    assert Points(0) == shop.commerce.points.balance(member=member).pending
    assert "member" == shop.commerce.tiers.of(member=member).level


def test_a_return_of_more_than_was_sold_is_refused_and_one_that_waited_is_put_on_the_list() -> None:
    shop = opened()
    shop.commerce.sales.take_back(goods=returned(sale(1), "early", ((1, 2),)))
    told = shop.commerce.sales.ingest(sale=sale(1))
    with pytest.raises(Refused) as refused:
        tell(shop, returned(sale(1), "late", ((1, 2),)))
    then = shop.commerce.sales.take_back(goods=returned(sale(1), "early", ((1, 2),)))

    assert Points(100) == told.earned
    assert "more_than_sold" == refused.value.code
    assert ReturnState.REFUSED is then.state
    assert then.verdict is not None
    assert "more_than_sold" == then.verdict.first_failure.code
    assert "return.refused" in [entry["tag"] for entry in journal(shop.storage)]
    assert ["s2/t1/early"] == [each.subject for each in shop.commerce.exceptions.list().parked]
