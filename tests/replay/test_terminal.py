"""The terminal shows the same figures, a hundred columns wide."""

from __future__ import annotations

from datetime import date
from io import StringIO

import attrs
from rich.console import Console

from examples.replay.terminal import WIDTH, following, show
from tests.replay import reports


def printed(width: int = WIDTH) -> str:
    console = Console(file=StringIO(), width=width)
    show(reports.year(), console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_every_month_of_points_and_every_story_is_told() -> None:
    report, text = reports.year(), printed()

    for month in report.points:
        for amount in (month.issued, month.burned, month.expired, month.active, month.pending):
            assert f"{amount:,}" in text
    for story in report.stories:
        assert story.household in text
    for each in report.redemptions:
        assert each.outcome in text
    for _, count in (*report.tiers_at_end, *report.stages_at_end):
        assert f"{count:,}" in text


def test_a_store_that_is_named_like_markup_keeps_its_name() -> None:
    report = reports.year()
    cells = tuple(attrs.evolve(cell, store="[red]Nord[/blue]") for cell in report.cells[:12])
    console = Console(file=StringIO(), width=WIDTH)
    show(attrs.evolve(report, cells=cells), console)

    assert isinstance(console.file, StringIO)
    assert "[red]Nord[/blue]" in console.file.getvalue()


def test_no_line_is_wider_than_a_hundred_columns() -> None:
    assert WIDTH >= max(len(line) for line in printed(200).splitlines())


def test_the_bar_follows_the_days() -> None:
    console = Console(file=StringIO(), width=WIDTH, force_terminal=True)
    with following(365, console) as bar:
        bar.goes_on(None)
        bar.advance(date(2017, 1, 1), 400)
        bar.advance(date(2017, 1, 2), 100)

    assert isinstance(console.file, StringIO)
    assert "500 sales" in console.file.getvalue()
    assert "going on" not in console.file.getvalue()


def test_where_there_is_no_terminal_a_line_a_month_says_how_far_it_is() -> None:
    console = Console(file=StringIO(), width=WIDTH)
    with following(365, console) as bar:
        bar.goes_on(date(2017, 1, 30))
        for day in (date(2017, 1, 31), date(2017, 2, 1), date(2017, 2, 2)):
            bar.advance(day, 100)
        bar.audits()

    assert isinstance(console.file, StringIO)
    lines = console.file.getvalue().splitlines()
    assert "going on after 30 January 2017; that far it was told before" == lines[0]
    assert ["telling January 2017", "telling February 2017", "auditing the books"] == lines[1:4]
    assert "300 more sales" in console.file.getvalue()
