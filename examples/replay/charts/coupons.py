"""What became of the coupons that were shown at the till."""

from __future__ import annotations

import altair as alt

from examples.replay.charts.drawing import ACCENT, ORANGE, SHORT, Drawing, Table, finished, values
from examples.replay.figures import Report
from examples.replay.words import ACCEPTED, number, percent, reason


def outcomes(report: Report) -> Drawing:
    """A bar for what became of them; its words stand over it, so that they have room on a small screen."""
    ranked = sorted(
        report.redemptions, key=lambda each: (each.outcome != ACCEPTED, -each.count, each.outcome)
    )
    shown = sum(each.count for each in ranked)
    accepted = sum(each.count for each in ranked if each.outcome == ACCEPTED)
    rows = [
        {
            "outcome": each.outcome,
            "count": each.count,
            "words": reason(each.outcome),
            "told": f"{number(each.count)} · {percent(each.count, shown)}",
            "kind": "accepted" if each.outcome == ACCEPTED else "refused",
        }
        for each in ranked
    ]
    base = alt.Chart(values(rows)).encode(
        x=alt.X("count:Q", title="Coupons shown").axis(tickCount=5, grid=True, labelExpr=SHORT),
        y=alt.Y("outcome:N", sort=[each.outcome for each in ranked], axis=None, title="Outcome"),
        tooltip=[
            alt.Tooltip("words:N", title="Outcome"),
            alt.Tooltip("count:Q", title="Coupons", format=","),
            alt.Tooltip("outcome:N", title="Code"),
        ],
    )
    colour = alt.Color("kind:N").scale(domain=["accepted", "refused"], range=[ACCENT, ORANGE])
    bars = base.mark_bar(size=14, yOffset=9, cornerRadiusEnd=3).encode(color=colour)
    words = base.mark_text(align="left", dy=-10, limit=330).encode(text="words:N", x=alt.value(0))
    counts = base.mark_text(align="left", dx=6, yOffset=9, fontWeight="bold").encode(text="told:N")
    finding = (
        f"{percent(accepted, shown)} of {number(shown)} coupons were accepted, "
        f"{number(shown - accepted)} were refused with a reason"
    )
    return Drawing(
        key="coupons",
        finding=finding,
        shows="Every coupon shown at a till, by what became of it.",
        says=f"Bar chart of outcomes. {finding}.",
        spec=finished(bars + words + counts, 44 * len(ranked) + 90),
        table=Table(
            columns=("Outcome", "Coupons", "Share"),
            rows=tuple(
                (reason(each.outcome), number(each.count), percent(each.count, shown)) for each in ranked
            ),
            codes=tuple(each.outcome for each in ranked),
        ),
    )
