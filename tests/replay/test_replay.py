"""A year of a retailer, told through the front door, and held to books that were kept by somebody else."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from examples.replay.replay import YEAR_DAYS
from tests.replay.accounts import FOLDER, Replayed, kept_in, replayed
from tests.replay.deaths import everybody, told_with_deaths
from tests.replay.oracle import Told, told

SOME_DAYS = 36
"""Long enough for coupons, tiers and the first burns."""

DEATHS = 3
"""Each costs the reading of all days before it."""


def assert_the_books_are_those_of(oracle: Told, replayed: Replayed) -> None:
    report = replayed.report
    months = {each.month: each for each in report.points}

    assert {number: attrs.asdict(each) for number, each in oracle.households.items()} == {
        number: attrs.asdict(each) for number, each in replayed.accounts.items()
    }
    for month in oracle.months:
        ours = months[month.month]
        assert (month.issued, month.burned, month.expired) == (ours.issued, ours.burned, ours.expired)
        assert (month.active, month.pending) == (ours.active, ours.pending)
        assert month.active + month.pending == ours.liability
    assert {outcome: count for outcome, count in oracle.redemptions.items() if count} == {
        each.outcome: each.count for each in report.redemptions
    }
    assert {cell: (each.count, each.cents) for cell, each in oracle.sales.items()} == {
        (each.month, int(each.store)): (each.sales, each.spend_minor) for each in report.cells
    }
    assert replayed.is_balanced


def test_of_some_weeks_the_books_are_those_of_the_oracle(tmp_path: Path) -> None:
    assert_the_books_are_those_of(told(str(FOLDER), SOME_DAYS), replayed(tmp_path / "shop.db", SOME_DAYS))


@pytest.mark.prove
def test_of_the_year_that_was_killed_on_the_way_the_books_are_those_of_the_oracle(tmp_path: Path) -> None:
    told_with_deaths(tmp_path / "year", YEAR_DAYS, DEATHS, everybody, last=60)
    year = kept_in(tmp_path / "year" / "shop.db", YEAR_DAYS, is_balanced=True)
    points = year.report.points

    assert_the_books_are_those_of(told(str(FOLDER)), year)
    assert 2_469 == len(year.accounts)
    for column in ("issued", "burned", "expired", "active", "pending", "liability"):
        assert any(getattr(month, column) for month in points), f"nothing is {column} all year"
