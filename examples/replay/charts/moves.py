"""Where members moved, drawn as a flow from left to right, each ribbon as thick as its members are many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt
import attrs

from examples.replay.charts.drawing import (
    ACCENT,
    GREY,
    INK,
    ORANGE,
    QUIET,
    Chart,
    Drawing,
    Table,
    finished,
    values,
)
from examples.replay.figures import Move, Report
from examples.replay.words import STAGES, TIERS, begun, number, percent, ranked, times

HEIGHT: Final = 400
ROOM: Final = 30
"""Between two bundles: the two lines of a bundle's label stand there even where the bundle is a hair."""

HAIR: Final = 1.5
STEPS: Final = 24
MARGIN: Final = 0.3
"""On either side, of the way between: for the labels."""

JOINED: Final = "joined"


@attrs.frozen
class Telling:
    """The words for a kind of move."""

    key: str
    what: str
    order: tuple[str, ...]
    up: str
    down: str


TIER_MOVES: Final = Telling("tier-moves", "tier", TIERS, "to a higher tier", "to a lower tier")
STAGE_MOVES: Final = Telling("stage-moves", "stage", STAGES, "came closer", "drifted away")


def tiers(report: Report) -> Drawing:
    """From tier to tier."""
    return _flow(report.tier_moves, TIER_MOVES)


def stages(report: Report) -> Drawing:
    """From stage to stage of a customer's life."""
    return _flow(report.stage_moves, STAGE_MOVES)


def _flow(moves: Sequence[Move], telling: Telling) -> Drawing:
    # The highest stands on top, and whoever came from nowhere at the very bottom.
    lefts = [*reversed(ranked((move.before for move in moves if move.before), telling.order))]
    lefts += [""] * any(not move.before for move in moves)
    rights = [*reversed(ranked((move.after for move in moves), telling.order))]
    counts = {(move.before, move.after): move.count for move in moves}
    grain = _grain(moves, max(len(lefts), len(rights)))
    starts = _tops(lefts, rights, counts, grain)
    ends = _tops(rights, lefts, {(after, before): count for (before, after), count in counts.items()}, grain)
    ribbons = [
        row
        for (before, after), count in counts.items()
        for row in _ribbon(
            {
                "move": f"{before or JOINED} → {after}",
                "times": count,
                "kind": _direction(before, after, telling),
            },
            starts[before, after],
            ends[after, before],
            max(count * grain, HAIR),
        )
    ]
    turned = {(after, before): count for (before, after), count in counts.items()}
    chart = alt.layer(
        _ribbons(ribbons, telling),
        _bundles(lefts, starts, counts, grain, at=0),
        _bundles(rights, ends, turned, grain, at=1),
    )
    finding = _finding(moves, telling)
    return Drawing(
        key=telling.key,
        finding=finding,
        shows=f"From the {telling.what} before, on the left, to the {telling.what} after, on the right.",
        says=f"Flow from {telling.what} to {telling.what}; the table has every number. {finding}.",
        spec=finished(chart, HEIGHT),
        table=_matrix(lefts, rights, counts, telling),
    )


def _finding(moves: Sequence[Move], telling: Telling) -> str:
    turns = [move for move in moves if move.before]
    if not turns:
        return f"Nobody has moved from one {telling.what} to another yet"
    most = max(turns, key=lambda move: (move.count, move.before, move.after))
    up = sum(move.count for move in turns if _direction(move.before, move.after, telling) == telling.up)
    told = {"tier": "led up", "stage": "brought a household closer"}[telling.what]
    total = sum(move.count for move in turns)
    return (
        f"{number(total)} moves, {percent(up, total)} of them {told}; "
        f"the most frequent, {times(most.count)}: {most.before} to {most.after}"
    )


def _direction(before: str, after: str, telling: Telling) -> str:
    if not before:
        return JOINED
    is_up = ranked((before, after), telling.order)[-1] == after
    return telling.up if is_up else telling.down


