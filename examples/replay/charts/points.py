"""The points: what went in and out in each month, and what the retailer owed at its end."""

from __future__ import annotations

import altair as alt

from examples.replay.charts.drawing import (
    ACCENT,
    GREEN,
    INK,
    ORANGE,
    SHORT,
    SKY,
    Drawing,
    Table,
    finished,
    values,
)
from examples.replay.figures import Report
from examples.replay.words import month_labels, month_name, number, percent


def moved(report: Report) -> Drawing:
    """What came in stands above the line, what went out below it."""
    labels = month_labels(each.month for each in report.points)
    rows = [
        {
            "month": labels[each.month],
            "name": month_name(each.month),
            "kind": kind,
            "points": points,
            "drawn": drawn,
            "layer": layer,
        }
        for each in report.points
        for layer, (kind, points, drawn) in enumerate(
            (
                ("issued", each.issued, each.issued),
                ("burned", each.burned, -each.burned),
                ("expired", each.expired, -each.expired),
            )
        )
    ]
    bars = (
        alt.Chart(values(rows))
        .mark_bar()
        .encode(
            x=alt.X("month:N", sort=list(labels.values()), title="Month").scale(paddingInner=0.25),
            y=alt.Y("drawn:Q", title="Points in (up) and out (down)", stack="zero").axis(
                tickCount=6, labelExpr=SHORT
            ),
            color=alt.Color("kind:N", sort=["issued", "burned", "expired"]).scale(
                domain=["issued", "burned", "expired"], range=[ACCENT, GREEN, ORANGE]
            ),
            # What was burned hangs from the line, what expired below it.
            order=alt.Order("layer:Q"),
            tooltip=[
                alt.Tooltip("name:N", title="Month"),
                alt.Tooltip("kind:N", title="What"),
                alt.Tooltip("points:Q", title="Points", format=","),
            ],
        )
    )
    issued, burned, expired = (
        sum(each.issued for each in report.points),
        sum(each.burned for each in report.points),
        sum(each.expired for each in report.points),
    )
    finding = (
        f"Of {number(issued)} points issued, {percent(burned, issued)} were spent and "
        f"{percent(expired, issued)} ran out"
    )
    return Drawing(
        key="points-moved",
        finding=finding,
        shows="Points issued above the line; points burned (spent) and expired below it.",
        says=f"Bars by month. {finding}.",
        spec=finished(bars + _line_at_nothing(), 300),
        table=Table(
            columns=("Month", "Issued", "Burned", "Expired"),
            rows=(
                *(
                    (month_name(each.month), number(each.issued), number(each.burned), number(each.expired))
                    for each in report.points
                ),
                ("In all", number(issued), number(burned), number(expired)),
            ),
        ),
    )


def owed(report: Report) -> Drawing:
    """What stood at each month's end."""
    labels = month_labels(each.month for each in report.points)
    ends = [
        {
            "month": labels[each.month],
            "name": month_name(each.month),
            "active": each.active,
            "pending": each.pending,
            "liability": each.liability,
        }
        for each in report.points
    ]
    told = [
        alt.Tooltip("name:N", title="At the end of"),
        alt.Tooltip("active:Q", title="Active", format=","),
        alt.Tooltip("pending:Q", title="Pending", format=","),
        alt.Tooltip("liability:Q", title="Liability", format=","),
    ]
    month = alt.X("month:N", sort=list(labels.values()), title="Month's end").scale(padding=0.2)
    rows = [end | {"kind": kind, "points": end[kind]} for end in ends for kind in ("active", "pending")]
    colour = alt.Color("kind:N").scale(
        domain=["active", "pending", "liability (both)"], range=[ACCENT, SKY, INK]
    )
    bars = (
        alt.Chart(values(rows))
        .mark_bar()
        .encode(x=month, y=alt.Y("points:Q", title="Points", stack="zero"), color=colour, tooltip=told)
    )
    line = (
        alt.Chart(values([end | {"kind": "liability (both)"} for end in ends]))
        .mark_line(point=alt.OverlayMarkDef(size=45, filled=True), strokeWidth=2)
        .encode(
            x=month,
            y=alt.Y("liability:Q").axis(labelExpr=SHORT, tickCount=5),
            color=colour,
            tooltip=told,
        )
    )
    last = report.points[-1]
    finding = (
        f"At the end the retailer owed {number(last.liability)} points, "
        f"{percent(last.active, last.liability)} of them ready to be spent"
    )
    return Drawing(
        key="points-owed",
        finding=finding,
        shows="Active points may be spent, pending ones wait; both together are the liability.",
        says=f"Bars of active and pending points at each month's end, the liability as a line. {finding}.",
        spec=finished(bars + line, 300),
        table=Table(
            columns=("End of", "Active", "Pending", "Liability"),
            rows=tuple(
                (month_name(each.month), number(each.active), number(each.pending), number(each.liability))
                for each in report.points
            ),
        ),
    )


def _line_at_nothing() -> alt.Chart:
    line: alt.Chart = alt.Chart(values([{"nothing": 0}])).mark_rule(color=INK).encode(y="nothing:Q")
    return line
