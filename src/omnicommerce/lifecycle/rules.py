"""What the merchant calls the stages of a customer's life with the shop, and by which signs they are told."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final

import attrs

from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.money import Money

DAYS_MAX: Final = 3_650
"""Ten years: nobody is won back after that."""

WINDOW_DAYS_MAX: Final = 1_100
PURCHASES_MAX: Final = 100_000
STAGES_MAX: Final = 20
NAME_LENGTH_MAX: Final = 64


@attrs.frozen(kw_only=True)
class Signs:
    """Signs that must all be seen on a day; without any, every member shows them.

    `silent_days` have passed since the last purchase and `age_days` since the first; somebody who never
    bought has neither. Purchases and spend are counted within the window of the rules.

    Raises:
        BadValue: a bound is out of its own bounds; the path names it.
    """

    silent_days_min: int | None = None
    silent_days_max: int | None = None
    age_days_min: int | None = None
    age_days_max: int | None = None
    purchases_min: int | None = None
    spend_min: Money | None = None

    def __attrs_post_init__(self) -> None:
        for path in ("silent_days_min", "silent_days_max", "age_days_min", "age_days_max"):
            days = getattr(self, path)
            if days is not None:
                checked_amount(days, path, 0, DAYS_MAX)
        if self.purchases_min is not None:
            checked_amount(self.purchases_min, "purchases_min", 1, PURCHASES_MAX)
        if self.spend_min is not None:
            if type(self.spend_min) is not Money:
                raise BadValue("spend_min", f"expected Money, got {type(self.spend_min).__name__}")
            if self.spend_min.minor <= 0:
                raise BadValue("spend_min", "expected more than nothing")


@attrs.frozen
class Stage:
    """A stage: the signs by which a member enters it, and those by which they stay in it.

    Staying may be easier than entering, never harder, so that nobody goes to and fro over one threshold.

    Raises:
        BadValue: the name cannot be shown, or a sign of `stay` asks more than that of `enter`; the path names
            the sign, such as ``stay.purchases_min``.
    """

    name: str
    enter: Signs = Signs()
    stay: Signs | None = None

    def __attrs_post_init__(self) -> None:
        name: object = self.name
        if type(name) is not str or not 0 < len(name) <= NAME_LENGTH_MAX or not name.isprintable():
            raise BadValue("name", f"expected a name of 1 to {NAME_LENGTH_MAX} printable characters")
        if type(self.enter) is not Signs:
            raise BadValue("enter", f"expected Signs, got {type(self.enter).__name__}")
        if self.stay is not None:
            if type(self.stay) is not Signs:
                raise BadValue("stay", f"expected Signs, got {type(self.stay).__name__}")
            _check_easier(self.stay, self.enter)

    @property
    def to_stay(self) -> Signs:
        """The signs by which whoever is in it stays in it."""
        return self.enter if self.stay is None else self.stay


def _check_easier(stay: Signs, enter: Signs) -> None:
    if stay.spend_min and enter.spend_min and stay.spend_min.currency != enter.spend_min.currency:
        raise BadValue("stay.spend_min", f"expected {enter.spend_min.currency}, as to enter")
    for path in ("silent_days_min", "age_days_min", "purchases_min", "spend_min"):
        staying, entering = getattr(stay, path), getattr(enter, path)
        if staying is not None and (entering is None or staying > entering):
            raise BadValue(f"stay.{path}", "expected no more than to enter")
    for path in ("silent_days_max", "age_days_max"):
        staying, entering = getattr(stay, path), getattr(enter, path)
        if staying is not None and (entering is None or staying < entering):
            raise BadValue(f"stay.{path}", "expected no less than to enter")


@attrs.frozen
class StageRules:
    """The stages in the order in which they are looked for; the last one takes in whoever is in no other.

    Raises:
        BadValue: two stages have one name, the last one has signs, amounts are in several currencies, or
            there are more than STAGES_MAX. The path says which.
    """

    stages: tuple[Stage, ...] = ()
    window_days: int = 365

    def __attrs_post_init__(self) -> None:
        checked_amount(self.window_days, "window_days", 1, WINDOW_DAYS_MAX)
        if type(self.stages) is not tuple or len(self.stages) > STAGES_MAX:
            raise BadValue("stages", f"expected a tuple of at most {STAGES_MAX} stages")
        names: set[str] = set()
        currencies: set[str] = set()
        for place, stage in enumerate(self.stages):
            if type(stage) is not Stage:
                raise BadValue(f"stages[{place}]", f"expected Stage, got {type(stage).__name__}")
            if stage.name in names:
                raise BadValue(f"stages[{place}].name", f"there are two stages {stage.name!r}")
            names.add(stage.name)
            for path, signs in (("enter", stage.enter), ("stay", stage.to_stay)):
                if signs.spend_min is not None:
                    currencies.add(signs.spend_min.currency)
                if len(currencies) > 1:
                    raise BadValue(f"stages[{place}].{path}.spend_min", "expected one currency in all stages")
        if self.stages and self.stages[-1].enter != Signs():
            raise BadValue(
                f"stages[{len(self.stages) - 1}].enter",
                "expected no signs: the last stage takes in whoever is in no other",
            )

    @cached_property
    def days_told(self) -> int:
        """How many days back purchases matter for any of the signs."""
        silences = [0]
        is_counted = False
        for signs in self._all_signs():
            silences += [days for days in (signs.silent_days_min, signs.silent_days_max) if days is not None]
            is_counted = is_counted or signs.purchases_min is not None or signs.spend_min is not None
        return max(max(silences) + 1, self.window_days if is_counted else 0)

    def _all_signs(self) -> Iterator[Signs]:
        for stage in self.stages:
            yield stage.enter
            yield stage.to_stay
