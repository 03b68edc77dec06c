"""Given these facts, when this is decided, then that has happened: a pure decision as one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import attrs

from omnicommerce.kernel.errors import Refused

S = TypeVar("S")
E = TypeVar("E")


@attrs.frozen
class Given(Generic[S, E]):
    """A state that certain events have led to."""

    apply: Callable[[S, E], S]
    state: S

    def when(self, decide: Callable[[S], E | tuple[E, ...] | list[E]]) -> Decided[S, E]:
        """Decide; what was decided or refused is looked at by `then` and `refused`."""
        try:
            decided = decide(self.state)
        except Refused as refusal:
            return Decided(self.apply, self.state, (), refusal)
        events = tuple(decided) if isinstance(decided, tuple | list) else (decided,)
        return Decided(self.apply, self.state, events, None)


@attrs.frozen
class Decided(Generic[S, E]):
    """What a decision came to: events, or a refusal."""

    apply: Callable[[S, E], S]
    state: S
    events: tuple[E, ...]
    refusal: Refused | None

    def then(self, *expected: E) -> Given[S, E]:
        """Exactly these events were decided; go on from the state they lead to."""
        assert self.refusal is None, f"expected {expected!r}, but it was refused: {self.refusal}"
        assert expected == self.events, f"expected {expected!r}, decided {self.events!r}"
        return given(self.apply, self.state, *self.events)

    def refused(self, code: str) -> Refused:
        """The decision was refused, with this code as its first reason; returns the refusal."""
        assert self.refusal is not None, f"expected the refusal {code!r}, decided {self.events!r}"
        assert code == self.refusal.code, f"expected the refusal {code!r}, was refused with {self.refusal}"
        return self.refusal


def given(apply: Callable[[S, E], S], state: S, *events: Any) -> Given[S, E]:
    """The state that *events* lead to, one after the other, from *state*."""
    # Which events there are is said by `apply` alone: those given here would narrow it down to theirs.
    for event in events:
        state = apply(state, event)
    return Given(apply, state)
