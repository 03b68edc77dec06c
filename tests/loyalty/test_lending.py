"""One person, several books: own points first, then the others', and each lot remembers who spent of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty import (
    Account,
    Accrual,
    Burn,
    GiveBack,
    Kind,
    PointsBook,
    PointsMoved,
    PointsRules,
    ShortBurn,
    accrue,
    apply,
    balance,
    book_of,
    burn_together,
    draws_of,
    expire,
    give_back,
    owes,
    posted,
    repaid,
)

ZONE: Final = "Asia/Shanghai"
NOON: Final = datetime(2026, 6, 1, 4, tzinfo=UTC)
DAY: Final = timedelta(days=1)
ANN, BOB, CLEO = map(MemberId, ("ann", "bob", "cleo"))
RULES: Final = PointsRules(earn_per=Money(100, "CNY"), expiry_days=90)


class AllPages(dict[str, Any]):
    """A book's pages as if all were read: one that is not there is empty."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> Any:
        return book_of(None, {name: None}).pages[name]


def earned(*amounts: tuple[int, int], rules: PointsRules = RULES) -> PointsBook:
    """A book in which so many points were earned, so many days after noon of the first of June."""
    book = PointsBook(pages=AllPages())
    for nth, (points, days) in enumerate(amounts):
        wanted = Accrual(ANN, f"e{nth}", Points(points), NOON + days * DAY, "sale")
        event = accrue(book, wanted, rules, ZONE)
        if event is not None:
            book = after(book, event)
    return book


def after(book: PointsBook, event: PointsMoved) -> PointsBook:
    done = apply(book, event)
    return PointsBook(done.head, AllPages(done.pages))


def spent(
    books: dict[MemberId, PointsBook], points: int, by: MemberId = ANN, on_short: ShortBurn = ShortBurn.REFUSE
) -> tuple[dict[MemberId, PointsBook], tuple[PointsMoved, ...]]:
    events = burn_together(books, Burn(by, "b", Points(points), "sale"), on_short, NOON + DAY)
    for event in events:
        books = {**books, event.member: after(books[event.member], event)}
    return books, events


def have(book: PointsBook, days: int = 1) -> tuple[int, int]:
    """What may be spent of a book, and what is owed."""
    found = balance(book, NOON + days * DAY)
    return found.points.count + found.pending.count, found.debt.count


# --- spending ------------------------------------------------------------------------------------


def test_ones_own_points_go_first_whenever_they_run_out() -> None:
    books = {ANN: earned((30, 5)), BOB: earned((100, 0))}
    books[ANN] = earned((30, 0))

    _, events = spent(books, 20)

    assert [(ANN, Kind.BURN)] == [(event.member, event.kind) for event in events]


def test_what_one_lacks_comes_from_the_others_soonest_expiry_first() -> None:
    books = {ANN: earned((30, 0)), BOB: earned((100, 1)), CLEO: earned((40, -3))}

    after_it, events = spent(books, 100)

    assert [(ANN, -30), (BOB, -30), (CLEO, -40)] == [
        (event.member, posted(event, Account.MEMBER).count) for event in events
    ]
    assert [(0, 0), (70, 0), (0, 0)] == [have(after_it[each]) for each in (ANN, BOB, CLEO)]


def test_every_event_sums_to_zero_and_the_burn_is_whole() -> None:
    _, events = spent({ANN: earned((30, 0)), BOB: earned((100, 1))}, 100)

    assert [0, 0] == [sum(each.points.count for each in event.postings) for event in events]
    assert 100 == sum(posted(event, Account.BURNED).count for event in events)


def test_too_few_of_all_of_them_together_is_refused_with_what_is_missing() -> None:
    with pytest.raises(Refused) as caught:
        spent({ANN: earned((30, 0)), BOB: earned((100, 0))}, 131)

    failure = caught.value.verdict.first_failure
    assert ("too_few_points", Points(130), Points(1)) == (failure.code, failure.actual, failure.missing)


def test_where_one_may_owe_the_others_points_go_before_debt_does() -> None:
    books, events = spent({ANN: earned((30, 0)), BOB: earned((100, 0))}, 150, on_short=ShortBurn.OWE)

    assert [(0, 20), (0, 0)] == [have(books[ANN]), have(books[BOB])]
    assert Points(150) == Points(sum(posted(event, Account.BURNED).count for event in events))


# --- parting -------------------------------------------------------------------------------------


def test_parted_the_lender_has_their_points_again_with_the_dates_they_had_and_the_other_owes() -> None:
    before = earned((100, 0))
    books, _ = spent({ANN: earned((30, 0)), BOB: before}, 100)

    event, owed = repaid(books[BOB], BOB, {ANN}, "r", NOON + 2 * DAY)

    assert event is not None
    assert {ANN: Points(70)} == owed
    assert dict(before.pages) == dict(after(books[BOB], event).pages)
    assert before.head.months == after(books[BOB], event).head.months
    assert (0, 70) == have(after(books[ANN], owes(books[ANN], ANN, owed[ANN], "o")))


