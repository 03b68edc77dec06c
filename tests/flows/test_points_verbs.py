"""What a member is told about their points, what they may do with them, and why not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

import attrs
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from omnicommerce import NotTheSame, Refused
from omnicommerce.kernel.actor import Customer, Staff
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.flow import Place
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty import Balance, Expiring, Kind, Movement, ShortBurn
from tests.backstage import journal
from tests.shopfront import DAY, RULES, SHOP_OPENS, Shop, opened, returned, sale, spendable, tell

AWAKE: Final = SHOP_OPENS + 20 * DAY
FIRST_WAKES: Final = datetime.fromisoformat("2026-01-15T00:00:00+08:00")
FIRST_RUNS_OUT: Final = FIRST_WAKES + 90 * DAY
OWING: Final = attrs.evolve(RULES, points=attrs.evolve(RULES.points, on_short_burn=ShortBurn.OWE))


def with_points(paid: int = 10_000, rules: Any = RULES) -> tuple[Shop, MemberId]:
    """A shop at a time at which its member may spend what they have earned: a point for each yuan."""
    shop = opened(rules=rules)
    member = shop.member()
    tell(shop, sale("first", paid))
    return shop.at(AWAKE), member


def spent(shop: Shop, member: MemberId, points: int, source: str = "reward/mug") -> Balance:
    return shop.commerce.points.spend(member=member, points=Points(points), source=source)


def given(shop: Shop, member: MemberId, points: int, reason: str = "goodwill") -> Balance:
    return shop.commerce.points.adjust(member=member, points=Points(points), reason=reason)


def lines(shop: Shop, member: MemberId, **asked: Any) -> list[int]:
    return [line.points.count for line in shop.commerce.points.statement(member=member, **asked).lines]


# --- the balance ---------------------------------------------------------------------------------


def test_a_balance_says_what_may_be_spent_what_is_pending_and_what_runs_out_next() -> None:
    shop, member = with_points()
    tell(shop, sale("later", 5_000, at=AWAKE))

    assert Balance(
        points=Points(100),
        pending=Points(50),
        debt=Points(0),
        expires_next=Expiring(Points(100), FIRST_RUNS_OUT),
    ) == shop.commerce.points.balance(member=member)


def test_pending_points_wake_and_run_out_at_midnight_where_the_shop_is() -> None:
    shop, member = with_points()
    moments = (FIRST_WAKES, FIRST_RUNS_OUT)

    seen = [
        spendable(shop.at(moment - moment.resolution * early), member).count
        for moment in moments
        for early in (1, 0)
    ]

    assert [0, 100, 100, 0] == seen


def test_whoever_has_never_bought_has_nothing_and_nothing_runs_out() -> None:
    shop = opened()
    member = shop.member()

    assert Balance(Points(0)) == shop.commerce.points.balance(member=member)
    assert [] == lines(shop, member)


def test_looking_changes_nothing() -> None:
    shop, member = with_points()
    entries = journal(shop.storage)

    shop.at(FIRST_RUNS_OUT).commerce.points.balance(member=member)
    shop.commerce.points.statement(member=member)

    assert entries == journal(shop.storage)


# --- spending ------------------------------------------------------------------------------------


def test_a_spend_answers_with_the_balance_after_it_and_stands_on_the_statement() -> None:
    shop, member = with_points()

    balance = spent(shop, member, 30, "reward/mug")

    assert balance == shop.commerce.points.balance(member=member)
    assert Points(70) == balance.points
    line = shop.commerce.points.statement(member=member).lines[-1]
    assert Movement(member, Kind.BURN, Points(-30), AWAKE, AWAKE, "reward/mug", "", 2) == line


def test_what_runs_out_soonest_is_spent_first() -> None:
    shop, member = with_points()
    tell(shop, sale("later", 5_000, at=AWAKE))
    shop.at(AWAKE + 20 * DAY)

    balance = spent(shop, member, 120)

    later_runs_out = FIRST_RUNS_OUT + 20 * DAY
    assert (Points(30), Expiring(Points(30), later_runs_out)) == (balance.points, balance.expires_next)


def test_under_one_key_points_are_spent_once() -> None:
    shop, member = with_points()
    once = shop.commerce.once("mug 7").points

    answers = [once.spend(member=member, points=Points(30), source="reward/mug") for _ in range(3)]

    assert [answers[0]] * 3 == answers
    assert Points(70) == spendable(shop, member)
    with pytest.raises(NotTheSame):
        once.spend(member=member, points=Points(31), source="reward/mug")


def test_without_a_key_the_same_words_are_another_spend() -> None:
    shop, member = with_points()

    assert [70, 40, 10] == [spent(shop, member, 30).points.count for _ in range(3)]


def test_points_that_are_spent_are_given_back_by_no_return_of_the_goods() -> None:
    """They were not spent on the goods: the member owes what the goods had earned."""
    shop, member = with_points()

    spent(shop, member, 60)
    tell(shop, returned(sale("first"), at=AWAKE))

    assert Balance(Points(0), Points(0), Points(60)) == shop.commerce.points.balance(member=member)


# --- no, and why ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "reasons"),
    [
        (0, ["nothing_to_spend (actual 0 points, required 1 point, missing 1 point)"]),
        (-5, ["nothing_to_spend (actual -5 points, required 1 point, missing 6 points)"]),
        (101, ["too_few_points (actual 100 points, required 101 points, missing 1 point)"]),
        (
            10**9,
            ["too_few_points (actual 100 points, required 1000000000 points, missing 999999900 points)"],
        ),
    ],
)
def test_a_refused_spend_says_what_is_there_and_what_is_missing(points: int, reasons: list[str]) -> None:
    shop, member = with_points()
    entries = journal(shop.storage)

    assert reasons == refusals(lambda: spent(shop, member, points))
    assert entries == journal(shop.storage)


def refusals(asked: Callable[[], object]) -> list[str]:
    """All that a refusal says, in its own words."""
    with pytest.raises(Refused) as refused:
        asked()
    return [str(failure) for failure in refused.value.verdict.failures()]


def test_a_refused_spend_says_whether_waiting_for_pending_points_would_do() -> None:
    shop, member = with_points()
    tell(shop, sale("later", 5_000, at=AWAKE))

    told = []
    for points in (150, 151):
        with pytest.raises(Refused) as refused:
            spent(shop, member, points)
        told.append({part.code: part.holds for part in refused.value.verdict.parts})

    assert {"nothing_to_spend": True, "too_few_points": False, "enough_is_pending": True} == told[0]
    assert {"nothing_to_spend": True, "too_few_points": False} == told[1]


def test_nobody_spends_for_a_stranger_or_a_guest() -> None:
    shop, _ = with_points()
    tell(shop, sale("guest", card=None, at=AWAKE))
    guest = next(entry["fact"] for entry in journal(shop.storage) if entry["tag"] == "guest.noted")
    verbs: tuple[Callable[[MemberId], object], ...] = (
        lambda member: spent(shop, member, 1),
        lambda member: given(shop, member, 1),
        lambda member: shop.commerce.points.balance(member=member),
        lambda member: shop.commerce.points.statement(member=member),
    )

    for unknown in ("nobody", guest["node"]):
        for verb in verbs:
            assert ["no_such_member"] == refusals(lambda verb=verb, who=unknown: verb(MemberId(who)))  # type: ignore[misc]


@pytest.mark.parametrize("source", ["", "two\nlines", "x" * 257])
def test_a_source_names_something(source: str) -> None:
    shop, member = with_points()

    with pytest.raises(BadValue) as bad:
        spent(shop, member, 1, source)

    assert "source" == bad.value.path
    assert Points(100) == spendable(shop, member)


# --- by hand -------------------------------------------------------------------------------------


def test_points_given_by_hand_may_be_spent_at_once_and_run_out_by_the_rules() -> None:
    shop = opened(now=AWAKE)
    member = shop.member()

    balance = given(shop, member, 40)

    until = datetime.fromisoformat("2026-04-21T00:00:00+08:00")
    assert Balance(Points(40), expires_next=Expiring(Points(40), until)) == balance
    assert [40, 0] == [
        spendable(shop.at(moment), member).count for moment in (until - until.resolution, until)
    ]


def test_points_are_taken_by_hand_from_what_runs_out_soonest() -> None:
    shop, member = with_points()
    given(shop, member, 40)

    balance = given(shop, member, -120, "mistake")

    assert Points(20) == balance.points
    assert [100, 40, -120] == sorted(lines(shop, member), key=[100, 40, -120].index)


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        (0, "nothing_to_adjust (actual 0 points, required 1 point, missing 1 point)"),
        (-101, "too_few_points (actual 100 points, required 101 points, missing 1 point)"),
        (1_000_001, "adjustment_too_large (actual 1000001 points, at most 1000000 points, over by 1 point)"),
    ],
)
def test_a_refused_adjustment_says_why_and_changes_nothing(points: int, reason: str) -> None:
    shop, member = with_points()
    entries = journal(shop.storage)

    assert [reason] == refusals(lambda: given(shop, member, points))
    assert entries == journal(shop.storage)


def test_no_customer_gives_points_to_anybody_and_staff_does() -> None:
    shop, member = with_points()
    shopper = attrs.evolve(shop, commerce=shop.commerce.acting(Customer(member)))
    clerk = attrs.evolve(shop, commerce=shop.commerce.acting(Staff("li")))

    assert ["not_for_customers"] == refusals(lambda: given(shopper, member, 5))
    assert "not_for_customers" == refusals(lambda: given(shopper, member, -500))[0]
    assert Points(105) == given(clerk, member, 5).points
    assert {"is": "staff", "id": "li", "capabilities": []} == journal(shop.storage)[-1]["actor"]


def test_a_reason_is_a_word_and_no_story() -> None:
    shop, member = with_points()

    with pytest.raises(BadValue) as bad:
        given(shop, member, 5, "Mrs Li was cross")

    assert "reason" == bad.value.path


# --- owing ---------------------------------------------------------------------------------------


def owing(points: int = 60) -> tuple[Shop, MemberId]:
    """A member who has spent so many points that they did not have."""
    shop, member = with_points(rules=OWING)
    tell(shop, sale("burns", 0, at=AWAKE, burn=Points(100 + points)))
    return shop, member


def test_where_the_merchant_lets_members_owe_what_is_earned_next_settles_it() -> None:
    shop, member = owing(60)
    seen = [shop.commerce.points.balance(member=member)]

    for number, paid in enumerate((4_000, 5_000)):
        tell(shop, sale(number, paid, at=AWAKE))
        seen.append(shop.commerce.points.balance(member=member))

    assert [(0, 60), (0, 20), (30, 0)] == [(each.pending.count, each.debt.count) for each in seen]


def test_what_is_given_by_hand_settles_a_debt_first() -> None:
    shop, member = owing(60)

    assert (Points(0), Points(20)) == ((after := given(shop, member, 40)).points, after.debt)
    assert (Points(30), Points(0)) == ((after := given(shop, member, 50)).points, after.debt)


def test_who_owes_may_not_spend_and_nobody_owes_by_asking() -> None:
    shop, member = owing(60)
    few = "too_few_points (actual 0 points, required 1 point, missing 1 point)"

    assert [few] == refusals(lambda: spent(shop, member, 1))
    assert [few] == refusals(lambda: given(shop, member, -1))


def test_a_debt_never_runs_out() -> None:
    shop, member = owing(60)

    shop.at(AWAKE + 400 * DAY).commerce.tick()

    assert Balance(Points(0), debt=Points(60)) == shop.commerce.points.balance(member=member)


# --- the statement -------------------------------------------------------------------------------


def busy(count: int = 7) -> tuple[Shop, MemberId]:
    """A member with so many lines, a day apart, and another with as many."""
    shop = opened()
    member = shop.member()
    for number in range(1, count + 1):
        shop.at(SHOP_OPENS + number * DAY)
        tell(shop, sale(number, number * 100, at=shop.clock()))
        tell(shop, sale(f"other {number}", 99_900, at=shop.clock(), card="M-2"))
    return shop, member


def pages(shop: Shop, member: MemberId, limit: int, **asked: Any) -> Iterator[list[int]]:
    after: Place | None = None
    while True:
        page = shop.commerce.points.statement(member=member, limit=limit, after=after, **asked)
        yield [line.points.count for line in page.lines]
        after = page.after
        if after is None:
            return


@pytest.mark.parametrize("limit", range(1, 10))
def test_a_statement_read_page_by_page_is_the_whole_statement(limit: int) -> None:
    shop, member = busy()

    read = list(pages(shop, member, limit))

    assert [1, 2, 3, 4, 5, 6, 7] == [line for page in read for line in page]
    assert all(len(page) <= limit for page in read)


def test_a_line_that_is_added_while_somebody_reads_comes_last_and_moves_none() -> None:
    shop, member = busy()
    first = shop.commerce.points.statement(member=member, limit=3)

    shop.clock.advance(minutes=1)
    tell(shop, sale("late", 800, at=SHOP_OPENS))

    assert [1, 2, 3] == [line.points.count for line in first.lines]
    assert [4, 5, 6, 7, 8] == lines(shop, member, after=first.after)


def test_a_statement_of_a_time_begins_with_its_first_instant_and_ends_before_its_last() -> None:
    shop, member = busy()
    since, until = SHOP_OPENS + 3 * DAY, SHOP_OPENS + 6 * DAY

    assert [3, 4, 5] == lines(shop, member, since=since, until=until)
    assert [3, 4, 5, 6, 7] == lines(shop, member, since=since)
    assert [1, 2, 3, 4, 5] == lines(shop, member, until=until)
    assert [] == lines(shop, member, since=until, until=since)
    assert [[3, 4], [5]] == list(pages(shop, member, 2, since=since, until=until))


def test_lines_come_in_the_order_in_which_they_were_booked_and_say_when_they_took_effect() -> None:
    shop = opened(now=AWAKE)
    member = shop.member()
    days = (5, 1, 3)
    for day in days:
        tell(shop, sale(day, day * 100, at=SHOP_OPENS + day * DAY))
        shop.clock.advance(minutes=1)

    found = shop.commerce.points.statement(member=member).lines

    assert [5, 1, 3] == [line.points.count for line in found]
    assert [SHOP_OPENS + day * DAY for day in days] == [line.at for line in found]
    assert sorted(line.booked_at for line in found) == [line.booked_at for line in found]


def booked(shop: Shop) -> list[int]:
    """What the journal says of the points of all members, in its order."""
    moved = [entry["fact"]["postings"] for entry in journal(shop.storage) if entry["tag"] == "points.moved"]
    return [
        sum(posting["points"] for posting in postings if posting["account"] in ("member", "debt"))
        for postings in moved
    ]


def test_lines_of_one_commit_come_in_the_order_in_which_they_were_booked_too() -> None:
    shop, member = with_points()

    tell(shop, sale("burns and earns", 2_000, at=AWAKE, burn=Points(100)))

    assert [100, -100, 20] == booked(shop)
    assert booked(shop) == lines(shop, member)


def test_a_last_page_that_is_full_says_that_nothing_follows() -> None:
    shop, member = busy(4)

    assert [[1, 2], [3, 4]] == list(pages(shop, member, 2))


@pytest.mark.parametrize("limit", [0, 501, -1, True])
def test_a_statement_has_a_page_of_one_to_five_hundred_lines(limit: int) -> None:
    shop, member = with_points()

    with pytest.raises(BadValue) as bad:
        shop.commerce.points.statement(member=member, limit=limit)

    assert "limit" == bad.value.path


@pytest.mark.parametrize("name", ["since", "until"])
def test_a_statement_is_asked_for_by_instants(name: str) -> None:
    shop, member = with_points()

    with pytest.raises(BadValue) as bad:
        shop.commerce.points.statement(member=member, **{name: datetime(2026, 1, 1)})  # type: ignore[arg-type]  # noqa: DTZ001

    assert name == bad.value.path


def test_nobody_reads_on_in_somebody_elses_statement() -> None:
    shop, member = busy()
    other = shop.member("M-2")
    theirs = shop.commerce.points.statement(member=other, limit=1)

    mine = shop.commerce.points.statement(member=member, after=theirs.after).lines

    assert {member} >= {line.member for line in mine}


# --- the law of it all ---------------------------------------------------------------------------


@settings(max_examples=40)
@for_all(moves=st.lists(st.tuples(st.sampled_from(["buy", "spend", "give", "burn"]), st.integers(1, 150))))
def test_whatever_is_done_balance_statement_and_journal_say_the_same(moves: list[tuple[str, int]]) -> None:
    shop, member = with_points(rules=OWING)
    for number, (verb, points) in enumerate(moves):
        shop.clock.advance(hours=7)
        try:
            match verb:
                case "buy":
                    tell(shop, sale(number, points * 100, at=shop.clock()))
                case "burn":
                    tell(shop, sale(number, 500, at=shop.clock(), burn=Points(points)))
                case "spend":
                    spent(shop, member, points)
                case _:
                    given(shop, member, points if number % 2 else -points)
        except Refused as refused:
            assert "too_few_points" == refused.code  # noqa: PT017

    balance = shop.commerce.points.balance(member=member)
    has = (balance.points + balance.pending - balance.debt).count
    assert has == sum(lines(shop, member)) == sum(booked(shop))
    assert 0 in (balance.debt.count, balance.points.count + balance.pending.count)
