"""What was sold: by month, by store, and by both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

import altair as alt

from examples.replay.charts.drawing import ACCENT, BLUES, SHORT, TINT, Drawing, Table, finished, values
from examples.replay.figures import Report, SalesCell
from examples.replay.words import (
    amount,
    begun,
    money,
    month_labels,
    month_name,
    number,
    percent,
    round_money,
    several,
    store_name,
)

STORES_DRAWN: Final = 15
STORES_MAPPED: Final = 30


def by_month(report: Report) -> Drawing:
    """A bar a month."""
    labels = month_labels(cell.month for cell in report.cells)
    spend, sales = _spend(report.cells, "month"), _sales(report.cells, "month")
    best, least = _first(spend), min(labels, key=lambda month: (spend[month], month))
    rows = [
        {
            "month": label,
            "spend": amount(spend[month], report.currency),
            "sales": sales[month],
            "name": month_name(month),
            "is_best": month == best,
        }
        for month, label in labels.items()
    ]
    bars = (
        alt.Chart(values(rows))
        .mark_bar(cornerRadiusEnd=3)
        .encode(
            x=alt.X("month:N", sort=list(labels.values()), title="Month").scale(paddingInner=0.25),
            y=alt.Y("spend:Q", title=f"Spend, {report.currency}").axis(labelExpr=SHORT, tickCount=5),
            color=alt.condition("datum.is_best", alt.value(ACCENT), alt.value(TINT)),
            tooltip=[
                alt.Tooltip("name:N", title="Month"),
                alt.Tooltip("spend:Q", title=f"Spend, {report.currency}", format=",.2f"),
                alt.Tooltip("sales:Q", title="Sales", format=","),
            ],
        )
    )
    most = f"{month_name(best)} brought in the most, {round_money(spend[best], report.currency)}"
    few = f"{month_name(least)} the least, {round_money(spend[least], report.currency)}"
    return Drawing(
        key="sales-by-month",
        finding=most if best == least else f"{most}; {few}",
        shows="What all households paid, by month; the best month is the dark bar.",
        says=f"Bar chart of the spend of {several(len(rows), 'month', 'months')}. {most}; {few}.",
        spec=finished(bars, 280),
        table=Table(
            columns=("Month", "Sales", "Spend"),
            rows=tuple(
                (month_name(month), number(sales[month]), money(spend[month], report.currency))
                for month in labels
            ),
        ),
    )


def by_store(report: Report) -> Drawing:
    """A bar for each of the stores that sold the most; what all the others sold is one figure in words."""
    spend, sales = _spend(report.cells, "store"), _sales(report.cells, "store")
    top = _ranking(spend)[:STORES_DRAWN]
    held = sum(spend[store] for store in top)
    others, rest = len(spend) - len(top), spend.total() - held
    rows = [
        {
            "store": store,
            "spend": amount(spend[store], report.currency),
            "sales": sales[store],
            "share": percent(spend[store], spend.total()),
        }
        for store in top
    ]
    base = alt.Chart(values(rows)).encode(
        x=alt.X("spend:Q", title=f"Spend, {report.currency}").axis(labelExpr=SHORT, tickCount=5, grid=True),
        y=alt.Y("store:N", sort=top, title="Store"),
        tooltip=[
            alt.Tooltip("store:N", title="Store"),
            alt.Tooltip("spend:Q", title=f"Spend, {report.currency}", format=",.2f"),
            alt.Tooltip("sales:Q", title="Sales", format=","),
            alt.Tooltip("share:N", title="Of all spend"),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=3, color=ACCENT, height=alt.RelativeBandSize(0.68))
    shares = base.mark_text(align="left", dx=5, fontSize=11).encode(text="share:N")
    drawn = several(len(top), "store", "stores")
    finding = (
        f"{drawn} took {percent(held, spend.total())} of the money; {store_name(top[0])} alone "
        + percent(spend[top[0]], spend.total())
    )
    other = (
        f"The other {several(others, 'store', 'stores')} sold {round_money(rest, report.currency)} together, "
        f"{percent(rest, spend.total())} of all."
        if others
        else "There are no other stores."
    )
    named = tuple(
        (begun(store_name(store)), number(sales[store]), money(spend[store], report.currency))
        for store in top
    )
    last = (
        f"Other {several(others, 'store', 'stores')}",
        number(sales.total() - sum(sales[store] for store in top)),
    )
    return Drawing(
        key="sales-by-store",
        finding=finding,
        shows=f"The {drawn} with the highest spend, and their share of all. {other}",
        says=f"Bar chart: {finding}. {other}",
        spec=finished(bars + shares, 38 * len(top) + 90),
        table=Table(
            columns=("Store", "Sales", "Spend"),
            rows=(*named, (*last, money(rest, report.currency))) if others else named,
        ),
    )


def by_store_and_month(report: Report) -> Drawing:
    """A field for each month of the stores that sold the most."""
    labels = month_labels(cell.month for cell in report.cells)
    top = _ranking(_spend(report.cells, "store"))[:STORES_MAPPED]
    cells = [cell for cell in report.cells if cell.store in top]
    spend = {(cell.store, cell.month): cell.spend_minor for cell in cells}
    rows = [
        {
            "store": cell.store,
            "month": labels[cell.month],
            "name": month_name(cell.month),
            "spend": amount(cell.spend_minor, report.currency),
            "sales": cell.sales,
        }
        for cell in cells
    ]
    fields = (
        alt.Chart(values(rows))
        .mark_rect(stroke="white", strokeWidth=1.5, cornerRadius=2)
        .encode(
            x=alt.X("month:N", sort=list(labels.values()), title="Month").axis(orient="top"),
            y=alt.Y("store:N", sort=top, title="Store"),
            color=alt.Color("spend:Q")
            .scale(range=BLUES, domainMin=0)
            .legend(
                title=f"Spend, {report.currency}",
                labelExpr=SHORT,
                gradientLength=180,
                tickCount=4,
                orient="bottom",
            ),
            tooltip=[
                alt.Tooltip("store:N", title="Store"),
                alt.Tooltip("name:N", title="Month"),
                alt.Tooltip("spend:Q", title=f"Spend, {report.currency}", format=",.2f"),
                alt.Tooltip("sales:Q", title="Sales", format=","),
            ],
        )
    )
    (store, month), highest = max(spend.items(), key=lambda each: (each[1], each[0]))
    finding = (
        f"The best month of any store: {store_name(store)} in {month_name(month)}, "
        f"{round_money(highest, report.currency)}"
    )
    return Drawing(
        key="stores-by-month",
        finding=finding,
        shows=f"The {several(len(top), 'store', 'stores')} of the highest spend by month; darker is more.",
        says=f"Heat map of {several(len(top), 'store', 'stores')} by month. {finding}.",
        spec=finished(fields, 19 * len(top) + 90),
        table=Table(
            columns=("Store", *labels.values()),
            rows=tuple(
                (
                    begun(store_name(store)),
                    *(
                        round_money(spend[store, month], report.currency) if (store, month) in spend else "–"
                        for month in labels
                    ),
                )
                for store in top
            ),
        ),
    )


def _spend(cells: Iterable[SalesCell], by: str) -> Counter[str]:
    summed: Counter[str] = Counter()
    for cell in cells:
        summed[getattr(cell, by)] += cell.spend_minor
    return summed


def _sales(cells: Iterable[SalesCell], by: str) -> Counter[str]:
    summed: Counter[str] = Counter()
    for cell in cells:
        summed[getattr(cell, by)] += cell.sales
    return summed


def _ranking(spend: Counter[str]) -> list[str]:
    # Of equals, the first by its name: the same report is the same page, byte for byte.
    return sorted(spend, key=lambda name: (-spend[name], name))


def _first(spend: Counter[str]) -> str:
    return _ranking(spend)[0]
