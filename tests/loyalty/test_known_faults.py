"""Faults that other shops were found to have: each is shown to be one, and then not to be ours."""

from __future__ import annotations

import attrs

from omnicommerce.kernel.points import Points
from omnicommerce.loyalty import Account, PointsRules, draws_of, movement_of, posted
from tests.loyalty.shelf import Shelf, at

RULES = PointsRules(expiry_days=365)


@attrs.define
class Naive:
    """A number in a column, and a log beside it: how points are mostly kept."""

    points: int = 0
    log: list[int] = attrs.field(factory=list)


# --- odoo/odoo, pull request 257854: "reverse loyalty points when a POS refund is processed" -----


def naive_refund(account: Naive, earned: int) -> None:
    """The lines of a refund have negative quantities, and negative lines earn nothing."""
    account.points += max(0, -earned)


def test_buying_and_returning_again_and_again_earns_nothing() -> None:
    naive, shelf = Naive(), Shelf()
    for day in range(3):
        naive.points += 100
        naive_refund(naive, 100)
        lot = shelf.accrue(100, at(day), RULES)
        shelf.reverse(100, lot, at(day))

    assert 300 == naive.points
    assert (0, 0, 0) == shelf.counts(at(3))


# --- yudao, MemberPointRecordServiceImpl.createPointRecord: too few points, log and return -------


def naive_clawback_that_returns(account: Naive, points: int) -> None:
    if account.points - points < 0:
        return
    account.points -= points
    account.log.append(-points)


def test_taking_back_points_that_were_spent_does_not_vanish() -> None:
    naive, shelf = Naive(), Shelf()
    lot = shelf.accrue(100, at(0), RULES)
    shelf.burn(70, at(1))
    naive.points = 30

    naive_clawback_that_returns(naive, 100)
    shelf.reverse(100, lot, at(2))

    assert 30 == naive.points
    assert (0, 0, 70) == shelf.counts(at(2))
    shelf.accrue(100, at(3), RULES)
    assert (30, 0, 0) == shelf.counts(at(3))


# --- CRMEB: the balance is clamped to nothing, the ledger row says the full amount ---------------


def naive_clawback_that_clamps(account: Naive, points: int) -> None:
    account.points = max(0, account.points - points)
    account.log.append(-points)


def test_the_ledger_says_what_happened_to_the_balance() -> None:
    naive, shelf = Naive(30, [100, -70]), Shelf()
    lot = shelf.accrue(100, at(0), RULES)
    shelf.burn(70, at(1))

    naive_clawback_that_clamps(naive, 100)
    shelf.reverse(100, lot, at(2))

    assert naive.points != sum(naive.log)
    points, pending, debt = shelf.counts(at(2))
    lines = [movement_of(event, now, now).points.count for now, event in shelf.told]
    assert [100, -70, -100] == lines
    assert points + pending - debt == sum(lines) == -70
    # What of it was there and what was not is told apart.
    _, event = shelf.told[-1]
    assert [Points(-30), Points(-70)] == [posted(event, Account.MEMBER), posted(event, Account.DEBT)]


# --- nopSolutions/nopCommerce, issue 5595: "Reward Point Balance wrong" --------------------------


def naive_cancellation(rows: list[tuple[int, int]], burned: int, earned: int) -> None:
    """Each row keeps the balance after it, and both rows of a cancellation start from one look at it."""
    balance = rows[-1][1]
    rows.append((-earned, balance - earned))
    rows.append((burned, balance + burned))


def test_cancelling_an_order_that_spent_and_earned_leaves_what_there_was() -> None:
    """50 on joining, all of them spent, 21 earned by the order; cancelled, there are 50 again."""
    rows = [(50, 50), (-50, 0), (21, 21)]
    naive_cancellation(rows, burned=50, earned=21)
    assert 71 == rows[-1][1]

    for earned_first in (True, False):
        shelf = Shelf()
        shelf.accrue(50, at(0), RULES)
        spent = shelf.burn(50, at(1))
        lot = shelf.accrue(21, at(1), RULES)
        if earned_first:
            shelf.reverse(21, lot, at(2))
        shelf.restore(draws_of(spent), at(2))
        if not earned_first:
            shelf.reverse(21, lot, at(2))

        assert (50, 0, 0) == shelf.counts(at(2))


# --- macrozheng/mall, issue 299: points given back by reading, adding and writing ----------------


def naive_jobs(account: Naive, first: int, second: int) -> None:
    """Two unpaid orders of one member time out together."""
    seen_by_first = seen_by_second = account.points
    account.points = seen_by_first + first
    account.points = seen_by_second + second


def test_of_two_orders_that_time_out_together_neither_is_forgotten() -> None:
    """An event says what moved. In either order both are in the entries, and the entries are the balance."""
    naive = Naive(40)
    naive_jobs(naive, 30, 30)
    assert 70 == naive.points

    shelves = [Shelf(), Shelf()]
    for shelf, order in zip(shelves, ((0, 1), (1, 0)), strict=True):
        shelf.accrue(100, at(0), RULES)
        spent = [shelf.burn(30, at(1)), shelf.burn(30, at(1))]
        for nth in order:
            shelf.restore(draws_of(spent[nth]), at(2))

        assert (100, 0, 0) == shelf.counts(at(2))
        assert 100 == sum(posted(event, Account.MEMBER).count for _, event in shelf.told)
    assert shelves[0].whole() == shelves[1].whole()
