"""The report in a terminal: the same figures, a hundred columns wide, readable without colour."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Final

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from examples.replay.figures import Report

WIDTH: Final = 100
MONTH_BAR: Final = 30


@contextmanager
def following(days: int, console: Console) -> Iterator[Callable[[date, int], None]]:
    """A bar that moves on with every day that is told; it is given the day, and how many sales it had."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("days, {task.fields[sales]:,} sales"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("a year of sales", total=days, sales=0)
        told = 0

        def advance(day: date, sales: int) -> None:
            nonlocal told
            told += sales
            progress.update(task, completed=(day - date(day.year, 1, 1)).days + 1, sales=told)

        yield advance


def show(report: Report, console: Console) -> None:
    """Print the report."""
    days = f"{report.first_day:%d %B %Y} to {report.last_day:%d %B %Y}"
    console.print(f"\n[bold]{report.sales:,} sales, {days}[/bold]")
    console.print(
        f"{report.households:,} households in {report.stores:,} stores bought {report.lines:,} lines"
        f" for {_money(report.spend_minor)} {report.currency}"
    )
    for table in (_months(report), _points(report), _moves(report), _redemptions(report), _stories(report)):
        console.print()
        console.print(table, width=min(WIDTH, console.width))


def _money(minor: int) -> str:
    return f"{minor / 100:,.2f}"


def _table(title: str, names: Iterable[str], numbers: Iterable[str]) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for name in names:
        table.add_column(name)
    for name in numbers:
        table.add_column(name, justify="right")
    return table


def _months(report: Report) -> Table:
    table = _table("Sales by month", ("month", ""), ("sales", f"spend, {report.currency}"))
    months = sorted({cell.month for cell in report.cells})
    sales = {month: sum(cell.sales for cell in report.cells if cell.month == month) for month in months}
    spend = {month: sum(cell.spend_minor for cell in report.cells if cell.month == month) for month in months}
    most = max(spend.values())
    for month in months:
        bar = "█" * max(1, spend[month] * MONTH_BAR // max(1, most))
        table.add_row(month, bar, f"{sales[month]:,}", _money(spend[month]))
    return table


def _points(report: Report) -> Table:
    columns = ("issued", "burned", "expired", "active", "pending", "liability")
    table = _table("Points; the last three at the month's end", ("month",), columns)
    for each in report.points:
        table.add_row(each.month, *(f"{getattr(each, column):,}" for column in columns))
    return table


def _moves(report: Report) -> Table:
    table = _table("From tier to tier, and from stage to stage", ("what", "before", "after"), ("times",))
    for what, moves in (("tier", report.tier_moves), ("stage", report.stage_moves)):
        for move in moves:
            table.add_row(what, move.before or "(joined)", move.after, f"{move.count:,}")
    return table


def _redemptions(report: Report) -> Table:
    table = _table("Coupons", ("met with",), ("times",))
    for each in report.redemptions:
        table.add_row(each.outcome, f"{each.count:,}")
    return table


def _stories(report: Report) -> Table:
    table = _table(
        "Ten households", ("household", "chosen because it", "tier", "stage"), ("sales", "points left")
    )
    for story in report.stories:
        row = (story.household, story.title, story.tier, story.stage)
        table.add_row(*row, f"{story.sales:,}", f"{story.points_left:,}")
    return table
