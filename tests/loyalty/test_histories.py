"""Whatever happens to a member's points, in whatever order: the books balance, and an oracle agrees."""

from __future__ import annotations

from datetime import datetime, time
from typing import Final

from hypothesis import given as examples
from hypothesis import settings

from omnicommerce.loyalty import (
    Account,
    Balance,
    PointsBook,
    PointsMoved,
    PointsRules,
    balance,
    next_due,
    posted,
)
from tests.loyalty.shelf import FIRST, at
from tests.loyalty.tales import HISTORIES, History, Moment, day_of, pages_of_size, told

LAST_DAY: Final = 600
"""When all that can run out has."""

A_FEW: Final = settings(max_examples=40)
"""Each history is some two dozen steps, and every law tells forty of them."""


def _counts(found: Balance) -> tuple[int, int, int]:
    return found.points.count, found.pending.count, found.debt.count


def agrees(found: Balance, moment: Moment) -> None:
    """The library's answer is the oracle's."""
    assert moment.has == _counts(found)
    expected = moment.runs_out_next
    if found.expires_next is None:
        assert expected is None
    else:
        assert expected == (found.expires_next.points.count, day_of(found.expires_next.at))


# --- the laws ------------------------------------------------------------------------------------


@A_FEW
@examples(HISTORIES)
def test_at_every_instant_of_the_past_the_balance_is_what_an_independent_oracle_counts(
    history: History,
) -> None:
    """Folding what had been told by then again gives the answer that was given then."""
    tale = told(history)

    for moment in tale.moments:
        agrees(balance(tale.shelf.as_of(moment.now), moment.now), moment)


@A_FEW
@examples(HISTORIES)
def test_only_the_pages_that_were_asked_for_decide(history: History) -> None:
    """The answer from those pages is the answer from all of them, now and on any day to come."""
    tale = told(history)
    whole = tale.shelf.whole()

    for day in range(tale.day, tale.day + 14):
        agrees(
            tale.shelf.balance(at(day)),
            Moment(at(day), day, tale.oracle.has(day), tale.oracle.runs_out_next(day)),
        )
        assert balance(whole, at(day)) == tale.shelf.balance(at(day))


@A_FEW
@examples(HISTORIES)
def test_every_entry_sums_to_zero_and_entries_are_lots_and_debt(history: History) -> None:
    tale = told(history)
    events = [event for _, event in tale.shelf.told]

    for event in events:
        assert 0 == sum(posting.points.count for posting in event.postings)
        moved = sum(move.points.count for move in event.moves)
        assert moved == posted(event, Account.MEMBER).count
    book = tale.shelf.whole()
    lots = [lot for page in book.pages.values() for lot in page.lots]
    assert sum(lot.remaining.count for lot in lots) == _all(events, Account.MEMBER)
    assert sum(lot.expired.count for lot in lots) == _all(events, Account.BREAKAGE)
    assert book.head.debt.count == -_all(events, Account.DEBT)


def _all(events: list[PointsMoved], account: Account) -> int:
    return sum(posted(event, account).count for event in events)


@A_FEW
@examples(HISTORIES)
def test_each_record_folded_alone_is_the_aggregate(history: History) -> None:
    """No record needs another one, the rules or a clock to be worked out again."""
    tale = told(history)
    with pages_of_size(history[0]):
        aggregate = tale.shelf.as_of(tale.now)

    assert aggregate.head == tale.shelf.whole().head
    assert aggregate.pages == tale.shelf.pages


@A_FEW
@examples(HISTORIES)
def test_the_head_knows_what_its_pages_hold(history: History) -> None:
    """Exact sums, bounds on the safe side, and nothing left where it does not look."""
    tale = told(history)
    book = tale.shelf.whole()
    seen = set()

    for month in book.head.months:
        names = [f"{month.month}.{number}" for number in range(month.first_page, month.pages)]
        left = [lot for name in names for lot in book.pages[name].lots if not lot.remaining.is_zero]
        assert month.remaining.count == sum(lot.remaining.count for lot in left)
        assert all(lot.active_at <= month.active_last for lot in left)
        expiries = [lot.expires_at for lot in left if lot.expires_at is not None]
        assert not expiries or (month.expires_first is not None and month.expires_first <= min(expiries))
        assert month.month == "never" or left
        seen.update(names)
    elsewhere = [lot for name, page in book.pages.items() if name not in seen for lot in page.lots]
    assert all(lot.remaining.is_zero for lot in elsewhere)


@A_FEW
@examples(HISTORIES)
def test_nobody_owes_while_they_have_points(history: History) -> None:
    tale = told(history)

    for moment in tale.moments:
        points, pending, debt = moment.has
        assert debt == 0 or points == pending == 0
        assert _owes_fairly(tale.shelf.as_of(moment.now), moment.now)


def _owes_fairly(book: PointsBook, now: datetime) -> bool:
    alive = [lot for page in book.pages.values() for lot in page.lots if not lot.has_run_out(now)]
    return book.head.debt.is_zero or all(lot.remaining.is_zero for lot in alive)


@A_FEW
@examples(HISTORIES)
def test_sweeping_earlier_later_or_never_changes_no_balance(history: History) -> None:
    swept, unswept = told(history), told(history, swept=False)

    assert swept.moments == unswept.moments
    for moment in swept.moments:
        assert moment.has == _counts(balance(unswept.shelf.as_of(moment.now), moment.now))
    for day in range(swept.day, swept.day + 14):
        assert swept.shelf.balance(at(day)) == unswept.shelf.balance(at(day))


@A_FEW
@examples(HISTORIES)
def test_a_late_sweep_ends_where_early_ones_do(history: History) -> None:
    """Once all is swept, every account holds the same, whenever that was."""
    swept, unswept = told(history), told(history, swept=False)
    for tale in (swept, unswept):
        tale.shelf.sweep(at(LAST_DAY))

    for account in Account:
        assert _all([event for _, event in swept.shelf.told], account) == _all(
            [event for _, event in unswept.shelf.told], account
        )


@A_FEW
@examples(HISTORIES)
def test_a_sweep_when_it_is_due_is_never_due_at_that_instant_again(history: History) -> None:
    tale = told(history)
    due = next_due(tale.shelf.whole().head, PointsRules(), "UTC")

    while due is not None:
        tale.shelf.sweep(due)
        following = next_due(tale.shelf.whole().head, PointsRules(), "UTC")
        assert following is None or following > due
        due = following

    assert all(month.month == "never" for month in tale.shelf.whole().head.months)


def test_the_first_day_is_aday_of_the_shop() -> None:
    assert 0 == day_of(at(0, time.min))
    assert FIRST.isoformat() == "2026-09-01"
