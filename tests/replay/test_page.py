"""The page: everything on it is in it, every figure is on it, and no name on it is anything but text."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser

import attrs
import pytest

from examples.replay.figures import Report, Step
from examples.replay.page import page
from tests.replay import reports

FETCHING = frozenset({"src", "href", "srcset", "action", "data", "poster", "background"})
VOID = frozenset({"meta", "br", "hr", "img", "input", "link", "col", "wbr"})


class Read(HTMLParser):
    """What a browser would fetch, which elements are left open, and what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.is_skipped = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [value or "" for name, value in attrs if name in FETCHING]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in {"script", "style"}:
            self.texts.append(data)


def read(report: Report) -> tuple[Read, str]:
    document = page(report)
    reader = Read()
    reader.feed(document)
    return reader, document


@pytest.fixture(scope="module")
def report() -> Report:
    return reports.year()


def test_nothing_is_fetched_when_it_is_opened(report: Report) -> None:
    reader, document = read(report)

    assert [] == [each for each in reader.fetched if not each.startswith("#")]
    assert "://" not in document
    assert "@import" not in document
    assert 20_000 < len(document) < 3_000_000


def test_it_is_one_whole_document(report: Report) -> None:
    reader, document = read(report)

    assert [] == reader.open
    assert document.lower().startswith("<!doctype html>")


def test_the_same_report_is_the_same_page(report: Report) -> None:
    assert page(report) == page(report)


def test_every_headline_and_every_month_of_points_is_told(report: Report) -> None:
    reader, _ = read(report)
    text = " ".join(" ".join(reader.texts).split())

    for number in (report.sales, report.lines, report.households, report.stores):
        assert f"{number:,}" in text
    for month in report.points:
        for amount in (month.issued, month.burned, month.expired, month.active, month.pending):
            assert f"{amount:,}" in text
    assert report.verdict in text
    for story in report.stories:
        assert story.household.removeprefix("household ") in text


def test_a_name_is_text_and_nothing_else(report: Report) -> None:
    evil = "<script>alert(1)</script>"
    story = attrs.evolve(report.stories[0], household=evil, steps=(Step(day=report.first_day, text=evil),))
    document = page(attrs.evolve(report, stories=(story, *report.stories[1:]), verdict=evil))

    assert evil not in document
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in document


def test_a_week_is_not_called_a_year(report: Report) -> None:
    week = attrs.evolve(report, last_day=report.first_day + timedelta(days=6))

    assert "<h1>7 days of a retailer" in page(week)
    assert "<h1>A year of a retailer" in page(report)


def test_the_chart_data_cannot_end_its_script(report: Report) -> None:
    evil = "</script><script>alert(1)</script>"
    cells = tuple(attrs.evolve(cell, store=evil) if cell.store == "280" else cell for cell in report.cells)

    assert evil not in page(attrs.evolve(report, cells=cells))


def test_a_replay_of_nothing_much_still_has_a_page(report: Report) -> None:
    """On the first days nobody has points to speak of, has moved, or has shown a coupon."""
    empty = attrs.evolve(report, points=(), tier_moves=(), stage_moves=(), redemptions=(), stories=())
    reader, _ = read(empty)

    assert [] == reader.open
