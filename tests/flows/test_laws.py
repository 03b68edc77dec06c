"""The laws of the spine, on histories that nobody would write by hand."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

import attrs
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from omnicommerce import Refused
from omnicommerce.kernel.errors import CommerceError
from omnicommerce.kernel.ids import StoreId
from omnicommerce.kernel.points import Points
from omnicommerce.orders import Return, Sale
from tests.backstage import journal
from tests.shopfront import DAY, SHOP_OPENS, Shop, opened, returned, sale, tell

CARDS: Final = ("M-1", "M-2")
LAST_DAY: Final = 260
THE_END: Final = SHOP_OPENS + (LAST_DAY + 31) * DAY


@st.composite
def histories(draw: Any, *, with_returns: bool = True) -> tuple[Sale | Return, ...]:
    """Sales of two members over some months, in the order of their time, some of which come back."""
    days = sorted(draw(st.lists(st.integers(0, LAST_DAY), min_size=1, max_size=14)))
    facts: list[tuple[datetime, Sale | Return]] = []
    for number, day in enumerate(days):
        at = SHOP_OPENS + day * DAY + timedelta(minutes=draw(st.integers(0, 1_200)))
        rows = [
            ("milk", draw(st.integers(1, 3)), draw(st.integers(0, 40_000)))
            for _ in range(draw(st.integers(1, 3)))
        ]
        sold = sale(number, rows, at=at, card=draw(st.sampled_from(CARDS)))
        facts.append((at, sold))
        left = {place: row[1] for place, row in enumerate(rows, 1)}
        for nth in range(draw(st.integers(0, 2)) if with_returns else 0):
            units = {
                place: draw(st.integers(1, count))
                for place, count in left.items()
                if count and draw(st.booleans())
            }
            if not units:
                continue
            left = {place: count - units.get(place, 0) for place, count in left.items()}
            back = at + draw(st.integers(1, 60)) * timedelta(hours=12)
            facts.append((back, returned(sold, f"{number}-{nth}", tuple(units.items()), at=back)))
    return tuple(fact for _, fact in sorted(facts, key=lambda each: each[0]))


def known(shop: Shop, card: str) -> Any:
    """What a shop says of a member at the end of the story, and for months to come."""
    member = shop.member(card)
    said: list[Any] = []
    for days in (0, 7, 30, 80, 120):
        shop.at(THE_END + days * DAY)
        balance = shop.commerce.points.balance(member=member)
        tier = shop.commerce.tiers.of(member=member)
        said.append((balance, tier, shop.commerce.stages.of(member=member).stage))
    return said


def told_in_time(facts: Iterable[Sale | Return], ticks: Iterable[int] = ()) -> Shop:
    """A shop that is told each fact when it happens, and ticks at noon of some days."""
    shop = opened()
    at_noon = [SHOP_OPENS + day * DAY for day in sorted(ticks)]
    for fact in facts:
        while at_noon and at_noon[0] <= fact.at:
            shop.commerce.tick(shop.at(at_noon.pop(0)).clock())
        tell(shop.at(fact.at), fact)
    for noon in at_noon:
        shop.commerce.tick(shop.at(noon).clock())
    return shop


def told_at_the_end(facts: Iterable[Sale | Return]) -> Shop:
    """A shop that is told everything late, in this order."""
    shop = opened(now=THE_END)
    for fact in facts:
        tell(shop, fact)
    return shop


TICKS = st.sets(st.integers(0, LAST_DAY + 20), max_size=6)


# --- the order in which facts are told -----------------------------------------------------------


@settings(max_examples=40)
@for_all(data=st.data(), facts=histories(), ticks=TICKS)
def test_the_order_in_which_facts_are_told_leaves_no_trace(data: Any, facts: Any, ticks: set[int]) -> None:
    in_time = told_in_time(facts, ticks)
    shuffled = told_at_the_end(data.draw(st.permutations(facts)))

    for card in CARDS:
        assert known(in_time, card) == known(shuffled, card)


@settings(max_examples=40)
@for_all(facts=histories(), ticks=TICKS)
def test_ticking_or_not_changes_no_answer(facts: Any, ticks: set[int]) -> None:
    swept, unswept = told_in_time(facts, ticks), told_in_time(facts)

    for card in CARDS:
        assert known(swept, card) == known(unswept, card)


@settings(max_examples=30)
@for_all(facts=histories(with_returns=False), data=st.data())
def test_a_sale_that_comes_back_in_any_parts_was_never_made(facts: tuple[Sale, ...], data: Any) -> None:
    lost = data.draw(st.sampled_from(facts))
    left = {place: line.quantity.count for place, line in enumerate(lost.lines, 1)}
    told: list[Sale | Return] = list(facts)
    while left:
        place = data.draw(st.sampled_from(sorted(left)))
        count = data.draw(st.integers(1, left[place]))
        told.append(returned(lost, f"r{len(told)}", ((place, count),), at=THE_END - DAY))
        left[place] -= count
        left = {place: count for place, count in left.items() if count}
    with_it = told_at_the_end(told)
    without = told_at_the_end(fact for fact in facts if fact is not lost)

    for card in CARDS:
        assert known(with_it, card) == known(without, card)


# --- groups --------------------------------------------------------------------------------------


@settings(max_examples=30)
@for_all(facts=histories(), data=st.data())
def test_any_grouping_gives_the_same_books_as_one_by_one(facts: Any, data: Any) -> None:
    facts = (
        *facts,
        attrs.evolve(facts[0], store=StoreId("s9")) if isinstance(facts[0], Sale) else facts[0],
        *facts[:2],
    )
    alone = opened(now=THE_END)
    singly = [_attempted(alone, fact) for fact in facts]
    grouped = opened(now=THE_END)
    answers: list[Any] = []
    rest = list(facts)
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        answers += grouped.commerce.sales.ingest_many(facts=rest[:size])
        rest = rest[size:]

    assert singly == [getattr(each, "answer", None) or str(getattr(each, "error", None)) for each in answers]
    assert _bodies(alone) == _bodies(grouped)
    for card in CARDS:
        assert known(alone, card) == known(grouped, card)


def _attempted(shop: Shop, fact: Sale | Return) -> Any:
    try:
        return tell(shop, fact)
    except CommerceError as error:
        return str(error)


def _bodies(shop: Shop) -> list[Any]:
    """The journal without what is drawn at random: the ids of batches and persons."""
    drawn = {"batch", "n", "of", "writes"}
    return [
        {name: each for name, each in entry.items() if name not in drawn}
        for entry in journal(shop.storage)
        if entry["tag"] not in ("person.judged", "member.registered")
    ]


@settings(max_examples=30)
@for_all(facts=histories())
def test_telling_everything_twice_is_telling_it_once(facts: Any) -> None:
    once = told_at_the_end(facts)
    entries = len(journal(once.storage))
    for fact in facts:
        tell(once, fact)

    assert entries == len(journal(once.storage))


# --- the books -----------------------------------------------------------------------------------


@settings(max_examples=40)
@for_all(facts=histories(), ticks=TICKS, data=st.data())
def test_points_of_every_entry_sum_to_zero_and_the_balance_is_their_sum(
    facts: Any, ticks: set[int], data: Any
) -> None:
    shop = told_in_time(facts, ticks)
    shop.at(THE_END)
    for card in CARDS:
        wanted = data.draw(st.integers(1, 300))
        with suppress(Refused):
            shop.commerce.points.spend(member=shop.member(card), points=Points(wanted), source="mug")
    shop.commerce.tick(THE_END)
    moved = [entry["fact"] for entry in journal(shop.storage) if entry["tag"] == "points.moved"]

    assert all(sum(each["points"] for each in fact["postings"]) == 0 for fact in moved)
    for card in CARDS:
        member = shop.member(card)
        balance = shop.commerce.points.balance(member=member)
        posted = sum(
            each["points"]
            for fact in moved
            if fact["member"] == member
            for each in fact["postings"]
            if each["account"] in ("member", "debt")
        )
        lines = shop.commerce.points.statement(member=member, limit=500).lines
        assert posted == (balance.points + balance.pending - balance.debt).count
        assert posted == sum(line.points.count for line in lines)