def _grain(moves: Sequence[Move], bundles: int) -> float:
    """How thick one member is, so that the higher side fits."""
    hairs = HAIR * len(moves)
    return (HEIGHT - ROOM * bundles - hairs) / max(1, sum(move.count for move in moves))


def _tops(
    names: Sequence[str], others: Sequence[str], counts: Mapping[tuple[str, str], int], grain: float
) -> dict[tuple[str, str], float]:
    """Where each ribbon begins, from the top: bundle by bundle, in each by the order of the other side."""
    tops: dict[tuple[str, str], float] = {}
    used = sum(max(count * grain, HAIR) for count in counts.values())
    room = (HEIGHT - used) / len(names)
    at = room / 2
    for name in names:
        for other in others:
            if (name, other) in counts:
                tops[name, other] = at
                at += max(counts[name, other] * grain, HAIR)
        at += room
    return tops


def _ribbon(move: dict[str, Any], start: float, end: float, thick: float) -> list[dict[str, Any]]:
    rows = []
    for step in range(STEPS + 1):
        x = step / STEPS
        bend = x * x * (3 - 2 * x)
        top = start + (end - start) * bend
        rows.append(move | {"x": round(x, 3), "top": round(top, 2), "foot": round(top + thick, 2)})
    return rows


def _ribbons(rows: list[dict[str, Any]], telling: Telling) -> Chart:
    kinds = [telling.up, telling.down, JOINED]
    used = [kind for kind in kinds if any(row["kind"] == kind for row in rows)]
    colours = dict(zip(kinds, (ACCENT, ORANGE, GREY), strict=True))
    drawn: alt.Chart = (
        alt.Chart(values(rows))
        .mark_area(opacity=0.55, line=False)
        .encode(
            x=alt.X("x:Q", axis=None).scale(domain=[-MARGIN, 1 + MARGIN], nice=False),
            y=alt.Y("top:Q", axis=None).scale(domain=[HEIGHT, 0], nice=False),
            y2="foot:Q",
            detail="move:N",
            color=alt.Color("kind:N").scale(domain=used, range=[colours[kind] for kind in used]),
            tooltip=[alt.Tooltip("move:N", title="Move"), alt.Tooltip("times:Q", title="Times", format=",")],
        )
    )
    return drawn


def _bundles(
    names: Sequence[str],
    tops: Mapping[tuple[str, str], float],
    counts: Mapping[tuple[str, str], int],
    grain: float,
    *,
    at: int,
) -> Chart:
    """The bars at one side, with their names and how many they are."""
    ribbons: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for (name, other), top in tops.items():
        ribbons[name].append((top, counts[name, other]))
    rows = []
    for name in names:
        top = min(top for top, _ in ribbons[name])
        foot = max(top + max(count * grain, HAIR) for top, count in ribbons[name])
        total = sum(count for _, count in ribbons[name])
        rows.append(
            {"x": at, "top": top, "foot": foot, "middle": (top + foot) / 2}
            | {"name": name or JOINED, "told": number(total)}
        )
    side: dict[str, Any] = {"align": "left", "dx": 9} if at else {"align": "right", "dx": -9}
    base = alt.Chart(values(rows)).encode(x="x:Q")
    bars = base.mark_rule(strokeWidth=7, color=INK).encode(y="top:Q", y2="foot:Q")
    named = base.mark_text(dy=-7, fontWeight="bold", **side).encode(y="middle:Q", text="name:N")
    told = base.mark_text(dy=8, color=QUIET, **side).encode(y="middle:Q", text="told:N")
    return alt.layer(bars, named, told)


def _matrix(
    lefts: Sequence[str], rights: Sequence[str], counts: Mapping[tuple[str, str], int], telling: Telling
) -> Table:
    return Table(
        columns=(f"From this {telling.what}", *(f"to {right}" for right in rights)),
        rows=tuple(
            (
                begun(left or JOINED),
                *(number(counts[left, right]) if (left, right) in counts else "–" for right in rights),
            )
            for left in lefts
        ),
    )
