"""What a chart is made of: the sentence that it proves, what it draws, and the same figures as a table."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import altair as alt
import attrs

INK: Final = "#1c2733"
QUIET: Final = "#5b6875"
RULE: Final = "#e3e8ee"
ACCENT: Final = "#0b5cad"
TINT: Final = "#9dc0e3"

# Okabe and Ito's colours, which are told apart by all kinds of eyes, on white and in print.
GREEN: Final = "#009e73"
ORANGE: Final = "#e69f00"
VERMILION: Final = "#d55e00"
SKY: Final = "#56b4e9"
GREY: Final = "#9aa5b1"

BLUES: Final = ["#eef4fb", "#c3daf0", "#86b5df", "#3f86c5", "#0b5cad", "#083a70"]

FONT: Final = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "PingFang SC", '
    '"Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif'
)

SHORT: Final = "format(abs(datum.value), '~s')"
"""Labels of an axis: 200k, and 0 where a format of the whole axis would write 0k."""

LOOK: Final[dict[str, Any]] = {
    "background": "transparent",
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": QUIET,
        "labelFontSize": 12,
        "titleColor": QUIET,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 10,
        "gridColor": RULE,
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
    },
    "axisX": {"grid": False, "labelAngle": 0, "labelOverlap": True},
    "legend": {
        "orient": "top",
        "direction": "horizontal",
        "title": None,
        "titleColor": QUIET,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "labelFontSize": 12,
        "symbolType": "square",
        "symbolSize": 110,
        "columnPadding": 16,
        "offset": 10,
    },
    "text": {"color": INK, "fontSize": 12},
}


Chart: TypeAlias = alt.Chart | alt.LayerChart | alt.FacetChart


@attrs.frozen(kw_only=True)
class Table:
    """The figures of a chart; the first column names the row, with perhaps a code in small beside it."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    codes: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Drawing:
    """A chart: its finding is its title, and who cannot see it is told what it says, and has the table."""

    key: str
    finding: str
    shows: str
    says: str
    spec: dict[str, Any] = attrs.field(eq=False)
    table: Table


def values(rows: list[dict[str, Any]]) -> alt.InlineData:
    """Rows that stand in the chart itself."""
    return alt.InlineData(values=rows)


def finished(chart: Chart, height: int) -> dict[str, Any]:
    """The chart as its page draws it: as wide as the page, in our look, without the address of its schema."""
    spec: dict[str, Any] = chart.properties(width="container", height=height).to_dict()
    spec.pop("$schema", None)
    return spec | {"config": LOOK, "autosize": {"type": "fit", "contains": "padding", "resize": True}}
