"""Everything this library raises, sorted by who has to act.

Each error is made again by its own arguments, so that it can cross from one process to another.

CommerceError
├── Refused            the customer: a rule of the shop said no, and the verdict says why
├── Again              nobody: run it again
│   ├── Conflict         someone else wrote first; nothing was stored
│   ├── Exhausted        a counter would have left its bounds; nothing was stored
│   ├── Unavailable      the storage did not answer in time; nothing was stored
│   └── CommitUnknown    may be stored, can no longer become stored
├── BadInput           the caller: something is not what it should be, and the path says where
│   ├── BadValue         a value that cannot exist, such as ``Money(1.5, "CNY")``
│   ├── BadWire          a document that cannot be read
│   └── NotTheSame       an idempotency key came back with other content
└── PortFault          the adapter: it broke a promise of its port
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from omnicommerce.kernel.verdict import Verdict

FAULTS_MAX: Final = 100
"""A document with more faults than this is not a slip, it is another document."""


class CommerceError(Exception):
    """The root of everything this library raises on purpose."""


class Refused(CommerceError):
    """A rule of the shop said no; `verdict` says which, and what would change its mind."""

    def __init__(self, verdict: Verdict) -> None:
        if not hasattr(verdict, "first_failure"):
            raise TypeError(f"a refusal carries a verdict, such as failed('sold_out'), not {verdict!r}")
        super().__init__(verdict)
        self.verdict = verdict

    @property
    def code(self) -> str:
        """The first failing reason, a stable snake_case phrase such as ``too_few_points``."""
        return self.verdict.first_failure.code

    def __str__(self) -> str:
        return str(self.verdict.first_failure)


class Again(CommerceError):
    """Nobody is to blame: the same command, run again, may succeed."""


class Conflict(Again):
    """Someone else wrote first. Nothing was stored."""


class Exhausted(Again):
    """A counter would have left its bounds. Nothing was stored."""

    def __init__(self, counter: str) -> None:
        super().__init__(counter)
        self.counter = counter

    def __str__(self) -> str:
        return f"the counter {self.counter!r} would leave its bounds"


class Unavailable(Again):
    """The storage did not answer in time. Nothing was stored."""


class CommitUnknown(Again):
    """The commit may be stored; it can no longer become stored later.

    Ask again under the same idempotency key: the receipt settles it.
    """


@attrs.frozen
class Fault:
    """One thing wrong with an input: where it is (``$.lines[3].quantity``) and what is wrong with it."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class BadInput(CommerceError, ValueError):
    """The caller handed over something that cannot be; `faults` names each fault with its path."""

    faults: tuple[Fault, ...]

    def __str__(self) -> str:
        return "; ".join(map(str, self.faults))

    @property
    def path(self) -> str:
        """Where the first fault is."""
        return self.faults[0].path

    @property
    def reason(self) -> str:
        """What is wrong there."""
        return self.faults[0].reason


class BadValue(BadInput):
    """A value that cannot exist, such as ``Money(1.5, "CNY")``."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.faults = (Fault(path, reason),)


class BadWire(BadInput):
    """A document that cannot be read; every fault has its path."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)[:FAULTS_MAX]
        assert self.faults, "a document is bad for a reason"
        super().__init__(self.faults)


class NotTheSame(BadInput):
    """An idempotency key was used before, for something else."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.faults = (Fault("key", f"{key!r} was used before, for another request"),)


class PortFault(CommerceError):
    """An adapter broke a promise of its port; its author must act."""
