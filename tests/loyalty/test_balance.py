"""How many points have I: to spend, pending, owed, and what runs out next."""

from __future__ import annotations

from omnicommerce.kernel.points import Points
from omnicommerce.loyalty import Balance, Expiring, PointsBook, PointsRules, ShortBurn, balance
from tests.loyalty.shelf import Shelf, at, start


def rules(expiry_days: int | None, activation_days: int = 0) -> PointsRules:
    return PointsRules(expiry_days=expiry_days, activation_days=activation_days)


def test_whoever_has_no_book_has_nothing() -> None:
    assert Balance(Points(0)) == balance(PointsBook(), at(0))


def test_a_balance_says_all_there_is_to_say() -> None:
    shelf = Shelf()
    shelf.accrue(10, at(0), rules(None))
    shelf.accrue(20, at(0), rules(40))
    shelf.accrue(30, at(0), rules(5, activation_days=3))

    assert Balance(Points(30), Points(30), Points(0), Expiring(Points(30), start(8))) == shelf.balance(at(1))
    assert Balance(Points(60), Points(0), Points(0), Expiring(Points(30), start(8))) == shelf.balance(at(3))
    assert Balance(Points(30), Points(0), Points(0), Expiring(Points(20), start(40))) == shelf.balance(at(8))
    assert Balance(Points(10)) == shelf.balance(at(40))


def test_what_runs_out_next_is_all_that_runs_out_at_that_instant() -> None:
    shelf = Shelf()
    shelf.accrue(10, at(0), rules(5))
    shelf.accrue(20, at(1), rules(4))
    shelf.accrue(40, at(1), rules(5))
    shelf.burn(4, at(1))

    assert Expiring(Points(26), start(5)) == shelf.balance(at(2)).expires_next


def test_a_debt_is_told_as_a_debt_and_not_as_less_than_nothing() -> None:
    shelf = Shelf()
    shelf.burn(7, at(0), PointsRules(on_short_burn=ShortBurn.OWE))

    assert Balance(Points(0), debt=Points(7)) == shelf.balance(at(0))


def test_a_balance_reads_only_what_the_head_cannot_answer() -> None:
    """Of months that are active as a whole the sum is known; only what runs out first is looked up."""
    shelf = Shelf()
    for month in range(6):
        shelf.accrue(10, at(0), rules(30 * month + 5))
    shelf.accrue(10, at(0), rules(None))

    assert Points(70) == shelf.balance(at(1)).points
    assert [("2026-09.0",)] == shelf.reads


def test_months_with_pending_or_expired_points_are_read() -> None:
    shelf = Shelf()
    shelf.accrue(10, at(0), rules(3))
    shelf.accrue(10, at(0), rules(35))
    shelf.accrue(10, at(0), rules(None, activation_days=10))

    assert (10, 10, 0) == shelf.counts(at(4))
    assert [("2026-09.0", "never.0", "2026-10.0")] == shelf.reads


def test_from_the_very_instant_all_of_it_is_active_the_head_is_enough() -> None:
    shelf = Shelf()
    shelf.accrue(10, at(0), rules(None, activation_days=3))

    assert (10, 0, 0) == shelf.counts(start(3))
    assert [] == shelf.reads


def test_a_book_of_points_that_never_expire_is_its_head() -> None:
    shelf = Shelf()
    shelf.accrue(10, at(0), rules(None))

    assert Balance(Points(10)) == shelf.balance(at(0))
    assert [] == shelf.reads


def test_pages_that_were_read_for_something_else_are_not_counted_twice() -> None:
    shelf = Shelf()
    for days in (5, 35, 65):
        shelf.accrue(10, at(0), rules(days))

    assert shelf.balance(at(1)) == balance(shelf.whole(), at(1))
