"""Flows: business stories that ask instead of touch.

A *flow* is a generator: one customer story, one transaction. It asks questions, and ends in an
`Outcome` that the runner commits in one storage call, or in `Refused`. It never reads a clock,
draws an id or calls a port, so it can be run again, dry-run, interleaved and crashed at will.

Every question is asked through `ask`, `ask_all`, `stage` or `call`, always behind
``yield from``: that is what gives the answer its type.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from datetime import datetime
from typing import Any, Final, Generic, TypeAlias, TypeVar, overload

import attrs

from omnicommerce.kernel.actor import Actor
from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.changes import NOTHING, Changes
from omnicommerce.kernel.collection import Collection, Counter, Versioned
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.verdict import Verdict

T = TypeVar("T")
R = TypeVar("R")
H = TypeVar("H")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")
G = TypeVar("G")
J = TypeVar("J")

SCAN_MAX: Final = 1_000
"""The most records one Scan returns, and one page of a storage holds."""


@attrs.frozen
class Refusal:
    """A refusal that is itself recorded: it is committed and receipted, then raised as `Refused`."""

    verdict: Verdict


@attrs.frozen
class Outcome(Generic[T]):
    """How a flow ends: the answer for the caller, and what to write."""

    answer: T | Refusal
    changes: Changes = NOTHING


class Question(Generic[R]):
    """Something a flow asks of the world; R is the type of the answer."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Any]:
        raise TypeError(f"a question is asked: yield from ask({type(self).__name__}(...))")


Asking: TypeAlias = Generator[Question[Any], Any, R]
"""Part of a flow: asks questions and returns an R."""

Flow: TypeAlias = Generator[Question[Any], Any, Outcome[T]]
"""A whole flow whose caller is answered with a T."""


# --- records and counters ------------------------------------------------------------------------


@attrs.frozen
class Get(Question[Versioned[T]], Generic[T]):
    """The record under this id. Guarded: if it changes before the commit, the flow is run again."""

    collection: Collection[T]
    id: str


@attrs.frozen
class GetMany(Question[tuple[Versioned[T], ...]], Generic[T]):
    """The records under these ids, in their order; guarded like Get."""

    collection: Collection[T]
    ids: tuple[str, ...]


@attrs.frozen
class Look(Question[Versioned[T]], Generic[T]):
    """The record under this id, unguarded: for shared rows that many read and few change."""

    collection: Collection[T]
    id: str


@attrs.frozen
class LookMany(Question[tuple[Versioned[T], ...]], Generic[T]):
    """The records under these ids, in their order; unguarded like Look."""

    collection: Collection[T]
    ids: tuple[str, ...]


@attrs.frozen
class Count(Question[int]):
    """What a counter stands at, with what this batch has already added to it."""

    counter: Counter


@attrs.frozen
class Scan(Question[tuple[Versioned[T], ...]], Generic[T]):
    """The records found in an index at texts from *since* up to but not including *until*.

    They come in the order of those texts (by their UTF-8 bytes), then of their ids, at most *limit* of
    them; pass the (text, id) of the last one as *after* for more. What is returned is guarded; what is
    not found is not, so no rule may rest on an absence.
    """

    collection: Collection[T]
    index: str
    since: str = ""
    until: str | None = None
    limit: int = attrs.field(default=SCAN_MAX, kw_only=True)
    after: tuple[str, str] | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        checked_amount(self.limit, "limit", 1, SCAN_MAX)


Place: TypeAlias = tuple[str, str]
"""Where a record stands in an index: the text, then the id."""


@attrs.frozen
class Find(Question[tuple[Place, ...]]):
    """Like Scan, but only where the records stand: unguarded, and even if nobody can read what is in them."""

    collection: Collection[Any]
    index: str
    since: str = ""
    until: str | None = None
    limit: int = attrs.field(default=SCAN_MAX, kw_only=True)
    after: Place | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        checked_amount(self.limit, "limit", 1, SCAN_MAX)


# --- the world around ----------------------------------------------------------------------------


@attrs.frozen
class Now(Question[datetime]):
    """The current instant, in UTC; never earlier than any record this flow changes."""


@attrs.frozen
class Acting(Question[Actor]):
    """Who is at work."""


@attrs.frozen
class Rules(Question[R], Generic[R]):
    """The rules of one room, as the rulebook in force has them."""

    kind: type[R]


