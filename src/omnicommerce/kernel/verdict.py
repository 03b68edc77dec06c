"""Nothing answers a bare no: a verdict says what was asked, what was found and what would flip it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias, TypeVar

import attrs

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points

Measure: TypeAlias = bool | int | str | Money | Points | datetime
"""What a condition may have found or asked for."""

N = TypeVar("N", int, Money, Points)

PARTS_MAX: Final = 1_000
"""A verdict a person could not read is no explanation."""


class Joint(StrEnum):
    """How the parts of a verdict make up the whole."""

    LEAF = "leaf"
    ALL = "all"
    ANY = "any"
    NOT = "not"


def _checked_code(code: str) -> str:
    if not (type(code) is str and code.isascii() and code.isidentifier() and code == code.lower()):
        raise BadValue("code", f"expected a snake_case phrase, got {code!r}")
    return code


@attrs.frozen
class Verdict:
    """Whether a condition holds, with what was actually found and what is required.

    `code` names the condition in a stable snake_case phrase that says what is wrong when it fails
    (``too_few_points``). `missing` is the smallest change that would flip a failed leaf, in the
    measure's own unit.
    """

    code: str = attrs.field(converter=_checked_code)
    holds: bool
    actual: Measure | None = None
    required: Measure | None = None
    missing: Measure | None = None
    joint: Joint = Joint.LEAF
    parts: tuple[Verdict, ...] = ()

    def failures(self) -> Iterator[Verdict]:
        """Every failure that keeps the whole from holding, in reading order; a failed whole has one."""
        if self.holds:
            return
        blamed = False
        if self.joint is not Joint.NOT:
            for part in self.parts:
                for failure in part.failures():
                    blamed = True
                    yield failure
        if not blamed:
            yield self

    @property
    def first_failure(self) -> Verdict:
        """The failed leaf to name first; the verdict itself where nothing failed or it has no parts."""
        return next(self.failures(), self)

    def __str__(self) -> str:
        if self.parts and not self.holds:
            causes = [str(each) for each in self.failures() if each is not self]
            return f"{self.code}: {'; '.join(causes)}" if causes else self.code
        told = []
        if self.actual is not None:
            told.append(f"actual {self.actual}")
        if self.missing is None:
            told += [f"{self._bound} {self.required}"] if self.required is not None else []
        elif self.is_too_much:
            told.append(f"at most {self.required}, over by {self.missing}")
        else:
            told.append(f"required {self.required}, missing {self.missing}")
        return f"{self.code} ({', '.join(told)})" if told else self.code

    @property
    def _bound(self) -> str:
        """An instant that came too soon is told from when on, and one that came too late, until when."""
        actual, required = self.actual, self.required
        if self.holds or not isinstance(actual, datetime) or not isinstance(required, datetime):
            return "required"
        return "from" if actual < required else "until"

    @property
    def is_too_much(self) -> bool:
        """Whether there is more than is allowed, and `missing` says by how much."""
        actual, required = self.actual, self.required
        if self.holds or actual is None or type(actual) is not type(required):
            return False
        if isinstance(actual, int | Points | Money):
            return bool(actual > required)  # type: ignore[operator]  # they are of one type, see above
        return False


def held(code: str, *, actual: Measure | None = None, required: Measure | None = None) -> Verdict:
    """The condition holds."""
    return Verdict(code, True, actual, required)


def failed(
    code: str,
    *,
    actual: Measure | None = None,
    required: Measure | None = None,
    missing: Measure | None = None,
) -> Verdict:
    """The condition does not hold."""
    return Verdict(code, False, actual, required, missing)


def at_least(code: str, *, actual: N, required: N) -> Verdict:
    """Holds if *actual* reaches *required*; otherwise `missing` is the rest of the way."""
    if actual >= required:
        return held(code, actual=actual, required=required)
    return failed(code, actual=actual, required=required, missing=required - actual)


def at_most(code: str, *, actual: N, required: N) -> Verdict:
    """Holds if *actual* does not pass *required*; otherwise `missing` is what it is too much by."""
    if actual <= required:
        return held(code, actual=actual, required=required)
    return failed(code, actual=actual, required=required, missing=actual - required)


def before(code: str, *, actual: datetime, required: datetime) -> Verdict:
    """Holds if *actual* lies before the instant *required*, the first at which it is too late."""
    return Verdict(code, actual < required, actual, required)


def every(code: str, parts: Iterable[Verdict]) -> Verdict:
    """Holds if all parts hold; every part is judged, not only the first that fails."""
    judged = _bounded(parts)
    return Verdict(code, all(part.holds for part in judged), joint=Joint.ALL, parts=judged)


def either(code: str, parts: Iterable[Verdict]) -> Verdict:
    """Holds if at least one part holds."""
    judged = _bounded(parts)
    return Verdict(code, any(part.holds for part in judged), joint=Joint.ANY, parts=judged)


def negated(code: str, part: Verdict) -> Verdict:
    """Holds if *part* does not."""
    return Verdict(code, not part.holds, joint=Joint.NOT, parts=(part,))


def _bounded(parts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    judged = tuple(parts)
    if len(judged) > PARTS_MAX:
        raise BadValue("parts", f"expected at most {PARTS_MAX}, got {len(judged)}")
    return judged
