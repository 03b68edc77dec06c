"""The points book: double entry, each record folded alone, and nothing in it that cannot be."""

from __future__ import annotations

import pytest

from omnicommerce import wire
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import LotId
from omnicommerce.kernel.instant import as_text
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty import (
    HEADS,
    LOTS,
    MOVEMENTS,
    Account,
    Accrual,
    Draw,
    Kind,
    LotMove,
    LotPage,
    Month,
    Movement,
    Opening,
    PointsBook,
    PointsHead,
    PointsMoved,
    PointsRules,
    Posting,
    Restoral,
    Reversal,
    accrue,
    apply,
    apply_to_head,
    apply_to_page,
    book_of,
    movement_of,
    pages_for_accrual,
    pages_of,
)
from omnicommerce.testing import given
from tests.loyalty.shelf import MARY, ZONE, Shelf, at, start

MONTH = PointsRules(expiry_days=30)
LOT = LotId("2026-10.0/0")


def accrual(points: int, day: int = 0) -> Accrual:
    return Accrual(MARY, "a-1", Points(points), at(day), "sale-1")


EARNED = PointsMoved(
    MARY,
    "a-1",
    Kind.ACCRUAL,
    "sale-1",
    postings=(Posting(Account.MEMBER, Points(30)), Posting(Account.ISSUER, Points(-30))),
    moves=(LotMove(LOT, Points(30), earned=Points(30)),),
    opened=(Opening(LOT, start(0), start(30)),),
    months=(Month("2026-10", 1, Points(30), start(0), start(30)),),
    number=1,
)
EMPTY = book_of(None, {"2026-10.0": None})


def test_what_a_sale_earned_is_one_event_with_all_its_dates() -> None:
    """Told in full: whoever applies it needs neither the rules nor a clock nor another record."""
    given(apply, EMPTY).when(lambda book: accrue(book, accrual(30), MONTH, ZONE) or ()).then(EARNED)


def test_the_event_can_be_written_and_read_again() -> None:
    data = wire.dump(EARNED, PointsMoved)

    assert EARNED == wire.load(data, PointsMoved)


def test_records_can_be_written_and_read_again() -> None:
    head, page = apply_to_head(None, EARNED), apply_to_page(None, "2026-10.0", EARNED)
    movement = movement_of(EARNED, at(1), at(0))

    assert head == wire.load(wire.dump(head, PointsHead), PointsHead)
    assert page == wire.load(wire.dump(page, LotPage), LotPage)
    assert movement == wire.load(wire.dump(movement, Movement), Movement)
    assert ["points", "lots", "movement"] == [each.name for each in (HEADS, LOTS, MOVEMENTS)]


def test_a_page_is_named_by_itself_or_by_its_record() -> None:
    assert ("2026-10.0",) == pages_of(EARNED)
    assert apply_to_page(None, "2026-10.0", EARNED) == apply_to_page(None, "mary/2026-10.0", EARNED)
    assert LotPage() == apply_to_page(None, "mary/2026-11.0", EARNED)


def test_a_page_that_was_looked_for_and_is_not_there_is_empty() -> None:
    assert PointsBook(PointsHead(), {"2026-10.0": LotPage()}) == EMPTY


def test_no_decision_guesses_what_a_page_holds() -> None:
    assert ("2026-10.0",) == pages_for_accrual(PointsBook(), accrual(30), MONTH, ZONE)
    with pytest.raises(AssertionError, match="must be read first"):
        accrue(PointsBook(), accrual(30), MONTH, ZONE)


def test_a_book_from_before_another_commit_is_noticed() -> None:
    """The head and a page that do not belong together are not quietly added up."""
    shelf = Shelf()
    shelf.accrue(10, at(0), MONTH)
    old = dict(shelf.pages)
    shelf.accrue(10, at(0), MONTH)
    torn = PointsBook(shelf.whole().head, old)

    with pytest.raises(AssertionError, match="miscounts"):
        accrue(torn, accrual(30), MONTH, ZONE)


# --- what cannot be ------------------------------------------------------------------------------


def moved(*moves: LotMove, opened: tuple[Opening, ...] = ()) -> PointsMoved:
    return PointsMoved(MARY, "x", Kind.BURN, "", (), moves, opened)


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (
            moved(
                LotMove(LOT, Points(1)),
                opened=tuple(Opening(LotId(f"2026-10.0/{place}"), start(0), None) for place in range(1, 65)),
            ),
            "is not the next place",
        ),
        (moved(LotMove(LOT, Points(-31))), "less than nothing"),
        (moved(LotMove(LOT, Points(1))), "more than was ever put into it"),
        (moved(LotMove(LOT, Points(0), expired=Points(1))), "more than was ever put into it"),
        (moved(LotMove(LOT, Points(0), expired=Points(-1))), "more out of breakage than ran out"),
        (moved(LotMove(LotId("2026-10.0/1"), Points(1))), "there is no lot"),
        (
            moved(
                LotMove(LotId("2026-10.0/2"), Points(1)),
                opened=(Opening(LotId("2026-10.0/2"), start(0), None),),
            ),
            "is not the next place",
        ),
    ],
)
def test_a_lot_never_holds_less_than_nothing_nor_more_than_came_in(event: PointsMoved, told: str) -> None:
    page = apply_to_page(None, "2026-10.0", EARNED)

    with pytest.raises(AssertionError, match=told):
        apply_to_page(page, "2026-10.0", event)


def test_a_debt_is_settled_once() -> None:
    settled = PointsMoved(MARY, "x", Kind.ACCRUAL, "", (Posting(Account.DEBT, Points(1)),))

    with pytest.raises(AssertionError, match="settled once"):
        apply_to_head(PointsHead(), settled)


def test_the_direction_is_in_the_word_and_not_in_a_sign() -> None:
    for wrong in (
        lambda: accrual(-1),
        lambda: Reversal(MARY, "r", Points(-1), LOT, "sale-1"),
        lambda: Restoral(MARY, "r", (Draw(LOT, Points(-1)),), "sale-1"),
    ):
        with pytest.raises(BadValue) as caught:
            wrong()
        assert "points" == caught.value.path


# --- the statement -------------------------------------------------------------------------------


def test_a_line_of_the_statement_says_what_changed_for_the_member() -> None:
    """Lots and debt together: what settles a debt is gained as much as what lies in a lot."""
    shelf = Shelf()
    lot = shelf.accrue(30, at(0), MONTH)
    shelf.burn(30, at(1))
    shelf.reverse(30, lot, at(2))
    shelf.accrue(40, at(3), MONTH)

    lines = [movement_of(event, now, now) for now, event in shelf.told]

    assert [30, -30, -30, 40] == [line.points.count for line in lines]
    assert [Kind.ACCRUAL, Kind.BURN, Kind.REVERSAL, Kind.ACCRUAL] == [line.kind for line in lines]
    assert 10 == sum(line.points.count for line in lines)
    assert (10, 0, 0) == shelf.counts(at(3))


def test_the_statement_is_found_by_member_in_the_order_of_booking() -> None:
    line = movement_of(EARNED, at(5), at(0))

    assert Movement(MARY, Kind.ACCRUAL, Points(30), at(5), at(0), "sale-1", "", 1) == line
    assert (("member", f"mary {as_text(at(5))} 0000000001"),) == MOVEMENTS.indexes(line)
