"""The report in a terminal: the same figures, a hundred columns wide, readable without colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Final

import attrs
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from examples.replay.figures import Report
from examples.replay.words import STAGES, TIERS, money, number, percent, ranked, reason

WIDTH: Final = 100
BAR: Final = 24
STORES_SHOWN: Final = 10


@attrs.define
class Following:
    """Shows how far the replay has come: a bar in a terminal, and elsewhere a line for each month."""

    _progress: Progress
    _task: TaskID
    _more: str = ""
    _sales: int = 0
    _month: str = ""

    def goes_on(self, closed: date | None) -> None:
        """Days up to *closed* were told by an earlier run; None if this is the first."""
        if closed is not None:
            self._progress.console.print(f"going on after {_in_words(closed)}; that far it was told before")
            self._progress.update(self._task, completed=_number_of(closed))
            self._more = " more"

    def advance(self, day: date, sales: int) -> None:
        """Another *day* is told, with so many sales."""
        self._progress.start_task(self._task)
        self._sales += sales
        self._progress.update(
            self._task,
            description="telling the sales",
            completed=_number_of(day),
            sales=f"{self._sales:,}{self._more}",
        )
        month = f"{day:%B %Y}"
        if month != self._month and not self._progress.console.is_terminal:
            self._progress.console.print(f"telling {month}")
        self._month = month

    def audits(self) -> None:
        """All is told; the books are being checked."""
        self._progress.update(self._task, description="auditing the books")
        if not self._progress.console.is_terminal:
            self._progress.console.print("auditing the books")


def _number_of(day: date) -> int:
    return (day - date(day.year, 1, 1)).days + 1


def _in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


@contextmanager
def following(days: int, console: Console) -> Iterator[Following]:
    """Show how far a replay of so many *days* has come."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("days, {task.fields[sales]} sales"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield Following(progress, progress.add_task("reading the data", start=False, total=days, sales="0"))


def show(report: Report, console: Console) -> None:
    """Print the report."""
    days = f"{report.first_day:%d %B %Y} to {report.last_day:%d %B %Y}"
    console.print(f"\n[bold]{report.sales:,} sales, {days}[/bold]")
    console.print(
        f"{report.households:,} households in {report.stores:,} stores bought {report.lines:,} lines"
        f" for {money(report.spend_minor, report.currency)}"
    )
    tables = (_months, _stores, _points, _moves, _standing, _redemptions, _stories)
    for table in tables:
        console.print()
        console.print(table(report), width=min(WIDTH, console.width))


def _bar(part: int, most: int) -> str:
    return "█" * max(1, part * BAR // max(1, most))


def _table(title: str, names: Iterable[str], numbers: Iterable[str]) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for name in names:
        table.add_column(name)
    for name in numbers:
        table.add_column(name, justify="right")
    return table


def _months(report: Report) -> Table:
    table = _table("Sales by month", ("month", ""), ("sales", "spend"))
    months = sorted({cell.month for cell in report.cells})
    sales = {month: sum(cell.sales for cell in report.cells if cell.month == month) for month in months}
    spend = {month: sum(cell.spend_minor for cell in report.cells if cell.month == month) for month in months}
    most = max(spend.values())
    for month in months:
        told = money(spend[month], report.currency)
        table.add_row(month, _bar(spend[month], most), number(sales[month]), told)
    return table


def _stores(report: Report) -> Table:
    table = _table("Sales by store, and all others as one", ("store", ""), ("sales", "spend", "of all"))
    spend: Counter[str] = Counter()
    sales: Counter[str] = Counter()
    for cell in report.cells:
        spend[cell.store] += cell.spend_minor
        sales[cell.store] += cell.sales
    most = sorted(spend, key=lambda store: (-spend[store], store))
    top, others = most[:STORES_SHOWN], most[STORES_SHOWN:]
    rows = [(store, _bar(spend[store], spend[top[0]]), sales[store], spend[store]) for store in top]
    if others:
        rest = (sum(sales[store] for store in others), sum(spend[store] for store in others))
        rows.append((f"{number(len(others))} others", "", *rest))
    for store, bar, count, minor in rows:
        told = money(minor, report.currency)
        table.add_row(escape(store), bar, number(count), told, percent(minor, spend.total()))
    return table


def _points(report: Report) -> Table:
    columns = ("issued", "burned", "expired", "active", "pending", "liability")
    table = _table("Points; the last three at the month's end", ("month",), columns)
    for each in report.points:
        table.add_row(each.month, *(f"{getattr(each, column):,}" for column in columns))
    return table


def _moves(report: Report) -> Table:
    table = _table("Moves between tiers and stages", ("what", "before", "after"), ("times",))
    for what, moves in (("tier", report.tier_moves), ("stage", report.stage_moves)):
        for move in moves:
            table.add_row(what, escape(move.before) or "(joined)", escape(move.after), f"{move.count:,}")
    return table


def _standing(report: Report) -> Table:
    table = _table("At the midnight that ends the last day", ("what", "name", ""), ("households", "of all"))
    for what, held, order in (("tier", report.tiers_at_end, TIERS), ("stage", report.stages_at_end, STAGES)):
        counts = dict(held)
        total = sum(counts.values())
        for name in reversed(ranked(counts, order)):
            count = counts[name]
            row = (what, escape(name) or "none yet", _bar(count, total))
            table.add_row(*row, number(count), percent(count, total))
    return table


def _redemptions(report: Report) -> Table:
    table = _table("Coupons", ("met with", "code"), ("times", "of all"))
    total = sum(each.count for each in report.redemptions)
    for each in report.redemptions:
        row = (escape(reason(each.outcome)), escape(each.outcome))
        table.add_row(*row, number(each.count), percent(each.count, total))
    return table


def _stories(report: Report) -> Table:
    title = f"{len(report.stories)} households"
    table = _table(title, ("household", "chosen because it", "tier", "stage"), ("sales", "points left"))
    for story in report.stories:
        row = tuple(escape(each) for each in (story.household, story.title, story.tier, story.stage))
        table.add_row(*row, f"{story.sales:,}", f"{story.points_left:,}")
    return table