@attrs.frozen
class FreshId(Question[str]):
    """An id nobody has used before. The nth of a role stays the same when the flow is run again."""

    role: str


@attrs.frozen
class FreshCode(Question[str]):
    """A code a person can read aloud: no 0, 1, I or O. Pinned like FreshId."""

    role: str
    length: int = 12


@attrs.frozen
class NodeId(Question[str]):
    """The id under which an identifier is kept: a keyed digest, so the value cannot be read back."""

    namespace: str
    normal_form: str
    epoch: int = 0


@attrs.frozen
class Seal(Question[str]):
    """A token that carries *text* and proves that this shop wrote it for *purpose*; not secret."""

    purpose: str
    text: str


@attrs.frozen
class Unseal(Question[str | None]):
    """The text in a token, or None if this shop did not write it for *purpose*."""

    purpose: str
    token: str


@attrs.frozen(eq=False)
class Projection(Generic[H, T, R]):
    """A value built from records and kept in memory, such as an index of all stores.

    It is built again when the version of its head record moves. `members` lists the ids of the
    records it is made of, from the head; they are read unguarded, so a projection may propose and
    must not decide.
    """

    name: str
    head: Collection[H]
    head_id: str
    parts: Collection[T]
    members: Callable[[H | None], tuple[str, ...]]
    build: Callable[[tuple[Versioned[T], ...]], R]


@attrs.frozen
class View(Question[R], Generic[R]):
    """The value of a projection, built only if its head has moved since it was built here."""

    of: Projection[Any, Any, R]


# --- asking --------------------------------------------------------------------------------------


@attrs.frozen
class All(Question[Any]):
    """Several questions at once; their records are one storage read."""

    questions: tuple[Question[Any], ...]


@attrs.frozen
class Stage(Question[None]):
    """Put changes where every later question of this batch sees them."""

    changes: Changes


@attrs.frozen
class Mark(Question[int]):
    """Remember how much is staged."""


@attrs.frozen
class Undo(Question[None]):
    """Take back everything staged since a mark."""

    mark: int


def ask(question: Question[R]) -> Asking[R]:
    """Hand *question* to the runner and return its answer."""
    answer: R = yield question
    return answer


@overload
def ask_all(a: Question[A], b: Question[B], /) -> Asking[tuple[A, B]]: ...
@overload
def ask_all(a: Question[A], b: Question[B], c: Question[C], /) -> Asking[tuple[A, B, C]]: ...
@overload
def ask_all(
    a: Question[A], b: Question[B], c: Question[C], d: Question[D], /
) -> Asking[tuple[A, B, C, D]]: ...
@overload
def ask_all(
    a: Question[A], b: Question[B], c: Question[C], d: Question[D], e: Question[E], /
) -> Asking[tuple[A, B, C, D, E]]: ...
@overload
def ask_all(
    a: Question[A], b: Question[B], c: Question[C], d: Question[D], e: Question[E], f: Question[F], /
) -> Asking[tuple[A, B, C, D, E, F]]: ...
@overload
def ask_all(
    a: Question[A],
    b: Question[B],
    c: Question[C],
    d: Question[D],
    e: Question[E],
    f: Question[F],
    g: Question[G],
    /,
) -> Asking[tuple[A, B, C, D, E, F, G]]: ...
@overload
def ask_all(
    a: Question[A],
    b: Question[B],
    c: Question[C],
    d: Question[D],
    e: Question[E],
    f: Question[F],
    g: Question[G],
    h: Question[J],
    /,
) -> Asking[tuple[A, B, C, D, E, F, G, J]]: ...
def ask_all(*questions: Question[Any]) -> Asking[Any]:
    """Ask several questions at once; all their records and counters are one storage read."""
    answers = yield All(questions)
    return answers


def stage(changes: Changes) -> Asking[None]:
    """Put *changes* where every later question of this batch sees them."""
    yield Stage(changes)


def call(flow: Flow[T]) -> Asking[T]:
    """Run *flow* inside this one: its changes are staged and its answer returned.

    Whatever it raises undoes what it staged, and nothing else. A refusal that it meant to record
    is staged, too, and raised as `Refused`.
    """
    mark: int = yield Mark()
    try:
        outcome = yield from flow
    except Exception:
        yield Undo(mark)
        raise
    yield Stage(outcome.changes)
    if isinstance(outcome.answer, Refusal):
        raise Refused(outcome.answer.verdict)
    return outcome.answer
