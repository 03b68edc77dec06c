"""Processes: stories of several transactions, such as a checkout with its payment.

A *process* is a generator, too, but it yields deeds. It never writes: each step is a flow that
commits for itself, once under the key ``{process}/{subject}/{step}``. A process is not stored. The
commit that makes a next step necessary also stores a to-do; `tick` enters the process again from
the top, and each finished step answers from its receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, Generic, ParamSpec, TypeAlias, TypeVar

import attrs

from omnicommerce.kernel.collection import Collection
from omnicommerce.kernel.flow import Flow

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


class Deed(Generic[R]):
    """Something a process has done for it; R is the type of the result."""

    __slots__ = ()


@attrs.frozen
class Run(Deed[T], Generic[T]):
    """Run a flow as its own transaction; a named step happens once for this process and subject."""

    step: str
    flow: Callable[..., Flow[T]]
    arguments: Mapping[str, Any]


@attrs.frozen
class RunEach(Deed[tuple[T | Exception, ...]], Generic[T]):
    """Run a flow once for each of *arguments*, many to a commit; answered with each one's answer or error."""

    flow: Callable[..., Flow[T]]
    arguments: tuple[Mapping[str, Any], ...]


@attrs.frozen
class Enter(Deed[None]):
    """Enter another process from the top, with its subject alone."""

    process: str
    subject: str


THE_BEGINNING: Final = datetime(1, 1, 1, tzinfo=UTC)
"""When something was that does not say when it was."""


# --- looking at what is stored -------------------------------------------------------------------


def _nothing() -> None:
    return None


@attrs.frozen(kw_only=True, eq=False)
class Told:
    """An entry of the journal, as far as it can be read; `fault` says what is wrong with it, if anything.

    `writes` are (collection, id, version before, version after), `adds` are (counter, delta). It is the
    `number`-th of its batch, from 0, which has `of` entries, and the `position` is opaque. The `fact` is read
    when it is first asked for, and whatever is wrong with it is raised then. `subject` is whom or what the
    entry is about.
    """

    position: str
    id: str
    fault: str = ""
    tag: str = ""
    batch: str = ""
    number: int = 0
    of: int = 0
    subject: str = ""
    read: Callable[[], Any] = _nothing
    at: datetime = THE_BEGINNING
    recorded_at: datetime = THE_BEGINNING
    writes: tuple[tuple[str, str, str, str], ...] = ()
    adds: tuple[tuple[str, int], ...] = ()

    @cached_property
    def fact(self) -> Any:
        """What happened; None if only the host's own program can read it."""
        return self.read()


@attrs.frozen
class Expected:
    """A record as it should be stored: at this version, with this value, written at this instant."""

    collection: Collection[Any]
    id: str
    version: str
    value: Any
    at: datetime


class Likeness(StrEnum):
    """How a stored record compares with what is expected."""

    SAME = "same"
    OTHER_VERSION = "other_version"
    """It is at another version; `Found.version` says at which, empty if it is not there."""
    DIFFERENT = "different"
    """It is at the version expected, and holds something else."""


@attrs.frozen
class Found:
    """What was found where a record was expected."""

    likeness: Likeness
    version: str


@attrs.frozen
class ReadJournal(Deed[tuple[Told, ...]]):
    """Read at most *limit* entries behind *after*, an opaque position (empty: from the start)."""

    after: str
    limit: int


@attrs.frozen
class Compare(Deed[tuple[Found, ...]]):
    """Compare stored records with what they should be, byte by byte, in one look for each thousand."""

    expected: tuple[Expected, ...]


@attrs.frozen
class ReadCounters(Deed[Mapping[str, int]]):
    """Read where these counters stand."""

    names: tuple[str, ...]


@attrs.frozen
class Standing:
    """A record as it lies in the storage; `is_intact` says that its checksum is its own."""

    collection: str
    id: str
    version: str
    is_intact: bool


@attrs.frozen
class ReadEverything(Deed[tuple[Standing, ...] | None]):
    """Read at most *limit* records of all kinds behind (collection, id); None if no storage lists them."""

    after: tuple[str, str]
    limit: int


Doing: TypeAlias = Generator[Deed[Any], Any, R]
"""Part of a process: has deeds done and returns an R."""

Process: TypeAlias = Generator[Deed[Any], Any, T]
"""A whole process whose caller is answered with a T."""

Story: TypeAlias = Callable[[str], Process[Any]]
"""A process that can be entered from the top with its subject alone."""


def do(deed: Deed[R]) -> Doing[R]:
    """Have *deed* done and return its result."""
    result: R = yield deed
    return result


def run(flow: Callable[P, Flow[T]], /, *args: P.args, **kwargs: P.kwargs) -> Doing[T]:
    """Run *flow* as its own transaction, as often as it is asked."""
    return (yield from do(_run("", flow, args, kwargs)))


def run_each(
    flow: Callable[..., Flow[T]], arguments: Iterable[Mapping[str, Any]]
) -> Doing[tuple[T | Exception, ...]]:
    """Run *flow* for each of *arguments*, in order: the answers are those of one by one, at fewer commits."""
    return (yield from do(RunEach(flow, tuple(arguments))))


def run_once(step: str, flow: Callable[P, Flow[T]], /, *args: P.args, **kwargs: P.kwargs) -> Doing[T]:
    """Run *flow* as the named *step*: entered again, the process gets the first answer back.

    That is so whatever the arguments are by then: what was done cannot be done otherwise any more.
    """
    return (yield from do(_run(step, flow, args, kwargs)))


def _run(step: str, flow: Callable[..., Flow[T]], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Run[T]:
    assert not args, "the arguments of a flow are named"
    return Run(step, flow, kwargs)
