"""Ten households, each chosen for something that the others did less of, and what happened to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

import attrs

from examples.replay.figures import Step, Story

STEPS_MAX: Final = 14
"""As many as one reads; of more, the first and the last are shown."""


@attrs.define(eq=False)
class Life:
    """What the journal tells of one household, so far."""

    sales: int = 0
    stores: set[str] = attrs.field(factory=set)
    spend_minor: int = 0
    issued: int = 0
    burned: int = 0
    expired: int = 0
    coupons: int = 0
    refused: int = 0
    turns: int = 0
    returns: int = 0
    tier: str = ""
    stage: str = ""
    steps: list[Step] = attrs.field(factory=list)

    def told(self, day: date, text: str) -> None:
        """Something happened that is worth a line."""
        self.steps.append(Step(day=day, text=text))


_CHOSEN_FOR: Final[Mapping[str, Callable[[Life], int]]] = {
    "spent the most": lambda life: life.spend_minor,
    "shopped the most often": lambda life: life.sales,
    "visited the most stores": lambda life: len(life.stores),
    "used the most coupons": lambda life: life.coupons,
    "had the most coupons refused": lambda life: life.refused,
    "spent the most points": lambda life: life.burned,
    "let the most points run out": lambda life: life.expired,
    "changed tiers the most": lambda life: life.turns,
    "came back the most often": lambda life: life.returns,
    "holds the most points": lambda life: life.issued - life.burned - life.expired,
}


def stories(lives: Mapping[int, Life], base: str) -> tuple[Story, ...]:
    """A story for each distinction, of the households by their numbers; all begin on the tier *base*."""
    chosen: dict[int, str] = {}
    for title, much in _CHOSEN_FOR.items():
        left = [number for number, life in lives.items() if number not in chosen and much(life)]
        if left:
            # Of equals, the lowest number: so that the same year has the same stories.
            most = max(left, key=lambda number: (much(lives[number]), -number))
            is_passed = any(much(lives[number]) > much(lives[most]) for number in chosen)
            chosen[most] = f"{title}, but for those above" if is_passed else title
    return tuple(_story(number, title, lives[number], base) for number, title in chosen.items())


def _story(number: int, title: str, life: Life, base: str) -> Story:
    steps = life.steps
    if len(steps) > STEPS_MAX:
        head, tail = STEPS_MAX // 2, STEPS_MAX - STEPS_MAX // 2 - 1
        between = Step(day=steps[head].day, text=f"… {len(steps) - head - tail} more steps …")
        steps = [*steps[:head], between, *steps[-tail:]]
    return Story(
        household=f"household {number}",
        title=title,
        sales=life.sales,
        stores=len(life.stores),
        spend_minor=life.spend_minor,
        points_issued=life.issued,
        points_burned=life.burned,
        points_expired=life.expired,
        points_left=life.issued - life.burned - life.expired,
        tier=life.tier or base,
        stage=life.stage,
        steps=tuple(steps),
    )
