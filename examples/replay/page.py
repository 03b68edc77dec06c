"""The report as one page of HTML, with everything it needs inside: nothing is fetched when it is opened."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import altair as alt
import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from examples.replay import words
from examples.replay.charts import coupons, moves, points, sales
from examples.replay.charts.drawing import FONT, Drawing
from examples.replay.figures import Report, Story

BALANCED: Final = "the books balance"


def page(report: Report) -> str:
    """Draw *report*; the same report is the same page, byte for byte."""
    drawings = _drawings(report)
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            report=report,
            drawn=drawings,
            headlines=_headlines(report),
            is_balanced=report.verdict.startswith(BALANCED),
            tiers=_shares(report.tiers_at_end, words.TIERS),
            stages=_shares(report.stages_at_end, words.STAGES),
            facts={story.household: _facts(story, report.currency) for story in report.stories},
            words=words,
            font=FONT,
            library=_library(),
            specs=_inlined({key: drawing.spec for key, drawing in drawings.items()}),
        )
    )


def _drawings(report: Report) -> dict[str, Drawing]:
    """What can be drawn of *report*; a few days have no points or coupons to speak of yet."""
    drawings: list[Drawing] = []
    if report.cells:
        drawings += [sales.by_month(report), sales.by_store(report), sales.by_store_and_month(report)]
    if report.points:
        drawings += [points.moved(report), points.owed(report)]
    if report.tier_moves:
        drawings.append(moves.tiers(report))
    if report.stage_moves:
        drawings.append(moves.stages(report))
    if report.redemptions:
        drawings.append(coupons.outcomes(report))
    return {drawing.key: drawing for drawing in drawings}


def _headlines(report: Report) -> list[tuple[str, str, str]]:
    """What it is, how much, and of what."""
    left = report.points[-1].liability if report.points else 0
    issued = sum(month.issued for month in report.points)
    burned = sum(month.burned for month in report.points)
    expired = sum(month.expired for month in report.points)
    return [
        ("Spend", words.round_money(report.spend_minor, report.currency), "after every discount"),
        ("Sales", words.number(report.sales), "baskets at the till"),
        ("Lines", words.number(report.lines), "products on receipts"),
        ("Households", words.number(report.households), "with a member's card"),
        ("Stores", words.number(report.stores), "where they shopped"),
        ("Points issued", words.number(issued), "for what was paid"),
        ("Points burned", words.number(burned), f"{words.percent(burned, issued)} of those issued"),
        ("Points expired", words.number(expired), f"{words.percent(expired, issued)} of those issued"),
        ("Points left", words.number(left), "owed when the last day ends"),
    ]


def _shares(counts: tuple[tuple[str, int], ...], order: tuple[str, ...]) -> list[tuple[str, str, str, float]]:
    """Name, how many, their share in words, and as a width; the highest first."""
    held = {name: count for name, count in counts if count}
    total = sum(held.values())
    return [
        (name or "none yet", words.number(held[name]), words.percent(held[name], total), held[name] / total)
        for name in reversed(words.ranked(held, order))
    ]


def _facts(story: Story, currency: str) -> list[tuple[str, str]]:
    return [
        ("Spent", words.money(story.spend_minor, currency)),
        ("Sales", words.number(story.sales)),
        ("Stores", words.number(story.stores)),
        ("Points issued", words.number(story.points_issued)),
        ("burned", words.number(story.points_burned)),
        ("expired", words.number(story.points_expired)),
        ("left", words.number(story.points_left)),
    ]


# --- what is put inside --------------------------------------------------------------------------


@cache
def _environment() -> Environment:
    here = FileSystemLoader(Path(__file__).parent)
    return Environment(
        loader=here, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


@cache
def _library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, made by the version of altair that wrote the charts."""
    version = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    script = vl_convert.javascript_bundle(snippet="window.vegaEmbed = vegaEmbed;", vl_version=version)
    # The addresses in it name formats (that of SVG) and a link that is not shown. Written so they mean the
    # very same to JavaScript, and whoever searches the page for addresses finds none.
    return script.replace("://", ":\\/\\/").replace("</script", "<\\/script")


def _inlined(specs: dict[str, Any]) -> str:
    """The charts as JSON inside a script: a name that holds ``</script>`` must not end it."""
    text = json.dumps(specs, ensure_ascii=False, separators=(",", ":"))
    return (
        text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").replace("://", ":\\/\\/")
    )