def test_who_stays_owes_nothing_when_somebody_else_leaves() -> None:
    books, _ = spent({ANN: earned((30, 0)), BOB: earned((100, 0))}, 100)

    assert (None, {}) == repaid(books[BOB], BOB, {CLEO}, "r", NOON + 2 * DAY)


def test_nobody_owes_for_points_that_would_have_run_out_by_now() -> None:
    books, _ = spent({ANN: earned((30, 0)), BOB: earned((100, 0))}, 100)
    late = NOON + 120 * DAY

    assert (None, {}) == repaid(books[BOB], BOB, {ANN}, "r", late)
    swept = expire(books[BOB], BOB, "x", late)
    assert swept is not None
    assert () == after(books[BOB], swept).head.months
    assert (None, {}) == repaid(after(books[BOB], swept), BOB, {ANN}, "r", late)


def test_a_month_of_which_all_is_lent_stays_in_the_head_until_it_runs_out() -> None:
    books, _ = spent({ANN: earned(), BOB: earned((100, 0))}, 100)

    (month,) = books[BOB].head.months
    assert (Points(0), Points(100)) == (month.remaining, month.lent)


# --- given back ----------------------------------------------------------------------------------


def back(book: PointsBook, points: int, days: int, rules: PointsRules = RULES, **lent: Any) -> Any:
    draws = lent["draws"]
    wanted = GiveBack(BOB, ANN, "g", draws, "return")
    assert points == sum(draw.points.count for draw in draws)
    return give_back(book, wanted, rules, NOON + days * DAY, ZONE)


def test_what_is_given_back_goes_into_the_lenders_lot_and_the_loan_is_less() -> None:
    books, events = spent({ANN: earned((30, 0)), BOB: earned((100, 0))}, 100)

    event, rest = back(books[BOB], 70, 2, draws=draws_of(events[1]))

    assert Points(0) == rest
    assert (100, 0) == have(after(books[BOB], event))
    assert (None, {}) == repaid(after(books[BOB], event), BOB, {ANN}, "r", NOON + 2 * DAY)


def test_what_has_been_repaid_since_is_the_borrowers() -> None:
    books, events = spent({ANN: earned((30, 0)), BOB: earned((100, 0))}, 100)
    parted, _ = repaid(books[BOB], BOB, {ANN}, "r", NOON + 2 * DAY)
    assert parted is not None

    event, rest = back(after(books[BOB], parted), 70, 3, draws=draws_of(events[1]))

    assert (None, Points(70)) == (event, rest)


@pytest.mark.parametrize("is_swept", [True, False])
def test_what_is_given_back_after_the_lot_ran_out_lapses_swept_or_not(is_swept: bool) -> None:
    books, events = spent({ANN: earned((30, 0)), BOB: earned((100, 0))}, 100)
    book, late = books[BOB], 120
    if is_swept:
        swept = expire(book, BOB, "x", NOON + late * DAY)
        assert swept is not None
        book = after(book, swept)

    event, rest = back(book, 70, late, draws=draws_of(events[1]))

    assert Points(0) == rest
    assert Points(70) == posted(event, Account.BREAKAGE)
    assert (0, 0) == have(after(book, event), late)


def test_or_lives_on_where_the_rules_let_it() -> None:
    books, events = spent({ANN: earned((30, 0)), BOB: earned((100, 0))}, 100)
    rules = PointsRules(earn_per=Money(100, "CNY"), expiry_days=90, restored_days=30)

    event, rest = back(books[BOB], 70, 120, rules, draws=draws_of(events[1]))

    assert Points(0) == rest
    assert (70, 0) == have(after(books[BOB], event), 120)


# --- the law -------------------------------------------------------------------------------------


@settings(max_examples=150)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(1, 50), st.integers(-80, 0)), max_size=4), min_size=2, max_size=4
    ),
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 120)), max_size=6),
)
def test_spend_as_one_and_part_again_and_each_has_what_they_would_have_had(
    amounts: list[list[tuple[int, int]]], burns: list[tuple[int, int]]
) -> None:
    """The oracle: each is charged what they spent themselves, out of their own points and then as a debt."""
    names = [MemberId(f"m{nth}") for nth in range(len(amounts))]
    books = {name: earned(*each) for name, each in zip(names, amounts, strict=True)}
    net = {name: have(book)[0] for name, book in books.items()}
    now = NOON + DAY
    for nth, (who, points) in enumerate(burns):
        by = names[who % len(names)]
        if points > sum(have(book)[0] for book in books.values()):
            continue
        for event in burn_together(books, Burn(by, f"b{nth}", Points(points), "s"), ShortBurn.REFUSE, now):
            books[event.member] = after(books[event.member], event)
        net[by] -= points
    owed: dict[MemberId, Points] = {}
    for name in names:
        moved, lent = repaid(books[name], name, set(names) - {name}, "r", now)
        if moved is not None:
            books[name] = after(books[name], moved)
        for borrower, points_ in lent.items():
            owed[borrower] = owed.get(borrower, Points(0)) + points_
    for borrower, points_ in owed.items():
        books[borrower] = after(books[borrower], owes(books[borrower], borrower, points_, "o"))

    assert net == {name: have(book)[0] - have(book)[1] for name, book in books.items()}
    assert not any(month.lent.count for book in books.values() for month in book.head.months)
